// The position table as a map: positions down, dimensions across. It shares the table, the selected position and the
// dimensions drawn as waves with the other widgets of the tab.
// Asks for "position_table" { positions, dimensions, own }: { n_positions, d_model, own, bound, table, wavelengths, dot,
// distance }, with arrays as { shape, base64 }; publishes "positions.size", what it asks for.

const { number, floats } = lens.numbers;
const { make, within } = lens.elements;
const { variable, signed } = lens.colours;
const { publish, subscribe } = lens.topics;
const { notch } = lens.cells;
const { heatMap } = lens.figures;
const { saveCsv, savePng } = lens.saving;
const { asks, typed } = lens.ask;

const { find, on } = within(element);
const canvas = find(".map");
const MAX_WAVES = 8;
let table = null; // the last good one, which stays when a size was refused
/** @type {{ positions: number | string, dimensions: number | string, own: boolean }} */
let size = { positions: 64, dimensions: 0, own: true }; // what is asked for; the model knows its own dimensions
/** @type {Cell} position and dimension */
let cursor = [5, 0];
let waves = [];

const kindOf = (dimension) => (dimension % 2 ? "cos" : "sin");
const valueAt = (position, dimension) => table.values[position * table.d_model + dimension];

function tableOf(value) {
  const { n_positions, d_model, own, bound, wavelengths } = value;
  const [values, dot, distance] = [value.table, value.dot, value.distance].map(floats);
  return { n_positions, d_model, own, bound, wavelengths, values, dot, distance };
}

// ---- the picture -------------------------------------------------------------------------------------------------

function title() {
  const whose = table.own ? "The model's own position table" : "The paper's position table";
  return `${whose}: ${table.n_positions} positions of ${table.d_model} dimensions`;
}

function words(position, dimension) {
  const exponent = make("sup", {}, `${dimension - (dimension % 2)}/${table.d_model}`);
  const formula = table.wavelengths ? [` = ${kindOf(dimension)}(${position} / 10000`, exponent, ")"] : [];
  const wave = table.wavelengths ? `; one wave every ${number(table.wavelengths[dimension])} positions` : "";
  return [`PE(${position}, ${dimension})`, ...formula, ` = ${number(valueAt(position, dimension))}${wave}`];
}

const { draw, show } = heatMap(canvas, {
  map: () =>
    table && {
      values: table.values,
      rows: table.n_positions,
      columns: table.d_model,
      largest: 40,
      cellHeight: Math.max(1, Math.min(24, Math.floor(448 / table.n_positions))),
      x: { name: "dimension" },
      y: { name: "position" },
      ...signed(table.bound),
    },
  over({ pen, left, top, cellWidth }) {
    pen.fillStyle = variable("ink");
    for (const dimension of waves) notch(pen, left + (dimension + 0.5) * cellWidth, top, 0, -1, 4);
  },
  words,
  at: () => cursor,
  go: (...cell) => {
    cursor = cell;
    publish("positions.selected", cursor[0]);
  },
  pick: togglePick,
});

function describe() {
  find("h2").textContent = title();
  canvas.setAttribute(
    "aria-label",
    `${title()}. Arrow keys walk over positions and dimensions; Enter draws the dimension as a wave.`,
  );
  let [least, most] = [Infinity, -Infinity];
  for (const value of table.values) [least, most] = [Math.min(least, value), Math.max(most, value)];
  find(".notice").textContent =
    `All ${table.values.length.toLocaleString("en")} values lie between ${number(least)} and ${number(most)}` +
    (table.wavelengths
      ? `, however far the position. On the left, low dimensions change fast from position to position; on the right, high ones hardly move. `
      : `. This table was learned, not computed: it has no waves, and no position beyond its last one. `) +
    `Click a column to draw it as a wave.`;
  find(".n-positions-slider").value = table.n_positions;
  find(".d-model-slider").value = table.d_model;
  if (!find(".n-positions:focus, .d-model:focus")) {
    // a visitor who is typing there keeps what was typed
    find(".n-positions").value = table.n_positions;
    find(".d-model").value = table.d_model;
  }
  find(".position").max = table.n_positions - 1;
  find(".own").setAttribute("aria-pressed", String(table.own));
  find(".formula").hidden = !table.wavelengths;
}

// ---- what it shares ----------------------------------------------------------------------------------------------

function firstWaves() {
  const fractions = [0, 1 / 8, 1 / 4, 1 / 2];
  return [...new Set(fractions.map((fraction) => 2 * Math.floor((fraction * table.d_model) / 2)))];
}

function receive(answer) {
  table = tableOf(answer);
  cursor = [Math.min(cursor[0], table.n_positions - 1), Math.min(cursor[1], table.d_model - 1)];
  const kept = waves.filter((dimension) => dimension < table.d_model);
  publish("positions.waves", kept.length ? kept : firstWaves());
  publish("positions.table", table);
  publish("positions.selected", cursor[0]);
  describe();
}

function togglePick(position, dimension) {
  const others = waves.filter((wave) => wave !== dimension);
  const added = others.length === waves.length ? [...others.slice(1 - MAX_WAVES), dimension] : others;
  added.sort((a, b) => a - b);
  if (added.length) publish("positions.waves", added);
}

subscribe(element, "positions.selected", (position) => {
  if (!table) return;
  cursor = [position, cursor[1]];
  find(".position").value = position;
  find(".walker output").textContent = position;
  show(...cursor);
  draw();
});
subscribe(element, "positions.waves", (dimensions) => {
  waves = dimensions;
  draw();
});

on("input", ".position", ({ target }) => publish("positions.selected", Number(target.value)));

// ---- another table -----------------------------------------------------------------------------------------------

const again = asks({ element, server }, "position_table", () => size, receive);

function ask(own) {
  size = { positions: typed(find(".n-positions")), dimensions: own ? 0 : typed(find(".d-model")), own };
  publish("positions.size", size);
  again();
}

// more positions of the model's own table are still the model's
const askAsTyped = () => ask(Boolean(table && table.own && find(".d-model").value.trim() === String(table.d_model)));

on("submit", ".sizes", (event) => {
  event.preventDefault();
  askAsTyped();
});
for (const name of ["n-positions", "d-model"]) {
  on("input", `.${name}-slider`, ({ target }) => (find(`.${name}`).value = target.value));
  on("change", `.${name}-slider`, askAsTyped);
}
on("click", ".own", () => {
  if (table) find(".n-positions").value = table.n_positions; // whatever was typed and not drawn
  ask(true);
});

// ---- saving ------------------------------------------------------------------------------------------------------

on("click", ".save-png", () => table && savePng("positions.png", title(), canvas, []));
on("click", ".save-csv", () => {
  if (!table) return;
  const dimensions = [...Array(table.d_model).keys()];
  const rowOf = (position) => [position, ...dimensions.map((dimension) => valueAt(position, dimension))];
  const rows = Array.from({ length: table.n_positions }, (_, position) => rowOf(position));
  saveCsv("positions.csv", [["position", ...dimensions.map((dimension) => `dimension ${dimension}`)], ...rows]);
});

publish("positions.size", size);
