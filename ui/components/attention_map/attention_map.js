// The Attention tab's large view as a map: a cell a weight, row = the position that looks, column = the one looked at.
// subscribes to "attention-picture", published by attention_heads

const find = (selector) => element.querySelector(selector);

const SMALLEST_CELL = 15; // px: a label of one line still fits
const LARGEST_CELL = 34;

let picture = null;
let cell = { row: 0, column: 0 };

// ---- drawing -----------------------------------------------------------------------------------------------------

function labels(positions) {
  return positions.map((position) => {
    const label = document.createElement("div");
    label.append(...position.chips());
    return label;
  });
}

function paint() {
  const { rows, columns, cells, high } = picture;
  const colours = lens.sequential();
  const maskColour = lens.rgb(lens.variable("line"));
  lens.paintCells(find("canvas"), rows.length, columns.length, (i) => {
    if (picture.masked(rows[Math.floor(i / columns.length)], columns[i % columns.length])) return maskColour;
    return colours[high > 0 ? Math.round((255 * cells[i]) / high) : 0];
  });
}

// cells as large as the frame allows
function fit() {
  if (!picture || !find(".frame").clientWidth) return;
  const room = (find(".frame").clientWidth - find(".labels.rows").offsetWidth - 4) / picture.columns.length;
  const size = Math.max(SMALLEST_CELL, Math.min(LARGEST_CELL, Math.floor(room)));
  find(".plane").style.setProperty("--cell", `${size}px`);
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
  find(".cells").setAttribute("aria-label", `${label}: ${rows.length} rows and ${columns.length} columns. Arrow keys move.`);
  find(".high").textContent = `${picture.isExact ? "" : "≈ "}${lens.number(picture.high)} (largest weight here)`;
  for (const save of [".save-csv", ".save-json"]) find(save).disabled = !picture.isExact;
  fit();
  paint();
}

// ---- one cell ----------------------------------------------------------------------------------------------------

function point(row, column) {
  const { rows, columns } = picture;
  if (!rows.length || !columns.length) return;
  cell = { row: Math.min(row, rows.length - 1), column: Math.min(column, columns.length - 1) };
  const [from, to] = [rows[cell.row], columns[cell.column]];
  const i = cell.row * columns.length + cell.column;
  const weight = picture.masked(from, to)
    ? "masked, a position sees nothing after itself"
    : `weight ${picture.weight(i)}${picture.parts(from, to)}`;
  find(".figure-details").textContent =
    `row ${from.index + 1} ${from.words} looks at column ${to.index + 1} ${to.words}: ${weight}`;
  find(".cells").style.setProperty("--row", cell.row);
  find(".cells").style.setProperty("--column", cell.column);
  light(true);
}

function light(on) {
  const { row, column } = cell;
  for (const band of element.querySelectorAll(".band")) band.hidden = !on;
  for (const [side, at] of [["rows", row], ["columns", column]]) {
    [...find(`.labels.${side}`).children].forEach((label, i) => label.classList.toggle("here", on && i === at));
  }
  const keys = on ? [picture.rows[row].key, picture.columns[column].key] : [];
  lens.light(keys.filter(Boolean));
}

find(".cells").addEventListener("pointermove", (event) => {
  const box = find("canvas").getBoundingClientRect();
  const at = (offset, length, count) => Math.max(0, Math.min(count - 1, Math.floor((offset / length) * count)));
  const row = at(event.clientY - box.top, box.height, picture.rows.length);
  const column = at(event.clientX - box.left, box.width, picture.columns.length);
  if (find(".band").hidden || row !== cell.row || column !== cell.column) point(row, column);
});
find(".cells").addEventListener("pointerleave", () => light(false));
find(".cells").addEventListener("blur", () => light(false));
find(".cells").addEventListener("focus", () => point(cell.row, cell.column));

find(".cells").addEventListener("keydown", (event) => {
  const [lastRow, lastColumn] = [picture.rows.length - 1, picture.columns.length - 1];
  const moves = {
    ArrowRight: [cell.row, Math.min(cell.column + 1, lastColumn)],
    ArrowLeft: [cell.row, Math.max(cell.column - 1, 0)],
    ArrowDown: [Math.min(cell.row + 1, lastRow), cell.column],
    ArrowUp: [Math.max(cell.row - 1, 0), cell.column],
    Home: [cell.row, 0],
    End: [cell.row, lastColumn],
  };
  if (!moves[event.key]) return;
  event.preventDefault();
  point(...moves[event.key]);
  find(".spot").scrollIntoView({ block: "nearest", inline: "nearest" });
});

// ---- saving ------------------------------------------------------------------------------------------------------

function drawing() {
  const { rows, columns, axes } = picture;
  const size = Number.parseInt(find(".plane").style.getPropertyValue("--cell"), 10);
  const probe = lens.paper(1, 1).context;
  const longest = (positions) => Math.max(...positions.map(({ label }) => probe.measureText(label).width));
  const [left, top] = [longest(rows) + 28, longest(columns) + 84];
  const words = [`${picture.label}: ${picture.title}`, `Row: ${axes.rows}. Column: ${axes.columns}.`];
  const width = Math.max(left + columns.length * size, ...words.map((line) => probe.measureText(line).width + 16)) + 16;
  const height = top + rows.length * size + 48;
  const { canvas, context } = lens.paper(width, height);
  words.forEach((line, i) => context.fillText(line, 16, 18 + 20 * i));
  context.drawImage(find("canvas"), left, top, columns.length * size, rows.length * size);
  context.strokeStyle = lens.variable("line");
  context.strokeRect(left, top, columns.length * size, rows.length * size);
  context.textAlign = "right";
  rows.forEach(({ label }, i) => context.fillText(label, left - 8, top + (i + 0.5) * size));
  context.textAlign = "left";
  columns.forEach(({ label }, i) => {
    context.save();
    context.translate(left + (i + 0.5) * size, top - 8);
    context.rotate(-Math.PI / 2);
    context.fillText(label, 0, 0);
    context.restore();
  });
  lens.drawScale(context, 16, height - 24, "weight 0", find(".high").textContent);
  return canvas;
}

find(".save-png").addEventListener("click", () => lens.savePng(`${picture.file}.png`, drawing()));
find(".save-csv").addEventListener("click", () => lens.saveCsv(`${picture.file}.csv`, picture.csv()));
find(".save-json").addEventListener("click", () => lens.saveJson(`${picture.file}.json`, picture.json()));

lens.subscribe(element, "attention-picture", (news) => {
  picture = news;
  draw();
  const looking = !find(".band").hidden || document.activeElement === find(".cells");
  if (looking) point(cell.row, cell.column);
  else find(".figure-details").textContent = "";
});
lens.onTheme(element, () => picture && draw());
new ResizeObserver(fit).observe(find(".frame"));
