// The table that position_chart shares, as curves: one position over its dimensions, chosen dimensions over the
// positions, and the wavelengths. Nothing is computed here: each number is one of the table's.

const { number } = lens.numbers;
const { responsive } = lens.redrawing;
const { publish, subscribe } = lens.topics;
const { plane, points, curve, select, columnAt, text, line } = lens.planes;
const { walk } = lens.walking;
const { saveCsv, saveSvg } = lens.saving;

const find = (selector) => element.querySelector(selector);
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

let fingerprintPlane = null;

const fingerprintTitle = () => `The fingerprint of position ${selected}`;

const drawFingerprint = responsive(find(".fingerprint").parentElement, () => {
  if (!ready()) return;
  fingerprintPlane = plane(find(".fingerprint"), {
    height: 260,
    x: { name: "dimension", low: 0, high: table.d_model - 1, whole: true },
    y: {
      name: table.wavelengths ? "value: sines as a line, cosines dashed" : "value",
      low: -table.bound,
      high: table.bound,
    },
  });
  const values = fingerprintOf(selected);
  if (table.wavelengths) {
    const sines = values.filter((_, i) => i % 2 === 0);
    const cosines = values.filter((_, i) => i % 2 === 1);
    curve(fingerprintPlane, points(sines, 0, 2));
    curve(fingerprintPlane, points(cosines, 1, 2), { dash: "5 4", colour: "muted", shape: "ring" });
  } else curve(fingerprintPlane, points(values));
  select(fingerprintPlane, dimension);
});

function showFingerprint(_, at) {
  find(".fingerprint-details").textContent = `position ${selected}, dimension ${at}: ${number(valueAt(selected, at))}`;
}

// ---- the waves: a strip for each, so that nobody needs colours to tell them apart --------------------------------

let wavesPlane = null;

const drawWaves = responsive(find(".waves").parentElement, () => {
  if (!ready()) return;
  wavesPlane = plane(find(".waves"), {
    height: 28 + waves.length * STRIP + 42,
    x: { name: "position", low: 0, high: table.n_positions - 1, whole: true },
    y: { name: `value, ${number(-table.bound)} to ${number(table.bound)} in each strip` },
  });
  const { drawing, left, top, right } = wavesPlane;
  waves.forEach((wave, i) => {
    const middle = top + (i + 0.5) * STRIP;
    const toY = (value) => middle - (value / table.bound) * (STRIP / 2 - 12);
    drawing.append(line([left, middle], [right, middle], "line"));
    drawing.append(text(left - 8, middle, String(wave), { align: "end", colour: "ink" }));
    drawing.append(text(right, top + i * STRIP + 5, wavelengthText(wave), { align: "end" }));
    curve({ ...wavesPlane, toY }, points(waveOf(wave)));
  });
  select(wavesPlane, selected);
});

function showWaves(_, position) {
  const parts = waves.map((wave) => `${wave}: ${number(valueAt(position, wave))}`);
  find(".waves-details").textContent = `position ${position}, dimension ${parts.join(", ")}`;
}

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
  showWaves(0, selected);
  drawWaves();
}

// ---- the wavelengths ---------------------------------------------------------------------------------------------

let lengthsPlane = null;

const drawLengths = responsive(find(".lengths").parentElement, () => {
  if (!ready() || !table.wavelengths) return;
  lengthsPlane = plane(find(".lengths"), {
    height: 260,
    x: { name: "dimension", low: 0, high: table.d_model - 1, whole: true },
    y: { name: "positions a wave (logarithmic)", low: 5, high: 7e4, log: true },
  });
  curve(lengthsPlane, points(table.wavelengths));
  select(lengthsPlane, dimension);
});

function showLength(_, at) {
  find(".lengths-details").textContent = `dimension ${at}: ${wavelengthText(at)}`;
}

// ---- all together ------------------------------------------------------------------------------------------------

function goDimension(_, at) {
  dimension = at;
  showFingerprint(0, at);
  showLength(0, at);
  drawFingerprint();
  drawLengths();
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

find(".choice").addEventListener("submit", (event) => {
  event.preventDefault();
  if (!ready()) return;
  const { problem, dimensions } = dimensionsTyped(find(".dimensions").value);
  if (dimensions) publish("positions.waves", dimensions);
  find(".problem").hidden = !problem;
  find(".problem").textContent = problem || "";
});

const overDimensions = (drawing, planeOf, show) =>
  walk(drawing, {
    size: () => [1, table.d_model],
    at: () => [0, dimension],
    find: (event) => columnAt(planeOf(), table.d_model, event),
    show,
    go: goDimension,
  });
overDimensions(find(".fingerprint"), () => fingerprintPlane, showFingerprint);
overDimensions(find(".lengths"), () => lengthsPlane, showLength);
walk(find(".waves"), {
  size: () => [1, table.n_positions],
  at: () => [0, selected],
  find: (event) => columnAt(wavesPlane, table.n_positions, event),
  show: showWaves,
  go: (_, position) => publish("positions.selected", position),
});

// ---- saving ------------------------------------------------------------------------------------------------------

const onClick = (selector, save) => find(selector).addEventListener("click", () => ready() && save());

onClick(".save-fingerprint-svg", () => saveSvg("fingerprint.svg", fingerprintTitle(), find(".fingerprint")));
onClick(".save-fingerprint-csv", () =>
  saveCsv("fingerprint.csv", [["dimension", `position ${selected}`], ...points(fingerprintOf(selected))]),
);
onClick(".save-waves-svg", () => saveSvg("waves.svg", "Dimensions as waves over the positions", find(".waves")));
onClick(".save-waves-csv", () => {
  const columns = waves.map(waveOf);
  const rows = columns[0].map((_, position) => [position, ...columns.map((column) => column[position])]);
  saveCsv("waves.csv", [["position", ...waves.map((wave) => `dimension ${wave}`)], ...rows]);
});
onClick(".save-lengths-svg", () =>
  saveSvg("wavelengths.svg", "Positions a wave takes, by dimension", find(".lengths")),
);
onClick(".save-lengths-csv", () =>
  saveCsv("wavelengths.csv", [["dimension", "wavelength in positions"], ...points(table.wavelengths)]),
);
