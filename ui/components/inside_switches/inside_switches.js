// A part of the model switched off, beside the whole model.
// value: { request, layers: { kind: count }, n_heads, reads, result } with result null until it is asked for by
// "compare" { name, kind, layer, head, position }

const { number, percent, floats } = lens.numbers;
const { options, numbered, notation } = lens.elements;
const { label } = lens.tokens;
const { sequential } = lens.colours;
const { responsive } = lens.redrawing;
const { heat, outline, cellAt } = lens.cells;
const { walk } = lens.walking;
const { saveJson } = lens.saving;

const find = (selector) => element.querySelector(selector);
const NAMES = { positions: "Positions off", residual: "Residual connections off", scale: "Division by √d_k off", head: "One head off" };
const MAPS = ["whole", "switched"];
let name = "positions";
let last = null; // the last value with a result
let numbers = {};
const drawn = {};
/** @type {Cell} */
let cursor = [0, 0];

function drawChoices() {
  const { layers, n_heads, reads } = props.value;
  for (const option of find(".kind").options) option.hidden = option.disabled = !(option.value in layers);
  if (!(find(".kind").value in layers)) find(".kind").value = "decoder";
  options(find(".layer"), numbered("L", layers[find(".kind").value]));
  options(find(".head"), numbered("H", n_heads));
  options(find(".position"), reads.map((text, i) => `${i + 1} ${label(text)}`));
  for (const button of element.querySelectorAll(".names button")) {
    button.setAttribute("aria-pressed", String(button.dataset.name === name));
  }
}

function ask() {
  if (!props.value) return;
  drawChoices();
  const chosen = (field) => Number(find(`.${field}`).value);
  trigger("compare", {
    request: props.value.request, name, kind: find(".kind").value, layer: chosen("layer"), head: chosen("head"), position: chosen("position"),
  });
}

function drawWords({ result, reads }) {
  const { switch: off, position } = result;
  const where = `L${off.layer + 1} H${off.head + 1}`;
  const title = NAMES[off.name] + (off.name === "head" ? ` (${where})` : "");
  find(".off").replaceChildren(...notation(title));
  find(".translations .whole").textContent = result.whole_text;
  find(".translations .switched").textContent = result.switched_text || "(nothing: it ends at once)";
  find(".next-title").textContent = `The next token after “${label(reads[position])}”`;
  find(".first").textContent = `Attention ${where}, whole model`;
  find(".second").replaceChildren(...notation(`Attention ${where}, ${title}`));
  const rows = result.candidates.map((candidate) => {
    const row = document.createElement("tr");
    row.insertCell().textContent = label(candidate.token.text);
    for (const kind of MAPS) {
      row.insertCell().textContent = percent(candidate[kind]);
      const bar = document.createElement("i");
      bar.style.width = `${4 * candidate[kind]}rem`;
      const cell = row.insertCell();
      cell.className = "bar";
      cell.append(bar);
    }
    return row;
  });
  find("tbody").replaceChildren(...rows);
}

const draw = responsive(element, () => {
  if (!last) return;
  const { rows, columns } = last.result;
  for (const kind of MAPS) {
    const names = rows.map(({ text }) => label(text));
    const room = find(`.map-${kind}`).parentElement.clientWidth - 40 - 7.5 * Math.max(...names.map((text) => text.length));
    const size = Math.max(15, Math.min(26, Math.floor(room / columns.length)));
    drawn[kind] = heat(find(`.map-${kind}`), {
      values: numbers[kind], rows: rows.length, columns: columns.length, cellWidth: size, cellHeight: size,
      x: { name: "key", names: columns.map(({ text }) => label(text)) }, y: { name: "query", names },
      colours: sequential(), low: 0, high: 1,
    });
    outline(drawn[kind], ...cursor);
  }
});

function show(row, column) {
  const { rows, columns } = last.result;
  const [whole, switched] = MAPS.map((kind) => number(numbers[kind][row * columns.length + column]));
  find(".figure-details").textContent =
    `“${label(rows[row].text)}” looks at “${label(columns[column].text)}”: weight ${whole} in the whole model, ${switched} in the switched one`;
}

for (const kind of MAPS) {
  walk(find(`.map-${kind}`), {
    size: () => [last.result.rows.length, last.result.columns.length],
    at: () => cursor,
    find: (event) => cellAt(drawn[kind], event),
    show,
    go: (row, column) => {
      cursor = [row, column];
      show(row, column);
      draw();
    },
  });
}

function receive() {
  const value = props.value;
  if (!value) return;
  drawChoices();
  if (!value.result) {
    // the tab was opened, or another sentence came: what is shown already may still be right
    if (!last || JSON.stringify(last.request) !== JSON.stringify(value.request)) ask();
    return;
  }
  last = value;
  cursor = [0, 0];
  numbers = { whole: floats(value.result.whole_map), switched: floats(value.result.switched_map) };
  find(".result").hidden = false;
  find(".figure-details").textContent = "";
  drawWords(value);
  draw();
}

for (const button of element.querySelectorAll(".names button")) {
  button.addEventListener("click", () => {
    name = button.dataset.name;
    ask();
  });
}
for (const place of ["kind", "layer", "head", "position"]) find(`.${place}`).addEventListener("change", ask);
find(".save-json").addEventListener("click", () => {
  const { result } = last;
  saveJson("switch.json", {
    ...result, whole_map: Array.from(numbers.whole), switched_map: Array.from(numbers.switched),
  });
});

find(".kind").value = "cross";
receive();
watch("value", receive);
