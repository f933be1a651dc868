// The Translate tab: the probability of each token of the translation, and the n-best list, from which another is chosen.
// Hears "translation", what the widget of that name asked for or a search found; tells it "translation.choose". Hears
// "sureness", whose doubtful tokens it marks.

const { number, percent } = lens.numbers;
const { make, within } = lens.elements;
const { tokenText, tokenElement } = lens.tokens;
const { saveJson } = lens.saving;
const { publish, subscribe } = lens.topics;

const { find, on } = within(element);
let drawn = null; // what is shown
let sureness = null;

function tokenDetails(token, position) {
  const whose = position < drawn.n_text ? ", of your text" : "";
  const place = position + (drawn.translates ? 1 : 2); // a language model's text begins with one that it only reads
  return `token ${place} “${tokenText(token)}”${whose} (id ${token.id}): probability ${percent(token.probability)}`;
}

function drawTokens(value, hypothesis) {
  const target = hypothesis.tokens.map((token, i) => {
    const chip = tokenElement(token, `tgt:${i}`);
    chip.style.setProperty("--probability", token.probability);
    chip.tabIndex = 0;
    chip.setAttribute("role", "img"); // a picture of a number, which its label says
    chip.setAttribute("aria-label", tokenDetails(token, i));
    const show = () => (find(".figure-details").textContent = tokenDetails(token, i));
    for (const name of ["mouseenter", "focus"]) chip.addEventListener(name, show);
    return chip;
  });
  find(".target").replaceChildren(...(value.translates ? [] : [tokenElement(value.start)]), ...target);
}

// of this translation, not of the one before
function mark() {
  const known = JSON.stringify(sureness?.request) === JSON.stringify(drawn?.request);
  const doubtful = known && sureness ? sureness.doubtful : [];
  find(".what-is-doubtful").hidden = !doubtful.length;
  for (const chip of find(".target").children) {
    const place = Number(chip.dataset.token?.replace("tgt:", ""));
    const marked = doubtful.includes(place);
    chip.classList.toggle("doubtful", marked);
    if (marked)
      chip.setAttribute("aria-label", `${tokenDetails(drawn.hypotheses[drawn.chosen].tokens[place], place)}, doubtful`);
  }
}

function drawHypotheses(value) {
  const items = value.hypotheses.map((hypothesis, i) => {
    const score = make("span", { class: "score" }, number(hypothesis.score));
    const text = make("span", {}, hypothesis.text);
    const onclick = () => publish("translation.choose", i);
    return make("li", {}, make("button", { type: "button", "aria-pressed": i === value.chosen, onclick }, score, text));
  });
  find(".list").replaceChildren(...items);
}

function draw(value) {
  find(".hypotheses").hidden = Boolean(value.problem);
  if (value.problem) return;
  drawn = value;
  const hypothesis = value.hypotheses[value.chosen];
  find(".figure-details").textContent = "";
  drawTokens(value, hypothesis);
  mark();
  drawHypotheses(value);
  const { translates, n_text, n_source } = value;
  const count = translates
    ? `${n_source} source tokens and ${hypothesis.tokens.length} target tokens`
    : `${n_text + 1} tokens of your text and ${hypothesis.tokens.length - n_text} that the model added`;
  find(".whose").textContent = translates ? "tokens’" : "added tokens’";
  find(".measure").textContent = `${count}; decoded in ${number(1000 * value.seconds)} ms.`;
}

on("click", ".save-json", () => saveJson("translation.json", drawn));

// it does not wait with that widget: an event brings request and translation at once, and no press in between is lost
subscribe(element, "translation", draw);
subscribe(element, "sureness", (news) => {
  sureness = news;
  mark();
});
