// An experiment while it runs and what it found.
// value: { words, fraction } while it runs; { words, figures } at its end; { words } before. From the buttons beside it:
// { pressed: "run" or "cancel", words, fraction }.
// A figure: { kind: "lines", title, note, x: { name, log }, y: { name, log }, series: [{ name, x: [...], y: [...] }] }
// or { kind: "table", title, note, columns: [...], rows: [[...]] }
// or { kind: "mask", title, note, rows: name, columns: name, cells: [[0 or 1, ...]] }.

const { count } = lens.numbers;
const { make, svg, button, row } = lens.elements;
const { sequential } = lens.colours;
const { responsive } = lens.redrawing;
const { around } = lens.axes;
const { plane, curve, select } = lens.planes;
const { heat, outline, cellAt } = lens.cells;
const { walk } = lens.walking;
const { saveCsv, saveSvg, savePng } = lens.saving;

const find = (selector) => element.querySelector(selector);
const HEIGHT = 300;
const CELL = 22;

// colour, dashes and mark of each line: none is told by its colour alone
/** @type {Look[]} */
const LOOKS = [
  { colour: "scale-positive" },
  { colour: "scale-negative", dash: "7 4", shape: "square" },
  { colour: "ink", dash: "2 3", shape: "diamond" },
  { colour: "scale", dash: "10 3 2 3" },
  { colour: "muted", dash: "4 2", shape: "square" },
  { colour: "ink", shape: "diamond" },
];

const scrolling = (...content) => make("div", { class: "figure-scroll" }, ...content);
const detailsLine = () => make("p", { class: "figure-details", "aria-live": "polite" });

function buttons({ title }, rows, savePicture) {
  const name = title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  const saveRows = button("Save the numbers (CSV)", () => saveCsv(`${name}.csv`, rows));
  return make("div", { class: "figure-buttons" }, ...(savePicture ? [savePicture(name)] : []), saveRows);
}

// ---- lines -------------------------------------------------------------------------------------------------------

function linesPart({ title, x, y, series }) {
  const label = `${title}. Left and right arrow keys walk along the ${x.name}.`;
  const drawing = svg("svg", { role: "application", tabindex: 0, "aria-label": label });
  const scroll = scrolling(drawing);
  const details = detailsLine();
  const all = (axis) => series.flatMap((line) => line[axis]);
  const places = [...new Set(all("x"))].sort((one, other) => one - other);
  const looks = series.map(({ name }, i) => ({ name, width: 2, ...LOOKS[i % LOOKS.length] }));
  let at = -1; // of the places
  let drawn = null;

  const draw = responsive(scroll, () => {
    const over = (axis, name) => ({ ...axis, ...around(all(name), axis.log) });
    drawn = plane(drawing, {
      height: HEIGHT,
      looks,
      x: over(x, "x"),
      y: over(y, "y"),
    });
    series.forEach((line, i) => {
      const through = line.x.map((place, j) => [place, line.y[j]]);
      curve(drawn, y.log ? through.filter(([, value]) => value > 0) : through, looks[i]);
    });
    if (at >= 0) select(drawn, places[at]);
  });
  const go = (_, next) => {
    if (next === at) return;
    at = next;
    const found = series.filter((line) => line.x.includes(places[at]));
    const words = found.map((line) => `${line.name} ${count(line.y[line.x.indexOf(places[at])])}`);
    details.textContent = `${x.name} ${count(places[at])}: ${words.join("; ")}`;
    draw();
  };
  walk(drawing, {
    size: () => [1, places.length],
    at: () => [0, at],
    find: (pointer) => {
      const far = places.map((place) => Math.abs(drawn.toX(place) - pointer.x));
      return [0, far.indexOf(Math.min(...far))];
    },
    show: go,
    go,
  });
  const rows = series.flatMap((line) => line.x.map((place, i) => [line.name, place, line.y[i]]));
  const save = (name) => button("Save the picture (SVG)", () => saveSvg(`${name}.svg`, title, drawing));
  return [scroll, details, buttons({ title }, [["line", x.name, y.name], ...rows], save)];
}

// ---- tables and masks --------------------------------------------------------------------------------------------

const shown = (value) => (typeof value === "number" ? value.toLocaleString("en-US") : value);

function tablePart({ title, columns, rows }) {
  const head = make("thead", {}, row(...columns.map((name) => make("th", { scope: "col" }, name))));
  const lines = rows.map(([name, ...values]) => row(make("th", { scope: "row" }, name), ...values.map(shown)));
  const scroll = scrolling(make("table", {}, head, make("tbody", {}, ...lines)));
  for (const [name, value] of [
    ["tabindex", "0"],
    ["role", "group"],
    ["aria-label", title],
  ])
    scroll.setAttribute(name, value);
  return [scroll, buttons({ title }, [columns, ...rows])];
}

function maskPart({ title, rows, columns, cells }) {
  const seen = cells.map((line, i) => `${i + 1} sees ${line.flatMap((cell, j) => (cell ? [j + 1] : [])).join(" ")}`);
  const label = `${title}: ${seen.join("; ")}. Arrow keys move.`;
  const canvas = make("canvas", { role: "application", tabindex: 0, "aria-label": label });
  const scroll = scrolling(canvas);
  const details = detailsLine();
  const values = cells.flat();
  /** @type {Cell} */
  let at = [0, 0];
  let drawn = null;

  const draw = responsive(scroll, () => {
    drawn = heat(canvas, {
      values,
      rows: cells.length,
      columns: cells[0].length,
      cellWidth: CELL,
      cellHeight: CELL,
      x: { name: columns, first: 1 },
      y: { name: rows, first: 1 },
      colours: sequential(),
      low: 0,
      high: 1,
    });
    outline(drawn, ...at);
  });
  const show = (i, j) => {
    details.textContent = `${rows} ${i + 1}, ${columns} ${j + 1}: ${cells[i][j] ? "seen" : "masked"}`;
  };
  walk(canvas, {
    size: () => [cells.length, cells[0].length],
    at: () => at,
    find: (pointer) => cellAt(drawn, pointer),
    show,
    go: (i, j) => {
      at = [i, j];
      show(i, j);
      draw();
    },
  });
  const save = (name) => button("Save the picture (PNG)", () => savePng(`${name}.png`, title, canvas));
  return [scroll, details, buttons({ title }, cells, save)];
}

// ---- the whole ---------------------------------------------------------------------------------------------------

const PARTS = { lines: linesPart, table: tablePart, mask: maskPart };

function part(figure) {
  const box = make(
    "div",
    { class: `experiment-figure ${figure.kind}` },
    make("h4", { class: "figure-title" }, figure.title),
  );
  box.append(...PARTS[figure.kind](figure));
  if (figure.note) box.append(make("p", { class: "figure-note" }, figure.note));
  return box;
}

let cancelled = false;

function receive() {
  const { words, fraction, figures, pressed } = props.value;
  if (pressed) cancelled = pressed === "cancel";
  else if (cancelled) return; // it was on its way when Cancel was pressed
  find(".experiment-words").textContent = words;
  find("progress").hidden = fraction === undefined;
  find("progress").value = fraction ?? 0;
  if (figures) find(".experiment-figures").replaceChildren(...figures.map(part));
  else if (fraction === undefined) find(".experiment-figures").replaceChildren();
}

receive();
watch("value", receive);
