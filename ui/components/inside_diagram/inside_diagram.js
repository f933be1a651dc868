// Figure 1 as the model has it: each part opens its stage, in the layer that is chosen.
// Asks for "diagram": { norm, steps: [{ side, layer, block, stage, name }] }; publishes "inside.go", subscribes to "inside.at": step numbers

const { svg, within, button, press } = lens.elements;
const { variable } = lens.colours;
const { figure, path } = lens.architecture;
const { onTheme } = lens.redrawing;
const { publish, subscribe } = lens.topics;
const { saveSvg } = lens.saving;
const { asks } = lens.ask;

const { find, all, on } = within(element);
const LINE = 15; // px, of words
const FEW = 6; // layers, whose buttons fit into the empty corner over the encoder
const CORE = { self_attn: "self-attention", cross_attn: "cross-attention", feed_forward: "feed-forward" };
// the stages that a part stands for: the first is opened
const STAGES = {
  embedding: ["token", "embedding"],
  position: ["position"],
  norm: ["norm"],
  add: ["add"],
  add_norm: ["add", "norm"],
  final_norm: ["final_norm"],
  linear: ["linear"],
  probabilities: ["probabilities"],
  next: ["next"],
};
// the paper's colours, by the kind of a part
const FILLS = {
  embedding: "block-embedding",
  norm: "block-norm",
  add: "block-norm",
  add_norm: "block-norm",
  final_norm: "block-norm",
  linear: "block-linear",
  probabilities: "block-softmax",
};

let model = null; // the answer
let asPaper = false;
let at = 0; // the step that is open
const layer = { encoder: 0, decoder: 0 }; // which one of the repeated layers the figure stands for
let parts = []; // the parts drawn, each with its element

const isPair = () => model.steps.some(({ side }) => side === "encoder"); // or a language model
const layersOf = (side) => 1 + Math.max(-1, ...model.steps.map((step) => (step.side === side ? step.layer : -1)));

// ---- from a part to its steps, and back --------------------------------------------------------------------------

const isRepeated = ({ block }) => block in CORE;

function stepsOf(part) {
  const { side, block, kind } = part;
  const found = model.steps.flatMap((step, index) => {
    if (step.side !== side || step.block !== block) return [];
    if (isRepeated(part) && step.layer !== layer[side]) return [];
    const wanted = kind === "core" ? !["norm", "add"].includes(step.stage) : STAGES[kind].includes(step.stage);
    return wanted ? [{ index, stage: step.stage }] : [];
  });
  const opened = found.find(({ stage }) => kind === "core" || stage === STAGES[kind][0]) ?? found[0];
  return { opens: opened.index, steps: found.map(({ index }) => index) };
}

function go(side, chosen) {
  const open = model.steps[at];
  const kept = model.steps.findIndex(
    (step) => step.side === side && step.layer === chosen && step.block === open.block && step.stage === open.stage,
  );
  const first = model.steps.findIndex((step) => step.side === side && step.layer === chosen);
  publish("inside.go", open.side === side && kept >= 0 ? kept : first);
}

// ---- drawing -----------------------------------------------------------------------------------------------------

function words(lines, x, y, look = {}) {
  const first = y - ((lines.length - 1) * LINE) / 2;
  const common = { "text-anchor": "middle", "dominant-baseline": "central", fill: variable("ink"), ...look };
  return lines.map((line, i) => svg("text", { x, y: first + i * LINE, ...common }, line));
}

const fillOf = ({ kind, block }) => {
  if (kind === "core") return block === "feed_forward" ? "block-feed-forward" : "block-attention";
  return FILLS[kind];
};

function nameOf(part) {
  const text = part.kind === "final_norm" ? "Norm at the end of the stack" : part.lines.join(" ");
  if (part.side === "output") return part.kind === "next" ? `${text}: the next token` : text;
  if (!isRepeated(part)) return `${part.side} ${text}`;
  const of = part.block === "feed_forward" && part.kind === "core" ? "" : ` (${CORE[part.block]})`;
  return `${part.side} L${layer[part.side] + 1} ${text}${of}`;
}

function drawPart(part) {
  const { kind, lines, x, y, width, height } = part;
  const open = () => publish("inside.go", stepsOf(part).opens);
  const onkeydown = (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    open();
  };
  const about = { role: "button", tabindex: 0, "aria-pressed": "false", "aria-label": nameOf(part) };
  const isBare = kind === "position" || kind === "next"; // words or a sign without a box
  const fill = isBare ? variable("ground") : variable(fillOf(part));
  const rect = { class: "box", x, y, width, height, rx: 4, fill, "fill-opacity": isBare ? 0 : 1 };
  const text = kind === "position" ? [] : words(lines, x + width / 2, y + height / 2);
  const group = svg(
    "g",
    { class: `part ${part.side} ${kind}`, ...about, onclick: open, onkeydown },
    svg("rect", rect),
    ...text,
  );
  parts.push({ part, group, isBare });
  return group;
}

const wire = ({ points, arrow }) =>
  svg("path", {
    d: path(points),
    fill: "none",
    stroke: variable("ink"),
    "stroke-width": 1.2,
    "marker-end": arrow && "url(#figure-one-arrow)",
  });

function drawPosition({ wave: [x, y], sum }) {
  const look = { fill: variable("ground"), stroke: variable("ink"), "stroke-width": 1.2 };
  const plus = `M${sum[0] - 5} ${sum[1]}h10M${sum[0]} ${sum[1] - 5}v10`;
  return [
    svg("circle", { cx: x, cy: y, r: 9, ...look }),
    svg("path", { d: `M${x - 9} ${y}q4.5 -11 9 0t9 0`, ...look, fill: "none" }),
    svg("circle", { cx: sum[0], cy: sum[1], r: 9, ...look }),
    svg("path", { d: plus, ...look }),
  ];
}

function drawLabel({ lines, x, y, large, small }) {
  if (large) return words(lines, x, y, { "font-size": 18, "font-weight": 700 });
  return words(lines, x, y, small ? { "font-size": 12 } : {});
}

function drawFigure() {
  const pair = isPair();
  const norm = asPaper ? "post" : model.norm;
  const times = (side) => (asPaper && pair ? "N×" : `${layersOf(side)}×`);
  const sheet = figure({
    norm,
    hasEncoder: pair,
    hasPositions: model.steps.some(({ stage }) => stage === "position"),
    repeated: { encoder: times("encoder"), decoder: times("decoder") },
  });
  parts = [];
  const drawing = find(".figure-one");
  const size = { width: sheet.width, height: sheet.height, viewBox: `0 0 ${sheet.width} ${sheet.height}` };
  for (const [name, value] of Object.entries(size)) drawing.setAttribute(name, String(value));
  const arrow = { id: "figure-one-arrow", viewBox: "0 0 6 6", refX: 5.5, refY: 3, markerWidth: 6, markerHeight: 6 };
  const frame = { rx: 10, fill: variable("block-stack"), stroke: variable("muted"), "stroke-width": 1.2 };
  const tip = svg("path", { d: "M0 0L6 3L0 6z", fill: variable("ink") });
  const contents = svg(
    "g",
    { "font-family": variable("font"), "font-size": 13 },
    svg("marker", { ...arrow, orient: "auto" }, tip),
    ...sheet.frames.map((place) => svg("rect", { ...place, ...frame })),
    ...sheet.wires.map(wire),
    ...sheet.positions.flatMap(drawPosition),
    ...sheet.labels.flatMap(drawLabel),
    ...sheet.parts.map(drawPart),
  );
  drawing.replaceChildren(contents);
  mark();
}

// ---- what is open ------------------------------------------------------------------------------------------------

function mark() {
  for (const { part, group, isBare } of parts) {
    const isOpen = stepsOf(part).steps.includes(at);
    group.ariaPressed = String(isOpen);
    const box = group.querySelector(".box");
    box.setAttribute("stroke", isOpen ? variable("accent") : isBare ? "none" : variable("ink"));
    box.setAttribute("stroke-width", isOpen ? "3.5" : "1.2");
    group.setAttribute("aria-label", nameOf(part));
  }
  for (const side of ["encoder", "decoder"]) {
    press(all(`.${side} .layer`), (one) => Number(one.value) === layer[side]);
  }
}

function drawWords() {
  const pair = isPair();
  const [encoder, decoder] = [layersOf("encoder"), layersOf("decoder")];
  const layers = pair ? `${encoder} encoder and ${decoder} decoder layers` : `No encoder, ${decoder} decoder layers`;
  const place =
    model.norm === "pre"
      ? "LayerNorm stands before each sub-layer (in the paper, after each sum)."
      : "LayerNorm stands after each sum, as in the paper.";
  const paper = `As in the paper: LayerNorm after each sum (post-norm)${pair ? ", N = 6 layers in both stacks" : ""}. The open model is ${model.norm}-norm.`;
  find(".title").textContent = pair ? "Figure 1 of the paper, as this model is built" : "Figure 1 without an encoder";
  find(".about").textContent = asPaper ? paper : `${layers}, ${model.norm}-norm: ${place} Choose a part to open it.`;
  find(".paper").hidden = model.norm === "post";
  find(".paper").ariaPressed = String(asPaper);
}

function drawLayers(side) {
  const box = find(`.layers.${side}`);
  const n = layersOf(side);
  const chips = Array.from({ length: n }, (_, i) =>
    button(`L${i + 1}`, () => go(side, i), { class: "quiet-button layer", value: i }),
  );
  box.hidden = n === 0;
  box.replaceChildren(box.firstElementChild, ...chips);
}

function draw(answer) {
  model = answer;
  asPaper = asPaper && model.norm === "pre";
  at = Math.min(at, model.steps.length - 1);
  for (const side of ["encoder", "decoder"]) {
    layer[side] = Math.max(0, Math.min(layer[side], layersOf(side) - 1));
    drawLayers(side);
  }
  find(".sheet").classList.toggle("roomy", isPair() && ["encoder", "decoder"].every((side) => layersOf(side) <= FEW));
  drawWords();
  drawFigure();
}

asks({ element, server }, "diagram", () => ({}), draw);
subscribe(element, "inside.at", (index) => {
  at = index;
  const open = model?.steps[at];
  if (!open) return;
  if (open.layer !== null) layer[open.side] = open.layer;
  mark();
});
onTheme(element, () => model && drawFigure());
on("click", ".paper", () => {
  asPaper = !asPaper;
  drawWords();
  drawFigure();
});
on("click", ".save-svg", () => {
  saveSvg("figure-1.svg", find(".title").textContent, find(".figure-one"), []);
});
