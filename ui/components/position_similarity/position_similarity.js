// Dot product and distance between all pairs of positions of the table that position_chart shares: as a map, and as a
// curve from the selected position.

const { number } = lens.numbers;
const { sequential, diverging } = lens.colours;
const { responsive } = lens.redrawing;
const { publish, subscribe } = lens.topics;
const { plane, points, curve, select, columnAt } = lens.planes;
const { heat, outline, cellAt } = lens.cells;
const { walk } = lens.walking;
const { saveCsv, savePng, saveSvg } = lens.saving;

const find = (selector) => element.querySelector(selector);
const NAMES = { dot: "dot product", distance: "distance" };
let table = null;
let ranges = null; // of each measure, for its scale
let measure = "dot";
let selected = 0;
let other = 0; // the position compared with the selected one
let map = null;
let curvePlane = null;

const ready = () => table && selected < table.n_positions;
const between = (position, to) => table[measure][position * table.n_positions + to];
const rowOf = (position) => table[measure].subarray(position * table.n_positions, (position + 1) * table.n_positions);
const mapTitle = () => `The ${NAMES[measure]} of every two positions`;
const curveTitle = () => `The ${NAMES[measure]} of position ${selected} and every other`;

// a dot product has a sign, and 0 in the middle of its scale; a distance begins at 0
function rangeOf(name) {
  let most = 0;
  for (const value of table[name]) most = Math.max(most, Math.abs(value));
  return name === "dot" ? { low: -most, high: most } : { low: 0, high: most || 1 };
}

const draw = responsive(find(".pair"), () => {
  if (!ready()) return;
  const { low, high } = ranges[measure];
  const n = table.n_positions;
  const cell = Math.max(1, Math.min(24, Math.floor(Math.min(find(".map").parentElement.clientWidth - 68, 448) / n)));
  map = heat(find(".map"), {
    values: table[measure],
    rows: n,
    columns: n,
    cellWidth: cell,
    cellHeight: cell,
    x: { name: "position" },
    y: { name: "position" },
    colours: measure === "dot" ? diverging() : sequential(),
    low,
    high,
  });
  outline(map, selected, other);
  const lowest = Math.min(0, ...table[measure].subarray(0, n), ...rowOf(selected));
  curvePlane = plane(find(".curve"), {
    height: 320,
    x: { name: "position", low: 0, high: n - 1, whole: true },
    y: { name: `${NAMES[measure]} with position ${selected}`, low: lowest, high },
  });
  curve(curvePlane, points(rowOf(selected)));
  select(curvePlane, other);
});

function show(position, to) {
  find(".figure-details").textContent =
    `positions ${position} and ${to}, ${Math.abs(position - to)} apart: ${NAMES[measure]} ${number(between(position, to))}`;
}

function describe() {
  if (!ready()) return;
  other = Math.min(other, table.n_positions - 1);
  for (const name of Object.keys(NAMES)) find(`.${name}`).setAttribute("aria-pressed", String(name === measure));
  find(".notice").textContent = table.wavelengths
    ? `Every diagonal has one colour: what counts is how far apart two positions are, not where they stand. ` +
      `Position ${selected} is nearest to itself, and its neighbours are next.`
    : `This table was learned: nothing forces two pairs that are equally far apart to be equally similar.`;
  show(selected, other);
  draw();
}

subscribe(element, "positions.table", (shared) => {
  table = shared;
  ranges = { dot: rangeOf("dot"), distance: rangeOf("distance") };
  describe();
});
subscribe(element, "positions.selected", (position) => {
  selected = position;
  describe();
});
for (const name of Object.keys(NAMES)) {
  find(`.${name}`).addEventListener("click", () => {
    measure = name;
    describe();
  });
}

walk(find(".map"), {
  size: () => [table.n_positions, table.n_positions],
  at: () => [selected, other],
  find: (event) => cellAt(map, event),
  show,
  go: (position, column) => {
    other = column;
    publish("positions.selected", position);
  },
});
walk(find(".curve"), {
  size: () => [1, table.n_positions],
  at: () => [0, other],
  find: (event) => columnAt(curvePlane, table.n_positions, event),
  show: (_, column) => show(selected, column),
  go: (_, column) => {
    other = column;
    describe();
  },
});

find(".save-png").addEventListener("click", () => ready() && savePng(`${measure}.png`, mapTitle(), find(".map")));
find(".save-curve").addEventListener(
  "click",
  () => ready() && saveSvg(`${measure}-curve.svg`, curveTitle(), find(".curve")),
);
find(".save-csv").addEventListener("click", () => {
  if (!ready()) return;
  const positions = Array.from({ length: table.n_positions }, (_, position) => position);
  saveCsv(`${measure}.csv`, [
    ["position", ...positions],
    ...positions.map((position) => [position, ...rowOf(position)]),
  ]);
});
