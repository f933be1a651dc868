// Dot product and distance between all pairs of positions of the table that position_chart shares: as a map, and as a
// curve from the selected position.

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
const between = (position, other) => table[measure][position * table.n_positions + other];
const rowOf = (position) => table[measure].subarray(position * table.n_positions, (position + 1) * table.n_positions);
const mapTitle = () => `The ${NAMES[measure]} of every two positions`;
const curveTitle = () => `The ${NAMES[measure]} of position ${selected} and every other`;

// a dot product has a sign, and 0 in the middle of its scale; a distance begins at 0
function rangeOf(name) {
  let most = 0;
  for (const value of table[name]) most = Math.max(most, Math.abs(value));
  return name === "dot" ? { low: -most, high: most } : { low: 0, high: most || 1 };
}

const draw = figures.responsive(find(".pair"), () => {
  if (!ready()) return;
  const { low, high } = ranges[measure];
  const n = table.n_positions;
  const cell = Math.max(1, Math.min(24, Math.floor(Math.min(find(".map").parentElement.clientWidth - 68, 448) / n)));
  map = figures.heat(find(".map"), {
    values: table[measure], rows: n, columns: n, cellWidth: cell, cellHeight: cell,
    x: { name: "position" }, y: { name: "position" },
    colours: measure === "dot" ? lens.diverging() : lens.sequential(), low, high,
  });
  figures.outline(map, selected, other);
  const lowest = Math.min(0, ...table[measure].subarray(0, n), ...rowOf(selected));
  curvePlane = figures.plane(find(".curve"), {
    width: Math.max(300, find(".curve").parentElement.clientWidth), height: 320,
    x: { name: "position", low: 0, high: n - 1, whole: true },
    y: { name: `${NAMES[measure]} with position ${selected}`, low: lowest, high },
  });
  figures.curve(curvePlane, rowOf(selected), {});
  figures.mark(curvePlane, other);
});

function show(position, other) {
  find(".figure-details").textContent =
    `positions ${position} and ${other}, ${Math.abs(position - other)} apart: ${NAMES[measure]} ${lens.number(between(position, other))}`;
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

lens.subscribe(element, "positions.table", (shared) => {
  table = shared;
  ranges = { dot: rangeOf("dot"), distance: rangeOf("distance") };
  describe();
});
lens.subscribe(element, "positions.selected", (position) => {
  selected = position;
  describe();
});
for (const name of Object.keys(NAMES)) {
  find(`.${name}`).addEventListener("click", () => {
    measure = name;
    describe();
  });
}

figures.walk(find(".map"), {
  size: () => [table.n_positions, table.n_positions],
  at: () => [selected, other],
  find: (event) => figures.cellAt(map, event),
  show,
  go: (position, column) => {
    other = column;
    lens.publish("positions.selected", position);
  },
});
figures.walk(find(".curve"), {
  size: () => [1, table.n_positions],
  at: () => [0, other],
  find: (event) => figures.columnAt(curvePlane, table.n_positions, event),
  show: (_, column) => show(selected, column),
  go: (_, column) => {
    other = column;
    describe();
  },
});

find(".save-png").addEventListener("click", () => ready() && figures.savePng(`${measure}.png`, mapTitle(), find(".map")));
find(".save-curve").addEventListener("click", () => ready() && figures.savePng(`${measure}-curve.png`, curveTitle(), find(".curve")));
find(".save-csv").addEventListener("click", () => {
  if (!ready()) return;
  const positions = Array.from({ length: table.n_positions }, (_, position) => position);
  lens.saveCsv(`${measure}.csv`, [
    ["position", ...positions],
    ...positions.map((position) => [position, ...rowOf(position)]),
  ]);
});
