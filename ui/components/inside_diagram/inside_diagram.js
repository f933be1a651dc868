// The architecture as buttons, each of which opens the first stage of its block.
// Asks for "diagram": { norm, steps: [{ side, layer, block, stage, name }] }; publishes "inside.go", subscribes to "inside.at": step numbers

const { make, within, button, press } = lens.elements;
const { publish, subscribe } = lens.topics;
const { asks } = lens.ask;

const { find } = within(element);
const CORE = { self_attn: "Self-attention", cross_attn: "Cross-attention", feed_forward: "Feed-forward" };
let norm = "";
let buttons = new Map(); // button -> { from, to }: the steps that it stands for

const arrow = (sign) => make("span", { class: "arrow", "aria-hidden": true }, sign);

function opening(text, where, from, to) {
  const made = button(text, () => publish("inside.go", from), { "aria-pressed": false });
  if (where) made.ariaLabel = `${where} ${text}`;
  buttons.set(made, { from, to });
  return made;
}

// runs of steps that one button stands for
function parts(steps) {
  const found = [];
  for (const step of steps) {
    const joined = norm === "post" && step.stage === "norm"; // "Add & norm" is one button
    const kind = ["norm", "add"].includes(step.stage) ? step.stage : "core";
    const last = found.at(-1);
    if (last && last.block === step.block && (joined || last.kind === kind)) last.to = step.index;
    else found.push({ kind, block: step.block, from: step.index, to: step.index });
  }
  return found;
}

function label(side, { kind, block }) {
  if (kind === "core") return block === "self_attn" && side === "decoder" ? "Masked self-attention" : CORE[block];
  if (kind === "norm") return "Norm";
  return norm === "post" ? "Add & norm" : "Add";
}

function layerRow(side, layer, steps) {
  const row = make("div", { class: "in-row layer" }, make("span", { class: "name" }, `L${layer + 1}`));
  const found = parts(steps);
  let sublayer = null;
  found.forEach((part, i) => {
    if (part.block !== found[i - 1]?.block) row.append((sublayer = make("span", { class: "sublayer in-row" }))); // a line breaks between these
    sublayer.append(opening(label(side, part), `${side} L${layer + 1}`, part.from, part.to));
    if (i < found.length - 1) sublayer.append(arrow("→"));
  });
  return row;
}

const single = (text, steps) =>
  make("div", { class: "in-row" }, opening(text, null, steps[0].index, steps.at(-1).index));

function draw(answer) {
  ({ norm } = answer);
  buttons = new Map();
  const steps = answer.steps.map((step, index) => ({ ...step, index }));
  const isPair = steps.some(({ side }) => side === "encoder"); // or a language model
  const starts = { encoder: "Source tokens", decoder: isPair ? "Target tokens" : "Tokens of the text" };
  const ends = { encoder: "Encoder's last norm", decoder: "Decoder's last norm" };
  const layersOf = (side) => 1 + Math.max(...steps.map((step) => (step.side === side ? (step.layer ?? -1) : -1)));
  find(".stack.encoder").hidden = !isPair;
  find(".writes").textContent = isPair ? "Decoder: writes the translation" : "Decoder: continues the text";
  for (const side of isPair ? ["encoder", "decoder"] : ["decoder"]) {
    const own = steps.filter((step) => step.side === side);
    const [embedding, final] = ["embedding", "final_norm"].map((name) => own.filter(({ block }) => block === name));
    /** @type {HTMLElement[]} */
    const rows = [single(`${starts[side]} → embedding + position`, embedding)];
    for (let layer = 0; layer < layersOf(side); layer++) {
      const ofLayer = own.filter((step) => step.layer === layer);
      rows.push(arrow("↓"), layerRow(side, layer, ofLayer));
    }
    if (final.length) rows.push(arrow("↓"), single(ends[side], final));
    find(`.${side} .blocks`).replaceChildren(...rows);
  }
  const out = steps.filter(({ side }) => side === "output");
  find(".out").replaceChildren(...out.flatMap((step, i) => [arrow(i ? "→" : "↓"), single(step.name, [step])]));
  const encoder = isPair ? `${layersOf("encoder")} encoder and` : "No encoder,";
  const place =
    norm === "pre"
      ? "LayerNorm stands before each sub-layer (in the paper, after each sum)."
      : "LayerNorm stands after each sum, as in the paper.";
  find(".about").textContent = `${encoder} ${layersOf("decoder")} decoder layers, ${norm}-norm: ${place}`;
}

asks({ element, server }, "diagram", () => ({}), draw);
subscribe(element, "inside.at", (index) =>
  press(buttons.keys(), (one) => buttons.get(one).from <= index && index <= buttons.get(one).to),
);
