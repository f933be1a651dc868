// Which word decided between the translations of two sentences. Asks for "two_sentences" { first, second }, or {} for the
// first ready pair: { pairs: [[first, second]], texts: { first, second } } and, where two were compared, translations
// [[before, word, after]] with the words where they part, decided: those words, story,
// sources: the tokens of both, and recovery by point and position.

const { percent } = lens.numbers;
const { make, within, button, press } = lens.elements;
const { tokenName } = lens.tokens;
const { variable, signed } = lens.colours;
const { write } = lens.surfaces;
const { heatMap } = lens.figures;
const { saveCsv, saveJson, savePng } = lens.saving;
const { asks } = lens.ask;

const { find, on } = within(element);
const FIELDS = ["first", "second"];
const WIDE = 34; // px of a cell that has room for its number
const DEEP = 0.65; // of the scale, from which on its colours ask for the page's ground as ink
let found = null; // what is drawn
let compared = {}; // the texts that the visitor compared last
let typing = false; // since then
let about = {}; // the page's request, when this was asked last
/** @type {Cell} */
let cursor = [0, 0];

// ---- the grid ----------------------------------------------------------------------------------------------------

const pointName = (point) => (point ? `L${point}` : "embedding");

/** The first sentence's tokens; where the second has others, both. */
function names() {
  const [first, second] = found.sources.map((tokens) => tokens.map(tokenName));
  return first.map((name, i) => (found.sources[0][i].id === found.sources[1][i].id ? name : `${name}→${second[i]}`));
}

const most = () => Math.max(1, ...found.recovery.flat().map(Math.abs));

/** The number in each cell that has room for it, and a frame on the largest of each row. */
function over({ pen, left, top, cellWidth, cellHeight }) {
  const high = most();
  found.recovery.forEach((shares, row) => {
    const y = top + row * cellHeight;
    shares.forEach((share, column) => {
      const ink = Math.abs(share) > DEEP * high ? "ground" : "ink";
      const whole = String(Math.round(100 * share)).replace("-", "−");
      if (cellWidth >= WIDE) write(pen, whole, left + (column + 0.5) * cellWidth, y + cellHeight / 2, "center", ink);
    });
    pen.strokeStyle = variable("ink");
    pen.lineWidth = 1.5;
    pen.strokeRect(left + shares.indexOf(Math.max(...shares)) * cellWidth + 2, y + 2, cellWidth - 4, cellHeight - 4);
  });
}

const grid = heatMap(find(".grid"), {
  map: () =>
    found && {
      values: Float64Array.from(found.recovery.flat(), (share) => 100 * share),
      rows: found.recovery.length,
      columns: found.sources[0].length,
      smallest: 18,
      largest: 64,
      cellHeight: 26,
      x: { name: "word swapped in", names: names() },
      y: { name: "after", names: found.recovery.map((_, point) => pointName(point)) },
      ...signed(100 * most()),
    },
  over,
  words(point, place) {
    const [one, other] = found.decided;
    return `“${names()[place]}” after ${point ? `layer ${point}` : "the embedding"}: ${percent(found.recovery[point][place])} of the way from “${one}” to “${other}”`;
  },
  at: () => cursor,
  go: (...cell) => (cursor = cell),
});

// ---- the words ---------------------------------------------------------------------------------------------------

/** “I know him → that.”: a pair as one line, what differs beside each other. */
function inOne([first, second], own) {
  const [one, other] = [first, second].map((text) => text.split(" "));
  const room = Math.min(one.length, other.length);
  let [start, end] = [0, 0];
  while (start < room && one[start] === other[start]) start++;
  while (end < room - start && one.at(-1 - end) === other.at(-1 - end)) end++;
  const middle = (words) => words.slice(start, words.length - end).join(" ");
  const changed = `${middle(one)} → ${middle(other)}`;
  return first === own
    ? `Your sentence: ${changed}`
    : [...one.slice(0, start), changed, ...one.slice(one.length - end)].join(" ");
}

function offer({ pairs, texts, own }) {
  const buttons = pairs.map((pair) => button(inOne(pair, own), () => compare(...pair)));
  find(".pairs").replaceChildren(...buttons);
  press(buttons, (one) => String(pairs[buttons.indexOf(one)]) === String([texts.first, texts.second]));
}

function describe({ texts, translations, decided, story }) {
  const said = translations.flatMap(([before, word, after], i) => [
    make("dt", {}, texts[FIELDS[i]]),
    make("dd", {}, before, make("mark", {}, word), after),
  ]);
  find(".translations").replaceChildren(...said);
  find(".question").textContent = `Which word decided between “${decided[0]}” and “${decided[1]}”?`;
  find(".story").textContent = story;
}

// ---- asking ------------------------------------------------------------------------------------------------------

function receive(answer) {
  if (!typing) for (const name of FIELDS) find(`input.${name}`).value = answer.texts[name];
  offer(answer);
  found = answer.recovery ? answer : null;
  find(".result").hidden = !found;
  if (!found) return;
  const last = found.recovery.at(-1);
  cursor = [found.recovery.length - 1, last.indexOf(Math.max(...last))];
  describe(found);
  grid.show(...cursor);
  grid.draw();
}

const ask = asks({ element, server, inSight: true }, "two_sentences", fields, receive);

/** Another sentence of the page is compared with a partner of its own. */
function fields(request) {
  if (["model", "text", "sentence", "direction"].some((name) => request[name] !== about[name])) compared = {};
  about = request;
  return compared;
}

function compare(first, second) {
  compared = { first, second };
  typing = false;
  ask();
}

on("input", "form", () => (typing = true));
on("submit", "form", (event) => {
  event.preventDefault();
  compare(find("input.first").value, find("input.second").value);
});
on("click", ".save-png", () => {
  const { first, second } = found.texts;
  savePng("two-sentences.png", [`${first} / ${second}`, find(".question").textContent], find(".grid"));
});
on("click", ".save-csv", () => {
  const rows = found.recovery.map((shares, point) => [pointName(point), ...shares]);
  saveCsv("two-sentences.csv", [["after", ...names()], ...rows]);
});
on("click", ".save-json", () => saveJson("two-sentences.json", found));
