// The Attention tab's large view as a map: a cell a weight, row = the position that looks, column = the one looked at.
// subscribes to "attention-picture", published by attention_heads

const { number } = lens.numbers;
const { make, within } = lens.elements;
const { light } = lens.tokens;
const { sequential, unsigned } = lens.colours;
const { onTheme } = lens.redrawing;
const { subscribe } = lens.topics;
const { feeds } = lens.ask;
const { heat, cellAt, paint, palette, stepsOf } = lens.cells;
const { walk } = lens.walking;
const { saveCsv, saveJson, savePng } = lens.saving;

const { find, all, on } = within(element);

const SMALLEST_CELL = 15; // px: a label of one line still fits
const LARGEST_CELL = 34;

let picture = null;
let values = []; // of its cells, −∞ where masked
let grid = null; // where its cells stand on the page
/** @type {Cell} */
let cell = [0, 0];

// ---- drawing -----------------------------------------------------------------------------------------------------

const labels = (positions) => positions.map((position) => make("div", {}, ...position.chips()));

// cells as large as the frame allows
function fit() {
  if (!picture || !find(".frame").clientWidth) return;
  const room = (find(".frame").clientWidth - find(".labels.rows").offsetWidth - 4) / picture.columns.length;
  const size = Math.max(SMALLEST_CELL, Math.min(LARGEST_CELL, Math.floor(room)));
  const { length: rows } = picture.rows;
  const { length: columns } = picture.columns;
  grid = { left: 0, top: 0, cellWidth: size, cellHeight: size, rows, columns };
  find(".plane").style.setProperty("--cell", `${size}px`);
  find(".cells").style.width = `${size * columns}px`;
}

function draw() {
  find(".attention-map").hidden = picture.drawing !== "map";
  if (picture.drawing !== "map") return;
  const { rows, columns, axes, label } = picture;
  find(".axes").textContent = `Row: ${axes.rows}. Column: ${axes.columns}.`;
  find(".corner").textContent = rows[0]?.predicts ? "read → predicted" : "";
  find(".labels.rows").replaceChildren(...labels(rows));
  find(".labels.columns").replaceChildren(...labels(columns));
  find(".plane").style.setProperty("--rows", rows.length);
  find(".plane").style.setProperty("--columns", columns.length);
  find(".cells").ariaLabel = `${label}: ${rows.length} rows and ${columns.length} columns. Arrow keys move.`;
  find(".high").textContent = `${picture.isExact ? "" : "≈ "}${number(picture.high)} (largest weight here)`;
  for (const save of all(".save-csv, .save-json")) save.disabled = !picture.isExact;
  fit();
  const steps = stepsOf(values, 0, picture.high);
  paint(find("canvas"), rows.length, columns.length, steps, palette(sequential()));
}

// ---- one cell ----------------------------------------------------------------------------------------------------

function point(row, column) {
  const { rows, columns } = picture;
  if (!rows.length || !columns.length) return;
  cell = [Math.min(row, rows.length - 1), Math.min(column, columns.length - 1)];
  const [from, to] = [rows[cell[0]], columns[cell[1]]];
  const i = cell[0] * columns.length + cell[1];
  const weight = picture.masked(from, to)
    ? "masked, a position sees nothing after itself"
    : `weight ${picture.weight(i)}${picture.parts(from, to)}`;
  find(".figure-details").textContent =
    `row ${from.index + 1} ${from.words} looks at column ${to.index + 1} ${to.words}: ${weight}`;
  find(".cells").style.setProperty("--row", cell[0]);
  find(".cells").style.setProperty("--column", cell[1]);
  show(true);
}

function show(looking) {
  const [row, column] = cell;
  for (const band of all(".band")) band.hidden = !looking;
  for (const [side, at] of Object.entries({ rows: row, columns: column })) {
    [...find(`.labels.${side}`).children].forEach((label, i) => label.classList.toggle("here", looking && i === at));
  }
  const keys = looking ? [picture.rows[row].key, picture.columns[column].key] : [];
  light(keys.filter(Boolean));
}

walk(find(".cells"), {
  size: () => [grid.rows, grid.columns],
  at: () => cell,
  find: (pointer) => cellAt(grid, pointer),
  show: (row, column) => {
    if (find(".band").hidden || row !== cell[0] || column !== cell[1]) point(row, column);
  },
  go: (row, column) => {
    point(row, column);
    find(".spot").scrollIntoView({ block: "nearest", inline: "nearest" });
  },
});
on("pointerleave", ".cells", () => show(false));
on("blur", ".cells", () => show(false));
on("focus", ".cells", () => point(...cell));

// ---- saving ------------------------------------------------------------------------------------------------------

function drawing() {
  const { rows, columns, axes } = picture;
  const canvas = make("canvas");
  const side = (name, positions) => ({ name, names: positions.map(({ label }) => label) });
  heat(canvas, {
    ...grid,
    values,
    ...unsigned(picture.high),
    x: side(axes.columns, columns),
    y: side(axes.rows, rows),
    density: 2,
  });
  return canvas;
}

const title = () => `${picture.label}: ${picture.title}${picture.isExact ? "" : " (to two digits)"}`;

on("click", ".save-png", () => savePng(`${picture.file}.png`, title(), drawing()));
on("click", ".save-csv", () => saveCsv(`${picture.file}.csv`, picture.csv()));
on("click", ".save-json", () => saveJson(`${picture.file}.json`, picture.json()));

feeds(element, "attention");
subscribe(element, "attention-picture", (news) => {
  picture = news;
  const masked = ({ rows, columns }, i) =>
    news.masked(rows[Math.floor(i / columns.length)], columns[i % columns.length]);
  values = news.cells.map((weight, i) => (masked(news, i) ? -Infinity : weight));
  draw();
  const looking = !find(".band").hidden || document.activeElement === find(".cells");
  if (looking) point(...cell);
  else find(".figure-details").textContent = "";
});
onTheme(element, () => picture && draw());
new ResizeObserver(fit).observe(find(".frame"));
