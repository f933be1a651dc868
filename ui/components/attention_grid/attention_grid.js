// The Attention tab's overview: one small map a head, of the kind of attention that is chosen here.
// Asks for "attention":
//        { run, languages: [source, target] or null of a language model, which has one kind alone, tokens: { source, target_in, target_out: [token] },
//          kinds: { KIND: { weights: packed (L, H, R, C), statistics: { NAME: [[number a head] a layer] or null } } } }
// publishes "attention" (the kind shown: its positions and weights) and "attention-open" (a head was opened);
// subscribes to "attention-view" (the heads that are open), "attention-effects" (what each head is worth) and
// "attention-choose" (a head of any kind that is to be opened).

const { number, bytes, largest } = lens.numbers;
const { make, within, button, press } = lens.elements;
const { tokenText, tokenElement } = lens.tokens;
const { variable, sequential } = lens.colours;
const { onTheme } = lens.redrawing;
const { publish, subscribe } = lens.topics;
const { picture, write, scaleBar } = lens.surfaces;
const { MASKED, paint, palette } = lens.cells;
const { moved, reach } = lens.walking;
const { saveCsv, savePng } = lens.saving;
const { holdsField } = lens.address;
const { asks } = lens.ask;

const { find, all, on } = within(element);

// rows and columns name the lists of value.tokens; s and t are the languages, or undefined of a language model
const KINDS = {
  encoder: {
    name: "Encoder self-attention",
    rows: "source",
    columns: "source",
    title: (s) => `Where each ${s} token looks in its own sentence`,
    axes: (s) => ({ rows: `the ${s} token that looks`, columns: `the ${s} token looked at` }),
    notice: () =>
      "A line beside the diagonal is a head that looks at a neighbour; a strong column is a head whose tokens all look " +
      "at one place, often at the end or at a full stop.",
  },
  decoder: {
    name: "Decoder self-attention",
    rows: "target_in",
    predicts: "target_out",
    columns: "target_in",
    title: (s, t) => `Where the decoder looks in the ${t || "text"} written so far, to predict each next token`,
    axes: (s, t = "") => ({
      rows: `the ${t} token read → the token predicted from there`.replace("  ", " "),
      columns: `the ${t} token looked at`.replace("  ", " "),
    }),
    notice: () => "The grey corner is masked: no position sees the tokens after it, or it could copy the answer.",
  },
  cross: {
    name: "Cross-attention",
    rows: "target_in",
    predicts: "target_out",
    columns: "source",
    title: (s, t) => `Where the decoder looks in the ${s} sentence, to predict each ${t} token`,
    axes: (s, t) => ({
      rows: `the ${t} token read → the token predicted from there`,
      columns: `the ${s} token looked at`,
    }),
    notice: (s) =>
      `A slanting path is a head that walks through the ${s} sentence; it bends where the word order differs.`,
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

let value = null; // the answer
let attention = null; // what is published
let open = [];
let effects = null; // of this run or of another

// ---- the kind that is shown --------------------------------------------------------------------------------------

// a position on an axis; the decoder's position i reads output token i - 1 (at first <s>) and predicts output token i
function positions(tokens, side, predicted) {
  const key = (i) => (side === "source" ? `src:${i}` : i > 0 ? `tgt:${i - 1}` : null);
  const words = (token) => (token.special ? token.text : tokenText(token));
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
        ? [tokenElement(token, key(index)), " → ", tokenElement(predicted[index], `tgt:${index}`)]
        : [tokenElement(token, key(index))],
  }));
}

function read() {
  const kind = find(".kinds input:checked").value;
  const { name, rows, columns, predicts, title, axes, notice } = KINDS[kind];
  const { weights, statistics } = value.kinds[kind];
  const [nLayers, nHeads] = weights.shape;
  const languages = value.languages || [];
  const hidden = find(".hide input").checked;
  const shown = (every) => {
    const left = every.filter((position) => !position.special);
    return hidden && left.length ? left : every; // an empty translation has special tokens alone
  };
  const allRows = positions(value.tokens[rows], rows, predicts && value.tokens[predicts]);
  const allColumns = positions(value.tokens[columns], columns);
  return {
    run: value.run,
    kind,
    name,
    statistics,
    nLayers,
    nHeads,
    hidden,
    allRows,
    allColumns,
    weights: bytes(weights.base64),
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
  return `${number(attention.statistics[name][layer][head])}${STATISTICS[name].unit || ""}`;
}

// undefined while it is not known
function effectOf(head) {
  const known = effects && JSON.stringify(effects.run) === JSON.stringify(attention.run);
  return known ? effects.headEffect(attention.kind, head) : undefined;
}

// under each map its effect, and a bar as long as the effect is large among those of the kind
function drawEffects() {
  const heads = all(".map").map(({ dataset }) => ({ layer: Number(dataset.layer), head: Number(dataset.number) }));
  const found = heads.map(effectOf);
  const most = largest(found.map((effect) => effect ?? 0)) || 1;
  all(".map").forEach((map, i) => {
    const [effect, size] = [found[i], map.querySelector(".size")];
    const words = effect === undefined ? [] : ["effect ", make("b", {}, number(effect))];
    map.querySelector(".effect").replaceChildren(...words);
    size.style.width = `${(100 * Math.abs(effect ?? 0)) / most}%`;
    size.classList.toggle("gain", effect > 0);
    size.hidden = effect === undefined;
  });
}

// all heads in the order that was asked for
function ordered() {
  const heads = Array.from({ length: attention.nLayers * attention.nHeads }, (_, i) => ({
    layer: Math.floor(i / attention.nHeads),
    head: i % attention.nHeads,
  }));
  const order = find(".order").value;
  if (order === "layers") return heads;
  if (order === "loss") return heads.sort((a, b) => (effectOf(a) ?? 0) - (effectOf(b) ?? 0));
  const statistic = attention.statistics[find(".statistic").value];
  const sign = order === "highest" ? -1 : 1;
  return heads.sort((a, b) => sign * (statistic[a.layer][a.head] - statistic[b.layer][b.head]));
}

// one head's weights, a byte each, at the positions shown
function shownCells({ layer, head }) {
  const { rows, columns, weights, nHeads } = attention;
  const cells = new Uint16Array(rows.length * columns.length);
  let i = 0;
  for (const row of rows) {
    const start = attention.at(layer * nHeads + head, row, { index: 0 });
    for (const column of columns) cells[i++] = attention.masked(row, column) ? MASKED : weights[start + column.index];
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

// the colours of bytes, the largest of all maps the darkest
const coloursOf = (high) => {
  const scale = sequential();
  return palette(Array.from({ length: MASKED }, (_, byte) => scale[Math.min(255, Math.round((255 * byte) / high))]));
};

function mapButton(head, steps, words) {
  const canvas = make("canvas");
  paint(canvas, attention.rows.length, attention.columns.length, steps, words);
  const size = make("span", { class: "size" });
  const under = [make("span", { class: "number" }, figure(head)), make("span", { class: "effect" }), size];
  const place = { "data-head": label(head), "data-layer": head.layer, "data-number": head.head };
  return button([make("span", {}, label(head)), canvas, ...under], () => publish("attention-open", head), {
    class: "map",
    ...place,
  });
}

function drawMaps() {
  const heads = ordered();
  const maps = heads.map(shownCells);
  const high = highest(maps);
  const words = coloursOf(high);
  const focused = find(".maps :focus")?.dataset.head;
  find(".maps").style.setProperty("--heads", attention.nHeads);
  find(".maps").replaceChildren(...heads.map((head, i) => mapButton(head, maps[i], words)));
  find(".high").textContent = `${Number((high / 255).toPrecision(2))} in all maps`; // a byte knows no more digits
  drawEffects();
  mark();
  if (focused) find(`.maps [data-head="${focused}"]`)?.focus();
}

// the heads that are open; the Tab key reaches the first of them, the arrow keys the others
function mark() {
  const isOpen = ({ dataset }) => open.includes(dataset.head);
  press(all(".map"), isOpen);
  reach(all(".map"), all(".map").find(isOpen));
}

on("keydown", ".maps", (event) => {
  const maps = all(".map");
  const i = maps.indexOf(document.activeElement);
  const perRow = attention.nHeads;
  const next = i < 0 ? null : moved(event, [Math.floor(i / perRow), i % perRow], [maps.length / perRow, perRow]);
  if (!next) return;
  event.preventDefault();
  const to = maps[next[0] * perRow + next[1]];
  reach(maps, to);
  to.focus();
});

// ---- drawing -----------------------------------------------------------------------------------------------------

// the kinds that this model has
function offerKinds() {
  for (const input of all(".kinds input")) input.parentElement.hidden = !(input.value in value.kinds);
  if (!(find(".kinds input:checked").value in value.kinds)) find('.kinds input[value="decoder"]').checked = true;
  const isAlone = Object.keys(value.kinds).length < 2; // a language model's
  for (const part of all(".kinds, .translator")) part.hidden = isAlone;
  find(".only").hidden = !isAlone;
}

function drawStatistics() {
  const chosen = find(".statistic").value;
  const options = Object.keys(STATISTICS)
    .filter((name) => attention.statistics[name])
    .map((name) => make("option", { value: name, selected: name === chosen }, STATISTICS[name].name));
  find(".statistic").replaceChildren(...options);
}

function receive(answer) {
  value = answer;
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
  publish("attention", attention);
}

// ---- saving ------------------------------------------------------------------------------------------------------

function drawing() {
  const [size, gap, top, perRow] = [112, 44, 12, attention.nHeads];
  const heads = ordered();
  const width = Math.max(640, perRow * (size + 16) + 24);
  const height = top + Math.ceil(heads.length / perRow) * (size + gap) + 32;
  const { canvas, pen } = picture(width, height);
  heads.forEach((head, i) => {
    const [x, y] = [16 + (i % perRow) * (size + 16), top + Math.floor(i / perRow) * (size + gap)];
    write(pen, label(head), x, y, "left", "ink");
    pen.drawImage(find(`.maps [data-head="${label(head)}"] canvas`), x, y + 10, size, size);
    pen.strokeStyle = variable("line");
    pen.strokeRect(x, y + 10, size, size);
    write(pen, figure(head), x, y + size + 20);
  });
  scaleBar(pen, { colours: sequential(), low: "weight 0", high: find(".high").textContent }, 16, height - 20);
  return canvas;
}

function save() {
  const under = `Under each map: ${STATISTICS[find(".statistic").value].name}.`;
  savePng(`attention-${attention.kind}.png`, [`${attention.name}: ${attention.title}`, under], drawing());
}

function figures() {
  const names = Object.keys(STATISTICS).filter((name) => attention.statistics[name]);
  const rows = ordered().map((head) => [
    head.layer + 1,
    head.head + 1,
    ...names.map((name) => attention.statistics[name][head.layer][head.head]),
  ]);
  return [["layer", "head", ...names], ...rows];
}

on("click", ".save-png", save);
on("click", ".save-csv", () => saveCsv(`attention-${attention.kind}-heads.csv`, figures()));

on("change", ".kinds, .hide, .statistic, .order", draw);

onTheme(element, draw);
subscribe(element, "attention-view", (heads) => {
  open = heads.map(label);
  mark();
});
subscribe(element, "attention-effects", (news) => {
  effects = news;
  if (!attention) return;
  if (find(".order").value === "loss") drawMaps();
  else drawEffects();
});
subscribe(element, "attention-choose", ({ kind, layer, head }) => {
  if (!value || !(kind in value.kinds)) return;
  if (kind !== attention.kind) {
    find(`.kinds input[value="${kind}"]`).checked = true;
    draw();
  }
  publish("attention-open", { layer, head });
});
holdsField(element, "kind", "kind of attention", ".kinds input", { entry: true });
holdsField(element, "order", "order of the heads", ".order");
holdsField(element, "hidden", "choice of tokens", ".hide input");
asks({ element, server }, "attention", () => ({}), receive);
