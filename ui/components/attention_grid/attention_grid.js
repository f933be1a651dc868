// The Attention tab's overview: one small map a head, of the kind of attention that is chosen here.
// value: { json }, which holds
//        { run, languages: [source, target] or null of a language model, which has one kind alone, tokens: { source, target_in, target_out: [token] },
//          kinds: { KIND: { weights: packed (L, H, R, C), statistics: { NAME: [[number a head] a layer] or null } } } }
// publishes "attention" (the kind shown: its positions and weights) and "attention-open" (a head was opened);
// subscribes to "attention-view" (the heads that are open).

const find = (selector) => element.querySelector(selector);

// rows and columns name the lists of value.tokens; s and t are the languages, or undefined of a language model
const KINDS = {
  encoder: {
    name: "Encoder self-attention", rows: "source", columns: "source",
    title: (s) => `Where each ${s} token looks in its own sentence`,
    axes: (s) => ({ rows: `the ${s} token that looks`, columns: `the ${s} token looked at` }),
    notice: () =>
      "A line beside the diagonal is a head that looks at a neighbour; a strong column is a head whose tokens all look " +
      "at one place, often at the end or at a full stop.",
  },
  decoder: {
    name: "Decoder self-attention", rows: "target_in", predicts: "target_out", columns: "target_in",
    title: (s, t) => `Where the decoder looks in the ${t || "text"} written so far, to predict each next token`,
    axes: (s, t = "") => ({
      rows: `the ${t} token read → the token predicted from there`.replace("  ", " "),
      columns: `the ${t} token looked at`.replace("  ", " "),
    }),
    notice: () => "The grey corner is masked: no position sees the tokens after it, or it could copy the answer.",
  },
  cross: {
    name: "Cross-attention", rows: "target_in", predicts: "target_out", columns: "source",
    title: (s, t) => `Where the decoder looks in the ${s} sentence, to predict each ${t} token`,
    axes: (s, t) => ({ rows: `the ${t} token read → the token predicted from there`, columns: `the ${s} token looked at` }),
    notice: (s) => `A slanting path is a head that walks through the ${s} sentence; it bends where the word order differs.`,
  },
};

const STATISTICS = {
  entropy_bits: { name: "entropy", unit: " bits" },
  previous: { name: "weight on the position before" },
  same: { name: "weight on its own position" },
  next: { name: "weight on the position after" },
  punctuation: { name: "weight on punctuation" },
  start: { name: "weight on the first position" },
  end: { name: "weight on the end token" },
};

let value = null; // what the JSON holds
let attention = null; // what is published
let open = [];

// ---- the kind that is shown --------------------------------------------------------------------------------------

// a position on an axis; the decoder's position i reads output token i - 1 (at first <s>) and predicts output token i
function positions(tokens, side, predicted) {
  const key = (i) => (side === "source" ? `src:${i}` : i > 0 ? `tgt:${i - 1}` : null);
  const words = (token) => (token.special ? token.text : lens.tokenText(token));
  return tokens.map((token, index) => ({
    index,
    special: token.special,
    token,
    predicts: predicted ? predicted[index] : null,
    key: predicted ? `tgt:${index}` : key(index),
    label: predicted ? `${words(token)} → ${words(predicted[index])}` : words(token),
    words: predicted ? `“${words(token)}”, predicting “${words(predicted[index])}”,` : `“${words(token)}”`,
    chips: () =>
      predicted
        ? [lens.tokenElement(token, key(index)), " → ", lens.tokenElement(predicted[index], `tgt:${index}`)]
        : [lens.tokenElement(token, key(index))],
  }));
}

function read() {
  const kind = find(".kinds input:checked").value;
  const { name, rows, columns, predicts, title, axes, notice } = KINDS[kind];
  const { weights, statistics } = value.kinds[kind];
  const [nLayers, nHeads] = weights.shape;
  const languages = value.languages || [];
  const hidden = find(".hide input").checked;
  const shown = (all) => {
    const left = all.filter((position) => !position.special);
    return hidden && left.length ? left : all; // an empty translation has special tokens alone
  };
  const allRows = positions(value.tokens[rows], rows, predicts && value.tokens[predicts]);
  const allColumns = positions(value.tokens[columns], columns);
  return {
    run: value.run, kind, name, statistics, nLayers, nHeads, hidden, allRows, allColumns,
    bytes: lens.bytes(weights.base64),
    rows: shown(allRows),
    columns: shown(allColumns),
    title: title(...languages),
    axes: axes(...languages),
    notice: notice(...languages),
    masked: (row, column) => kind === "decoder" && column.index > row.index,
    // where a cell of a head stands in an array of all heads of all layers, or of one layer
    at: (head, row, column) => (head * allRows.length + row.index) * allColumns.length + column.index,
  };
}

// ---- the maps ----------------------------------------------------------------------------------------------------

const label = ({ layer, head }) => `L${layer + 1} H${head + 1}`;

function figure({ layer, head }) {
  const name = find(".statistic").value;
  return `${lens.number(attention.statistics[name][layer][head])}${STATISTICS[name].unit || ""}`;
}

// all heads in the order that was asked for
function ordered() {
  const heads = Array.from({ length: attention.nLayers * attention.nHeads }, (_, i) => ({
    layer: Math.floor(i / attention.nHeads),
    head: i % attention.nHeads,
  }));
  const order = find(".order").value;
  if (order === "layers") return heads;
  const statistic = attention.statistics[find(".statistic").value];
  const sign = order === "highest" ? -1 : 1;
  return heads.sort((a, b) => sign * (statistic[a.layer][a.head] - statistic[b.layer][b.head]));
}

const MASKED = 256; // stands among the bytes of a map

// one head's weights, a byte each, at the positions shown
function shownCells({ layer, head }) {
  const { rows, columns, bytes, nHeads } = attention;
  const cells = new Uint16Array(rows.length * columns.length);
  let i = 0;
  for (const row of rows) {
    const start = attention.at(layer * nHeads + head, row, { index: 0 });
    for (const column of columns) cells[i++] = attention.masked(row, column) ? MASKED : bytes[start + column.index];
  }
  return cells;
}

function highest(maps) {
  let high = 1;
  for (const cells of maps) {
    for (let i = 0; i < cells.length; i++) if (cells[i] > high && cells[i] !== MASKED) high = cells[i];
  }
  return high;
}

// byte -> colour as a word of ImageData: alpha, blue, green, red
function wordsOf(high) {
  const word = ([red, green, blue]) => ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  const colours = lens.sequential();
  const words = new Uint32Array(MASKED + 1);
  for (let byte = 0; byte <= high; byte++) words[byte] = word(colours[Math.round((255 * byte) / high)]);
  words[MASKED] = word(lens.rgb(lens.variable("line")));
  return words;
}

// A colour is one 32-bit word here: 77,000 cells are painted before anything is seen, and one write each is quicker
// than the four of lens.paintCells.
function paintMap(canvas, cells, colours) {
  canvas.width = attention.columns.length;
  canvas.height = attention.rows.length;
  const context = canvas.getContext("2d");
  const image = context.createImageData(canvas.width, canvas.height);
  const words = new Uint32Array(image.data.buffer);
  for (let i = 0; i < cells.length; i++) words[i] = colours[cells[i]];
  context.putImageData(image, 0, 0);
}

function mapButton(head, cells, colours) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "map";
  button.dataset.head = label(head);
  const [name, canvas, number] = ["span", "canvas", "span"].map((tag) => document.createElement(tag));
  name.textContent = label(head);
  number.textContent = figure(head);
  number.className = "number";
  paintMap(canvas, cells, colours);
  button.append(name, canvas, number);
  button.addEventListener("click", () => lens.publish("attention-open", head));
  return button;
}

function drawMaps() {
  const heads = ordered();
  const maps = heads.map(shownCells);
  const high = highest(maps);
  const colours = wordsOf(high);
  const focused = find(".maps :focus")?.dataset.head;
  find(".maps").style.setProperty("--heads", attention.nHeads);
  find(".maps").replaceChildren(...heads.map((head, i) => mapButton(head, maps[i], colours)));
  find(".high").textContent = `${Number((high / 255).toPrecision(2))} in all maps`; // a byte knows no more digits
  mark();
  if (focused) find(`.maps [data-head="${focused}"]`)?.focus();
}

// the heads that are open; the Tab key reaches the first of them, the arrow keys the others
function mark() {
  const maps = [...element.querySelectorAll(".map")];
  for (const map of maps) {
    map.setAttribute("aria-pressed", String(open.includes(map.dataset.head)));
    map.tabIndex = -1;
  }
  const first = maps.find((map) => map.getAttribute("aria-pressed") === "true") || maps[0];
  if (first) first.tabIndex = 0;
}

find(".maps").addEventListener("keydown", (event) => {
  const maps = [...element.querySelectorAll(".map")];
  const at = maps.indexOf(document.activeElement);
  const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: attention.nHeads, ArrowUp: -attention.nHeads };
  const to = event.key === "Home" ? 0 : event.key === "End" ? maps.length - 1 : at + (steps[event.key] || NaN);
  if (at < 0 || !maps[to]) return;
  event.preventDefault();
  for (const map of maps) map.tabIndex = map === maps[to] ? 0 : -1;
  maps[to].focus();
});

// ---- drawing -----------------------------------------------------------------------------------------------------

// the kinds that this model has
function offerKinds() {
  const inputs = [...element.querySelectorAll(".kinds input")];
  for (const input of inputs) input.parentElement.hidden = !(input.value in value.kinds);
  if (!(find(".kinds input:checked").value in value.kinds)) find('.kinds input[value="decoder"]').checked = true;
  find(".kinds").hidden = Object.keys(value.kinds).length < 2;
  find(".only").hidden = !find(".kinds").hidden;
}

function drawStatistics() {
  const chosen = find(".statistic").value;
  const options = Object.keys(STATISTICS)
    .filter((name) => attention.statistics[name])
    .map((name) => new Option(STATISTICS[name].name, name, false, name === chosen));
  find(".statistic").replaceChildren(...options);
}

function receive() {
  if (!props.value) return;
  value = JSON.parse(props.value.json);
  offerKinds();
  draw();
}

function draw() {
  if (!value) return;
  attention = read();
  find(".figure-title").textContent = attention.title;
  find(".axes").textContent = `Row: ${attention.axes.rows}. Column: ${attention.axes.columns}.`;
  find(".notice").textContent = attention.notice;
  find(".hidden-note").hidden = !attention.hidden;
  drawStatistics();
  drawMaps();
  lens.publish("attention", attention);
}

// ---- saving ------------------------------------------------------------------------------------------------------

function picture() {
  const [size, gap, top, perRow] = [112, 44, 64, attention.nHeads];
  const heads = ordered();
  const width = Math.max(640, perRow * (size + 16) + 24);
  const height = top + Math.ceil(heads.length / perRow) * (size + gap) + 32;
  const { canvas, context } = lens.paper(width, height);
  context.fillText(`${attention.name}: ${attention.title}`, 16, 18);
  const statistic = STATISTICS[find(".statistic").value].name;
  context.fillText(`Under each map: ${statistic}.`, 16, 38);
  lens.drawScale(context, 16, height - 20, "weight 0", find(".high").textContent);
  heads.forEach((head, i) => {
    const [x, y] = [16 + (i % perRow) * (size + 16), top + Math.floor(i / perRow) * (size + gap)];
    context.fillText(label(head), x, y);
    context.drawImage(find(`.maps [data-head="${label(head)}"] canvas`), x, y + 10, size, size);
    context.strokeStyle = lens.variable("line");
    context.strokeRect(x, y + 10, size, size);
    context.fillText(figure(head), x, y + size + 20);
  });
  return canvas;
}

function figures() {
  const names = Object.keys(STATISTICS).filter((name) => attention.statistics[name]);
  const rows = ordered().map((head) => [
    head.layer + 1, head.head + 1, ...names.map((name) => attention.statistics[name][head.layer][head.head]),
  ]);
  return [["layer", "head", ...names], ...rows];
}

find(".save-png").addEventListener("click", () => lens.savePng(`attention-${attention.kind}.png`, picture()));
find(".save-csv").addEventListener("click", () => lens.saveCsv(`attention-${attention.kind}-heads.csv`, figures()));

find(".kinds").addEventListener("change", draw);
find(".hide").addEventListener("change", draw);
find(".statistic").addEventListener("change", draw);
find(".order").addEventListener("change", draw);

receive();
watch("value", receive);
lens.onTheme(element, draw);
lens.subscribe(element, "attention-view", (heads) => {
  open = heads.map(label);
  mark();
});
