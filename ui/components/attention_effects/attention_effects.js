// The Attention tab's effects: of what, and with which baseline. Asks for "head_effects":
//        { run, parts: [part, heads first], entropy_bits: [one a head], zero: { by_step: float32 (parts, steps), total: [number] },
//          mean: the same of the heads alone, or null, n_sentences, tokens: [token], n_text }
// publishes "attention-effects": the chosen figure of every part.

const { floats } = lens.numbers;
const { within, options } = lens.elements;
const { tokenName } = lens.tokens;
const { publish } = lens.topics;
const { asks } = lens.ask;

const { find, on } = within(element);

const ZERO =
  "No head gives zero by itself, so the layers after it were never trained on that. Compare with the average.";
const NO_MEAN =
  "A silenced head gives zero, which the layers after it were never trained on. Its average was not measured for these weights.";

let answer = null;

// one figure a part: of all steps, or of one
function effects({ by_step, total }, step) {
  if (step === null) return total;
  const numbers = floats(by_step);
  const nSteps = by_step.shape[1];
  return total.map((_, part) => numbers[part * nSteps + step]);
}

function describe() {
  const baseline = find(".baselines input:checked").value;
  const { mean, n_sentences: n } = answer;
  const note = `The head gives its average output over ${n} sentences, so it says nothing about this one.`;
  find(".baseline-note").textContent = baseline === "mean" ? note : mean ? ZERO : NO_MEAN;
  return baseline;
}

function show() {
  if (!answer) return;
  const baseline = describe();
  const step = Number(find(".step").value) ? Number(find(".step").value) - 1 : null;
  const zero = effects(answer.zero, step);
  const ofHeads = baseline === "mean" ? effects(answer.mean, step) : [];
  const effect = [...ofHeads, ...zero.slice(ofHeads.length)];
  const { run, parts, entropy_bits: entropy, tokens, n_text } = answer;
  const places = new Map(entropy.map((_, i) => [`${parts[i].kind}:${parts[i].layer}:${parts[i].head}`, effect[i]]));
  publish("attention-effects", {
    run,
    baseline,
    parts,
    entropy,
    effect,
    of: step === null ? whole(n_text) : `“${tokenName(tokens[step])}”`,
    answer,
    headEffect: (kind, { layer, head }) => places.get(`${kind}:${layer}:${head}`),
  });
}

const whole = (nText) => (nText ? "the whole continuation" : "the whole translation");

function receive(news) {
  answer = news;
  const { tokens, n_text, mean } = news;
  options(find(".step"), [whole(n_text), ...tokens.map((token, i) => `${i + 1} ${tokenName(token)}`)], 0);
  find('.baselines input[value="mean"]').disabled = !mean;
  if (!mean) find('.baselines input[value="zero"]').checked = true;
  show();
}

on("change", ".step, .baselines", show);
asks({ element, server, inSight: true }, "head_effects", () => ({}), receive);
