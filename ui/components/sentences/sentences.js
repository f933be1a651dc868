// Under the sentence bar: a text of several sentences, each with its translation; a press opens one in all tabs.
// Asks for "sentences": { request: which of them is open, sentences, gaps: [white space between two], translations,
// translation: the whole }; tells Python "open" { sentence }

const { make, within, press } = lens.elements;
const { reach, moved } = lens.walking;
const { asks } = lens.ask;

const { find, all, on } = within(element);
const buttons = () => all(".list button");
let drawn = null; // what is shown
let pressed = null; // which was pressed, until it is open

const aboutOneText = (one, other) =>
  ["model", "text", "direction", "beam_size", "alpha"].every((name) => one[name] === other[name]);

function row(sentence, i) {
  const onclick = () => {
    pressed = i;
    trigger("open", { sentence: i });
  };
  const texts = [sentence, drawn.translations[i]].map((text, j) =>
    make("span", { class: j ? "target" : "source" }, text),
  );
  const apart = i > 0 && /[\n\r]/.test(drawn.gaps[i - 1]);
  return make("li", { class: apart ? "apart" : "" }, make("button", { type: "button", onclick }, ...texts));
}

function draw(value) {
  const { sentences, request } = value;
  const focused = buttons().indexOf(document.activeElement);
  drawn = value;
  find(".passage").hidden = sentences.length < 2;
  find(".list").replaceChildren(...(sentences.length < 2 ? [] : sentences.map(row)));
  if (sentences.length < 2) return;
  const open = buttons()[request.sentence];
  press(buttons(), (button) => button === open);
  reach(buttons(), open);
  if (focused >= 0) buttons()[pressed === null ? focused : request.sentence]?.focus();
  pressed = null;
  find(".passage .figure-note").textContent =
    `Sentence ${request.sentence + 1} of ${sentences.length} is open in the tabs. Choose another to look into its run.`;
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

on("click", ".copy", () => {
  navigator.clipboard.writeText(drawn.translation).then(
    () => (find(".copied").textContent = "Copied."),
    () => (find(".copied").textContent = "The browser did not allow copying: select the text instead."),
  );
});

// what belongs to another text is not left standing while this one is translated
function fields(request) {
  if (drawn && !aboutOneText(drawn.request, request)) {
    find(".passage").hidden = true;
    find(".copied").textContent = "";
  }
  return {};
}

asks({ element, server, inSight: true }, "sentences", fields, draw, () => (find(".passage").hidden = true));
