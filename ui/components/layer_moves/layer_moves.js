// How far each layer moves each token. Asks for "layer_moves": { encoder if there is one, decoder: { tokens, and by layer and
// token distance and cosine } }.

const { number } = lens.numbers;
const { within, press, numbered } = lens.elements;
const { label } = lens.tokens;
const { unsigned, signed } = lens.colours;
const { heatMap } = lens.figures;
const { asks } = lens.ask;

const { find, all, on } = within(element);
let sides = null; // the answer
let side = "encoder";
let measure = "distance";

const { draw } = heatMap(find(".moves"), {
  map() {
    if (!sides) return null;
    const { tokens, [measure]: rows } = sides[side];
    const values = Float64Array.from(rows.flat());
    return {
      values,
      rows: rows.length,
      columns: tokens.length,
      smallest: 18,
      largest: 44,
      cellHeight: 24,
      x: { name: "token", names: tokens.map((token) => label(token.text)) },
      y: { name: "layer", names: numbered("L", rows.length) },
      ...(measure === "cosine" ? signed(1) : unsigned(Math.max(...values))),
    };
  },
  words(row, column) {
    const { tokens, distance, cosine } = sides[side];
    return `“${label(tokens[column].text)}” in ${side} L${row + 1}: moved by ${number(distance[row][column])} of its length, cosine ${number(cosine[row][column])}`;
  },
});

function look() {
  press(all(".side"), ({ dataset }) => dataset.side === side);
  press(all(".measure"), ({ dataset }) => dataset.measure === measure);
  draw();
}

on("click", ".side, .measure", ({ currentTarget: { dataset } }) => {
  ({ side = side, measure = measure } = dataset);
  look();
});

function receive(answer) {
  sides = answer;
  if (!(side in sides)) side = "decoder";
  for (const button of all(".side")) button.hidden = !("encoder" in sides);
  find(".figure-details").textContent = "";
  look();
}

asks({ element, server }, "layer_moves", () => ({}), receive);
