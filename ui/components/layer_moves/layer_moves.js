// How far each layer moves each token. Asks for "layer_moves": { encoder if there is one, decoder: { tokens, and by layer and
// token distance, cosine and angle } }.

const { number } = lens.numbers;
const { within, press, numbered } = lens.elements;
const { label } = lens.tokens;
const { sequential, inkOn } = lens.colours;
const { write } = lens.surfaces;
const { stepsOf } = lens.cells;
const { heatMap } = lens.figures;
const { asks } = lens.ask;

const { find, all, on } = within(element);
let sides = null; // the answer
let side = "encoder";
let measure = "distance";

const WIDE = 46; // px that a cell needs for its number

// by ratios: the first layer moves many times as far as the others, and would drown them
function scaleOf(values) {
  const positive = values.filter((value) => value > 0);
  return { low: Math.min(...positive), high: Math.max(...positive), log: true };
}

const { draw } = heatMap(find(".moves"), {
  map() {
    if (!sides) return null;
    const { tokens, [measure]: rows } = sides[side];
    const values = rows.flat();
    return {
      values,
      rows: rows.length,
      columns: tokens.length,
      smallest: 18,
      largest: 56,
      cellHeight: 24,
      colours: sequential(),
      x: { name: "token", names: tokens.map((token) => label(token.text)) },
      y: {
        name: measure === "angle" ? "layer; degrees turned" : "layer; distance moved",
        names: numbered("L", rows.length),
      },
      ...scaleOf(values),
    };
  },
  over({ pen, left, top, cellWidth, cellHeight, columns }) {
    if (cellWidth < WIDE) return;
    const values = sides[side][measure].flat();
    const { low, high, log } = scaleOf(values);
    const [colours, steps] = [sequential(), stepsOf(values, low, high, log)];
    values.forEach((value, i) => {
      const [x, y] = [(i % columns) + 0.5, Math.floor(i / columns) + 0.5];
      write(pen, number(value), left + x * cellWidth, top + y * cellHeight, "center", inkOn(colours[steps[i]]));
    });
  },
  words(row, column) {
    const { tokens, distance, cosine, angle } = sides[side];
    return `“${label(tokens[column].text)}” in ${side} L${row + 1}: moved by ${number(distance[row][column])} of its length, turned by ${number(angle[row][column])}°, cosine ${number(cosine[row][column])}`;
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
