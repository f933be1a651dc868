// The exercises: one question at a time, beside the tab in which its answer can be found. A choice is told whether it is
// right and why; then the page can open what shows it.
// Asks for "exercise" { number }: { number, n, title, tab, lit, words, choices: [{ text, reply, right }], states: by their
// names in the address }, without choices where the run answers nothing.

const { within, button, press } = lens.elements;
const { dock, enter } = lens.docking;
const { go: openStates, holds } = lens.address;
const { subscribe } = lens.topics;
const { asks } = lens.ask;

const { find, all, on } = within(element);
const card = find(".docked-card");
const beside = dock(element, leave);
let at = 0; // the exercise that is open, from 1; 0 is none
let left = 1; // the one that was open last
let asked = null; // what is drawn
let about = ""; // which run the tries belong to
const tries = new Map(); // by exercise, whether the first try was right

// ---- the card ----------------------------------------------------------------------------------------------------

function name() {
  const first = [...tries.values()].filter(Boolean).length;
  const told = tries.size ? `, ${first} of ${tries.size} right at the first try` : "";
  find(".where").textContent = `Exercise ${at} of ${asked.n}${told}`;
}

function clear() {
  for (const part of [".title", ".words", ".told", ".answers"]) find(part).replaceChildren();
  for (const part of [".see", ".show"]) find(part).hidden = true;
  find(".back").hidden = at === 1;
  find(".go").textContent = "Next exercise";
  find(".go").classList.remove("done");
  card.scrollTop = 0;
}

function draw(answer) {
  asked = answer;
  at = left = answer.number;
  clear();
  find(".title").textContent = answer.title;
  find(".words").textContent = answer.words;
  find(".answers").replaceChildren(...answer.choices.map((choice) => answerButton(choice)));
  find(".show").hidden = false;
  if (at === answer.n) find(".go").textContent = "Finish";
  name();
  requestAnimationFrame(() => asked && show()); // the address first takes the number that there is
}

const show = (then = () => {}) => beside.look(asked.tab, asked.lit, then);

const answerButton = (choice) =>
  button(choice.text, ({ currentTarget }) => choose(choice, currentTarget), { "aria-pressed": false });

function choose({ reply, right }, pressed) {
  press(all(".answers button"), (one) => one === pressed);
  if (!tries.has(at)) tries.set(at, right);
  name();
  find(".told").textContent = reply;
  find(".see").hidden = false;
  find(".go").classList.toggle("done", right);
  card.scrollTop = card.scrollHeight; // on a small screen the answers fill the card
}

/** Opens an exercise and goes to it, as a visitor asked for. */
function go(number) {
  open(number);
  find(".title").focus({ preventScroll: true });
}

function open(number) {
  at = number;
  asked = null;
  clear();
  find(".where").textContent = `Working out exercise ${at} …`;
  card.hidden = false;
  find(".closed").hidden = true;
  beside.open();
  ask({ pressed: true });
}

function leave(next = at) {
  const hadFocus = element.contains(document.activeElement);
  at = 0;
  left = next;
  card.hidden = true;
  find(".closed").hidden = false;
  beside.close();
  invite();
  if (hadFocus) find(".start").focus();
}

function invite() {
  find(".start").textContent =
    left > 1 ? `Go on with the exercises: number ${left}` : "Exercises: questions about your sentence";
}

// ---- asking ------------------------------------------------------------------------------------------------------

const ask = asks({ element, server, inSight: true }, "exercise", () => (at ? { number: at } : null), draw);
element.inert = false; // its button opens it before anything was asked

subscribe(element, "request", (request) => {
  if (JSON.stringify(request) === about) return;
  about = JSON.stringify(request);
  tries.clear();
});

on("click", ".start", () => go(left));
on("click", ".go", () => (at === asked?.n ? leave(1) : go(at + 1)));
on("click", ".back", () => go(at - 1));
on("click", ".leave", () => leave());
on("click", ".show", () => show(enter));
on("click", ".see", () => {
  openStates({ tab: asked.tab, ...asked.states });
  show(enter);
});

invite();

// ---- in the address: the number of the exercise ------------------------------------------------------------------

/** @param {string | null} text */
function visit(text) {
  if (text !== null) open(Math.max(1, Number(text)));
  else if (at) leave();
}

const read = () => (at ? String(at) : null);
holds(element, "exercise", { called: "exercise", form: /^\d{1,2}$/, read, set: visit, entry: true });
