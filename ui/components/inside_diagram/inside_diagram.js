// The architecture as buttons, each of which opens the first stage of its block.
// Asks for "diagram": { norm, steps: [{ side, layer, block, stage, name }] }; publishes "inside.go", subscribes to "inside.at": step numbers

const { publish, subscribe } = lens.topics;
const { asks } = lens.ask;

const find = (selector) => element.querySelector(selector);
const CORE = { self_attn: "Self-attention", cross_attn: "Cross-attention", feed_forward: "Feed-forward" };
let norm = "";
let buttons = []; // { button, from, to }: the steps that a button stands for

function make(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

const arrow = (sign) => {
  const made = make("span", "arrow", sign);
  made.setAttribute("aria-hidden", "true");
  return made;
};

function button(text, where, from, to) {
  const made = make("button", "quiet-button", text);
  made.type = "button";
  made.setAttribute("aria-pressed", "false");
  if (where) made.setAttribute("aria-label", `${where} ${text}`);
  made.addEventListener("click", () => publish("inside.go", from));
  buttons.push({ button: made, from, to });
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

function label({ kind, block }) {
  if (kind === "core") return block === "self_attn" && inDecoder ? "Masked self-attention" : CORE[block];
  if (kind === "norm") return "Norm";
  return norm === "post" ? "Add & norm" : "Add";
}

let inDecoder = false;

function layerRow(side, layer, steps) {
  inDecoder = side === "decoder";
  const row = make("div", "row layer", "");
  row.append(make("span", "name", `L${layer + 1}`));
  const found = parts(steps);
  found.forEach((part, i) => {
    if (part.block !== found[i - 1]?.block) row.append(make("span", "sublayer", "")); // a line breaks between these
    row.lastChild.append(button(label(part), `${side} L${layer + 1}`, part.from, part.to));
    if (i < found.length - 1) row.lastChild.append(arrow("→"));
  });
  return row;
}

function single(text, steps) {
  const row = make("div", "row", "");
  row.append(button(text, "", steps[0].index, steps.at(-1).index));
  return row;
}

function draw(answer) {
  ({ norm } = answer);
  buttons = [];
  const steps = answer.steps.map((step, index) => ({ ...step, index }));
  const isPair = steps.some(({ side }) => side === "encoder"); // or a language model
  const starts = { encoder: "Source tokens", decoder: isPair ? "Target tokens" : "Tokens of the text" };
  find(".stack.encoder").hidden = !isPair;
  find(".writes").textContent = isPair ? "Decoder: writes the translation" : "Decoder: continues the text";
  for (const side of isPair ? ["encoder", "decoder"] : ["decoder"]) {
    const own = steps.filter((step) => step.side === side);
    const rows = [
      single(
        `${starts[side]} → embedding + position`,
        own.filter(({ block }) => block === "embedding"),
      ),
    ];
    const n = 1 + Math.max(...own.map(({ layer }) => layer ?? -1));
    for (let layer = 0; layer < n; layer++) {
      rows.push(
        arrow("↓"),
        layerRow(
          side,
          layer,
          own.filter((step) => step.layer === layer),
        ),
      );
    }
    const final = own.filter(({ block }) => block === "final_norm");
    if (final.length)
      rows.push(arrow("↓"), single(side === "encoder" ? "Encoder's last norm" : "Decoder's last norm", final));
    find(`.${side} .blocks`).replaceChildren(...rows);
  }
  const out = steps.filter(({ side }) => side === "output");
  find(".out").replaceChildren(...out.flatMap((step, i) => [arrow(i ? "→" : "↓"), single(step.name, [step])]));
  const count = (side) =>
    new Set(steps.filter((step) => step.side === side && step.layer !== null).map(({ layer }) => layer)).size;
  find(".about").textContent =
    (isPair
      ? `${count("encoder")} encoder and ${count("decoder")} decoder layers`
      : `No encoder, ${count("decoder")} decoder layers`) +
    `, ${norm}-norm: ` +
    (norm === "pre"
      ? "LayerNorm stands before each sub-layer (in the paper, after each sum)."
      : "LayerNorm stands after each sum, as in the paper.");
}

asks({ element, server }, "diagram", () => ({}), draw);
subscribe(element, "inside.at", (index) => {
  for (const { button: one, from, to } of buttons)
    one.setAttribute("aria-pressed", String(from <= index && index <= to));
});
