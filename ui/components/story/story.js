// The story of the first screen. A visitor guesses which word's vector tells the decoder what to write, sees what the
// model writes with that one vector taken from the other sentence, and then all of them, layer by layer. It folds away
// once the page is about another text.
// value: { texts, translations: [[before, word, after]], decided: those words, title, question, story, words: [{ text,
//          changed: whether the sentences differ there, share: its recovery after the last layer, written: the translation
//          with it swapped }], sources, recovery: as the grid takes them }

const { make, within, button, press } = lens.elements;
const { recovery } = lens;
const { tabs } = lens;
const { publish, subscribe } = lens.topics;

const { find, all, on } = within(element);
const story = props.value;
/** @type {Cell} */
let cursor = recovery.start(story);

const grid = recovery.grid(find(".grid"), { found: () => story, at: () => cursor, go: (...cell) => (cursor = cell) });

/** What became of the translation with this word's vector swapped, and whether that was the one. */
function swap({ text, changed, share, written }) {
  const { texts, words, decided } = story;
  const [one, other] = decided;
  const isHolder = share === Math.max(...words.map((word) => word.share));
  const verdict = isHolder
    ? "That is the one."
    : changed
      ? "Not here any more: this word was changed, but what hangs on it has moved."
      : "Not here.";
  find(".swap").replaceChildren(
    `${verdict} “${texts[0]}” with the vector of “${text}” alone from “${texts[1]}”: the model writes `,
    make("strong", {}, written),
    ` It is ${String(Math.round(100 * share)).replace("-", "−")}% of the way from “${one}” to “${other}”.`,
  );
  find(".swap").hidden = find(".reveal").hidden = false;
}

function guess(word, pressed) {
  press(all(".guesses button"), (one) => one === pressed);
  swap(word);
}

find(".title").textContent = story.title;
find(".question").textContent = story.question;
find(".told").textContent = story.story;
find(".translations").replaceChildren(
  ...story.translations.flatMap(([before, word, after], i) => [
    make("dt", { lang: "en" }, story.texts[i]),
    make("dd", { lang: "de" }, before, make("mark", {}, word), after),
  ]),
);
find(".guesses").replaceChildren(
  ...story.words.map((word) => button(word.text, ({ currentTarget }) => guess(word, currentTarget), { "aria-pressed": false })), // prettier-ignore
);

on("click", ".reveal", ({ currentTarget }) => {
  const opens = find(".revealed").hidden;
  find(".revealed").hidden = !opens;
  currentTarget.ariaExpanded = String(opens);
  currentTarget.textContent = opens ? "Hide the layers" : "Show every word, layer by layer";
  if (!opens) return;
  grid.show(...cursor);
  grid.draw();
});
on("click", ".own", () => tabs.open("what-if")?.focus());
on("click", ".tour", () => publish("tour", 1));

let text = null; // that the page opened with
subscribe(element, "request", (request) => {
  text ??= request.text;
  if (request.text !== text) find("details").open = false;
});
