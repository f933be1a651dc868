// Dot product and distance between all pairs of positions of the table that position_chart shares: as a map, and as a
// curve from the selected position.

const { number, largest } = lens.numbers;
const { within, press } = lens.elements;
const { unsigned, signed } = lens.colours;
const { publish, subscribe } = lens.topics;
const { feeds } = lens.ask;
const { points, curve } = lens.planes;
const { heatMap, graph } = lens.figures;
const { saveCsv, savePng, saveSvg } = lens.saving;

const { find, all, on } = within(element);
const NAMES = { dot: "dot product", distance: "distance" };
let table = null;
let most = null; // the largest size of each measure
let measure = "dot";
let selected = 0;
let other = 0; // the position compared with the selected one

const ready = () => table && selected < table.n_positions;
const between = (position, to) => table[measure][position * table.n_positions + to];
const rowOf = (position) => table[measure].subarray(position * table.n_positions, (position + 1) * table.n_positions);
const mapTitle = () => `The ${NAMES[measure]} of every two positions`;
const curveTitle = () => `The ${NAMES[measure]} of position ${selected} and every other`;

// a dot product has a sign, and 0 in the middle of its scale; a distance begins at 0
const scale = () => (measure === "dot" ? signed : unsigned)(most[measure]);

const words = (position, to) =>
  `positions ${position} and ${to}, ${Math.abs(position - to)} apart: ${NAMES[measure]} ${number(between(position, to))}`;

const map = heatMap(find(".map"), {
  map: () =>
    ready() && {
      values: table[measure],
      rows: table.n_positions,
      columns: table.n_positions,
      largest: Math.min(24, Math.floor(448 / table.n_positions)),
      x: { name: "position" },
      y: { name: "position" },
      ...scale(),
    },
  words,
  at: () => [selected, other],
  go: (position, column) => {
    other = column;
    publish("positions.selected", position);
  },
});

const curves = graph(find(".curve"), {
  axes: () =>
    ready() && {
      n: table.n_positions,
      x: "position",
      y: {
        name: `${NAMES[measure]} with position ${selected}`,
        low: Math.min(0, ...rowOf(0), ...rowOf(selected)),
        high: most[measure],
      },
      height: 320,
    },
  curves: (drawn) => curve(drawn, points(rowOf(selected))),
  words: (_, column) => words(selected, column),
  at: () => [0, other],
  go: (_, column) => {
    other = column;
    map.draw();
  },
});

function describe() {
  if (!ready()) return;
  other = Math.min(other, table.n_positions - 1);
  press(all(".dot, .distance"), ({ classList }) => classList.contains(measure));
  find(".notice").textContent = table.wavelengths
    ? `Every diagonal has one colour: what counts is how far apart two positions are, not where they stand. ` +
      `Position ${selected} is nearest to itself, and its neighbours are next.`
    : `This table was learned: nothing forces two pairs that are equally far apart to be equally similar.`;
  map.show(selected, other);
  map.draw();
  curves.draw();
}

feeds(element, "position_table");
subscribe(element, "positions.table", (shared) => {
  table = shared;
  most = { dot: largest(table.dot), distance: largest(table.distance) || 1 };
  describe();
});
subscribe(element, "positions.selected", (position) => {
  selected = position;
  describe();
});
for (const name of Object.keys(NAMES)) {
  on("click", `.${name}`, () => {
    measure = name;
    describe();
  });
}

on("click", ".save-png", () => ready() && savePng(`${measure}.png`, mapTitle(), find(".map"), []));
on("click", ".save-curve", () => ready() && saveSvg(`${measure}-curve.svg`, curveTitle(), find(".curve"), []));
on("click", ".save-csv", () => {
  if (!ready()) return;
  const positions = [...Array(table.n_positions).keys()];
  const rows = positions.map((position) => [position, ...rowOf(position)]);
  saveCsv(`${measure}.csv`, [["position", ...positions], ...rows]);
});
