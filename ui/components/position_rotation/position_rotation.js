// Two dimensions (2i, 2i+1) of every position as a point on a circle, before and after a shift by k positions, and the
// 2 x 2 matrix that does the same. The table comes from position_chart; the rest from Python, asked for at every change.
// value: { question } and { problem } or { pair, offset, d_model, angle, matrix, first, max_difference, and before, after,
// rotated as { shape, base64 } }

const find = (selector) => element.querySelector(selector);
const canvas = find(".circle");
// less than this is rounding: a 32-bit float near 1 is true to 6e-8
const ROUNDING = 1e-6;
const RADIUS = 104;
const CENTRE = [155, 152];
let table = null;
const wanted = { pair: 0, offset: 3 }; // a smaller table may not have it
let question = props.value?.question ?? 0; // the number of the last one: answers to others are late
let selected = 0;
let turn = null; // the last good value, with its arrays

const of = (points, i) => [points[2 * i], points[2 * i + 1]];
const count = () => turn.before.length / 2;
// the selected position, or the nearest that has another one k positions on
const index = () => Math.max(0, Math.min(count() - 1, selected - turn.first));
const title = () => `Dimensions ${2 * turn.pair} and ${2 * turn.pair + 1} of every position, shifted by ${lens.number(turn.offset)}`;

// ---- the picture: sine to the right, cosine upwards, like the hand of a clock ------------------------------------

const place = ([sine, cosine]) => [CENTRE[0] + RADIUS * sine, CENTRE[1] - RADIUS * cosine];

function ring(pen, [x, y], radius) {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.stroke();
}

function cross(pen, [x, y], size) {
  pen.beginPath();
  pen.moveTo(x - size, y - size);
  pen.lineTo(x + size, y + size);
  pen.moveTo(x + size, y - size);
  pen.lineTo(x - size, y + size);
  pen.stroke();
}

function hand(pen, [x, y], dash) {
  pen.setLineDash(dash);
  pen.beginPath();
  pen.moveTo(...CENTRE);
  pen.lineTo(x, y);
  pen.stroke();
  pen.setLineDash([]);
}

const draw = figures.responsive(canvas.parentElement, () => {
  if (!turn) return;
  const pen = figures.surface(canvas, 310, 370);
  pen.strokeStyle = lens.variable("line");
  ring(pen, CENTRE, RADIUS);
  pen.strokeRect(CENTRE[0] - RADIUS, CENTRE[1], 2 * RADIUS, 0);
  pen.strokeRect(CENTRE[0], CENTRE[1] - RADIUS, 0, 2 * RADIUS);
  figures.write(pen, `dimension ${2 * turn.pair + 1} (cosine) ↑`, CENTRE[0], 14, "center");
  figures.write(pen, `dimension ${2 * turn.pair} (sine) →`, CENTRE[0], 290, "center");
  for (const [text, x, y] of [["1", 0, 1], ["−1", 0, -1], ["1", 1, 0], ["−1", -1, 0]]) {
    figures.write(pen, text, CENTRE[0] + (RADIUS + 16) * x, CENTRE[1] - (RADIUS + 16) * y, "center");
  }
  pen.fillStyle = pen.strokeStyle = lens.variable("muted");
  for (let i = 0; i < count(); i++) figures.dot(pen, ...place(of(turn.after, i)), 2);
  for (let i = 0; i < count(); i++) cross(pen, place(of(turn.rotated, i)), 3.5);

  const [before, after, rotated] = [turn.before, turn.after, turn.rotated].map((points) => place(of(points, index())));
  const position = turn.first + index();
  pen.strokeStyle = pen.fillStyle = lens.variable("accent");
  pen.lineWidth = 2;
  hand(pen, before, [4, 4]);
  hand(pen, after, []);
  ring(pen, before, 5);
  figures.dot(pen, ...after, 5);
  cross(pen, rotated, 8);
  figures.write(pen, `○ position ${position}    ● position ${position + turn.offset}`, CENTRE[0], 320, "center", "ink");
  figures.write(pen, "× matrix · ○, for every position", CENTRE[0], 344, "center", "ink");
});

// ---- the numbers -------------------------------------------------------------------------------------------------

function row(name, [sine, cosine]) {
  const cells = [["th", name], ["td", lens.number(sine)], ["td", lens.number(cosine)]].map(([tag, text]) => {
    const cell = document.createElement(tag);
    if (tag === "th") cell.scope = "row";
    cell.textContent = text;
    return cell;
  });
  const line = document.createElement("tr");
  line.append(...cells);
  return line;
}

function describe() {
  if (!turn) return;
  const position = turn.first + index();
  const [before, after, rotated] = [turn.before, turn.after, turn.rotated].map((points) => of(points, index()));
  find(".numbers tbody").replaceChildren(
    row(`position ${position}`, before),
    row(`matrix · position ${position}`, rotated),
    row(`position ${position + turn.offset}, from the table`, after),
  );
  find(".figure-details").textContent =
    `position ${position}: (${before.map(lens.number).join(", ")}); shifted by ${lens.number(turn.offset)}: (${after.map(lens.number).join(", ")})`;
  draw();
}

function receive() {
  const value = props.value;
  if (!value || value.question !== question) return;
  find(".problem").hidden = !value.problem;
  find(".problem").textContent = value.problem || "";
  find(".sides").hidden = Boolean(value.problem);
  if (value.problem) return;
  const [before, after, rotated] = [value.before, value.after, value.rotated].map(figures.floats);
  turn = { ...value, before, after, rotated };
  find(".equation").textContent = `PE(pos ${turn.offset < 0 ? "−" : "+"} ${Math.abs(turn.offset)}) = matrix · PE(pos), where the matrix is`;
  const cells = find(".matrix").querySelectorAll("td");
  turn.matrix.flat().forEach((number, i) => (cells[i].textContent = lens.number(number)));
  const exponent = document.createElement("sup");
  exponent.textContent = `${2 * turn.pair}/${turn.d_model}`;
  find(".angle").replaceChildren(`A turn by ${lens.number(turn.angle)} radians: k / 10000`, exponent, ".");
  find(".difference").textContent = lens.number(turn.max_difference);
  find(".difference-name").textContent =
    `largest difference between the two, over ${count()} positions` + (turn.max_difference < ROUNDING ? ": rounding" : "");
  describe();
}

// ---- asking ------------------------------------------------------------------------------------------------------

function nameChoice() {
  const [pair, offset] = [Number(find(".pair").value), Number(find(".offset").value)];
  find(".pair-name").textContent = `${2 * pair} and ${2 * pair + 1}`;
  find(".offset-name").textContent = lens.number(offset);
}

function ask() {
  nameChoice();
  question += 1;
  const { n_positions, d_model, own } = table;
  trigger("turn", {
    positions: String(n_positions), dimensions: String(d_model), own,
    pair: find(".pair").value, offset: find(".offset").value, question,
  });
}

lens.subscribe(element, "positions.table", (shared) => {
  table = shared;
  find(".pair").max = table.d_model / 2 - 1;
  find(".offset").min = 1 - table.n_positions;
  find(".offset").max = table.n_positions - 1;
  for (const name of ["pair", "offset"]) find(`.${name}`).value = wanted[name];
  ask();
});
lens.subscribe(element, "positions.selected", (position) => {
  selected = position;
  describe();
});
for (const name of ["pair", "offset"]) {
  find(`.${name}`).addEventListener("input", () => table && nameChoice());
  find(`.${name}`).addEventListener("change", () => {
    wanted[name] = Number(find(`.${name}`).value);
    if (table) ask();
  });
}
figures.walk(canvas, {
  size: () => [1, count()],
  at: () => [0, index()],
  find: () => null,
  show: () => {},
  go: (_, i) => lens.publish("positions.selected", turn.first + i),
});

find(".save-png").addEventListener("click", () => turn && figures.savePng("rotation.png", title(), canvas));
find(".save-csv").addEventListener("click", () => {
  if (!turn) return;
  const names = ["before", "after", "rotated"];
  const rows = Array.from({ length: count() }, (_, i) => [
    turn.first + i, ...names.flatMap((name) => of(turn[name], i)),
  ]);
  lens.saveCsv("rotation.csv", [["position", ...names.flatMap((name) => [`${name} sine`, `${name} cosine`])], ...rows]);
});

receive();
watch("value", receive);
