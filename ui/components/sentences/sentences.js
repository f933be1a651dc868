// Under the sentence bar: a text of several sentences, each with its translation; a press opens one in all tabs.
// Asks for "sentences": { request: which of them is open, sentences, gaps: [white space between two], translations,
// translation: the whole }; tells Python "open" { sentence }

const { make, within, press } = lens.elements;
const { reach, moved } = lens.walking;
const { copy } = lens.saving;
const { asks } = lens.ask;

const { find, all, on } = within(element);
const buttons = () => all(".list button");
let drawn = null; // what is shown

const sameText = (one, other) =>
  ["model", "text", "direction", "beam_size", "alpha"].every((name) => one[name] === other[name]);

function row(sentence, i) {
  const onclick = () => trigger("open", { sentence: i });
  const texts = ["source", "target"].map((side) => make("span", { class: side }, side === "source" ? sentence : ""));
  const apart = i > 0 && /[\n\r]/.test(drawn.gaps[i - 1]);
  return make("li", { class: apart ? "apart" : "" }, make("button", { type: "button", onclick }, ...texts));
}

function draw(value) {
  const isNew = !drawn || !sameText(drawn.request, value.request);
  drawn = value;
  const { sentences, translations, request } = value;
  const several = sentences.length > 1;
  const list = find(".list");
  if (isNew) list.replaceChildren(...(several ? sentences.map(row) : [])); // else the keyboard stays where it is
  find(".passage").hidden = !several;
  if (!several) return;
  all(".list .target").forEach((target, i) => (target.textContent = translations[i]));
  const open = buttons()[request.sentence];
  press(buttons(), (button) => button === open);
  reach(buttons(), open);
  if (isNew) list.scrollTop = open.offsetTop - list.clientHeight / 2;
  find(".open").textContent =
    `Sentence ${request.sentence + 1} of ${sentences.length} is open in the tabs. Choose another to look into its run.`;
  find(".copied").textContent = "";
}

// the arrow keys go from one to the next, Enter opens it
on("keydown", ".list", (event) => {
  const at = buttons().indexOf(document.activeElement);
  const next = at < 0 ? null : moved(event, [at, 0], [buttons().length, 1]);
  if (!next) return;
  const to = { Home: 0, End: buttons().length - 1 }[event.key] ?? next[0];
  reach(buttons(), buttons()[to]);
  buttons()[to].focus();
  event.preventDefault();
});

on("click", ".copy", () => copy(drawn.translation, find(".copied")));

// what belongs to another text is not left standing while this one is translated
function fields(request) {
  if (drawn && !sameText(drawn.request, request)) find(".passage").hidden = true;
  return {};
}

const hide = () => (find(".passage").hidden = true);
asks({ element, server, inSight: true }, "sentences", fields, draw, hide);
