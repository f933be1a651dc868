// One attention cell with all its numbers, and the parts of the predicted token's logit.
// value: { cell, parts, layers: { kind: count }, n_heads, names: { source, target } }; asks with "work" { kind, layer, … }

const { number } = lens.numbers;
const { options, numbered, notation } = lens.elements;
const { label } = lens.tokens;
const { diverging } = lens.colours;
const { responsive } = lens.redrawing;
const { heat, outline, cellAt } = lens.cells;
const { walk } = lens.walking;
const { saveJson } = lens.saving;

const find = (selector) => element.querySelector(selector);
const PLACES = ["kind", "layer", "head", "query", "key"];
let wanted = null; // what the visitor chose, as far as this sentence has it
const strips = {
  value: { values: [], name: "value v", cursor: 0, axis: "dimension of v" },
  added: { values: [], name: "added to the stream", cursor: 0, axis: "dimension of the stream" },
};

function tableRow(texts, bar, here = false) {
  const row = document.createElement("tr");
  row.classList.toggle("here", here);
  for (const text of texts) row.insertCell().append(...[text].flat());
  if (bar === undefined) return row;
  const cell = row.insertCell();
  cell.className = "bar";
  const drawn = document.createElement("i");
  drawn.style.width = `${Math.abs(bar.share) * 7}rem`;
  drawn.className = bar.signed ? (bar.share < 0 ? "negative" : "positive") : "";
  cell.append(drawn);
  return row;
}

function drawChoices({ cell, layers, n_heads, names }) {
  const rows = cell.kind === "encoder" ? names.source : names.target;
  const keys = cell.kind === "decoder" ? names.target : names.source;
  const placed = (texts) => texts.map((text, i) => `${i + 1} ${label(text)}`);
  for (const option of find(".kind").options) option.hidden = option.disabled = !(option.value in layers);
  find(".kind").value = cell.kind;
  options(find(".layer"), numbered("L", layers[cell.kind]), cell.layer);
  options(find(".head"), numbered("H", n_heads), cell.head);
  options(find(".query"), placed(rows), cell.query);
  options(find(".key"), placed(keys), cell.key);
}

function drawNumbers({ cell }) {
  const products = cell.products.map((product, i) =>
    tableRow([i + 1, number(cell.q[i]), number(cell.k[i]), number(product)]),
  );
  find(".products tbody").replaceChildren(...products);
  find(".sum").textContent = `sum of ${cell.products.length} products: q · k = ${number(cell.dot)}`;
  find(".scaled").textContent =
    `score = ${number(cell.dot)} / √${cell.q.length} = ${number(cell.dot)} / ${number(cell.root)} = ${number(cell.score)}`;
  const row = cell.row.map((weight, i) =>
    tableRow(
      [label(cell.keys[i].text), cell.masked[i] ? "−∞ (masked)" : number(cell.scores[i]), number(weight)],
      { share: weight }, i === cell.key,
    ),
  );
  find(".row tbody").replaceChildren(...row);
  const sum = cell.row.reduce((total, weight) => total + weight, 0);
  find(".weights").textContent =
    `weight of “${label(cell.key_token.text)}” = ${number(cell.weight)}; the row sums to ${Number(sum.toPrecision(9))}`;
  const length = Math.hypot(...cell.added);
  find(".share").textContent = cell.predicted
    ? `length of what is added: ${number(length)}. Carried to the output by the sums alone, past all later ` +
      `attention and feed-forward layers, it adds ${number(cell.logit_share)} to the logit of ` +
      `“${label(cell.predicted.text)}”, the token predicted here.`
    : `length of what is added: ${number(length)}. In the encoder nothing adds to a logit itself: the decoder ` +
      "reads the encoder's output as keys and values.";
}

function drawParts({ cell, parts }) {
  find(".whole").hidden = !parts;
  if (!parts) return;
  find(".parts-title").textContent = `4. The logit of “${label(parts.token.text)}”, part by part`;
  const total = parts.parts.reduce((sum, { value }) => sum + value, 0);
  find(".total").textContent =
    `${parts.parts.length} parts add up to ${Number(total.toPrecision(7))}; the model's own logit is ${Number(parts.logit.toPrecision(7))}`;
  const most = Math.max(...parts.parts.map(({ value }) => Math.abs(value))) || 1;
  const block = { decoder: "self-attention", cross: "cross-attention" }[cell.kind];
  const rows = [...parts.parts]
    .sort((one, other) => Math.abs(other.value) - Math.abs(one.value))
    .map(({ name, layer, head, value }) => {
      const where = (layer === null ? "" : `L${layer + 1} `) + (head === null ? "" : `H${head + 1} `);
      const here = name === block && layer === cell.layer && head === cell.head;
      return tableRow([notation(where + name), number(value)], { share: value / most, signed: true }, here);
    });
  find(".parts tbody").replaceChildren(...rows);
}

const draw = responsive(find(".side-by-side"), () => {
  for (const [name, strip] of Object.entries(strips)) {
    if (!strip.values.length) continue;
    const most = Math.max(...strip.values.map(Math.abs)) || 1;
    const room = find(`.${name}`).parentElement.clientWidth - 70;
    strip.drawn = heat(find(`.${name}`), {
      values: strip.values, rows: 1, columns: strip.values.length, cellHeight: 22,
      cellWidth: Math.max(1, Math.floor(room / strip.values.length)),
      x: { name: strip.axis, first: 1 }, y: { name: "", names: [""] }, colours: diverging(), low: -most, high: most,
    });
    outline(strip.drawn, 0, strip.cursor);
  }
});

for (const [name, strip] of Object.entries(strips)) {
  const show = (_, column) => {
    find(".figure-details").textContent =
      `${strip.name}, dimension ${column + 1}: ${number(strip.values[column])}, in full ${Number(strip.values[column].toPrecision(8))}`;
  };
  walk(find(`.${name}`), {
    size: () => [1, strip.values.length],
    at: () => [0, strip.cursor],
    find: (event) => cellAt(strip.drawn, event),
    show,
    go: (row, column) => {
      strip.cursor = column;
      show(row, column);
      draw();
    },
  });
}

// whether this sentence has what the visitor chose
function has({ layers, n_heads, names }, { kind, layer, head, query, key }) {
  const rows = kind === "encoder" ? names.source : names.target;
  const keys = kind === "decoder" ? names.target : names.source;
  return layer < layers[kind] && head < n_heads && query < rows.length && key < keys.length;
}

const differs = ({ cell }) => PLACES.some((place) => wanted[place] !== cell[place]);

function ask(place) {
  const { layers, names } = props.value;
  const chosen = find(`.${place}`).value;
  wanted = { ...wanted, [place]: place === "kind" ? chosen : Number(chosen) };
  const last = (list) => list.length - 1;
  wanted.layer = Math.min(wanted.layer, layers[wanted.kind] - 1);
  wanted.query = Math.min(wanted.query, last(wanted.kind === "encoder" ? names.source : names.target));
  wanted.key = Math.min(wanted.key, last(wanted.kind === "decoder" ? names.target : names.source));
  trigger("work", wanted);
}

function receive() {
  const value = props.value;
  if (!value) return;
  if (wanted && has(value, wanted) && differs(value)) {
    if (value.follows) trigger("work", wanted); // another sentence, the same cell
    return; // or an answer to what was asked before the last choice
  }
  wanted = Object.fromEntries(PLACES.map((place) => [place, value.cell[place]]));
  strips.value.values = value.cell.v;
  strips.added.values = value.cell.added;
  drawChoices(value);
  drawNumbers(value);
  drawParts(value);
  draw();
}

for (const place of PLACES) find(`.${place}`).addEventListener("change", () => ask(place));
find(".save-json").addEventListener("click", () => {
  const { cell, parts } = props.value;
  saveJson("cell.json", { cell, parts });
});

receive();
watch("value", receive);
