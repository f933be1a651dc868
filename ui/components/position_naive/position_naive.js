// Lengths of what could be added at each position, beside those of the embeddings it would be added to: the position's
// number in every dimension, the paper's vectors, the embeddings of this sentence and of the whole vocabulary.
// value: { tokens, token_norms, position_norms, naive_norms, vocabulary_min, vocabulary_median, vocabulary_max, model: its
//          name, learned: whether its positions are }; publishes "positions.model", the name

const find = (selector) => element.querySelector(selector);
const canvas = find("canvas");
const TITLE = "Raw position numbers, the model's position vectors, and its embeddings: how long each vector is";
const HEIGHT = 340;
const KEY_LINE = 20;
let position = 5;
let plane = null;

const zoomed = () => find(".zoom").getAttribute("aria-pressed") === "true";
const count = () => props.value.naive_norms.length;

// name, colour and dashes of each line; tokens are dots
const KEY = [
  ["raw numbers", "ink", []],
  ["the model's positions", "scale-positive", [8, 4]],
  ["tokens of your sentence", "scale-negative", null],
  ["vocabulary: grey band, median", "muted", [2, 3]],
];

function drawKey(pen, y) {
  KEY.forEach(([name, colour, dash], i) => {
    const middle = y + i * KEY_LINE;
    pen.strokeStyle = pen.fillStyle = lens.variable(colour);
    pen.lineWidth = 2;
    pen.setLineDash(dash || []);
    if (dash) pen.strokeRect(56, middle, 26, 0);
    else figures.dot(pen, 69, middle, 4);
    pen.setLineDash([]);
    figures.write(pen, name, 92, middle, "left", "ink");
  });
}

const draw = figures.responsive(canvas.parentElement, () => {
  const value = props.value;
  if (!value) return;
  const top = zoomed() ? 2 * value.vocabulary_max : Math.max(...value.naive_norms, 2 * value.vocabulary_max);
  plane = figures.plane(canvas, {
    width: Math.max(300, canvas.parentElement.clientWidth), height: HEIGHT, below: KEY.length * KEY_LINE,
    x: { name: "position", low: 0, high: count() - 1, whole: true },
    y: { name: "length of the vector", low: 0, high: top },
  });
  const { pen, left, right, toX, toY } = plane;
  pen.fillStyle = lens.variable("scale-zero"); // from the shortest embedding of the vocabulary to the longest
  pen.fillRect(left, toY(value.vocabulary_max), right - left, toY(value.vocabulary_min) - toY(value.vocabulary_max));
  figures.curve(plane, value.position_norms.map(() => value.vocabulary_median), { dash: [2, 3], colour: "muted" });
  figures.curve(plane, value.naive_norms, { colour: "ink" });
  figures.curve(plane, value.position_norms, { dash: [8, 4], colour: "scale-positive" });
  pen.fillStyle = lens.variable("scale-negative");
  value.token_norms.forEach((norm, i) => figures.dot(pen, toX(i), toY(norm), 4));
  figures.mark(plane, position);
  drawKey(pen, HEIGHT + KEY_LINE / 2);
});

function show(_, at) {
  const value = props.value;
  const token = value.tokens[at];
  const embedding = token ? `, the token “${lens.tokenText(token)}” ${lens.number(value.token_norms[at])}` : "";
  find(".figure-details").textContent =
    `lengths at position ${at}: the number ${at} in every dimension ${lens.number(value.naive_norms[at])}, ` +
    `the model's position vector ${lens.number(value.position_norms[at])}${embedding}`;
}

function go(_, at) {
  position = at;
  show(0, at);
  draw();
}

function receive() {
  const value = props.value;
  if (!value) return;
  find(".notice").textContent =
    `The model's embeddings are ${lens.number(value.vocabulary_min)} to ${lens.number(value.vocabulary_max)} long ` +
    `(median ${lens.number(value.vocabulary_median)}); the number ${count() - 1} written into every dimension is ` +
    `${lens.number(value.naive_norms[count() - 1])} long and goes on growing. ` +
    (value.learned ? "This model's position vectors were learned; they are " : "The sinusoids are bounded: every one of them is ") +
    `${lens.number(value.position_norms[0])} long at position 0 and ${lens.number(value.position_norms[count() - 1])} at position ${count() - 1}.`;
  go(0, Math.min(position, count() - 1));
  lens.publish("positions.model", value.model);
}

find(".zoom").addEventListener("click", () => {
  find(".zoom").setAttribute("aria-pressed", String(!zoomed()));
  draw();
});
figures.walk(canvas, {
  size: () => [1, count()],
  at: () => [0, position],
  find: (event) => figures.columnAt(plane, count(), event),
  show,
  go,
});

find(".save-png").addEventListener("click", () => props.value && figures.savePng("naive-positions.png", TITLE, canvas));
find(".save-csv").addEventListener("click", () => {
  const value = props.value;
  if (!value) return;
  const rows = value.naive_norms.map((naive, i) => [
    i, naive, value.position_norms[i], value.tokens[i]?.text ?? "", value.token_norms[i] ?? "",
  ]);
  lens.saveCsv("naive-positions.csv", [
    ["position", "raw number's length", "position vector's length", "token", "embedding's length"], ...rows,
  ]);
});

receive();
watch("value", receive);
