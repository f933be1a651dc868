// The same tokens in two orders through the encoder, with positions and without.
// Asks for "two_orders" { first, second, direction: null for the page's }: { directions: [[name, direction]], direction,
// first, second: { text, tokens, translation }, pairing, differences_with, differences_without, largest_with,
// largest_without, map_with, map_without: { shape, base64 } }.

const { number, floats } = lens.numbers;
const { make, svg, row } = lens.elements;
const { tokenName, tokenElement, linkHover } = lens.tokens;
const { variable, sequential } = lens.colours;
const { responsive } = lens.redrawing;
const { heat, outline, cellAt } = lens.cells;
const { walk } = lens.walking;
const { saveCsv, savePng } = lens.saving;
const { asks } = lens.ask;

const find = (selector) => element.querySelector(selector);
const KINDS = ["without", "with"];
const maps = {};
let values = {}; // kind -> the numbers of its map
/** @type {Cell} */
let cursor = [0, 0];
let value = null; // what is drawn
let texts = null; // what is compared
let direction = null; // what the visitor chose

/** @returns {Cell} */
const sizes = () => [value.first.tokens.length, value.second.tokens.length];

// ---- the pairing -------------------------------------------------------------------------------------------------

function drawPairing() {
  const { first, second, pairing } = value;
  const key = (order, i) => `order-${order}:${i}`;
  const chips = ["first", "second"].map((order) => {
    const { tokens } = order === "first" ? first : second;
    const line = tokens.map((token, i) => tokenElement(token, key(order, i)));
    find(`.order.${order}`).replaceChildren(...line);
    return line;
  });
  pairing.forEach((j, i) => {
    linkHover(chips[0][i], key("first", i), () => [key("second", j)]);
    linkHover(chips[1][j], key("second", j), () => [key("first", i)]);
  });
  drawLines(chips[0], chips[1]);
}

function drawLines(upper, lower) {
  const lines = value.pairing.map((j, i) => {
    const [from, to] = [upper[i], lower[j]];
    const middle = ({ offsetLeft, offsetWidth }) => offsetLeft + offsetWidth / 2;
    const ends = { x1: middle(from), y1: from.offsetTop + from.offsetHeight + 2, x2: middle(to), y2: to.offsetTop - 2 };
    return svg("line", { ...ends, class: i !== j && "moved" });
  });
  find("svg").replaceChildren(...lines);
}

// ---- the maps, both on one scale ---------------------------------------------------------------------------------

const draw = responsive(find(".maps"), () => {
  if (!value) return;
  const { first, second, pairing } = value;
  const room = find(".map-with").parentElement.clientWidth - 100;
  const cell = Math.max(16, Math.min(26, Math.floor(room / second.tokens.length)));
  let high = 0;
  for (const kind of KINDS) for (const entry of values[kind]) high = Math.max(high, entry);
  for (const kind of KINDS) {
    const map = heat(find(`.map-${kind}`), {
      values: values[kind],
      rows: first.tokens.length,
      columns: second.tokens.length,
      cellWidth: cell,
      cellHeight: cell,
      x: { name: "token of the second order", names: second.tokens.map(tokenName) },
      y: { name: "token of the first order", names: first.tokens.map(tokenName) },
      colours: sequential(),
      low: 0,
      high,
    });
    maps[kind] = map;
    map.pen.strokeStyle = variable("muted");
    map.pen.lineWidth = 1.5;
    pairing.forEach((j, i) => map.pen.strokeRect(map.left + j * cell + 2, map.top + i * cell + 2, cell - 4, cell - 4));
    outline(map, ...cursor);
  }
});

function show(i, j) {
  const { first, second } = value;
  const [without, with_] = KINDS.map((kind) => number(values[kind][i * second.tokens.length + j]));
  find(".figure-details").textContent =
    `“${tokenName(first.tokens[i])}” at ${i} of the first, “${tokenName(second.tokens[j])}” at ${j} of the second: ` +
    `${without} without positions, ${with_} with`;
}

// ---- what comes out ----------------------------------------------------------------------------------------------------

function drawTable() {
  const { first, pairing, differences_without, differences_with } = value;
  const rows = pairing.map((j, i) =>
    row(tokenName(first.tokens[i]), i, j, number(differences_without[i]), number(differences_with[i])),
  );
  find("tbody").replaceChildren(...rows);
}

// less than this is rounding of 32-bit floats, where values of about 1 are summed
const ROUNDING = 1e-4;

function describeVerdicts({ largest_without, largest_with, pairing }) {
  find(".verdict.without").textContent = number(largest_without);
  find(".verdict.with").textContent = number(largest_with);
  find(".without-note").textContent =
    "the largest difference between a token's two output vectors" +
    (largest_without < ROUNDING
      ? ": rounding. The outputs are the same vectors in another order; which word stood where is lost."
      : ".");
  const moved = pairing.some((j, i) => i !== j);
  find(".with-note").textContent = moved
    ? "the same measure" +
      (largest_with < ROUNDING ? "." : ": the order is seen, a token's vector depends on where it stands.")
    : "the same measure: both texts have the same order. Swap two words to see a difference.";
}

function receive(answer) {
  value = answer;
  find(".result").hidden = false;
  const offered = value.directions.map(([name, code]) => make("option", { value: code }, name));
  find(".direction").replaceChildren(...offered);
  find(".direction").value = value.direction;
  values = Object.fromEntries(KINDS.map((kind) => [kind, floats(value[`map_${kind}`])]));
  cursor = [0, value.pairing[0]];
  describeVerdicts(value);
  [value.first, value.second].forEach(({ text, translation }, i) => {
    find(".translations").children[2 * i].textContent = text;
    find(".translations").children[2 * i + 1].textContent = translation;
  });
  drawPairing();
  drawTable();
  show(...cursor);
  draw();
}

for (const kind of KINDS) {
  walk(find(`.map-${kind}`), {
    size: sizes,
    at: () => cursor,
    find: (event) => cellAt(maps[kind], event),
    show,
    go: (i, j) => {
      cursor = [i, j];
      show(i, j);
      draw();
    },
  });
  find(`.save-${kind}`).addEventListener(
    "click",
    () => value && savePng(`order-${kind}.png`, `Differences ${kind} positions`, find(`.map-${kind}`)),
  );
}
find(".save-csv").addEventListener("click", () => {
  if (!value) return;
  const { first, pairing, differences_without, differences_with } = value;
  const rows = pairing.map((j, i) => [first.tokens[i].text, i, j, differences_without[i], differences_with[i]]);
  saveCsv("order.csv", [
    ["token", "place in the first", "place in the second", "difference without positions", "difference with positions"],
    ...rows,
  ]);
});

// ---- asking ------------------------------------------------------------------------------------------------------

const typed = () => Object.fromEntries(["first", "second"].map((name) => [name, find(`form .${name}`).value]));
texts = typed();
const ask = asks({ element, server, inSight: true }, "two_orders", () => ({ ...texts, direction }), receive);

find("form").addEventListener("submit", (event) => {
  event.preventDefault();
  texts = typed();
  ask();
});
find(".direction").addEventListener("change", (event) => {
  direction = event.target.value;
  texts = typed();
  ask();
});
