// Which word decided between the translations of two sentences. Asks for "two_sentences" { first, second }, or {} for the
// first ready pair: { pairs: [[first, second]], texts: { first, second } } and, where two were compared, translations
// [[before, word, after]] with the words where they part, decided: those words, story,
// sources: the tokens of both, and recovery by point and position.

const { make, within, button, press } = lens.elements;
const { recovery } = lens;
const { ownSentences, saveCsv, saveJson, savePng } = lens.saving;
const { holds } = lens.address;
const { asks } = lens.ask;
const { subscribe } = lens.topics;

const { find, on } = within(element);
const FIELDS = ["first", "second"];
let found = null; // what is drawn
let compared = {}; // the texts that the visitor compared last
let typing = false; // since then
let about = null; // the page's request, when this was asked last
/** @type {Cell} */
let cursor = [0, 0];

const grid = recovery.grid(find(".grid"), { found: () => found, at: () => cursor, go: (...cell) => (cursor = cell) });

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
  cursor = recovery.start(found);
  describe(found);
  grid.show(...cursor);
  grid.draw();
}

const ask = asks({ element, server, inSight: true }, "two_sentences", fields, receive);

/** Another sentence of the page is compared with a partner of its own. */
function fields(request) {
  if (about && ["model", "text", "sentence", "direction"].some((name) => request[name] !== about[name])) compared = {};
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

subscribe(element, "sentences.compare", ({ first, second }) => {
  compare(first, second);
  find("h2").focus();
});

// ---- in the address: both, with a line break between them --------------------------------------------------------

const held = () => ("first" in compared ? FIELDS.map((name) => compared[name]).join("\n") : null);

function open(text) {
  about = null; // they are meant on the page's sentence
  if (text) return compare(...text.split("\n"));
  compared = {};
  typing = false;
  ask();
}

holds(element, "pair", { called: "pair", form: /^.{1,900}\n.{1,900}$/, read: held, set: open, entry: true });

// ---- saving ------------------------------------------------------------------------------------------------------

on("click", ".save-png", () => {
  savePng("two-sentences.png", find(".question").textContent, find(".grid"), ownSentences(find(".translations")));
});
on("click", ".save-csv", () => {
  const rows = found.recovery.map((shares, point) => [recovery.pointName(point), ...shares]);
  saveCsv("two-sentences.csv", [["after", ...recovery.names(found)], ...rows]);
});
on("click", ".save-json", () => saveJson("two-sentences.json", found));
