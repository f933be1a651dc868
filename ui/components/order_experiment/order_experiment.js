// The same tokens in two orders through the encoder, with positions and without.
// Asks for "two_orders" { first, second, direction: null for the page's }: { directions: [[name, direction]], direction,
// first, second: { text, tokens, translation }, pairing, differences_with, differences_without, largest_with,
// largest_without, map_with, map_without: { shape, base64 } }.

const { number, floats, largest } = lens.numbers;
const { make, svg, within, row } = lens.elements;
const { tokenName, tokenElement, linkHover } = lens.tokens;
const { variable, unsigned } = lens.colours;
const { heatMap } = lens.figures;
const { ownSentences, saveCsv, savePng } = lens.saving;
const { asks } = lens.ask;

const { find, on } = within(element);
const KINDS = ["without", "with"];
let values = {}; // kind -> the numbers of its map
/** @type {Cell} */
let cursor = [0, 0];
let value = null; // what is drawn
let texts = null; // what is compared
let direction = null; // what the visitor chose

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

function words(i, j) {
  const { first, second } = value;
  const [without, with_] = KINDS.map((kind) => number(values[kind][i * second.tokens.length + j]));
  return (
    `“${tokenName(first.tokens[i])}” at ${i} of the first, “${tokenName(second.tokens[j])}” at ${j} of the second: ` +
    `${without} without positions, ${with_} with`
  );
}

const maps = KINDS.map((kind) =>
  heatMap(find(`.map-${kind}`), {
    map() {
      if (!value) return null;
      const { first, second } = value;
      return {
        values: values[kind],
        rows: first.tokens.length,
        columns: second.tokens.length,
        smallest: 16,
        largest: 26,
        x: { name: "token of the second order", names: second.tokens.map(tokenName) },
        y: { name: "token of the first order", names: first.tokens.map(tokenName) },
        ...unsigned(Math.max(...KINDS.map((each) => largest(values[each])))),
      };
    },
    over({ pen, left, top, cellWidth: size }) {
      pen.strokeStyle = variable("muted");
      pen.lineWidth = 1.5;
      value.pairing.forEach((j, i) => pen.strokeRect(left + j * size + 2, top + i * size + 2, size - 4, size - 4));
    },
    words,
    at: () => cursor,
    go: (...cell) => {
      cursor = cell;
      draw();
    },
  }),
);

function draw() {
  for (const map of maps) map.draw();
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
      (largest_with < ROUNDING ? "." : ": the order shows, because a token's vector depends on where it stands.")
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
  maps[0].show(...cursor);
  draw();
}

for (const kind of KINDS) {
  on("click", `.save-${kind}`, () =>
    savePng(
      `order-${kind}.png`,
      `Differences ${kind} positions`,
      find(`.map-${kind}`),
      ownSentences(find(".translations")),
    ),
  );
}
on("click", ".save-csv", () => {
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

on("submit", "form", (event) => {
  event.preventDefault();
  texts = typed();
  ask();
});
on("change", ".direction", (event) => {
  direction = event.target.value;
  texts = typed();
  ask();
});
