// Under the translation: of which token the model was least sure, and how often it was right when it was so sure; of the
// token that is lit instead.
// Asks for "sureness": { request, measured: { text, n_sentences, beam_size, alpha } or null where that is not known,
// tokens: [{ text, word: null of punctuation, special, given, probability, right: the share of the n tokens from `low` to `high` that were right,
// or null of too few }], doubtful: [place], least: place or null }; publishes it as "sureness". Hears "tokens.lit".

const { percent } = lens.numbers;
const { within } = lens.elements;
const { label } = lens.tokens;
const { publish, subscribe } = lens.topics;
const { asks } = lens.ask;

const { find } = within(element);
let answer = null;

function name({ text, word }) {
  const piece = label(text);
  return piece === word || !word ? `“${piece}”` : `“${piece}” in “${word}”`;
}

function verdict({ tokens, least }) {
  if (least === null) return "You chose every token yourself: the model’s sureness says nothing here.";
  const { right, probability } = tokens[least];
  const sure = `Least sure of ${name(tokens[least])} (${percent(probability)}): `;
  return right === null
    ? `${sure}too seldom so unsure to say how often that is right.`
    : `${sure}when it is this sure, a person’s translation agrees ${Math.round(100 * right)} times in 100.`;
}

function about({ text, word, special, given, probability, right, n, low, high }) {
  const sure = `${name({ text, word })}, ${percent(probability)}: `;
  if (given) return `${sure}it was given, so the model did not choose it.`;
  if (special) return `${sure}whether it ends in the right place was not measured.`;
  if (right === null) return `${sure}too few tokens were so sure to say how often that is right.`;
  return `${sure}of ${n.toLocaleString("en-US")} tokens from ${percent(low)} to ${percent(high)}, ${percent(right)} were right.`;
}

// the least sure of those that are lit, or of all
function tell(keys) {
  if (!answer?.measured) return;
  const lit = keys.filter((key) => key.startsWith("tgt:")).map((key) => answer.tokens[Number(key.slice(4))]);
  const known = lit.filter(Boolean).sort((one, other) => one.probability - other.probability);
  find(".says").textContent = known.length ? about(known[0]) : verdict(answer);
}

function draw(found) {
  answer = found;
  const { measured } = found;
  find(".verdict").hidden = !measured;
  publish("sureness", found);
  if (!measured) return;
  find(".says").classList.toggle("doubts", found.doubtful.length > 0);
  find(".how").textContent =
    `Measured on ${measured.n_sentences.toLocaleString("en-US")} held-out sentences (${measured.text}) that the model ` +
    `translated with beam size ${measured.beam_size} and length penalty ${measured.alpha}. A token counts as right if ` +
    "a person’s translation has it too, in the same order. Another good word counts as wrong, so this errs on the low side.";
  tell([]);
}

asks({ element, server }, "sureness", () => ({}), draw);
subscribe(element, "tokens.lit", tell);
