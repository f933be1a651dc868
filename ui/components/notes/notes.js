// Under the sentence bar: how the text was read, what may be wrong with it, and whether what stands below belongs to it.
// Asks for "notes": { request, notes: [{ text, mend: { label, text, direction } or { label, choose: hypothesis } or null }] }
// Hears "typed", "translating" and a refusal as "translation"; tells Python "mend" { text, direction }, "choose"
// { hypothesis } and "again", for what is typed.

const { make, within, button } = lens.elements;
const { subscribe } = lens.topics;
const { asks } = lens.ask;

const { find, on } = within(element);
const LONG_WORD = 60; // letters
const SHORT = 60; // characters of a text that is named
let about = null; // the request that the page shows
let typed = null; // { text, direction }
let refused = null; // what was typed when nothing could be translated
let translating = false;

const same = (one, other) => one?.text === other?.text && one?.direction === other?.direction;
const short = (text) => (text.length > SHORT ? `${text.slice(0, SHORT)} …` : text);

function waitingWords() {
  const longest = Math.max(0, ...(typed?.text ?? "").split(/\s+/).map((word) => word.length));
  if (longest < LONG_WORD) return "Translating …";
  return `Translating … A word of ${longest} letters is cut into many pieces: this takes a few seconds.`;
}

function mark() {
  const stale = Boolean(about && typed) && !same(about, typed);
  document.querySelector("#tabs")?.classList.toggle("stale", stale); // which may come later, and is not stale then
  find(".waiting").hidden = !translating;
  find(".waiting").textContent = translating ? waitingWords() : "";
  find(".stale").hidden = !stale || translating || same(typed, refused);
  find(".list").hidden = stale;
  if (stale) find(".whose").textContent = `You changed the text. What stands below belongs to “${short(about.text)}”`;
}

function act({ choose, text, direction }) {
  if (choose === undefined) trigger("mend", { text, direction });
  else trigger("choose", { hypothesis: choose });
}

function draw({ notes }) {
  const lines = notes.map(({ text, mend }) => {
    const buttons = mend ? [" ", button(mend.label, () => act(mend))] : [];
    return make("p", { class: "note" }, text, ...buttons);
  });
  find(".list").replaceChildren(...lines);
}

on("click", ".again", () => trigger("again", {}));

subscribe(element, "typed", (news) => {
  typed = news;
  mark();
});
subscribe(element, "translating", (news) => {
  translating = news;
  mark();
});
subscribe(element, "translation", ({ problem }) => {
  refused = problem ? typed : null;
  mark();
});
subscribe(element, "request", (news) => {
  if (!same(about, news)) find(".list").replaceChildren(); // they were about another text
  about = news;
  mark();
});
asks({ element, server }, "notes", () => ({}), draw);
