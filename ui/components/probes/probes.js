// The What if tab, folded: words of two senses. A visitor guesses which one the model wrote, and then sees it.
// Asks for "probes": { cards: [{ word, text, written, senses: names, sense: its number or null, verdict,
//   pair: [first, second] or null }], people: { doctor: [{ text, written }], … } or {}, about_people }
// Publishes "sentences.compare" where a visitor asks why.

const { make, within, button, press } = lens.elements;
const { publish } = lens.topics;
const { asks } = lens.ask;

const { find, on } = within(element);

function card({ word, text, written, senses, sense, verdict, pair }) {
  const told = make("div", { role: "status" });
  const choices = [...senses, "something else"];
  const buttons = choices.map((name, guess) => button(name, () => reveal(guess)));
  const group = make(
    "div",
    { class: "figure-buttons", role: "group", "aria-label": `Your guess for ${text}` },
    ...buttons,
  );

  function reveal(guess) {
    press(buttons, (one) => one === buttons[guess]);
    const well = guess === (sense ?? senses.length) ? "You guessed it. " : "Not what you guessed. ";
    told.replaceChildren(
      make("p", {}, "The model wrote: ", make("span", { class: "written" }, written)),
      make("p", {}, well, verdict),
    );
    if (!pair) return;
    const [first, second] = pair;
    const why = () => publish("sentences.compare", { first, second });
    told.append(button(`Why? Compare with “${second}”`, why, { class: "quiet-button why" }));
  }

  press(buttons, () => false);
  const question = make("p", {}, make("strong", {}, text), ` Which “${word}” did the model write?`);
  return make("div", { class: "card" }, question, group, told);
}

function draw({ cards, people, about_people }) {
  find(".result").hidden = false;
  find(".cards").replaceChildren(...cards.map(card));
  const cells = Object.values(people).flat();
  find(".none").hidden = cards.length + cells.length > 0;
  find(".people").hidden = !cells.length;
  const rows = cells.flatMap(({ text, written }) => [make("dt", {}, text), make("dd", {}, written)]);
  find(".people dl").replaceChildren(...rows);
  find(".about").textContent = about_people;
}

const refused = () => (find(".result").hidden = true);
const fields = () => (find("details").open ? {} : null);
const again = asks({ element, server, inSight: true }, "probes", fields, draw, refused);
on("toggle", "details", () => find("details").open && again({ pressed: true }));
