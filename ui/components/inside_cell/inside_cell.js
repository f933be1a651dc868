// One attention cell with all its numbers, and the parts of the predicted token's logit.
// Asks for "cell" { kind, layer, head, query, key }: { cell, parts, layers: { kind: count }, n_heads, names: { source,
// target } }. Where another run has no such place it gets another one: the selectors show the cell that is drawn.

const { number } = lens.numbers;
const { options, numbered, notation } = lens.elements;
const { label } = lens.tokens;
const { diverging } = lens.colours;
const { responsive } = lens.redrawing;
const { heat, outline, cellAt } = lens.cells;
const { walk } = lens.walking;
const { saveJson } = lens.saving;
const { asks } = lens.ask;

const find = (selector) => element.querySelector(selector);
const PLACES = ["kind", "layer", "head", "query", "key"];
let worked = null; // what is drawn
let wanted = {}; // the place that the visitor chose
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
      { share: weight },
      i === cell.key,
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
      values: strip.values,
      rows: 1,
      columns: strip.values.length,
      cellHeight: 22,
      cellWidth: Math.max(1, Math.floor(room / strip.values.length)),
      x: { name: strip.axis, first: 1 },
      y: { name: "", names: [""] },
      colours: diverging(),
      low: -most,
      high: most,
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

function receive(answer) {
  worked = answer;
  wanted = Object.fromEntries(PLACES.map((place) => [place, answer.cell[place]]));
  strips.value.values = answer.cell.v;
  strips.added.values = answer.cell.added;
  drawChoices(answer);
  drawNumbers(answer);
  drawParts(answer);
  draw();
}

const ask = asks({ element, server }, "cell", () => wanted, receive);

for (const place of PLACES) {
  find(`.${place}`).addEventListener("change", ({ target: { value } }) => {
    wanted = { ...wanted, [place]: place === "kind" ? value : Number(value) };
    ask();
  });
}
find(".save-json").addEventListener("click", () => {
  if (!worked) return;
  const { cell, parts } = worked;
  saveJson("cell.json", { cell, parts });
});
