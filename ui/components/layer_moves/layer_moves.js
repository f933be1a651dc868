// How far each layer moves each token. Asks for "layer_moves": { encoder if there is one, decoder: { tokens, and by layer and
// token distance and cosine } }.

const { number } = lens.numbers;
const { label } = lens.tokens;
const { sequential, diverging } = lens.colours;
const { responsive } = lens.redrawing;
const { heat, outline, cellAt } = lens.cells;
const { walk } = lens.walking;
const { asks } = lens.ask;

const find = (selector) => element.querySelector(selector);
let sides = null; // the answer
let side = "encoder";
let measure = "distance";
/** @type {Cell} */
let cursor = [0, 0];
let drawn = null;

const moves = () => sides[side];

const draw = responsive(element, () => {
  if (!sides) return;
  const { tokens } = moves();
  const rows = moves()[measure];
  cursor = [Math.min(cursor[0], rows.length - 1), Math.min(cursor[1], tokens.length - 1)];
  const values = Float64Array.from(rows.flat());
  const signed = measure === "cosine";
  const room = find(".moves").parentElement.clientWidth - 90;
  drawn = heat(find(".moves"), {
    values,
    rows: rows.length,
    columns: tokens.length,
    cellWidth: Math.max(18, Math.min(44, Math.floor(room / tokens.length))),
    cellHeight: 24,
    x: { name: "token", names: tokens.map((token) => label(token.text)) },
    y: { name: "layer", names: rows.map((_, i) => `L${i + 1}`) },
    colours: signed ? diverging() : sequential(),
    low: signed ? -1 : 0,
    high: signed ? 1 : Math.max(...values),
  });
  outline(drawn, ...cursor);
});

function show(row, column) {
  const { tokens, distance, cosine } = moves();
  find(".figure-details").textContent =
    `“${label(tokens[column].text)}” in ${side} L${row + 1}: moved by ${number(distance[row][column])} of its length, cosine ${number(cosine[row][column])}`;
}

walk(find(".moves"), {
  size: () => [moves().distance.length, moves().tokens.length],
  at: () => cursor,
  find: (event) => cellAt(drawn, event),
  show,
  go: (row, column) => {
    cursor = [row, column];
    show(row, column);
    draw();
  },
});

function press() {
  for (const button of element.querySelectorAll(".side, .measure")) {
    button.setAttribute(
      "aria-pressed",
      String([side, measure].includes(button.dataset.side || button.dataset.measure)),
    );
  }
}

for (const button of element.querySelectorAll(".side, .measure")) {
  button.addEventListener("click", () => {
    side = button.dataset.side || side;
    measure = button.dataset.measure || measure;
    press();
    draw();
  });
}

asks(
  { element, server },
  "layer_moves",
  () => ({}),
  (answer) => {
    sides = answer;
    if (!(side in sides)) side = "decoder";
    for (const button of element.querySelectorAll(".side")) button.hidden = !("encoder" in sides);
    find(".figure-details").textContent = "";
    press();
    draw();
  },
);
