// The pop-up at a word of the translation: what else the model could have written there, from which one is chosen.
// Hears "translation.word" { position, word }; asks for "word_choices" { position }: { request, position, own, others:
//          [{ ids, text, special, whole, probability }], rest_probability }; tells Python "replace" { position, ids }

const { percent } = lens.numbers;
const { make, within } = lens.elements;
const { reach, moved } = lens.walking;
const { place } = lens.popups;
const { subscribe } = lens.topics;
const { asks } = lens.ask;

const { find, all, on } = within(element);
const GAP = 6; // px between the word and the pop-up
let meant = null; // the word that it is about: { position, word }

const popup = find(".popup");
const buttons = () => all(".choice");

function choose({ ids }, isOwn) {
  const { position } = meant;
  popup.hidePopover();
  if (!isOwn) trigger("replace", { position, ids });
}

function choice(found, isOwn) {
  const { text, special, whole, probability } = found;
  const name = special ? "stop here" : whole ? text : `${text} …`;
  const fill = make("span", { class: "fill" });
  fill.style.width = `${100 * probability}%`;
  return make(
    "button",
    { type: "button", class: "choice", "aria-current": isOwn && "true", onclick: () => choose(found, isOwn) },
    make("span", { class: "name" }, name),
    make("span", { class: "track", "aria-hidden": "true" }, fill),
    make("span", { class: "amount" }, percent(probability)),
  );
}

function draw({ own, others, rest_probability }) {
  if (!meant) return; // closed meanwhile
  find(".list").replaceChildren(choice(own, true), ...others.map((other) => choice(other, false)));
  find(".rest").textContent = `All other words together: ${percent(rest_probability)}`;
  const first = buttons()[1] ?? buttons()[0];
  reach(buttons(), first);
  settle();
  first.focus({ preventScroll: true });
}

function settle() {
  place(popup, meant.word, GAP);
  popup.scrollIntoView({ block: "nearest" });
}

function open(news) {
  meant = news;
  find(".title").textContent = `What else could stand here instead of “${news.word.textContent}”?`;
  find(".list").replaceChildren();
  find(".rest").textContent = "Asking the model …";
  popup.showPopover();
  settle();
  again();
}

on("keydown", ".popup", (event) => {
  const next = moved(event, [buttons().indexOf(document.activeElement), 0], [buttons().length, 1]);
  if (!next) return;
  const to = buttons()[{ Home: 0, End: buttons().length - 1 }[event.key] ?? next[0]];
  reach(buttons(), to);
  to.focus();
  event.preventDefault();
});

on("toggle", ".popup", ({ newState }) => {
  if (newState === "closed") meant = null;
});

// another run has other words, and nothing is asked about this one there
subscribe(element, "request", () => {
  meant = null;
  popup.hidePopover();
});
const refused = () => (find(".rest").textContent = "");
const again = asks({ element, server }, "word_choices", () => meant && { position: meant.position }, draw, refused);
subscribe(element, "translation.word", (news) => news.word.isConnected && open(news));
