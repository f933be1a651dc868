// The Attention tab's large view as lines: left the positions that look, right those looked at, strength = weight.
// subscribes to "attention-picture", published by attention_heads

const { number } = lens.numbers;
const { make, within } = lens.elements;
const { light } = lens.tokens;
const { variable, sequential } = lens.colours;
const { onTheme } = lens.redrawing;
const { subscribe } = lens.topics;
const { feeds } = lens.ask;
const { surface, picture, widthOf, write, scaleBar } = lens.surfaces;
const { moved, reach } = lens.walking;
const { saveCsv, saveJson, savePng } = lens.saving;

const { find, all, on } = within(element);

const ROW = 26; // px a token
const NARROWEST = 80; // px between the sides, on a phone
const WIDEST = 260;
const MOST_NAMED = 3;
const SIDES = ["rows", "columns"];

let shown = null;
let middle = WIDEST; // px between the sides
let only = null; // { side: "rows" or "columns", at }: the token whose lines alone are drawn strong

// ---- drawing -----------------------------------------------------------------------------------------------------

// the lines, between x and x + middle; each side's tokens begin at y
function drawLines(pen, x, y) {
  const { columns, cells, high } = shown;
  pen.strokeStyle = variable("scale");
  pen.lineWidth = 2;
  cells.forEach((weight, i) => {
    const [row, column] = [Math.floor(i / columns.length), i % columns.length];
    const meant = !only || (only.side === "rows" ? row : column) === only.at;
    const strength = (weight / high) * (meant ? 1 : 0.08);
    if (!(strength > 1 / 510)) return; // no screen shows less
    pen.globalAlpha = strength;
    pen.beginPath();
    pen.moveTo(x, y + (row + 0.5) * ROW);
    pen.lineTo(x + middle, y + (column + 0.5) * ROW);
    pen.stroke();
  });
  pen.globalAlpha = 1;
}

function paint() {
  drawLines(surface(find("canvas"), middle, ROW * Math.max(shown.rows.length, shown.columns.length)), 0, 0);
}

function tokens(positions, side) {
  return positions.map((position, at) => {
    const tell = () => point(side, at);
    const listeners = { onmouseenter: tell, onfocus: tell, onmouseleave: release, onblur: release };
    return make("button", { type: "button", class: "label", tabindex: at ? -1 : 0, ...listeners }, ...position.chips());
  });
}

function draw() {
  find(".attention-lines").hidden = shown.drawing !== "lines";
  if (shown.drawing !== "lines") return;
  const { rows, columns, axes } = shown;
  find(".axes").textContent = `Left: ${axes.rows}. Right: ${axes.columns}.`;
  find(".left").textContent = rows[0]?.predicts ? "read → predicted" : "looks";
  find(".right").textContent = "looked at";
  find(".high").textContent = `${shown.isExact ? "" : "≈ "}${number(shown.high)} (largest weight here)`;
  for (const save of all(".save-csv, .save-json")) save.disabled = !shown.isExact;
  const focused = element.contains(document.activeElement) && only;
  find(".rows").setAttribute("aria-label", axes.rows);
  find(".columns").setAttribute("aria-label", axes.columns);
  find(".rows").replaceChildren(...tokens(rows, "rows"));
  find(".columns").replaceChildren(...tokens(columns, "columns"));
  const sides = find(".rows").offsetWidth + find(".columns").offsetWidth + 8; // and the plane's padding
  middle = Math.max(NARROWEST, Math.min(WIDEST, find(".frame").clientWidth - sides));
  paint();
  if (focused) go(focused.side, focused.at);
}

// ---- one token ---------------------------------------------------------------------------------------------------

function point(side, at) {
  only = { side, at };
  paint();
  const { rows, columns } = shown;
  const others = side === "rows" ? columns : rows;
  const cell = (i) => (side === "rows" ? at * columns.length + i : i * columns.length + at);
  const ranked = others.map((_, i) => i).sort((a, b) => shown.cells[cell(b)] - shown.cells[cell(a)]);
  const named = ranked.slice(0, MOST_NAMED).map((i) => `${others[i].words} ${shown.weight(cell(i))}`);
  const does = side === "rows" ? "looks most at" : "is looked at most by";
  const self = shown[side][at];
  find(".figure-details").textContent = `${self.words} ${does} ${named.join("; ")}`;
  [...find(side === "rows" ? ".columns" : ".rows").children].forEach((label, i) =>
    label.style.setProperty("--weight", shown.cells[cell(i)] / shown.high),
  );
  light([self.key].filter(Boolean));
}

function release() {
  only = null;
  for (const label of all(".label")) label.style.removeProperty("--weight");
  light([]);
  paint();
}

function go(side, at) {
  const labels = [...find(`.${side}`).children];
  const to = labels[Math.min(labels.length - 1, at)];
  reach(labels, to);
  to.focus();
}

on("keydown", ".plane", (event) => {
  const next = only && moved(event, [only.at, SIDES.indexOf(only.side)], [shown[only.side].length, 2]);
  if (!next) return;
  event.preventDefault();
  go(SIDES[next[1]], next[0]);
});

// ---- saving ------------------------------------------------------------------------------------------------------

function drawing() {
  const { rows, columns } = shown;
  const longest = (positions) => Math.max(...positions.map(({ label }) => widthOf(label)));
  const left = longest(rows) + 32;
  const height = ROW * Math.max(rows.length, columns.length) + 48;
  const { canvas, pen } = picture(Math.max(480, left + middle + longest(columns) + 32), height);
  drawLines(pen, left, 0);
  rows.forEach(({ label }, i) => write(pen, label, left - 8, (i + 0.5) * ROW, "right", "ink"));
  columns.forEach(({ label }, i) => write(pen, label, left + middle + 8, (i + 0.5) * ROW, "left", "ink"));
  scaleBar(pen, { colours: sequential(), low: "weight 0", high: find(".high").textContent }, 16, height - 24);
  return canvas;
}

const title = () => [`${shown.label}: ${shown.title}`, `Left: ${shown.axes.rows}. Right: ${shown.axes.columns}.`];

on("click", ".save-png", () => savePng(`${shown.file}-lines.png`, title(), drawing()));
on("click", ".save-csv", () => saveCsv(`${shown.file}.csv`, shown.csv()));
on("click", ".save-json", () => saveJson(`${shown.file}.json`, shown.json()));

feeds(element, "attention");
subscribe(element, "attention-picture", (news) => {
  shown = news;
  only = null;
  find(".figure-details").textContent = "";
  draw();
});
onTheme(element, () => shown && draw());
