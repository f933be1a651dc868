// An experiment while it runs and what it found.
// value: { words, fraction } while it runs; { words, figures } at its end; { words } before. From the buttons beside it:
// { pressed: "run" or "cancel", words, fraction }.
// A figure: { kind: "lines", title, note, x: { name, log }, y: { name, log }, series: [{ name, x: [...], y: [...] }] }
// or { kind: "table", title, note, columns: [...], rows: [[...]] }
// or { kind: "mask", title, note, rows: name, columns: name, cells: [[0 or 1, ...]] }.

const { count } = lens.numbers;
const { make, svg, within, button, row, notation } = lens.elements;
const { unsigned } = lens.colours;
const { around } = lens.axes;
const { plane, curve, select } = lens.planes;
const { figure, heatMap } = lens.figures;
const { saveCsv, saveSvg, savePng } = lens.saving;

const { find } = within(element);

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

const scrolling = (content) => make("div", { class: "figure-scroll" }, content);
const detailsLine = () => make("p", { class: "figure-details long", "aria-live": "polite" });

function buttons({ title }, rows, savePicture) {
  const name = title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  const saveRows = button("Save the numbers (CSV)", () => saveCsv(`${name}.csv`, rows));
  const look = { class: "quiet-button full-screen", "data-frame": ".experiment-figure" };
  const whole = make("button", { type: "button", ...look }, "Full screen");
  return make("div", { class: "figure-buttons" }, whole, ...(savePicture ? [savePicture(name)] : []), saveRows);
}

// ---- lines -------------------------------------------------------------------------------------------------------

function linesPart({ title, x, y, series }) {
  const label = `${title}. Left and right arrow keys walk along the ${x.name}.`;
  const drawing = svg("svg", { role: "application", tabindex: 0, "aria-label": label });
  const scroll = scrolling(drawing);
  const details = detailsLine();
  const all = (axis) => series.flatMap((line) => line[axis]);
  const places = [...new Set(all("x"))].sort((one, other) => one - other);
  const drawable = ({ x: across, y: up }) =>
    across.map((place, i) => [place, up[i]]).filter(([, value]) => !y.log || value > 0);
  const looks = series.map((each, i) => ({
    name: each.name,
    width: 2,
    end: drawable(each).at(-1)?.[1],
    ...LOOKS[i % LOOKS.length],
  }));
  let at = -1; // of the places
  let drawn = null;

  function paint() {
    const over = (axis, name) => ({ ...axis, ...around(all(name), axis.log) });
    drawn = plane(drawing, { height: 300, looks, x: over(x, "x"), y: over(y, "y") });
    series.forEach((line, i) => curve(drawn, drawable(line), looks[i]));
    if (at >= 0) select(drawn, places[at]);
  }

  figure(drawing, {
    paint,
    size: () => [1, places.length],
    find: (pointer) => {
      const far = places.map((place) => Math.abs(drawn.toX(place) - pointer.x));
      return [0, far.indexOf(Math.min(...far))];
    },
    words(_, i) {
      const found = series.filter((line) => line.x.includes(places[i]));
      const words = found.map((line) => `${line.name} ${count(line.y[line.x.indexOf(places[i])])}`);
      return `${x.name} ${count(places[i])}: ${words.join("; ")}`;
    },
    details,
    follows: true,
    at: () => [0, at],
    go: (_, i) => (at = i),
  });
  const rows = series.flatMap((line) => line.x.map((place, i) => [line.name, place, line.y[i]]));
  const save = (name) => button("Save the picture (SVG)", () => saveSvg(`${name}.svg`, title, drawing, []));
  return [scroll, details, buttons({ title }, [["line", x.name, y.name], ...rows], save)];
}

// ---- tables and masks --------------------------------------------------------------------------------------------

const shown = (value) => (typeof value === "number" ? value.toLocaleString("en-US") : value);

function tablePart({ title, columns, rows }) {
  const head = make("thead", {}, row(...columns.map((name) => make("th", { scope: "col" }, name))));
  const lines = rows.map(([name, ...values]) => row(make("th", { scope: "row" }, name), ...values.map(shown)));
  const table = make("table", {}, head, make("tbody", {}, ...lines));
  const scroll = make("div", { class: "figure-scroll", tabindex: 0, role: "group", "aria-label": title }, table);
  return [scroll, buttons({ title }, [columns, ...rows])];
}

function maskPart({ title, rows, columns, cells }) {
  const seen = cells.map((line, i) => `${i + 1} sees ${line.flatMap((cell, j) => (cell ? [j + 1] : [])).join(" ")}`);
  const label = `${title}: ${seen.join("; ")}. Arrow keys move.`;
  const canvas = make("canvas", { role: "application", tabindex: 0, "aria-label": label });
  const scroll = scrolling(canvas);
  const details = detailsLine();
  const values = cells.flat();
  heatMap(canvas, {
    map: () => ({
      values,
      rows: cells.length,
      columns: cells[0].length,
      cellWidth: 22,
      cellHeight: 22,
      x: { name: columns, first: 1 },
      y: { name: rows, first: 1 },
      ...unsigned(1),
    }),
    words: (i, j) => `${rows} ${i + 1}, ${columns} ${j + 1}: ${cells[i][j] ? "seen" : "masked"}`,
    details,
  });
  const save = (name) => button("Save the picture (PNG)", () => savePng(`${name}.png`, title, canvas, []));
  return [scroll, details, buttons({ title }, cells, save)];
}

// ---- the whole ---------------------------------------------------------------------------------------------------

const PARTS = { lines: linesPart, table: tablePart, mask: maskPart };

function part(found) {
  const title = make("h4", { class: "figure-title" }, found.title);
  const box = make("div", { class: `experiment-figure ${found.kind}` }, title, ...PARTS[found.kind](found));
  if (found.note) box.append(make("p", { class: "figure-note" }, found.note));
  return box;
}

let cancelled = false;

function receive() {
  const { words, fraction, figures, pressed } = props.value;
  if (pressed) cancelled = pressed === "cancel";
  else if (cancelled) return; // it was on its way when Cancel was pressed
  find(".experiment-words").replaceChildren(...notation(words));
  find("progress").hidden = fraction === undefined;
  find("progress").value = fraction ?? 0;
  if (figures) find(".experiment-figures").replaceChildren(...figures.map(part));
  else if (fraction === undefined) find(".experiment-figures").replaceChildren();
}

receive();
watch("value", receive);
