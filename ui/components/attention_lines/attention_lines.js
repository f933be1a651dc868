// The Attention tab's large view as lines: left the positions that look, right those looked at, strength = weight.
// subscribes to "attention-picture", published by attention_heads

const find = (selector) => element.querySelector(selector);

const ROW = 26; // px a token
const NARROWEST = 80; // px between the sides, on a phone
const WIDEST = 260;
const MOST_NAMED = 3;

let picture = null;
let middle = WIDEST; // px between the sides
let only = null; // { side: "rows" or "columns", at }: the token whose lines alone are drawn strong

// ---- drawing -----------------------------------------------------------------------------------------------------

// the lines, between x and x + middle; each side's tokens begin at y
function drawLines(context, x, y) {
  const { rows, columns, cells, high } = picture;
  context.strokeStyle = lens.variable("scale");
  context.lineWidth = 2;
  cells.forEach((weight, i) => {
    const [row, column] = [Math.floor(i / columns.length), i % columns.length];
    const meant = !only || (only.side === "rows" ? row : column) === only.at;
    const strength = (weight / high) * (meant ? 1 : 0.08);
    if (!(strength > 1 / 510)) return; // no screen shows less
    context.globalAlpha = strength;
    context.beginPath();
    context.moveTo(x, y + (row + 0.5) * ROW);
    context.lineTo(x + middle, y + (column + 0.5) * ROW);
    context.stroke();
  });
  context.globalAlpha = 1;
}

function paint() {
  const canvas = find("canvas");
  const fine = window.devicePixelRatio || 1;
  const height = ROW * Math.max(picture.rows.length, picture.columns.length);
  canvas.width = middle * fine;
  canvas.height = height * fine;
  canvas.style.width = `${middle}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext("2d");
  context.scale(fine, fine);
  drawLines(context, 0, 0);
}

function tokens(positions, side) {
  return positions.map((position, at) => {
    const label = document.createElement("button");
    label.type = "button";
    label.className = "label";
    label.tabIndex = at ? -1 : 0;
    label.append(...position.chips());
    label.addEventListener("mouseenter", () => point(side, at));
    label.addEventListener("focus", () => point(side, at));
    label.addEventListener("mouseleave", release);
    label.addEventListener("blur", release);
    return label;
  });
}

function draw() {
  find(".attention-lines").hidden = picture.drawing !== "lines";
  if (picture.drawing !== "lines") return;
  const { rows, columns, axes } = picture;
  find(".axes").textContent = `Left: ${axes.rows}. Right: ${axes.columns}.`;
  find(".left").textContent = rows[0]?.predicts ? "read → predicted" : "looks";
  find(".right").textContent = "looked at";
  find(".high").textContent = `${picture.isExact ? "" : "≈ "}${lens.number(picture.high)} (largest weight here)`;
  for (const save of [".save-csv", ".save-json"]) find(save).disabled = !picture.isExact;
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
  const { rows, columns } = picture;
  const others = side === "rows" ? columns : rows;
  const cell = (i) => (side === "rows" ? at * columns.length + i : i * columns.length + at);
  const ranked = others.map((_, i) => i).sort((a, b) => picture.cells[cell(b)] - picture.cells[cell(a)]);
  const named = ranked.slice(0, MOST_NAMED).map((i) => `${others[i].words} ${picture.weight(cell(i))}`);
  const does = side === "rows" ? "looks most at" : "is looked at most by";
  const self = picture[side][at];
  find(".figure-details").textContent = `${self.words} ${does} ${named.join("; ")}`;
  [...find(side === "rows" ? ".columns" : ".rows").children].forEach((label, i) =>
    label.style.setProperty("--weight", picture.cells[cell(i)] / picture.high),
  );
  lens.light([self.key].filter(Boolean));
}

function release() {
  only = null;
  for (const label of element.querySelectorAll(".label")) label.style.removeProperty("--weight");
  lens.light([]);
  paint();
}

function go(side, at) {
  const labels = find(`.${side}`).children;
  const to = labels[Math.max(0, Math.min(labels.length - 1, at))];
  for (const label of labels) label.tabIndex = label === to ? 0 : -1;
  to.focus();
}

find(".plane").addEventListener("keydown", (event) => {
  const steps = { ArrowDown: 1, ArrowUp: -1, ArrowRight: 0, ArrowLeft: 0 };
  if (!only || !(event.key in steps)) return;
  event.preventDefault();
  const side = { ArrowRight: "columns", ArrowLeft: "rows" }[event.key] || only.side;
  go(side, only.at + steps[event.key]);
});

// ---- saving ------------------------------------------------------------------------------------------------------

function drawing() {
  const { rows, columns, axes } = picture;
  const probe = lens.paper(1, 1).context;
  const longest = (positions) => Math.max(...positions.map(({ label }) => probe.measureText(label).width));
  const words = [`${picture.label}: ${picture.title}`, `Left: ${axes.rows}. Right: ${axes.columns}.`];
  const [left, top] = [longest(rows) + 32, 64];
  const least = Math.max(...words.map((line) => probe.measureText(line).width + 32));
  const width = Math.max(left + middle + longest(columns) + 32, least);
  const height = top + ROW * Math.max(rows.length, columns.length) + 48;
  const { canvas, context } = lens.paper(width, height);
  words.forEach((line, i) => context.fillText(line, 16, 18 + 20 * i));
  drawLines(context, left, top);
  columns.forEach(({ label }, i) => context.fillText(label, left + middle + 8, top + (i + 0.5) * ROW));
  context.textAlign = "right";
  rows.forEach(({ label }, i) => context.fillText(label, left - 8, top + (i + 0.5) * ROW));
  context.textAlign = "left";
  lens.drawScale(context, 16, height - 24, "weight 0", find(".high").textContent);
  return canvas;
}

find(".save-png").addEventListener("click", () => lens.savePng(`${picture.file}-lines.png`, drawing()));
find(".save-csv").addEventListener("click", () => lens.saveCsv(`${picture.file}.csv`, picture.csv()));
find(".save-json").addEventListener("click", () => lens.saveJson(`${picture.file}.json`, picture.json()));

lens.subscribe(element, "attention-picture", (news) => {
  picture = news;
  only = null;
  find(".figure-details").textContent = "";
  draw();
});
lens.onTheme(element, () => picture && draw());
