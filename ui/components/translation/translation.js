// The Translate tab's answer: the translation, whose words can be changed, or how a language model goes on.
// Asks for "translation", unless an event has brought it along as its value: { problem, mend: what a button puts right, if anything does }
//          or { request, translates,
//          hypotheses: [{ text, score, tokens: [token with probability] }], chosen, seconds, n_source: how many tokens were translated,
//          parts: [{ text, tokens: [place] }] of the chosen one, own_text: what the model wrote by itself, null where this is it,
//          n_given: how many tokens were given, start: token that the decoder reads first, n_text: how many tokens belong to a
//          text that is continued }
// Hands all of it on as "translation"; what is chosen among the hypotheses comes back as "translation.choose". A word that
// is pressed is told as "translation.word". Hears "sureness", whose doubtful words it marks; tells Python "choose"
// { hypothesis }, "mend" { text, direction } and "undo".

const { make, within, button } = lens.elements;
const { linkHover } = lens.tokens;
const { reach, moved } = lens.walking;
const { asks } = lens.ask;
const { publish, subscribe } = lens.topics;
const { copy } = lens.saving;

const { find, all, on } = within(element);
let drawn = null; // what is shown
let sureness = null;

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
const words = () => all(".text .word");

// the last of the tokens that were given: behind it the model writes by itself
const lastGiven = ({ n_text, n_given }) => n_text + n_given - 1;

function word({ text, tokens }, isNew) {
  const chip = make("button", { type: "button", class: `word${isNew ? " new" : ""}`, "aria-haspopup": "dialog" }, text);
  const [first, ...others] = tokens.map((i) => `tgt:${i}`);
  linkHover(chip, first, () => others);
  chip.classList.toggle("put", drawn.n_given > 0 && tokens.includes(lastGiven(drawn)));
  chip.addEventListener("click", () => {
    reach(words(), chip);
    publish("translation.word", { position: tokens[0], word: chip });
  });
  return chip;
}

// what stands between two spaces keeps together, so that no line begins with a full stop, unless it is long
function glued(pieces) {
  const groups = [[]];
  for (const piece of pieces) {
    if (typeof piece === "string" && !piece.trim()) groups.push([piece], []);
    else groups.at(-1).push(piece);
  }
  const length = (group) => group.reduce((sum, piece) => sum + (piece.textContent ?? piece).length, 0);
  return groups.flatMap((group) =>
    group.length > 1 && length(group) <= 24 ? [make("span", { class: "glued" }, ...group)] : group,
  );
}

function drawWords({ parts, own_text }) {
  const at = words().indexOf(document.activeElement);
  const own = own_text === null ? null : new Set(own_text.match(/[^\s\p{P}]+/gu));
  const isNew = ({ text }) => own !== null && !(text.match(/[^\s\p{P}]+/gu) ?? []).every((each) => own.has(each));
  const pieces = parts.flatMap((part) => (part.tokens.length ? [word(part, isNew(part))] : part.text.split(/(\s+)/)));
  find(".text").replaceChildren(...glued(pieces.filter(Boolean)));
  const reached = words()[Math.max(0, Math.min(at, words().length - 1))];
  reach(words(), reached);
  if (at >= 0) reached?.focus({ preventScroll: true });
  find(".hint").hidden = !words().length;
}

// words with a doubtful token, of this translation and not of the one before
function mark() {
  const doubtful = drawn && same(sureness?.request, drawn.request) ? sureness.doubtful : [];
  const written = drawn?.parts.filter(({ tokens }) => tokens.length) ?? [];
  words().forEach((chip, i) => {
    const marked = written[i].tokens.some((place) => doubtful.includes(place));
    chip.classList.toggle("doubtful", marked);
    chip.ariaDescription = marked ? "doubtful" : null;
  });
}

// whose words these are, where they are not what the model writes by itself
function drawChange({ own_text, n_given, translates, parts }) {
  const changed = own_text !== null;
  const hadFocus = find(".undo") === document.activeElement;
  find(".change").hidden = !changed;
  if (!changed) {
    if (hadFocus) words()[0]?.focus({ preventScroll: true });
    return;
  }
  const put = parts.find(({ tokens }) => tokens.includes(lastGiven(drawn)));
  const itself = `By itself it ${translates ? "wrote" : "went on"}: “${own_text}”`;
  if (!n_given) find(".whose").textContent = `Another hypothesis of its search. ${itself}`;
  else if (put) find(".whose").textContent = `You chose “${put.text}”; the model wrote what comes after. ${itself}`;
  else find(".whose").textContent = `These words were given to the model. ${itself}`;
}

function draw(value) {
  drawn = value;
  const { translates } = value;
  find(".result").hidden = false;
  drawWords(value);
  mark();
  drawChange(value);
  find(".copied").textContent = "";
  find(".continues").hidden = translates;
  find(".translation").setAttribute("aria-label", translates ? "Translation" : "The text, continued");
  publish("translation", value);
}

on("keydown", ".text", (event) => {
  const next = moved(event, [0, words().indexOf(document.activeElement)], [1, words().length]);
  if (!next || event.key.startsWith("Page")) return;
  const steps = { ArrowUp: -1, ArrowDown: 1 }; // in a line of words, as left and right
  const at = next[1] + (steps[event.key] ?? 0);
  const to = words()[Math.max(0, Math.min(at, words().length - 1))];
  reach(words(), to);
  to.focus();
  event.preventDefault();
});

on("click", ".undo", () => trigger("undo", {}));

on("click", ".copy", () => copy(find(".text").textContent, find(".copied")));

// what a search found, or why it found nothing
function receive() {
  const { problem, mend } = props.value;
  element.classList.remove("refused");
  find(".problem").hidden = !problem;
  find(".problem").replaceChildren(
    problem || "",
    ...(mend ? [" ", button(mend.label, () => trigger("mend", mend))] : []),
  );
  if (!problem) return draw(props.value);
  find(".result").hidden = true;
  publish("translation", { problem });
}

receive();
watch("value", receive);
const refuse = (problem) => publish("translation", { problem });
asks({ element, server }, "translation", (request) => (same(request, drawn?.request) ? null : {}), draw, refuse);
subscribe(element, "sureness", (news) => {
  sureness = news;
  mark();
});
subscribe(element, "translation.choose", (hypothesis) => trigger("choose", { hypothesis }));
