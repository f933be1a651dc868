// Two dimensions (2i, 2i+1) of every position as a point on a circle, before and after a shift by k positions, and the
// 2 x 2 matrix that does the same. Asks for "position_rotation" { pair, offset } of the table of "positions.size":
// { pair, offset, d_model, angle, matrix, first, max_difference, and before, after, rotated as { shape, base64 } }.

const { number, floats } = lens.numbers;
const { make, within, row } = lens.elements;
const { publish, subscribe } = lens.topics;
const { marks, mark, text, line, sheet } = lens.planes;
const { figure } = lens.figures;
const { saveCsv, saveSvg } = lens.saving;
const { asks } = lens.ask;

const { find, on } = within(element);
const drawing = find(".circle");
// less than this is rounding: a 32-bit float near 1 is true to 6e-8
const ROUNDING = 1e-6;
const RADIUS = 104;
const CENTRE = [155, 152];
let size = null; // of the table that is asked for
const wanted = { pair: 0, offset: 3 }; // a smaller table may not have it
let selected = 0;
let turn = null; // the last good value, with its arrays

/** @returns {[sine: number, cosine: number]} */
const of = (points, i) => [points[2 * i], points[2 * i + 1]];
const count = () => turn.before.length / 2;
// the selected position, or the nearest that has another one k positions on
const index = () => Math.max(0, Math.min(count() - 1, selected - turn.first));
const title = () =>
  `Dimensions ${2 * turn.pair} and ${2 * turn.pair + 1} of every position, shifted by ${number(turn.offset)}`;

// ---- the picture: sine to the right, cosine upwards, like the hand of a clock ------------------------------------

const place = ([sine, cosine]) => [CENTRE[0] + RADIUS * sine, CENTRE[1] - RADIUS * cosine];

const hand = (to, dash) => line(CENTRE, to, "accent", 2, dash);

function paint() {
  if (!turn) return;
  sheet(drawing, 310, 370);
  const [x, y] = CENTRE;
  drawing.append(
    mark("ring", CENTRE, "line", RADIUS),
    line([x - RADIUS, y], [x + RADIUS, y], "line"),
    line([x, y - RADIUS], [x, y + RADIUS], "line"),
    text(x, 14, `dimension ${2 * turn.pair + 1} (cosine) ↑`, { align: "middle" }),
    text(x, 290, `dimension ${2 * turn.pair} (sine) →`, { align: "middle" }),
    ...[
      [0, 1],
      [0, -1],
      [1, 0],
      [-1, 0],
    ].map(([right, up]) =>
      text(x + (RADIUS + 16) * right, y - (RADIUS + 16) * up, number(right + up), { align: "middle" }),
    ),
  );
  const all = (points) => Array.from({ length: count() }, (_, i) => place(of(points, i)));
  drawing.append(marks("circle", all(turn.after), "muted", 2), marks("cross", all(turn.rotated), "muted", 3.5));
  const [before, after, rotated] = [turn.before, turn.after, turn.rotated].map((points) => place(of(points, index())));
  const position = turn.first + index();
  drawing.append(
    hand(before, "4 4"),
    hand(after),
    mark("ring", before, "accent", 5),
    mark("circle", after, "accent", 5),
    mark("cross", rotated, "accent", 8),
    text(x, 320, `○ position ${position}\u2003● position ${position + turn.offset}`, {
      align: "middle",
      colour: "ink",
    }),
    text(x, 344, "× matrix · ○, for every position", { align: "middle", colour: "ink" }),
  );
}

const pairOf = (points, i) => `(${of(points, i).map(number).join(", ")})`;

const { draw, show } = figure(drawing, {
  paint,
  size: () => [1, count()],
  find: () => null, // the points of all positions lie too near to each other
  words: (_, i) =>
    `position ${turn.first + i}: ${pairOf(turn.before, i)}; shifted by ${number(turn.offset)}: ${pairOf(turn.after, i)}`,
  at: () => [0, index()],
  go: (_, i) => publish("positions.selected", turn.first + i),
});

// ---- the numbers -------------------------------------------------------------------------------------------------

const vector = (name, numbers) => row(make("th", { scope: "row" }, name), ...numbers.map(number));

function describe() {
  if (!turn) return;
  const position = turn.first + index();
  const [before, after, rotated] = [turn.before, turn.after, turn.rotated].map((points) => of(points, index()));
  find(".numbers tbody").replaceChildren(
    vector(`position ${position}`, before),
    vector(`matrix · position ${position}`, rotated),
    vector(`position ${position + turn.offset}, from the table`, after),
  );
  show(0, index());
  draw();
}

function receive(answer) {
  const [before, after, rotated] = [answer.before, answer.after, answer.rotated].map(floats);
  turn = { ...answer, before, after, rotated };
  find(".equation").textContent =
    `PE(pos ${turn.offset < 0 ? "−" : "+"} ${Math.abs(turn.offset)}) = matrix · PE(pos), where the matrix is`;
  const cells = find(".matrix").querySelectorAll("td");
  turn.matrix.flat().forEach((entry, i) => (cells[i].textContent = number(entry)));
  const exponent = make("sup", {}, `${2 * turn.pair}/${turn.d_model}`);
  find(".angle").replaceChildren(`A turn by ${number(turn.angle)} radians: k / 10000`, exponent, ".");
  find(".difference").textContent = number(turn.max_difference);
  find(".difference-name").textContent =
    `largest difference between the two, over ${count()} positions` +
    (turn.max_difference < ROUNDING ? ": rounding" : "");
  describe();
}

// ---- asking ------------------------------------------------------------------------------------------------------

function nameChoice() {
  const [pair, offset] = [Number(find(".pair").value), Number(find(".offset").value)];
  find(".pair-name").textContent = `${2 * pair} and ${2 * pair + 1}`;
  find(".offset-name").textContent = number(offset);
}

const ask = asks({ element, server }, "position_rotation", () => size && { ...size, ...wanted }, receive);

subscribe(element, "positions.size", (news) => {
  size = news;
  ask();
});
// a smaller table may not have what was chosen: its sliders end before it
subscribe(element, "positions.table", ({ n_positions, d_model }) => {
  find(".pair").max = d_model / 2 - 1;
  find(".offset").min = 1 - n_positions;
  find(".offset").max = n_positions - 1;
  for (const name of ["pair", "offset"]) find(`.${name}`).value = wanted[name];
  nameChoice();
  const chosen = { pair: Number(find(".pair").value), offset: Number(find(".offset").value) };
  if (chosen.pair === wanted.pair && chosen.offset === wanted.offset) return;
  Object.assign(wanted, chosen);
  ask();
});
subscribe(element, "positions.selected", (position) => {
  selected = position;
  describe();
});
for (const name of ["pair", "offset"]) {
  on("input", `.${name}`, nameChoice);
  on("change", `.${name}`, ({ target }) => {
    wanted[name] = Number(target.value);
    ask();
  });
}
on("click", ".save-svg", () => turn && saveSvg("rotation.svg", title(), drawing, []));
on("click", ".save-csv", () => {
  if (!turn) return;
  const names = ["before", "after", "rotated"];
  const rowOf = (i) => [turn.first + i, ...names.flatMap((name) => of(turn[name], i))];
  const rows = Array.from({ length: count() }, (_, i) => rowOf(i));
  saveCsv("rotation.csv", [["position", ...names.flatMap((name) => [`${name} sine`, `${name} cosine`])], ...rows]);
});
