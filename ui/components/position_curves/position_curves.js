// The table that position_chart shares, as curves: one position over its dimensions, chosen dimensions over the
// positions, and the wavelengths. Nothing is computed here: each number is one of the table's.

const find = (selector) => element.querySelector(selector);
const MAX_WAVES = 8;
const STRIP = 62; // height of one wave
let table = null;
let selected = 0;
let waves = [];
let dimension = 0; // where the cursor of the fingerprint and of the wavelengths stands

const valueAt = (position, dimension) => table.values[position * table.d_model + dimension];
const fingerprintOf = (position) => table.values.subarray(position * table.d_model, (position + 1) * table.d_model);
const waveOf = (dimension) => Array.from({ length: table.n_positions }, (_, position) => valueAt(position, dimension));
const wavelengthText = (dimension) =>
  table.wavelengths ? `one wave every ${lens.number(table.wavelengths[dimension])} positions` : "learned";
// a new table comes with a new selection and new waves, one after the other
const ready = () => table && selected < table.n_positions && waves.every((wave) => wave < table.d_model);

// ---- the fingerprint ---------------------------------------------------------------------------------------------

let fingerprintPlane = null;

const fingerprintTitle = () => `The fingerprint of position ${selected}`;

const drawFingerprint = figures.responsive(find(".fingerprint").parentElement, () => {
  if (!ready()) return;
  fingerprintPlane = figures.plane(find(".fingerprint"), {
    width: Math.max(300, find(".fingerprint").parentElement.clientWidth),
    height: 260,
    x: { name: "dimension", low: 0, high: table.d_model - 1, whole: true },
    y: { name: table.wavelengths ? "value: sines as a line, cosines dashed" : "value", low: -table.bound, high: table.bound },
  });
  const values = fingerprintOf(selected);
  if (table.wavelengths) {
    figures.curve(fingerprintPlane, values.filter((_, i) => i % 2 === 0), { first: 0, step: 2 });
    figures.curve(fingerprintPlane, values.filter((_, i) => i % 2 === 1), { first: 1, step: 2, dash: [5, 4], colour: "muted" });
  } else figures.curve(fingerprintPlane, values, {});
  figures.mark(fingerprintPlane, dimension);
});

function showFingerprint(_, at) {
  find(".fingerprint-details").textContent =
    `position ${selected}, dimension ${at}: ${lens.number(valueAt(selected, at))}`;
}

// ---- the waves: a strip for each, so that nobody needs colours to tell them apart --------------------------------

let wavesPlane = null;

const drawWaves = figures.responsive(find(".waves").parentElement, () => {
  if (!ready()) return;
  wavesPlane = figures.plane(find(".waves"), {
    width: Math.max(300, find(".waves").parentElement.clientWidth),
    height: 28 + waves.length * STRIP + 42,
    x: { name: "position", low: 0, high: table.n_positions - 1, whole: true },
    y: { name: `value, ${lens.number(-table.bound)} to ${lens.number(table.bound)} in each strip` },
  });
  const { pen, left, top, right } = wavesPlane;
  waves.forEach((wave, i) => {
    const middle = top + (i + 0.5) * STRIP;
    const toY = (value) => middle - (value / table.bound) * (STRIP / 2 - 12);
    pen.strokeStyle = lens.variable("line");
    pen.lineWidth = 1;
    pen.strokeRect(left, middle, right - left, 0);
    figures.write(pen, String(wave), left - 8, middle, "right", "ink");
    figures.write(pen, wavelengthText(wave), right, top + i * STRIP + 5, "right");
    figures.curve({ ...wavesPlane, toY }, waveOf(wave), {});
  });
  figures.mark(wavesPlane, selected);
});

function showWaves(_, position) {
  const parts = waves.map((wave) => `${wave}: ${lens.number(valueAt(position, wave))}`);
  find(".waves-details").textContent = `position ${position}, dimension ${parts.join(", ")}`;
}

// whole numbers with commas or spaces between them -> the dimensions, or what is wrong with them
function dimensionsTyped(text) {
  const parts = text.split(/[\s,;]+/).filter(Boolean);
  const wrong = parts.find((part) => !/^\d{1,3}$/.test(part) || Number(part) >= table.d_model);
  if (wrong !== undefined) {
    return { problem: `dimensions: expected whole numbers from 0 to ${table.d_model - 1}; found ${wrong.slice(0, 20)}` };
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

const drawLengths = figures.responsive(find(".lengths").parentElement, () => {
  if (!ready() || !table.wavelengths) return;
  lengthsPlane = figures.plane(find(".lengths"), {
    width: Math.max(300, find(".lengths").parentElement.clientWidth),
    height: 260,
    x: { name: "dimension", low: 0, high: table.d_model - 1, whole: true },
    y: { name: "positions a wave (logarithmic)", low: 5, high: 7e4, log: true },
  });
  figures.curve(lengthsPlane, table.wavelengths, {});
  figures.mark(lengthsPlane, dimension);
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
    `From ${lens.number(Math.min(...values))} to ${lens.number(Math.max(...values))}.` +
    (table.wavelengths ? " Move the position: the left end of the curves changes at every step, the right end hardly at all." : "");
  goDimension(0, Math.min(dimension, table.d_model - 1));
  describeWaves();
}

lens.subscribe(element, "positions.table", (shared) => {
  table = shared;
  find(".lengths-figure").hidden = !table.wavelengths;
  describePosition();
});
lens.subscribe(element, "positions.selected", (position) => {
  selected = position;
  describePosition();
});
lens.subscribe(element, "positions.waves", (dimensions) => {
  waves = dimensions;
  if (ready()) describeWaves();
});

find(".choice").addEventListener("submit", (event) => {
  event.preventDefault();
  if (!ready()) return;
  const { problem, dimensions } = dimensionsTyped(find(".dimensions").value);
  if (dimensions) lens.publish("positions.waves", dimensions);
  find(".problem").hidden = !problem;
  find(".problem").textContent = problem || "";
});

const overDimensions = (canvas, plane, show) =>
  figures.walk(canvas, {
    size: () => [1, table.d_model],
    at: () => [0, dimension],
    find: (event) => figures.columnAt(plane(), table.d_model, event),
    show,
    go: goDimension,
  });
overDimensions(find(".fingerprint"), () => fingerprintPlane, showFingerprint);
overDimensions(find(".lengths"), () => lengthsPlane, showLength);
figures.walk(find(".waves"), {
  size: () => [1, table.n_positions],
  at: () => [0, selected],
  find: (event) => figures.columnAt(wavesPlane, table.n_positions, event),
  show: showWaves,
  go: (_, position) => lens.publish("positions.selected", position),
});

// ---- saving ------------------------------------------------------------------------------------------------------

const onClick = (selector, save) => find(selector).addEventListener("click", () => ready() && save());
const numbered = (values) => Array.from(values, (value, i) => [i, value]);

onClick(".save-fingerprint-png", () => figures.savePng("fingerprint.png", fingerprintTitle(), find(".fingerprint")));
onClick(".save-fingerprint-csv", () =>
  lens.saveCsv("fingerprint.csv", [["dimension", `position ${selected}`], ...numbered(fingerprintOf(selected))]),
);
onClick(".save-waves-png", () => figures.savePng("waves.png", "Dimensions as waves over the positions", find(".waves")));
onClick(".save-waves-csv", () => {
  const columns = waves.map(waveOf);
  const rows = columns[0].map((_, position) => [position, ...columns.map((column) => column[position])]);
  lens.saveCsv("waves.csv", [["position", ...waves.map((wave) => `dimension ${wave}`)], ...rows]);
});
onClick(".save-lengths-png", () => figures.savePng("wavelengths.png", "Positions a wave takes, by dimension", find(".lengths")));
onClick(".save-lengths-csv", () =>
  lens.saveCsv("wavelengths.csv", [["dimension", "wavelength in positions"], ...numbered(table.wavelengths)]),
);
