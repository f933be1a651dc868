// The Attention tab's effects as figures: each head by sharpness and effect, the larger parts, and the text without one.
// Draws what "attention-effects" brings; asks for "text_without_part" { name, kind, layer, head, baseline }, once a part was
// chosen: { part, baseline, whole, without }. Publishes "attention-choose" (a head to open); subscribes to "attention" and
// "attention-view" (the heads that are open).

const { number, floats } = lens.numbers;
const { within, row, button } = lens.elements;
const { publish, subscribe } = lens.topics;
const { asks, feeds } = lens.ask;
const { around } = lens.axes;
const { plane, line, mark, marks } = lens.planes;
const { figure } = lens.figures;
const { saveCsv, saveJson, saveSvg } = lens.saving;

const { find, all, on } = within(element);

const KINDS = {
  encoder: { name: "encoder self-attention", shape: "ring" },
  decoder: { name: "decoder self-attention", shape: "square" },
  cross: { name: "cross-attention", shape: "diamond" },
};
const NEAR = 22; // px, from a mark

let effects = null;
let heads = []; // { part, entropy, effect }, the sharpest first
let at = 0; // where the cursor stands among them
let kind = null; // of attention, as the overview shows it
let open = []; // the heads in the large view
let view = null; // both
let chosen = null; // the part whose text is asked for

// ---- words -------------------------------------------------------------------------------------------------------

const label = ({ layer, head }) => `L${layer + 1} H${head + 1}`;
const same = (one, other) => ["name", "kind", "layer", "head"].every((name) => one[name] === other[name]);

function nameOf(part) {
  if (part.name === "head") return `${label(part)} of the ${KINDS[part.kind].name}`;
  if (part.name === "cross_attention") return "all cross-attention";
  const layer = `${part.kind} layer ${part.layer + 1}`;
  return part.name === "layer" ? layer : `the feed-forward network of ${layer}`;
}

function meaning(effect) {
  const times = number(Math.exp(Math.abs(effect)));
  if (times === "1") return `${effects.of} is as likely without it`;
  return `${effects.of} is ${times} times ${effect < 0 ? "less likely" : "likelier"} without it`;
}

const off = (baseline) => (baseline === "mean" ? "giving its average" : "silenced");

// ---- sharpness against effect ------------------------------------------------------------------------------------

let drawn = null;
const place = ({ entropy, effect }) => [drawn.toX(entropy), drawn.toY(effect)];

const scatter = figure(find(".scatter"), {
  size: () => [1, heads.length],
  at: () => [0, at],
  go: (_, i) => (at = i),
  find({ x, y }) {
    const distances = heads.map((head) => Math.hypot(place(head)[0] - x, place(head)[1] - y));
    const nearest = distances.indexOf(Math.min(...distances));
    return distances[nearest] <= NEAR ? [0, nearest] : null;
  },
  words(_, i) {
    const { part, entropy, effect } = heads[i];
    return `${nameOf(part)}: entropy ${number(entropy)} bits, effect ${number(effect)}: ${meaning(effect)}.`;
  },
  pick(_, i) {
    publish("attention-choose", heads[i].part);
    choose(heads[i].part);
  },
  paint: ([, i]) => effects && paintScatter(i),
});

function paintScatter(cursor) {
  const kinds = Object.keys(KINDS).filter((each) => heads.some(({ part }) => part.kind === each));
  drawn = plane(find(".scatter"), {
    height: 320,
    x: {
      name: "entropy in bits: sharp → spread",
      ...around(heads.map(({ entropy }) => entropy)),
    },
    y: { name: "effect in nats", ...around([0, ...heads.map(({ effect }) => effect)]) },
    looks: kinds.map((each) => ({ ...KINDS[each], width: 0 })),
  });
  const { inside, left, right, toY } = drawn;
  inside.append(line([left, toY(0)], [right, toY(0)], "muted", 1, "4 4"));
  for (const each of kinds) {
    const centres = heads.filter(({ part }) => part.kind === each).map(place);
    inside.append(marks(KINDS[each].shape, centres, "ink", 4));
  }
  for (const head of heads.filter(({ part }) => isOpen(part))) inside.append(mark("ring", place(head), "accent", 9));
  if (heads[cursor]) inside.append(mark("frame", place(heads[cursor]), "accent", 7));
}

const isOpen = (part) => part.kind === kind && open.some((one) => label(one) === label(part));

// ---- larger parts ------------------------------------------------------------------------------------------------

function partButton(part) {
  const i = effects.parts.findIndex((one) => same(one, part));
  if (i < 0) return "";
  const name = `Without ${nameOf(part)}: effect ${number(effects.effect[i])}`;
  return button(number(effects.effect[i]), () => choose(part), { "aria-label": name });
}

function drawTable() {
  const layers = effects.parts.filter(({ name }) => name === "layer");
  const rows = layers.map((part) =>
    row(`${part.kind} ${part.layer + 1}`, partButton({ ...part, name: "feed_forward" }), partButton(part)),
  );
  find("tbody").replaceChildren(...rows);
  const cross = effects.parts.find(({ name }) => name === "cross_attention");
  find(".cross").replaceChildren(...(cross ? ["All cross-attention ", partButton(cross)] : []));
}

// ---- the text without a part -------------------------------------------------------------------------------------

// the head that is open, unless another part was chosen
const offered = () => chosen ?? effects?.parts.find((part) => part.name === "head" && isOpen(part)) ?? null;

function offerText() {
  const part = offered();
  find(".ask-text").hidden = !part || chosen !== null;
  find(".texts-title").textContent = part ? `The translation without ${nameOf(part)}` : "";
}

function choose(part) {
  chosen = part;
  offerText();
  ask({ pressed: true }); // the maps above may have pushed the place of the answer out of sight
}

function receive({ part, baseline, whole, without }) {
  chosen = part;
  offerText();
  find(".result").hidden = false;
  find(".whole").textContent = whole;
  find(".off").textContent = part.name === "head" ? `${label(part)} ${off(baseline)}` : "Without it";
  find(".without").textContent = without || "(nothing: it ends at once)";
  find(".same").hidden = whole !== without;
}

const ask = asks(
  { element: find(".answer"), server, inSight: true },
  "text_without_part",
  () => chosen && { ...chosen, baseline: chosen.name === "head" ? (effects?.baseline ?? "zero") : "zero" },
  receive,
);

on("click", ".ask-text", () => choose(offered()));

// ---- what is heard -----------------------------------------------------------------------------------------------

for (const figures of all(".measured")) feeds(figures, "head_effects");
subscribe(element, "attention-effects", (news) => {
  const again = chosen?.name === "head" && effects && effects.baseline !== news.baseline;
  effects = news;
  heads = news.entropy
    .map((entropy, i) => ({ part: news.parts[i], entropy, effect: news.effect[i] }))
    .sort((one, other) => one.entropy - other.entropy);
  standOnOpen();
  drawTable();
  offerText();
  if (again) ask({ pressed: true }); // by the switch above, from where the text may be out of sight
});
subscribe(element, "attention", (news) => (kind = news.kind));
subscribe(element, "attention-view", (news) => {
  const one = news.length === 1 ? { name: "head", kind, ...news[0] } : null;
  const isOther = JSON.stringify([kind, news]) !== JSON.stringify(view); // and not the same on another sentence
  view = [kind, news];
  open = news;
  if (isOther && chosen && !(one && same(chosen, one))) forget();
  if (!effects) return;
  standOnOpen();
  offerText();
});

// the cursor goes to the head that was opened, if it was one
function standOnOpen() {
  const i = open.length === 1 ? heads.findIndex(({ part }) => isOpen(part)) : -1;
  at = i < 0 ? Math.min(at, heads.length - 1) : i;
  scatter.show(0, at);
  scatter.draw();
}

// another head was opened: the text of the one before goes
function forget() {
  chosen = null;
  find(".result").hidden = true;
}

// ---- saving ------------------------------------------------------------------------------------------------------

function table() {
  const { parts, entropy_bits, zero, mean, tokens } = effects.answer;
  const steps = floats(zero.by_step);
  const ofStep = tokens.map((token, step) => `zero, ${step + 1} ${token.text}`);
  const rows = parts.map(({ name, kind: of, layer, head }, i) => [
    name,
    of,
    name === "cross_attention" ? "" : layer + 1,
    name === "head" ? head + 1 : "",
    entropy_bits[i] ?? "",
    zero.total[i],
    mean?.total[i] ?? "",
    ...tokens.map((_, step) => steps[i * tokens.length + step]),
  ]);
  return [["part", "kind", "layer", "head", "entropy_bits", "effect_zero", "effect_mean", ...ofStep], ...rows];
}

on("click", ".save-svg", () => saveSvg("head-effects.svg", `Effect on ${effects.of}, by entropy`, find(".scatter")));
on("click", ".save-csv", () => saveCsv("head-effects.csv", table()));
on("click", ".save-json", () => {
  const { parts, entropy_bits, zero, mean, tokens, run } = effects.answer;
  const steps = (numbers) =>
    numbers && {
      total: numbers.total,
      by_step: [...Array(numbers.total.length).keys()].map((i) => stepsOf(numbers, i)),
    };
  saveJson("head-effects.json", { run, tokens, parts, entropy_bits, zero: steps(zero), mean: steps(mean) });
});

function stepsOf({ by_step }, i) {
  const n = by_step.shape[1];
  return Array.from(floats(by_step).subarray(i * n, (i + 1) * n));
}
