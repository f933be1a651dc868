// The table that position_chart shares, as curves: one position over its dimensions, chosen dimensions over the
// positions, and the wavelengths. Nothing is computed here: each number is one of the table's.

const { number } = lens.numbers;
const { within } = lens.elements;
const { publish, subscribe } = lens.topics;
const { feeds } = lens.ask;
const { points, curve, text, line } = lens.planes;
const { graph } = lens.figures;
const { saveCsv, saveSvg } = lens.saving;

const { find, on } = within(element);
const MAX_WAVES = 8;
const STRIP = 62; // height of one wave
let table = null;
let selected = 0;
let waves = [];
let dimension = 0; // where the cursor of the fingerprint and of the wavelengths stands

const valueAt = (position, at) => table.values[position * table.d_model + at];
const fingerprintOf = (position) => table.values.subarray(position * table.d_model, (position + 1) * table.d_model);
const waveOf = (at) => Array.from({ length: table.n_positions }, (_, position) => valueAt(position, at));
const wavelengthText = (at) =>
  table.wavelengths ? `one wave every ${number(table.wavelengths[at])} positions` : "learned";
// a new table comes with a new selection and new waves, one after the other
const ready = () => table && selected < table.n_positions && waves.every((wave) => wave < table.d_model);

// ---- the fingerprint ---------------------------------------------------------------------------------------------

const fingerprintTitle = () => `The fingerprint of position ${selected}`;

/** @type {{ at: () => Cell, go: (row: number, column: number) => void }} */
const overDimensions = { at: () => [0, dimension], go: goDimension };

const fingerprint = graph(find(".fingerprint"), {
  axes: () =>
    ready() && {
      n: table.d_model,
      x: "dimension",
      y: {
        name: table.wavelengths ? "value: sines as a line, cosines dashed" : "value",
        low: -table.bound,
        high: table.bound,
      },
      height: 260,
    },
  curves(drawn) {
    const values = fingerprintOf(selected);
    if (!table.wavelengths) return curve(drawn, points(values));
    const [sines, cosines] = [0, 1].map((first) => values.filter((_, i) => i % 2 === first));
    curve(drawn, points(sines, 0, 2));
    curve(drawn, points(cosines, 1, 2), { dash: "5 4", colour: "muted", shape: "ring" });
  },
  words: (_, at) => `position ${selected}, dimension ${at}: ${number(valueAt(selected, at))}`,
  details: find(".fingerprint-details"),
  ...overDimensions,
});

// ---- the waves: a strip for each, so that nobody needs colours to tell them apart --------------------------------

const wavesGraph = graph(find(".waves"), {
  axes: () =>
    ready() && {
      n: table.n_positions,
      x: "position",
      y: { name: `value, ${number(-table.bound)} to ${number(table.bound)} in each strip` },
      height: 28 + waves.length * STRIP + 42,
    },
  curves(drawn) {
    const { drawing, left, top, right } = drawn;
    waves.forEach((wave, i) => {
      const middle = top + (i + 0.5) * STRIP;
      const toY = (value) => middle - (value / table.bound) * (STRIP / 2 - 12);
      drawing.append(line([left, middle], [right, middle], "line"));
      drawing.append(text(left - 8, middle, String(wave), { align: "end", colour: "ink" }));
      drawing.append(text(right, top + i * STRIP + 5, wavelengthText(wave), { align: "end" }));
      curve({ ...drawn, toY }, points(waveOf(wave)));
    });
  },
  words(_, position) {
    const parts = waves.map((wave) => `${wave}: ${number(valueAt(position, wave))}`);
    return `position ${position}, dimension ${parts.join(", ")}`;
  },
  details: find(".waves-details"),
  at: () => [0, selected],
  go: (_, position) => publish("positions.selected", position),
});

// whole numbers with commas or spaces between them -> the dimensions, or what is wrong with them
function dimensionsTyped(typed) {
  const parts = typed.split(/[\s,;]+/).filter(Boolean);
  const wrong = parts.find((part) => !/^\d{1,3}$/.test(part) || Number(part) >= table.d_model);
  if (wrong !== undefined) {
    return {
      problem: `dimensions: expected whole numbers from 0 to ${table.d_model - 1}; found ${wrong.slice(0, 20)}`,
    };
  }
  const dimensions = [...new Set(parts.map(Number))].sort((a, b) => a - b);
  if (!dimensions.length || dimensions.length > MAX_WAVES) {
    return { problem: `dimensions: expected 1 to ${MAX_WAVES} of them; found ${dimensions.length}` };
  }
  return { dimensions };
}

function describeWaves() {
  find(".problem").hidden = true;
  find(".dimensions").value = waves.join(", ");
  wavesGraph.show(0, selected);
  wavesGraph.draw();
}

// ---- the wavelengths ---------------------------------------------------------------------------------------------

const lengths = graph(find(".lengths"), {
  axes: () =>
    ready() &&
    table.wavelengths && {
      n: table.d_model,
      x: "dimension",
      y: { name: "wavelength in positions (logarithmic)", low: 5, high: 7e4, log: true },
      height: 260,
    },
  curves: (drawn) => curve(drawn, points(table.wavelengths)),
  words: (_, at) => `dimension ${at}: ${wavelengthText(at)}`,
  details: find(".lengths-details"),
  ...overDimensions,
});

// ---- all together ------------------------------------------------------------------------------------------------

function goDimension(_, at) {
  dimension = at;
  for (const { show, draw } of [fingerprint, lengths]) {
    show(0, at);
    draw();
  }
}

function describePosition() {
  if (!ready()) return;
  find(".fingerprint-title").textContent = fingerprintTitle();
  const values = fingerprintOf(selected);
  find(".fingerprint-note").textContent =
    `From ${number(Math.min(...values))} to ${number(Math.max(...values))}.` +
    (table.wavelengths
      ? " Move the position: the left end of the curves changes at every step, the right end hardly at all."
      : "");
  goDimension(0, Math.min(dimension, table.d_model - 1));
  describeWaves();
}

feeds(element, "position_table");
subscribe(element, "positions.table", (shared) => {
  table = shared;
  find(".lengths-figure").hidden = !table.wavelengths;
  describePosition();
});
subscribe(element, "positions.selected", (position) => {
  selected = position;
  describePosition();
});
subscribe(element, "positions.waves", (dimensions) => {
  waves = dimensions;
  if (ready()) describeWaves();
});

on("submit", ".choice", (event) => {
  event.preventDefault();
  if (!ready()) return;
  const { problem, dimensions } = dimensionsTyped(find(".dimensions").value);
  if (dimensions) publish("positions.waves", dimensions);
  find(".problem").hidden = !problem;
  find(".problem").textContent = problem || "";
});

// ---- saving ------------------------------------------------------------------------------------------------------

const onClick = (selector, save) => on("click", selector, () => ready() && save());

onClick(".save-fingerprint-svg", () => saveSvg("fingerprint.svg", fingerprintTitle(), find(".fingerprint"), []));
onClick(".save-fingerprint-csv", () =>
  saveCsv("fingerprint.csv", [["dimension", `position ${selected}`], ...points(fingerprintOf(selected))]),
);
onClick(".save-waves-svg", () => saveSvg("waves.svg", "Dimensions as waves over the positions", find(".waves"), []));
onClick(".save-waves-csv", () => {
  const columns = waves.map(waveOf);
  const rows = columns[0].map((_, position) => [position, ...columns.map((column) => column[position])]);
  saveCsv("waves.csv", [["position", ...waves.map((wave) => `dimension ${wave}`)], ...rows]);
});
onClick(".save-lengths-svg", () =>
  saveSvg("wavelengths.svg", "Wavelength in positions, by dimension", find(".lengths"), []),
);
onClick(".save-lengths-csv", () =>
  saveCsv("wavelengths.csv", [["dimension", "wavelength in positions"], ...points(table.wavelengths)]),
);
