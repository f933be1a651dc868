// The Translate tab: the translation, its tokens' probabilities, the n-best list; or how a language model goes on.
// Asks for "translation", unless an event has brought it along as its value: { problem } or { request, translates, source: [token], hypotheses: [{ text, score, tokens: [token with probability] }],
//          chosen, alignment: [[weight a source token] a target token], the mean over the heads of one decoder layer,
//          alignment_layer: which, from 0, seconds,
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
  const source = value.source.map((token, i) => tokenElement(token, `src:${i}`));
  find(".source").replaceChildren(...source);
  const target = hypothesis.tokens.map((token, i) => {
    const chip = tokenElement(token, `tgt:${i}`);
    chip.style.setProperty("--probability", token.probability);
    chip.tabIndex = 0;
    chip.setAttribute("role", "img"); // a picture of a number, which its label says
    chip.setAttribute("aria-label", tokenDetails(token, i));
    const weights = value.alignment ? value.alignment[i] : null;
    const show = () => {
      const best = weights ? weights.indexOf(Math.max(...weights)) : -1;
      const looked = best < 0 ? "" : `; looked most at “${tokenText(value.source[best])}” (${percent(weights[best])})`;
      find(".figure-details").textContent = tokenDetails(token, i) + looked;
      source.forEach((other, j) => other.style.setProperty("--weight", weights ? weights[j] : 0));
    };
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
  const { translates, n_text, source } = value;
  find(".continues").hidden = translates;
  find(".source-row").hidden = !translates;
  find(".aligned").hidden = !translates;
  find(".layer").textContent = `L${value.alignment_layer + 1}`;
  find(".to").textContent = translates ? "to" : "text";
  find(".result").parentElement.setAttribute("aria-label", translates ? "Translation" : "The text, continued");
  const count = translates
    ? `${source.length} source tokens and ${hypothesis.tokens.length} target tokens`
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
on("click", ".save-json", () => {
  const { alignment_layer, ...numbers } = drawn;
  const whose = numbers.translates ? `cross-attention of decoder L${alignment_layer + 1}, mean over its heads` : null;
  saveJson("translation.json", { ...numbers, alignment_of: whose });
});

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
