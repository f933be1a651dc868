// Lengths of what could be added at each position, beside those of the embeddings it would be added to: the position's
// number in every dimension, the paper's vectors, the embeddings of this sentence and of the whole vocabulary.
// Asks for "raw_numbers": { tokens, token_norms, position_norms, naive_norms, vocabulary_min, vocabulary_median,
// vocabulary_max, learned: whether the model's positions are }.

const { number } = lens.numbers;
const { svg } = lens.elements;
const { tokenText } = lens.tokens;
const { variable } = lens.colours;
const { responsive } = lens.redrawing;
const { plane, points, curve, marks, select, columnAt } = lens.planes;
const { walk } = lens.walking;
const { saveCsv, saveSvg } = lens.saving;
const { asks } = lens.ask;

const find = (selector) => element.querySelector(selector);
const drawing = find(".lengths");
const TITLE = "Raw position numbers, the model's position vectors, and its embeddings: how long each vector is";
const HEIGHT = 340;
let position = 5;
let value = null; // the answer
let drawn = null;

const zoomed = () => find(".zoom").getAttribute("aria-pressed") === "true";
const count = () => value.naive_norms.length;

// each line, and the tokens as dots
/** @type {Look[]} */
const KEY = [
  { name: "raw numbers", colour: "ink", shape: null },
  { name: "the model's positions", colour: "scale-positive", dash: "8 4", shape: null },
  { name: "tokens of your sentence", colour: "scale-negative", width: 0 },
  { name: "vocabulary: grey band, median", colour: "muted", dash: "2 3", shape: null },
];

const draw = responsive(drawing.parentElement, () => {
  if (!value) return;
  const top = zoomed() ? 2 * value.vocabulary_max : Math.max(...value.naive_norms, 2 * value.vocabulary_max);
  drawn = plane(drawing, {
    height: HEIGHT,
    looks: KEY,
    x: { name: "position", low: 0, high: count() - 1, whole: true },
    y: { name: "length of the vector", low: 0, high: top },
  });
  const { inside, left, right, toX, toY } = drawn;
  const [shortest, longest] = [value.vocabulary_min, value.vocabulary_max].map(toY);
  inside.append(
    svg("rect", { x: left, y: longest, width: right - left, height: shortest - longest, fill: variable("scale-zero") }),
  );
  const [raw, model, tokens, vocabulary] = KEY;
  curve(drawn, points(value.position_norms.map(() => value.vocabulary_median)), vocabulary);
  curve(drawn, points(value.naive_norms), raw);
  curve(drawn, points(value.position_norms), model);
  const dots = value.token_norms.map((norm, i) => [toX(i), toY(norm)]);
  inside.append(marks("circle", dots, tokens.colour, 4));
  select(drawn, position);
});

function show(_, at) {
  const token = value.tokens[at];
  const embedding = token ? `, the token “${tokenText(token)}” ${number(value.token_norms[at])}` : "";
  find(".figure-details").textContent =
    `lengths at position ${at}: the number ${at} in every dimension ${number(value.naive_norms[at])}, ` +
    `the model's position vector ${number(value.position_norms[at])}${embedding}`;
}

function go(_, at) {
  position = at;
  show(0, at);
  draw();
}

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
  go(0, Math.min(position, count() - 1));
}

find(".zoom").addEventListener("click", () => {
  find(".zoom").setAttribute("aria-pressed", String(!zoomed()));
  draw();
});
walk(drawing, {
  size: () => [1, count()],
  at: () => [0, position],
  find: (event) => columnAt(drawn, count(), event),
  show,
  go,
});

find(".save-svg").addEventListener("click", () => value && saveSvg("naive-positions.svg", TITLE, drawing));
find(".save-csv").addEventListener("click", () => {
  if (!value) return;
  const rows = value.naive_norms.map((naive, i) => [
    i,
    naive,
    value.position_norms[i],
    value.tokens[i]?.text ?? "",
    value.token_norms[i] ?? "",
  ]);
  saveCsv("naive-positions.csv", [
    ["position", "raw number's length", "position vector's length", "token", "embedding's length"],
    ...rows,
  ]);
});

asks({ element, server }, "raw_numbers", () => ({}), receive);
