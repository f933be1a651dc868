// One attention cell with all its numbers, and the parts of the predicted token's logit.
// Asks for "cell" { kind, layer, head, query, key }: { cell, parts, layers: { kind: count }, n_heads, names: { source,
// target } }. Where another run has no such place it gets another one: the selectors show the cell that is drawn.

const { number, largest } = lens.numbers;
const { make, within, row, options, offerHeads, notation } = lens.elements;
const { label } = lens.tokens;
const { signed } = lens.colours;
const { heatMap } = lens.figures;
const { saveJson } = lens.saving;
const { holds } = lens.address;
const { asks } = lens.ask;

const { find, on } = within(element);
const PLACES = ["kind", "layer", "head", "query", "key"];
let worked = null; // what is drawn
let wanted = {}; // the place that the visitor chose

function tableRow(texts, bar, here = false) {
  const cells = texts.map((text) => make("td", {}, ...[text].flat()));
  if (bar) {
    const sign = bar.signed && (bar.share < 0 ? "negative" : "positive");
    cells.push(make("td", { class: "bar" }, make("i", { class: sign, style: `width: ${Math.abs(bar.share) * 7}rem` })));
  }
  const line = row(...cells);
  line.classList.toggle("here", here);
  return line;
}

function drawChoices({ cell, layers, n_heads, names }) {
  const rows = cell.kind === "encoder" ? names.source : names.target;
  const keys = cell.kind === "decoder" ? names.target : names.source;
  const placed = (texts) => texts.map((text, i) => `${i + 1} ${label(text)}`);
  offerHeads(element, { layers, n_heads }, cell);
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
  const weights = cell.row.map((weight, i) =>
    tableRow(
      [label(cell.keys[i].text), cell.masked[i] ? "−∞ (masked)" : number(cell.scores[i]), number(weight)],
      { share: weight },
      i === cell.key,
    ),
  );
  find(".row tbody").replaceChildren(...weights);
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

// a vector as a strip of cells
function strip(selector, name, axis, valuesOf) {
  return heatMap(find(selector), {
    map() {
      if (!worked) return null;
      const values = valuesOf(worked.cell);
      return {
        values,
        rows: 1,
        columns: values.length,
        largest: Infinity,
        cellHeight: 22,
        x: { name: axis, first: 1 },
        y: { name: "", names: [""] },
        ...signed(largest(values) || 1),
      };
    },
    words(_, column) {
      const value = valuesOf(worked.cell)[column];
      return `${name}, dimension ${column + 1}: ${number(value)}, in full ${Number(value.toPrecision(8))}`;
    },
  });
}

const strips = [
  strip(".value", "value v", "dimension of v", ({ v }) => v),
  strip(".added", "added to the stream", "dimension of the stream", ({ added }) => added),
];

function receive(answer) {
  worked = answer;
  wanted = Object.fromEntries(PLACES.map((place) => [place, answer.cell[place]]));
  drawChoices(answer);
  drawNumbers(answer);
  drawParts(answer);
  for (const { draw } of strips) draw();
}

const ask = asks({ element, server }, "cell", () => wanted, receive);

for (const place of PLACES) {
  on("change", `select.${place}`, ({ target: { value } }) => {
    wanted = { ...wanted, [place]: place === "kind" ? value : Number(value) };
    ask();
  });
}
on("click", ".save-json", () => {
  if (!worked) return;
  const { cell, parts } = worked;
  saveJson("cell.json", { cell, parts });
});

// ---- in the address: "cross.2.3.5.1", counted from 1 -------------------------------------------------------------

const held = () =>
  "kind" in wanted ? PLACES.map((place, i) => (i ? wanted[place] + 1 : wanted[place])).join(".") : null;

function open(text) {
  const parts = text?.split(".") ?? [];
  wanted = Object.fromEntries(parts.map((part, i) => [PLACES[i], i ? Math.max(0, Number(part) - 1) : part]));
  ask();
}

const form = /^(encoder|decoder|cross)(\.\d{1,4}){4}$/;
holds(element, "cell", { called: "cell", form, read: held, set: open, entry: true });
