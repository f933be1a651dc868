// The tour: one card at a time, beside its tab. Doing what it asks finishes a card, whatever the visitor does it with;
// then the next can be opened. Esc leaves; where it was left is remembered on this device.
// value: { model: the bundled one, cards: [{ tab, lit, title, words, act, acts: [[event, where]], seen, answers: [[text,
//          reply, fair]] }] }; tells Python "bundled" {}; hears "request", and "tour" when another widget starts it

const { within, button } = lens.elements;
const { dock, enter } = lens.docking;
const { holds } = lens.address;
const { subscribe } = lens.topics;

const { find, on } = within(element);
const { cards, model } = props.value;
const KEPT = "tour"; // the name under which the browser remembers the card
let at = 0; // the card that is open, from 1; 0 is none
const finished = new Set();
const card = () => cards[at - 1];
const beside = dock(element, leave);

// a browser may forbid to remember; then a tour that is left begins anew
function remembered() {
  try {
    return Number(window.localStorage.getItem(KEPT)) || 0;
  } catch {
    return 0;
  }
}

function remember(number) {
  try {
    window.localStorage.setItem(KEPT, String(number));
  } catch {
    return;
  }
}

// ---- the card ----------------------------------------------------------------------------------------------------

function open(number, word = "") {
  at = number;
  remember(at);
  find(".docked-card").hidden = false;
  find(".closed").hidden = true;
  const { title, words, act, answers } = card();
  find(".where").textContent = `${word}Card ${at} of ${cards.length}`;
  find(".title").textContent = title;
  find(".words").textContent = words;
  find(".act").textContent = act;
  find(".told").textContent = "";
  find(".back").hidden = at === 1;
  find(".answers").replaceChildren(...answers.map(([text, reply, fair]) => button(text, () => choose(reply, fair))));
  mark();
  beside.open();
  show();
}

const show = (then = () => {}) => beside.look(card().tab, card().lit, then);

function mark() {
  const isDone = finished.has(at);
  find(".go").textContent = isDone ? (at === cards.length ? "Finish" : "Next →") : "Skip";
  find(".go").classList.toggle("done", isDone);
}

function finish() {
  if (finished.has(at)) return;
  finished.add(at);
  mark();
  find(".told").textContent = `Done. ${card().seen}`;
}

function choose(reply, fair) {
  find(".told").textContent = reply;
  if (!fair) return;
  finished.delete(at);
  finish();
  find(".told").textContent = `${reply} ${card().seen}`;
}

/** Opens a card and goes to it, as a visitor asked for. */
function go(number) {
  open(number);
  find(".title").focus({ preventScroll: true });
}

function leave(next = at) {
  const hadFocus = element.contains(document.activeElement);
  at = 0;
  remember(next);
  find(".docked-card").hidden = true;
  find(".closed").hidden = false;
  beside.close();
  invite();
  if (hadFocus) find(".start").focus();
}

function invite() {
  const next = remembered();
  find(".start").textContent =
    next > 1 && next <= cards.length
      ? `Continue the tour: card ${next} of ${cards.length}`
      : `Take the tour: ${cards.length} cards, one thing to do on each`;
}

// ---- what the visitor does ---------------------------------------------------------------------------------------

/**
 * Whether an event is one of the acts that finish the card.
 * @param {any} event
 */
function acts({ type, key, target }) {
  const done = type === "keydown" ? (/^(Arrow|Page|Home|End)/.test(key) ? "arrow" : null) : type;
  return card().acts.some(([event, where]) => event === done && target.closest?.(where));
}

for (const type of ["click", "keydown", "input", "submit"]) {
  // before the widgets, which may draw anew what was pressed; without one there is nobody to hear it
  document.addEventListener(type, (event) => element.isConnected && at && acts(event) && finish(), true);
}

on("click", ".start", () => go(remembered() <= cards.length ? Math.max(1, remembered()) : 1));
on("click", ".go", () => (at < cards.length ? go(at + 1) : leave(0)));
on("click", ".back", () => go(at - 1));
on("click", ".leave", () => leave());
on("click", ".show", () => show(enter));
on("click", ".bundled", () => trigger("bundled", {}));
subscribe(element, "tour", go);
subscribe(element, "request", (request) => {
  find(".other").hidden = request.model === model;
  find(".other p").textContent =
    `The tour was written for the bundled model, ${model}. ${request.model} is open: it may lack what a card shows.`;
});

invite();

// ---- in the address: the card ------------------------------------------------------------------------------------

/** @param {string | null} asked */
function visit(asked) {
  if (asked === null) {
    if (at) leave();
    return;
  }
  const nearest = Math.min(cards.length, Math.max(1, Math.round(Number(asked)) || 1));
  open(nearest, String(nearest) === asked ? "" : `There is no card “${asked.slice(0, 20)}”; this is the nearest. `);
}

holds(element, "tour", { called: "card", form: /^.+$/, read: () => (at ? String(at) : null), set: visit, entry: true });
