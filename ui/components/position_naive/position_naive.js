// Lengths of what could be added at each position, beside those of the embeddings it would be added to: the position's
// number in every dimension, the paper's vectors, the embeddings of this sentence and of the whole vocabulary.
// Asks for "raw_numbers": { tokens, token_norms, position_norms, naive_norms, vocabulary_min, vocabulary_median,
// vocabulary_max, learned: whether the model's positions are }.

const { number } = lens.numbers;
const { svg, within, press } = lens.elements;
const { tokenText } = lens.tokens;
const { variable } = lens.colours;
const { points, curve, marks } = lens.planes;
const { graph } = lens.figures;
const { saveCsv, saveSvg } = lens.saving;
const { asks } = lens.ask;

const { find, on } = within(element);
const drawing = find(".lengths");
const TITLE = "Raw position numbers, the model's position vectors, and its embeddings: how long each vector is";
let position = 5;
let value = null; // the answer

const zoomed = () => find(".zoom").ariaPressed === "true";
const count = () => value.naive_norms.length;

// each line, and the tokens as dots
/** @type {Look[]} */
const KEY = [
  { name: "raw numbers", colour: "ink", shape: null },
  { name: "the model's positions", colour: "scale-positive", dash: "8 4", shape: null },
  { name: "tokens of your sentence", colour: "scale-negative", width: 0 },
  { name: "vocabulary: grey band, median", colour: "muted", dash: "2 3", shape: null },
];

const { draw, show } = graph(drawing, {
  axes: () =>
    value && {
      n: count(),
      x: "position",
      y: {
        name: "length of the vector",
        low: 0,
        high: Math.max(2 * value.vocabulary_max, ...(zoomed() ? [] : value.naive_norms)),
      },
      height: 340,
      looks: KEY,
    },
  curves(drawn) {
    const { inside, left, right, toX, toY } = drawn;
    const [y, bottom] = [value.vocabulary_max, value.vocabulary_min].map(toY);
    const band = { x: left, y, width: right - left, height: bottom - y, fill: variable("scale-zero") };
    inside.append(svg("rect", band));
    const [raw, model, tokens, vocabulary] = KEY;
    curve(drawn, points(value.position_norms.map(() => value.vocabulary_median)), vocabulary);
    curve(drawn, points(value.naive_norms), raw);
    curve(drawn, points(value.position_norms), model);
    const dots = value.token_norms.map((norm, i) => [toX(i), toY(norm)]);
    inside.append(marks("circle", dots, tokens.colour, 4));
  },
  words(_, at) {
    const token = value.tokens[at];
    const embedding = token ? `, the token “${tokenText(token)}” ${number(value.token_norms[at])}` : "";
    return (
      `lengths at position ${at}: the number ${at} in every dimension ${number(value.naive_norms[at])}, ` +
      `the model's position vector ${number(value.position_norms[at])}${embedding}`
    );
  },
  at: () => [0, position],
  go: (_, at) => (position = at),
});

function receive(answer) {
  value = answer;
  find(".notice").textContent =
    `The model's embeddings are ${number(value.vocabulary_min)} to ${number(value.vocabulary_max)} long ` +
    `(median ${number(value.vocabulary_median)}); the number ${count() - 1} written into every dimension is ` +
    `${number(value.naive_norms[count() - 1])} long and goes on growing. ` +
    (value.learned
      ? "This model's position vectors were learned; they are "
      : "The sinusoids are bounded: every one of them is ") +
    `${number(value.position_norms[0])} long at position 0 and ${number(value.position_norms[count() - 1])} at position ${count() - 1}.`;
  position = Math.min(position, count() - 1);
  show(0, position);
  draw();
}

on("click", ".zoom", () => {
  press([find(".zoom")], () => !zoomed());
  draw();
});

on("click", ".save-svg", () => value && saveSvg("naive-positions.svg", TITLE, drawing));
on("click", ".save-csv", () => {
  if (!value) return;
  const { naive_norms, position_norms, tokens, token_norms } = value;
  const rows = naive_norms.map((naive, i) => [
    i,
    naive,
    position_norms[i],
    tokens[i]?.text ?? "",
    token_norms[i] ?? "",
  ]);
  saveCsv("naive-positions.csv", [
    ["position", "raw number's length", "position vector's length", "token", "embedding's length"],
    ...rows,
  ]);
});

asks({ element, server }, "raw_numbers", () => ({}), receive);
