// Layers as depth. value: { moves: { encoder if there is one, decoder }, defaults: { word, first, second }, shift: null | { problem } | {…} }
// Asks Python with "shift" { word, first, second }.

const { number, percent } = lens.numbers;
const { label } = lens.tokens;
const { sequential, diverging } = lens.colours;
const { responsive } = lens.redrawing;
const { plane, points, curve, mark, select, text, columnAt } = lens.planes;
const { heat, outline, cellAt } = lens.cells;
const { walk } = lens.walking;
const { saveJson, saveSvg } = lens.saving;

const find = (selector) => element.querySelector(selector);
let side = "encoder";
let measure = "distance";
/** @type {Cell} */
let cursor = [0, 0];
let point = 0; // of the curve and of both paths
let sentence = 0; // whose path in the plane is walked
let drawn = null;
let curvePlane = null;
let pathPlane = null;
let defaults = null; // those that stand in the fields, as long as nobody has typed

const moves = () => props.value.moves[side];
const found = () => (props.value?.shift && !props.value.shift.problem ? props.value.shift : null);
const pointName = (i) => (i === 0 ? "embedding" : `L${i}`);

// ---- movement ----------------------------------------------------------------------------------------------------

const drawMoves = responsive(element, () => {
  if (!props.value) return;
  const { tokens } = moves();
  const rows = moves()[measure];
  cursor = [Math.min(cursor[0], rows.length - 1), Math.min(cursor[1], tokens.length - 1)];
  const values = Float64Array.from(rows.flat());
  const signed = measure === "cosine";
  const room = find(".moves").parentElement.clientWidth - 90;
  drawn = heat(find(".moves"), {
    values, rows: rows.length, columns: tokens.length,
    cellWidth: Math.max(18, Math.min(44, Math.floor(room / tokens.length))), cellHeight: 24,
    x: { name: "token", names: tokens.map((token) => label(token.text)) },
    y: { name: "layer", names: rows.map((_, i) => `L${i + 1}`) },
    colours: signed ? diverging() : sequential(), low: signed ? -1 : 0, high: signed ? 1 : Math.max(...values),
  });
  outline(drawn, ...cursor);
  drawShift();
});

function showMove(row, column) {
  const { tokens, distance, cosine } = moves();
  find(".moves-details").textContent =
    `“${label(tokens[column].text)}” in ${side} L${row + 1}: moved by ${number(distance[row][column])} of its length, cosine ${number(cosine[row][column])}`;
}

walk(find(".moves"), {
  size: () => [moves().distance.length, moves().tokens.length],
  at: () => cursor,
  find: (event) => cellAt(drawn, event),
  show: showMove,
  go: (row, column) => {
    cursor = [row, column];
    showMove(row, column);
    drawMoves();
  },
});

function press() {
  for (const button of element.querySelectorAll(".side, .measure")) {
    button.setAttribute("aria-pressed", String([side, measure].includes(button.dataset.side || button.dataset.measure)));
  }
}

for (const button of element.querySelectorAll(".side, .measure")) {
  button.addEventListener("click", () => {
    side = button.dataset.side || side;
    measure = button.dataset.measure || measure;
    press();
    drawMoves();
  });
}

// ---- one word in two sentences -------------------------------------------------------------------------------------

function drawShift() {
  const shift = found();
  if (!shift) return;
  const n = shift.cosine.length;
  curvePlane = plane(find(".curve"), {
    height: 300, x: { name: "layers read", low: 0, high: n - 1, whole: true },
    y: { name: "cosine", low: Math.min(0, ...shift.cosine), high: 1 },
  });
  curve(curvePlane, points(shift.cosine), { colour: "scale" });
  select(curvePlane, point);
  const [xs, ys] = [0, 1].map((axis) => shift.plane.flat().map((place) => place[axis]));
  pathPlane = plane(find(".plane"), {
    height: 300, x: { name: "first component", low: Math.min(...xs), high: Math.max(...xs) },
    y: { name: "second component", low: Math.min(...ys), high: Math.max(...ys) },
  });
  shift.plane.forEach((path, second) => {
    const colour = second ? "scale-negative" : "scale-positive";
    curve(pathPlane, path, { colour, shape: null });
    path.forEach((at, i) => {
      const [x, y] = pixelOf(second, i);
      pathPlane.inside.append(mark(second ? "frame" : "circle", [x, y], colour, 4), text(x + 7, y - 8, String(i), { colour: "ink" }));
    });
  });
  pathPlane.inside.append(mark("frame", pixelOf(sentence, point), "accent", 7));
}

const place = (second, i) => `(${found().plane[second][i].map(number).join(", ")})`;

function pixelOf(second, i) {
  const [x, y] = found().plane[second][i];
  return [pathPlane.toX(x), pathPlane.toY(y)];
}

// the point of either path that is nearest to the pointer
function pointAt({ x, y }) {
  const places = found().plane.flatMap((path, second) => path.map((_, i) => [second, i]));
  const far = places.map((at) => Math.hypot(pixelOf(...at)[0] - x, pixelOf(...at)[1] - y));
  return places[far.indexOf(Math.min(...far))];
}

function showPlace(second, i) {
  find(".curve-details").textContent =
    `${second ? "second" : "first"} sentence, after ${pointName(i)}: ${place(second, i)} in the plane`;
}

walk(find(".plane"), {
  size: () => [2, found().cosine.length],
  at: () => [sentence, point],
  find: pointAt,
  show: showPlace,
  go: (second, i) => {
    [sentence, point] = [second, i];
    showPlace(second, i);
    drawMoves();
  },
});

function showPoint(_, i) {
  const { cosine, distance } = found();
  find(".curve-details").textContent =
    `after ${pointName(i)}: cosine ${number(cosine[i])}, distance ${number(distance[i])}`;
}

walk(find(".curve"), {
  size: () => [1, found().cosine.length],
  at: () => [0, point],
  find: (event) => columnAt(curvePlane, found().cosine.length, event),
  show: showPoint,
  go: (row, column) => {
    point = column;
    showPoint(row, column);
    drawMoves();
  },
});

function describeShift() {
  const shift = found();
  const problem = props.value.shift?.problem;
  find(".problem").hidden = !problem;
  find(".problem").textContent = problem || "";
  find(".result").hidden = !shift;
  if (!shift) return;
  point = Math.min(point, shift.cosine.length - 1);
  shift.sentences.forEach((sentenceShown, i) => {
    find(".translations").children[2 * i].textContent = sentenceShown.text;
    find(".translations").children[2 * i + 1].textContent = sentenceShown.translation;
  });
  const [first, second] = shift.kept;
  find(".plane-title").textContent =
    `Both paths, projected by PCA on two components, which keep ${percent(first + second)} of the variance (${percent(first)} + ${percent(second)})`;
  const rows = shift.cosine.map((cosine, i) => {
    const row = document.createElement("tr");
    const near = shift.neighbours.map((path) => path[i].map(label).join(", "));
    const places = [place(0, i), place(1, i)];
    for (const words of [pointName(i), number(cosine), number(shift.distance[i]), ...places, ...near]) {
      row.insertCell().textContent = words;
    }
    return row;
  });
  find("tbody").replaceChildren(...rows);
}

function ask() {
  trigger("shift", { word: find(".word").value, first: find(".first").value, second: find(".second").value });
}

function receive() {
  const { value } = props;
  if (!value) return;
  const untouched = !defaults || Object.keys(defaults).every((name) => find(`.${name}`).value === defaults[name]);
  if (untouched) for (const name of Object.keys(value.defaults)) find(`.${name}`).value = value.defaults[name];
  defaults = value.defaults;
  const hasEncoder = "encoder" in value.moves;
  if (!(side in value.moves)) side = "decoder";
  for (const button of element.querySelectorAll(".side")) button.hidden = !hasEncoder;
  find(".blind").hidden = hasEncoder;
  press();
  if (!value.shift && find(".word").value) ask(); // its runs are remembered: nothing is computed twice
  describeShift();
  drawMoves();
}

find("form").addEventListener("submit", (event) => {
  event.preventDefault();
  ask();
});
find(".save-png").addEventListener("click", () => saveSvg("word.svg", "Cosine of the word's two vectors", find(".curve")));
find(".save-plane").addEventListener("click", () =>
  saveSvg("plane.svg", `${find(".plane-title").textContent}; ● first sentence, □ second`, find(".plane")),
);
find(".save-json").addEventListener("click", () => saveJson("word.json", found()));

receive();
watch("value", receive);
