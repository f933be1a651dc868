// An experiment while it runs and what it found.
// value: { words, fraction } while it runs; { words, figures } at its end; { words } before. From the buttons beside it:
// { pressed: "run" or "cancel", words, fraction }.
// A figure: { kind: "lines", title, note, x: { name, log }, y: { name, log }, series: [{ name, x: [...], y: [...] }] }
// or { kind: "table", title, note, columns: [...], rows: [[...]] }
// or { kind: "mask", title, note, rows: name, columns: name, cells: [[0 or 1, ...]] }.

const find = (selector) => element.querySelector(selector);
const HEIGHT = 300;
const CELL = 22;

// colour, dashes and mark of each line: none is told by its colour alone
const LOOKS = [
  ["scale-positive", "", "circle"],
  ["scale-negative", "7 4", "square"],
  ["ink", "2 3", "diamond"],
  ["scale", "10 3 2 3", "circle"],
  ["muted", "4 2", "square"],
  ["ink", "", "diamond"],
];

// counts as they are, all else to three digits
const number = (value) => (Number.isInteger(value) && Math.abs(value) < 1e6 ? String(value) : lens.number(value));

function html(name, className, text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

// ---- axes --------------------------------------------------------------------------------------------------------

// an axis over these numbers: place(number) is its pixel, ticks the numbers named; a logarithmic one skips what has none
function axis({ log }, numbers, from, to, wanted) {
  const measure = log ? Math.log10 : (number) => number;
  const measured = numbers.filter((number) => !log || number > 0).map(measure);
  let [low, high] = [Math.min(...measured), Math.max(...measured)];
  let ticks = [];
  if (log && high - low < 2) {
    // less than a factor of a hundred: the numbers 1, 2, 5 of each power
    ticks = [0, 1, 2].flatMap((i) => [1, 2, 5].map((factor) => factor * 10 ** (Math.floor(low) + i)));
  } else if (log) {
    ticks = figures.ticks(Math.floor(low), Math.ceil(high), wanted).filter(Number.isInteger).map((power) => 10 ** power);
  } else {
    if (low > 0 && low < high / 2) low = 0;
    ticks = figures.ticks(low, high, wanted);
  }
  const margin = (high - low || 1) * 0.03;
  if (low !== 0 || log) low -= margin;
  high += margin;
  const place = (number) => from + ((measure(number) - low) / (high - low)) * (to - from);
  ticks = ticks.filter((number) => measure(number) >= low - 1e-9 && measure(number) <= high + 1e-9);
  return { place, ticks, can: (number) => !log || number > 0 };
}

const write = (text, x, y, anchor, colour = "muted") =>
  lens.svg("text", { x, y, "text-anchor": anchor, "dominant-baseline": "middle", fill: lens.variable(colour) }, text);

function shape(kind, x, y, colour, size = 3.5) {
  const fill = lens.variable(colour);
  if (kind === "circle") return lens.svg("circle", { cx: x, cy: y, r: size, fill });
  const turn = kind === "diamond" ? `rotate(45 ${x} ${y})` : "";
  return lens.svg("rect", { x: x - size, y: y - size, width: 2 * size, height: 2 * size, fill, transform: turn });
}

// ---- lines -------------------------------------------------------------------------------------------------------

function drawLines(svg, figure, width, chosen) {
  const [left, right, top, bottom] = [70, width - 14, 26, HEIGHT - 44];
  const all = (name) => figure.series.flatMap((line) => line[name]);
  const x = axis(figure.x, all("x"), left, right, Math.max(2, Math.floor(width / 90)));
  const y = axis(figure.y, all("y"), bottom, top, 5);
  const parts = [];
  const stroke = lens.variable("line");
  for (const value of y.ticks) {
    parts.push(lens.svg("line", { x1: left, x2: right, y1: y.place(value), y2: y.place(value), stroke }));
    parts.push(write(number(value), left - 6, y.place(value), "end"));
  }
  for (const value of x.ticks) {
    parts.push(lens.svg("line", { x1: x.place(value), x2: x.place(value), y1: bottom, y2: bottom + 4, stroke }));
    parts.push(write(number(value), x.place(value), bottom + 14, "middle"));
  }
  parts.push(write(figure.y.name, 2, 9, "start"), write(figure.x.name, (left + right) / 2, HEIGHT - 8, "middle"));
  if (chosen !== null) {
    const at = x.place(places(figure)[chosen]);
    parts.push(
      lens.svg("line", { x1: at, x2: at, y1: top, y2: bottom, stroke: lens.variable("accent"), "stroke-width": 1.5 }),
    );
  }
  figure.series.forEach((line, i) => {
    const [colour, dash, mark] = LOOKS[i % LOOKS.length];
    const points = line.x.map((value, j) => [value, line.y[j]]).filter(([, value]) => y.can(value));
    const pixels = points.map(([a, b]) => [x.place(a), y.place(b)]);
    const path = { points: pixels.map(String).join(" "), fill: "none", stroke: lens.variable(colour) };
    parts.push(lens.svg("polyline", { ...path, "stroke-width": 2, "stroke-dasharray": dash }));
    if (pixels.length <= 24) for (const [a, b] of pixels) parts.push(shape(mark, a, b, colour));
  });
  svg.setAttribute("width", width);
  svg.setAttribute("height", HEIGHT);
  svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
  svg.replaceChildren(...parts);
  return x;
}

// every number on the x axis that some line has
const places = (figure) => [...new Set(figure.series.flatMap((line) => line.x))].sort((a, b) => a - b);

function key(figure) {
  const list = html("ul", "key");
  figure.series.forEach((line, i) => {
    const [colour, dash, mark] = LOOKS[i % LOOKS.length];
    const sample = lens.svg("svg", { width: 34, height: 12, "aria-hidden": "true" });
    const stroke = { stroke: lens.variable(colour), "stroke-width": 2, "stroke-dasharray": dash };
    sample.append(lens.svg("line", { x1: 0, x2: 34, y1: 6, y2: 6, ...stroke }), shape(mark, 17, 6, colour));
    const item = html("li");
    item.append(sample, html("span", "", line.name));
    list.append(item);
  });
  return list;
}

function linesPart(figure, box) {
  const scroll = html("div", "figure-scroll");
  const svg = lens.svg("svg", { role: "application", tabindex: 0 });
  svg.setAttribute("aria-label", `${figure.title}. Left and right arrow keys walk along the ${figure.x.name}.`);
  const details = html("p", "figure-details");
  details.setAttribute("aria-live", "polite");
  let keys = key(figure);
  let at = null;
  let scale = null;

  const draw = () => {
    scale = drawLines(svg, figure, Math.max(320, scroll.clientWidth), at);
    const again = key(figure);
    keys.replaceWith(again);
    keys = again;
  };
  const show = (next) => {
    at = Math.max(0, Math.min(places(figure).length - 1, next));
    const here = places(figure)[at];
    const found = figure.series.filter((line) => line.x.includes(here));
    const words = found.map((line) => `${line.name} ${number(line.y[line.x.indexOf(here)])}`);
    details.textContent = `${figure.x.name} ${number(here)}: ${words.join("; ")}`;
    draw();
  };
  svg.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -Infinity, End: Infinity };
    if (!(event.key in steps)) return;
    event.preventDefault();
    show((at ?? -1) + steps[event.key]);
  });
  svg.addEventListener("pointermove", (event) => {
    const pixel = event.clientX - svg.getBoundingClientRect().left;
    const far = places(figure).map((value) => Math.abs(scale.place(value) - pixel));
    const nearest = far.indexOf(Math.min(...far));
    if (nearest !== at) show(nearest);
  });
  scroll.append(svg);
  box.append(scroll, keys, details);
  const rows = figure.series.flatMap((line) => line.x.map((value, i) => [line.name, value, line.y[i]]));
  box.append(buttons(figure, [["line", figure.x.name, figure.y.name], ...rows], svg));
  new ResizeObserver(() => scroll.clientWidth && draw()).observe(scroll);
  lens.onTheme(scroll, draw);
}

// ---- tables and masks --------------------------------------------------------------------------------------------

const shown = (value) => (typeof value === "number" ? value.toLocaleString("en-US") : value);

function tablePart(figure, box) {
  const scroll = html("div", "figure-scroll");
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "group");
  scroll.setAttribute("aria-label", figure.title);
  const table = html("table");
  const head = table.createTHead().insertRow();
  for (const name of figure.columns) {
    const cell = html("th", "", name);
    cell.scope = "col";
    head.append(cell);
  }
  const body = table.createTBody();
  for (const [name, ...values] of figure.rows) {
    const row = body.insertRow();
    const cell = html("th", "", name);
    cell.scope = "row";
    row.append(cell, ...values.map((value) => html("td", "", shown(value))));
  }
  scroll.append(table);
  box.append(scroll, buttons(figure, [figure.columns, ...figure.rows]));
}

function maskPart(figure, box) {
  const scroll = html("div", "figure-scroll");
  const [width, height] = [figure.cells[0].length * CELL + 34, figure.cells.length * CELL + 44];
  const svg = lens.svg("svg", { role: "img", width, height, viewBox: `0 0 ${width} ${height}` });
  const seen = figure.cells.map((row, i) => `${i + 1} sees ${row.flatMap((cell, j) => (cell ? [j + 1] : [])).join(" ")}`);
  svg.setAttribute("aria-label", `${figure.title}: ${seen.join("; ")}`);
  const draw = () => {
    const parts = [write(`→ ${figure.columns}`, 26, 9, "start"), write(`↓ ${figure.rows}`, 26, height - 9, "start")];
    figure.cells.forEach((row, i) => {
      parts.push(write(String(i + 1), 18, 20 + (i + 0.5) * CELL, "end"));
      row.forEach((cell, j) => {
        const [x, y] = [26 + j * CELL, 20 + i * CELL];
        const fill = lens.variable(cell ? "scale" : "ground");
        const look = { x, y, width: CELL - 2, height: CELL - 2, fill, stroke: lens.variable("muted") };
        parts.push(lens.svg("rect", look));
      });
    });
    svg.replaceChildren(...parts);
  };
  draw();
  lens.onTheme(svg, draw);
  scroll.append(svg);
  box.append(scroll, buttons(figure, figure.cells, svg));
}

// ---- the whole ---------------------------------------------------------------------------------------------------

function button(words, act) {
  const made = html("button", "quiet-button", words);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

function buttons(figure, rows, svg = null) {
  const box = html("div", "figure-buttons");
  const name = figure.title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  if (svg) box.append(button("Save the picture (SVG)", () => lens.saveSvg(`${name}.svg`, svg)));
  box.append(button("Save the numbers (CSV)", () => lens.saveCsv(`${name}.csv`, rows)));
  return box;
}

const PARTS = { lines: linesPart, table: tablePart, mask: maskPart };

function part(figure) {
  const box = html("div", "experiment-figure");
  box.classList.toggle("wide", figure.kind === "table");
  box.append(html("h4", "figure-title", figure.title));
  PARTS[figure.kind](figure, box);
  if (figure.note) box.append(html("p", "figure-note", figure.note));
  return box;
}

let cancelled = false;

function receive() {
  const { words, fraction, figures, pressed } = props.value;
  if (pressed) cancelled = pressed === "cancel";
  else if (cancelled) return; // it was on its way when Cancel was pressed
  find(".experiment-words").textContent = words;
  find("progress").hidden = fraction === undefined;
  find("progress").value = fraction ?? 0;
  if (figures) find(".experiment-figures").replaceChildren(...figures.map(part));
  else if (fraction === undefined) find(".experiment-figures").replaceChildren();
}

receive();
watch("value", receive);
