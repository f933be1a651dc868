// A part of the model switched off, beside the whole model. Asks for "switched" { name, kind, layer, head, position }: what
// explain.switches.compare gives, with layers: { kind: count }, n_heads and reads. Where another run has no such place it
// gets another one: the selectors show what is drawn.

const { number, percent, floats } = lens.numbers;
const { options, numbered, notation } = lens.elements;
const { label } = lens.tokens;
const { sequential } = lens.colours;
const { responsive } = lens.redrawing;
const { heat, outline, cellAt } = lens.cells;
const { walk } = lens.walking;
const { saveJson } = lens.saving;
const { asks } = lens.ask;

const find = (selector) => element.querySelector(selector);
const NAMES = {
  positions: "Positions off",
  residual: "Residual connections off",
  scale: "Division by √d_k off",
  head: "One head off",
};
const MAPS = ["whole", "switched"];
let wanted = { name: "positions" }; // what the visitor chose
let result = null; // what is drawn
let numbers = {};
const drawn = {};
/** @type {Cell} */
let cursor = [0, 0];

function drawChoices({ layers, n_heads, reads, switch: off, position }) {
  for (const option of find(".kind").options) option.hidden = option.disabled = !(option.value in layers);
  find(".kind").value = off.kind;
  options(find(".layer"), numbered("L", layers[off.kind]), off.layer);
  options(find(".head"), numbered("H", n_heads), off.head);
  options(
    find(".position"),
    reads.map((text, i) => `${i + 1} ${label(text)}`),
    position,
  );
}

function press() {
  for (const button of element.querySelectorAll(".names button")) {
    button.setAttribute("aria-pressed", String(button.dataset.name === wanted.name));
  }
}

function drawWords({ switch: off, position, reads }) {
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
  if (!result) return;
  const { rows, columns } = result;
  for (const kind of MAPS) {
    const names = rows.map(({ text }) => label(text));
    const room =
      find(`.map-${kind}`).parentElement.clientWidth - 40 - 7.5 * Math.max(...names.map((text) => text.length));
    const size = Math.max(15, Math.min(26, Math.floor(room / columns.length)));
    drawn[kind] = heat(find(`.map-${kind}`), {
      values: numbers[kind],
      rows: rows.length,
      columns: columns.length,
      cellWidth: size,
      cellHeight: size,
      x: { name: "key", names: columns.map(({ text }) => label(text)) },
      y: { name: "query", names },
      colours: sequential(),
      low: 0,
      high: 1,
    });
    outline(drawn[kind], ...cursor);
  }
});

function show(row, column) {
  const { rows, columns } = result;
  const [whole, switched] = MAPS.map((kind) => number(numbers[kind][row * columns.length + column]));
  find(".figure-details").textContent =
    `“${label(rows[row].text)}” looks at “${label(columns[column].text)}”: weight ${whole} in the whole model, ${switched} in the switched one`;
}

for (const kind of MAPS) {
  walk(find(`.map-${kind}`), {
    size: () => [result.rows.length, result.columns.length],
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

function receive(answer) {
  result = answer;
  const { switch: off, position } = answer;
  wanted = { name: off.name, kind: off.kind, layer: off.layer, head: off.head, position };
  cursor = [0, 0];
  numbers = { whole: floats(answer.whole_map), switched: floats(answer.switched_map) };
  find(".result").hidden = false;
  find(".figure-details").textContent = "";
  drawChoices(answer);
  drawWords(answer);
  draw();
}

const ask = asks({ element, server, inSight: true }, "switched", () => wanted, receive);

for (const button of element.querySelectorAll(".names button")) {
  button.addEventListener("click", () => {
    wanted = { ...wanted, name: button.dataset.name };
    press();
    ask();
  });
}
for (const place of ["kind", "layer", "head", "position"]) {
  find(`.${place}`).addEventListener("change", ({ target: { value } }) => {
    wanted = { ...wanted, [place]: place === "kind" ? value : Number(value) };
    ask();
  });
}
find(".save-json").addEventListener("click", () => {
  saveJson("switch.json", {
    ...result,
    whole_map: Array.from(numbers.whole),
    switched_map: Array.from(numbers.switched),
  });
});
