// One word in two sentences, layer by layer. Asks for "word_shift" { word, first, second }, or {} for an example in the
// page's language: { texts: { word, first, second }, translates, translations, cosine, distance, neighbours, plane, kept },
// or the first two alone where there is no example.

const { number, percent } = lens.numbers;
const { within, row } = lens.elements;
const { label } = lens.tokens;
const { plane, points, curve, mark, text } = lens.planes;
const { figure, graph } = lens.figures;
const { ownSentences, saveJson, saveSvg } = lens.saving;
const { holds } = lens.address;
const { asks } = lens.ask;

const { find, on } = within(element);
const FIELDS = ["word", "first", "second"];
let shift = null; // what is drawn
let compared = {}; // the texts that the visitor compared last
let typing = false; // since then
let point = 0; // of the curve and of both paths
let sentence = 0; // whose path in the plane is walked
let pathPlane = null;

const pointName = (i) => (i === 0 ? "embedding" : `L${i}`);

// ---- the figures -------------------------------------------------------------------------------------------------

const curves = graph(find(".curve"), {
  axes: () =>
    shift && {
      n: shift.cosine.length,
      x: "layers read",
      y: { name: "cosine", low: Math.min(0, ...shift.cosine), high: 1 },
      height: 260,
    },
  curves: (drawn) => curve(drawn, points(shift.cosine), { colour: "scale" }),
  words: (_, i) => `after ${pointName(i)}: cosine ${number(shift.cosine[i])}, distance ${number(shift.distance[i])}`,
  at: () => [0, point],
  go: (_, i) => {
    point = i;
    paths.draw();
  },
});

const place = (second, i) => `(${shift.plane[second][i].map(number).join(", ")})`;

function pixelOf(second, i) {
  const [x, y] = shift.plane[second][i];
  return [pathPlane.toX(x), pathPlane.toY(y)];
}

function drawPaths(selected) {
  if (!shift) return;
  const [xs, ys] = [0, 1].map((axis) => shift.plane.flat().map((at) => at[axis]));
  pathPlane = plane(find(".plane"), {
    height: 260,
    x: { name: "first component", low: Math.min(...xs), high: Math.max(...xs) },
    y: { name: "second component", low: Math.min(...ys), high: Math.max(...ys) },
  });
  shift.plane.forEach((path, second) => {
    const colour = second ? "scale-negative" : "scale-positive";
    curve(pathPlane, path, { colour, shape: null });
    path.forEach((_, i) => {
      const [x, y] = pixelOf(second, i);
      const name = text(x + 7, y - 8, String(i), { colour: "ink" });
      pathPlane.inside.append(mark(second ? "frame" : "circle", [x, y], colour, 4), name);
    });
  });
  pathPlane.inside.append(mark("frame", pixelOf(...selected), "accent", 7));
}

// the point of either path that is nearest to the pointer
function pointAt({ x, y }) {
  const places = shift.plane.flatMap((path, second) => path.map((_, i) => [second, i]));
  const far = places.map((at) => Math.hypot(pixelOf(...at)[0] - x, pixelOf(...at)[1] - y));
  return places[far.indexOf(Math.min(...far))];
}

const paths = figure(find(".plane"), {
  paint: drawPaths,
  size: () => [2, shift.cosine.length],
  find: pointAt,
  words: (second, i) =>
    `${second ? "second" : "first"} sentence, after ${pointName(i)}: ${place(second, i)} in the plane`,
  at: () => [sentence, point],
  go: (second, i) => {
    [sentence, point] = [second, i];
    curves.draw();
  },
});

function describe() {
  point = Math.min(point, shift.cosine.length - 1);
  shift.translations.forEach((translation, i) => {
    find(".translations").children[2 * i].textContent = shift.texts[FIELDS[1 + i]];
    find(".translations").children[2 * i + 1].textContent = translation;
  });
  const [first, second] = shift.kept;
  find(".plane-title").textContent =
    `Both paths, projected by PCA on two components, which keep ${percent(first + second)} of the variance (${percent(first)} + ${percent(second)})`;
  const rows = shift.cosine.map((cosine, i) => {
    const near = shift.neighbours.map((names) => names[i].map(label).join(", "));
    return row(pointName(i), number(cosine), number(shift.distance[i]), place(0, i), place(1, i), ...near);
  });
  find("tbody").replaceChildren(...rows);
  find(".figure-details").textContent = "";
}

// ---- asking ------------------------------------------------------------------------------------------------------

function receive(answer) {
  if (!typing) for (const name of FIELDS) find(`.${name}`).value = answer.texts[name];
  find(".blind").hidden = answer.translates;
  shift = answer.cosine ? answer : null;
  find(".result").hidden = !shift;
  if (shift) describe();
  curves.draw();
  paths.draw();
}

const ask = asks({ element, server, inSight: true }, "word_shift", () => compared, receive);

on("input", "form", () => (typing = true));
on("submit", "form", (event) => {
  event.preventDefault();
  compared = Object.fromEntries(FIELDS.map((name) => [name, find(`.${name}`).value]));
  typing = false;
  ask();
});

// in the address: the word and both sentences, with line breaks between them
const held = () => ("word" in compared ? FIELDS.map((name) => compared[name]).join("\n") : null);

function open(asked) {
  const texts = asked?.split("\n") ?? [];
  compared = Object.fromEntries(texts.map((each, i) => [FIELDS[i], each]));
  typing = false;
  ask();
}

holds(element, "word", { called: "word", form: /^.{1,100}\n.{1,900}\n.{1,900}$/, read: held, set: open, entry: true });

const about = () => ownSentences(find(".translations"));
on("click", ".save-png", () => saveSvg("word.svg", "Cosine of the word's two vectors", find(".curve"), about()));
on("click", ".save-plane", () => {
  const title = `${find(".plane-title").textContent}; ● first sentence, □ second`;
  saveSvg("plane.svg", title, find(".plane"), about());
});
on("click", ".save-json", () => saveJson("word.json", shift));
