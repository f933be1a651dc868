// The Translate tab: the translation, its tokens' probabilities, the n-best list; or how a language model goes on.
// Asks for "translation", unless an event has brought it along as its value: { problem } or { request, translates, n_source: how many tokens were translated, hypotheses: [{ text, score, tokens: [token with probability] }],
//          chosen, seconds,
//          start: token that the decoder reads first, n_text: how many tokens belong to a text that is continued }

const { number, percent } = lens.numbers;
const { make, within } = lens.elements;
const { tokenText, tokenElement } = lens.tokens;
const { saveJson } = lens.saving;
const { asks } = lens.ask;

const { find, on } = within(element);
let drawn = null; // what is shown

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

function drawHypotheses(value) {
  const items = value.hypotheses.map((hypothesis, i) => {
    const score = make("span", { class: "score" }, number(hypothesis.score));
    const text = make("span", {}, hypothesis.text);
    const onclick = () => trigger("choose", { hypothesis: i });
    return make("li", {}, make("button", { type: "button", "aria-pressed": i === value.chosen, onclick }, score, text));
  });
  find(".hypotheses").replaceChildren(...items);
}

function draw(value) {
  drawn = value;
  find(".result").hidden = false;
  const hypothesis = value.hypotheses[value.chosen];
  find(".text").textContent = hypothesis.text;
  find(".figure-details").textContent = "";
  drawTokens(value, hypothesis);
  drawHypotheses(value);
  const { translates, n_text, n_source } = value;
  find(".continues").hidden = translates;
  find(".result").parentElement.setAttribute("aria-label", translates ? "Translation" : "The text, continued");
  const count = translates
    ? `${n_source} source tokens and ${hypothesis.tokens.length} target tokens`
    : `${n_text + 1} tokens of your text and ${hypothesis.tokens.length - n_text} that the model added`;
  find(".measure").textContent =
    `Score: the sum of the ${translates ? "" : "added "}tokens' log-probabilities over the length penalty; nearer to 0 is better. ` +
    `${count}; decoded in ${number(1000 * value.seconds)} ms.`;
}

on("click", ".copy", () => {
  navigator.clipboard.writeText(find(".text").textContent).then(
    () => (find(".figure-details").textContent = "Copied."),
    () => (find(".figure-details").textContent = "The browser did not allow copying: select the text instead."),
  );
});
on("click", ".save-json", () => saveJson("translation.json", drawn));

// what a search found, or why it found nothing
function receive() {
  const { problem } = props.value;
  element.classList.remove("refused");
  find(".problem").hidden = !problem;
  find(".problem").textContent = problem || "";
  if (problem) find(".result").hidden = true;
  else draw(props.value);
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
receive();
watch("value", receive);
asks({ element, server }, "translation", (request) => (same(request, drawn?.request) ? null : {}), draw);
