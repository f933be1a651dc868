// The translation token by token, with how sure the model was at each step; from here a visitor walks and forces.
// Asks for "next_token" { position }: { walk, bars }, and hands the bars on as "next_token.bars".
// walk: { request, text, own_text: the model's own translation or null where this is it, start: token that the decoder reads
//         first, tokens: [target token], translates: false of a language model, whose first n_text tokens are the text that
//         it continues, steps: { probabilities, ranks, entropies_bits: [one number a token] } }

const { number, percent } = lens.numbers;
const { make, svg, within, button } = lens.elements;
const { tokenText, tokenElement } = lens.tokens;
const { variable } = lens.colours;
const { onTheme } = lens.redrawing;
const { saveCsv, saveSvg } = lens.saving;
const { publish } = lens.topics;
const { holds } = lens.address;
const { asks } = lens.ask;

const { find, all, on } = within(element);
let shown = null; // the walk drawn last
let at = 0; // the step looked at
let linked = null; // the position that the address asks for, until it is drawn
let begins = false; // whether the visitor typed a beginning, behind which the look goes next

const alike = (names, one, other) => names.every((name) => JSON.stringify(one[name]) === JSON.stringify(other[name]));
const sameSentence = (one, other) => alike(["model", "text", "sentence", "direction"], one, other);
const sameRun = (one, other) => alike(Object.keys(one), one, other);

// ---- walking -----------------------------------------------------------------------------------------------------

function walkTo(position) {
  if (!shown) return; // where the first answer was a refusal, nothing is there yet
  const next = Math.min(Math.max(position, 0), shown.tokens.length - 1);
  if (next === at) return;
  at = next;
  linked = null;
  mark();
  ask();
}

function walkByKey(event) {
  const steps = { ArrowLeft: at - 1, ArrowRight: at + 1, ArrowDown: at - 1, ArrowUp: at + 1, Home: 0, End: Infinity };
  if (!shown || !(event.key in steps) || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  walkTo(steps[event.key]);
  if (event.currentTarget === find(".sequence")) chips()[at].focus();
}

// ---- words -------------------------------------------------------------------------------------------------------

function details(i) {
  const token = shown.tokens[i];
  const { probabilities, ranks, entropies_bits } = shown.steps;
  return (
    `step ${i + 1}, “${tokenText(token)}”${token.given ? ", given" : ""}: probability ${percent(probabilities[i])}, ` +
    `rank ${ranks[i]}, entropy ${number(entropies_bits[i])} bits`
  );
}

const tell = (i) => (find(".figure-details").textContent = details(i));

// the words, and what differs from the model's own translation in a span of its own
function drawTexts() {
  const { text, own_text, translates } = shown;
  const changed = own_text !== null;
  const name = translates ? "translation" : "continuation";
  find(".own-name").textContent = `the model’s own ${name}`;
  find(".begin-name").textContent = translates ? "Start with" : "Continue with";
  find(".own-side").hidden = !changed;
  find(".undo").setAttribute("aria-disabled", String(!changed));
  find(".now-name").textContent = changed ? `the ${name} now` : `the model’s own ${name}`;
  find(".own").textContent = own_text ?? "";
  const words = text.split(" ");
  const own = changed ? own_text.split(" ") : words;
  const same = words.findIndex((word, i) => word !== own[i]);
  if (same < 0) {
    find(".now").textContent = text;
    return;
  }
  const before = words.slice(0, same).map((word) => `${word} `);
  find(".now").replaceChildren(...before, make("span", { class: "other" }, words.slice(same).join(" ")));
}

const chips = () => all(".sequence button");

const label = (text) => make("span", { class: "label" }, text);

function drawSequence() {
  const { n_text, translates } = shown;
  const n_given = shown.tokens.filter((token) => token.given).length;
  const parts = [...(translates ? [] : [label("your text:")]), tokenElement(shown.start)];
  shown.tokens.forEach((token, i) => {
    if (n_given > n_text && i === n_text) parts.push(label("given:"));
    if ((n_given || !translates) && i === n_given) parts.push(label("the model:"));
    const chip = tokenElement(token, `tgt:${i}`, "button");
    chip.classList.toggle("given", token.given);
    chip.style.setProperty("--probability", token.probability);
    chip.setAttribute("aria-label", details(i));
    chip.addEventListener("click", () => walkTo(i));
    chip.addEventListener("mouseenter", () => tell(i));
    parts.push(chip);
  });
  const hadFocus = find(".sequence").contains(document.activeElement);
  find(".sequence").replaceChildren(...parts);
  if (hadFocus) chips()[at].focus({ preventScroll: true });
}

function drawUncertain() {
  const { entropies_bits } = shown.steps;
  const order = [...entropies_bits.keys()].sort((a, b) => entropies_bits[b] - entropies_bits[a]).slice(0, 3);
  const nameOf = (i) => `step ${i + 1}, “${tokenText(shown.tokens[i])}” (${number(entropies_bits[i])} bits)`;
  const buttons = order.map((i) => button(nameOf(i), () => walkTo(i)));
  find(".uncertain").replaceChildren(...buttons);
}

// ---- the strip ---------------------------------------------------------------------------------------------------

const LEFT = 96; // room for the names of the axes
const PROBABILITY = { top: 8, height: 60 };
const ENTROPY = { top: 80, height: 44 };

function drawStrip() {
  const { probabilities, ranks, entropies_bits } = shown.steps;
  const n = shown.tokens.length;
  const space = find(".strip").parentElement.clientWidth - LEFT - 48;
  const column = Math.min(Math.max(space / n, 18), 56);
  const [width, height] = [Math.ceil(LEFT + n * column + 48), 190];
  const most = Math.max(1, Math.ceil(Math.max(...entropies_bits)));
  const [ink, muted, line, scale] = ["ink", "muted", "line", "scale"].map(variable);
  const text = (x, y, content, extra = {}) =>
    svg("text", { x, y, fill: muted, "font-family": "monospace", "font-size": 11, ...extra }, content);
  const rule = (y) => svg("line", { x1: LEFT, x2: LEFT + n * column, y1: y, y2: y, stroke: line });
  const end = { "text-anchor": "end" };
  const ground = PROBABILITY.top + PROBABILITY.height;
  const drawing = svg(
    "svg",
    { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" },
    text(LEFT - 6, PROBABILITY.top + 8, "100%", end),
    text(LEFT - 6, PROBABILITY.top + 34, "probability", end),
    text(LEFT - 6, ground, "0", end),
    text(LEFT - 6, ENTROPY.top + 8, "0", end),
    text(LEFT - 6, ENTROPY.top + 26, "entropy", end),
    text(LEFT - 6, ENTROPY.top + ENTROPY.height, `${most} bits`, end),
    ...[PROBABILITY.top, ground, ENTROPY.top, ENTROPY.top + ENTROPY.height].map(rule),
  );
  shown.tokens.forEach((token, i) => {
    const x = LEFT + i * column;
    const bar = { x: x + 2, width: column - 4, fill: scale };
    const [tall, deep] = [PROBABILITY.height * probabilities[i], (ENTROPY.height * entropies_bits[i]) / most];
    const middle = x + column / 2;
    const name = `${token.given ? "▪" : ""}${tokenText(token)}`;
    drawing.append(
      svg("rect", { ...bar, y: ground - tall, height: tall }),
      svg("rect", { ...bar, y: ENTROPY.top, height: deep, "fill-opacity": 0.45 }),
      text(middle, 140, name, { fill: ink, transform: `rotate(40 ${middle} 140)` }),
      svg("rect", { class: "column", x, y: 2, width: column, height: 126, fill: "none", "pointer-events": "all" }),
    );
    if (ranks[i] > 1 && column >= 24)
      drawing.append(text(middle, ground - tall - 3, `#${ranks[i]}`, { fill: ink, "text-anchor": "middle" }));
  });
  drawing.querySelectorAll(".column").forEach((area, i) => {
    area.addEventListener("click", () => walkTo(i));
    area.addEventListener("mouseenter", () => tell(i));
  });
  find(".strip").replaceChildren(drawing);
}

// ---- drawing -----------------------------------------------------------------------------------------------------

// scrolls the strip alone, where it is wider than its frame
function bringIntoFrame(area) {
  const frame = find(".figure-scroll");
  const left = Number(area.getAttribute("x"));
  const right = left + Number(area.getAttribute("width"));
  if (left < frame.scrollLeft || right > frame.scrollLeft + frame.clientWidth) {
    frame.scrollLeft = left - frame.clientWidth / 2;
  }
}

// what depends on the step looked at
function mark() {
  const steps = chips();
  steps.forEach((chip, i) => {
    chip.tabIndex = i === at ? 0 : -1;
    chip.classList.toggle("ahead", i > at);
    if (i === at) chip.setAttribute("aria-current", "step");
    else chip.removeAttribute("aria-current");
  });
  const areas = all(".column");
  areas.forEach((area, i) => {
    area.setAttribute("stroke", i === at ? variable("accent") : "none");
    area.setAttribute("stroke-width", 2);
  });
  bringIntoFrame(areas[at]);
  const strip = find(".strip");
  strip.setAttribute("aria-valuemax", steps.length);
  strip.setAttribute("aria-valuenow", at + 1);
  strip.setAttribute("aria-valuetext", details(at));
  find(".back").setAttribute("aria-disabled", String(at === 0));
  find(".forward").setAttribute("aria-disabled", String(at === steps.length - 1));
  tell(at);
}

function drawSized() {
  if (!shown) return;
  drawStrip();
  mark();
}

function draw({ walk, bars }) {
  at = bars.position;
  linked = null;
  if (!shown || !sameRun(shown.request, walk.request)) {
    shown = walk;
    begins = false;
    drawTexts();
    drawSequence();
    drawUncertain();
    drawSized();
  } else mark();
  publish("next_token.bars", bars);
}

// another sentence is looked at from the first step that the model chose
function fields(request) {
  const stays = shown && sameSentence(shown.request, request) && !(begins && !sameRun(shown.request, request));
  return linked ?? { position: stays ? at : null };
}

const ask = asks({ element, server }, "next_token", fields, draw);

// ---- what the visitor does ---------------------------------------------------------------------------------------

on("click", ".back", () => walkTo(at - 1));
on("click", ".forward", () => walkTo(at + 1));
on("keydown", ".sequence, .strip", walkByKey);
on("click", ".undo", () => {
  if (shown && shown.own_text !== null) trigger("undo", {});
});
on("submit", ".beginning", (event) => {
  event.preventDefault();
  begins = true;
  trigger("begin", { prefix: find(".prefix").value });
});
on("click", ".save-csv", () => {
  if (!shown) return;
  const { probabilities, ranks, entropies_bits } = shown.steps;
  const rows = shown.tokens.map(({ id, text, given }, i) => {
    const of = [probabilities, ranks, entropies_bits].map((numbers) => numbers[i]);
    return [i + 1, id, text, given ? "yes" : "no", ...of];
  });
  saveCsv("steps.csv", [["step", "id", "token", "given", "probability", "rank", "entropy_bits"], ...rows]);
});
on("click", ".save-svg", () => {
  if (shown) saveSvg("steps.svg", "Each token's probability and the entropy before it", find(".strip svg"));
});

onTheme(element, drawSized);
new ResizeObserver(drawSized).observe(find(".figure-scroll"));

function open(text) {
  linked = { position: text === null ? null : Math.max(0, Number(text) - 1) };
  ask();
}

const read = () => (linked || shown ? toText(linked ? linked.position : at) : null);
const toText = (position) => (position === null ? null : String(position + 1));
holds(element, "step", { called: "step", form: /^\d{1,4}$/, read, set: open, entry: true });
