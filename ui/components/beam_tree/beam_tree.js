// The Translate tab: the search as a tree, step by step from left to right; folded, and asked for once it is opened.
// Asks for "search_tree" { beam_size, alpha, goes_on: null for the model's own way }: { request, beam_size, alpha, goes_on,
// n_before: tokens that were given, prefix: those that were forced, start: the text of all given, nodes: by name, parent,
// step, log_prob, total, score and state ("alive", "pruned" or "ended") of each, tokens: theirs, penalties: a step's,
// n_common: steps that all that ended share, best: [{ node, score, text }], words: [sentence] }; tells "force" { prefix }.

const { number, percent } = lens.numbers;
const { make, svg, within } = lens.elements;
const { tokenName } = lens.tokens;
const { variable } = lens.colours;
const { sheet, text } = lens.planes;
const { figure } = lens.figures;
const { saveJson, saveSvg } = lens.saving;
const { holds } = lens.address;
const { asks } = lens.ask;

const { find, on } = within(element);

const LETTER = 7.3; // px, of 12 px Plex Mono
const ROW = 30; // px, of which a box leaves 8 for the finger
const BOX = 22;
const TOP = 24; // room for the steps' numbers
const GAP = 30; // between two columns, for the edges
const MOST_STEPS = 24; // of more, those that all have in common are folded
const MOST_LETTERS = 14; // of a token
const NAMES = { alive: "lived", pruned: "pruned", ended: "ended" };

let own = null; // what the page searched with
let wanted = null; // beam size and penalty
let goesOn = null; // null: as the model does by default
let answer = null;
let steps = []; // the nodes of each
let columns = []; // what is drawn of them: { step, left, right }
let upTo = 0; // the last step drawn
let linked = null; // that of the address, counted from 1, until it is drawn
let chosen = 0; // a node
let how = "mouse"; // with what the visitor moved last: "mouse", "touch" or "keys"
let drawn = ""; // of which the tree stands

// ---- the tree ----------------------------------------------------------------------------------------------------

const of = (name, node) => answer.nodes[name][node];

function pathTo(node) {
  const path = [];
  for (let each = node; each !== null; each = of("parent", each)) path.unshift(each);
  return path;
}

const spelled = (nodes) =>
  nodes.map((node) => (answer.tokens[node].special ? "" : answer.tokens[node].text.replaceAll("▁", " "))).join("");
const beginning = (node) => `${answer.start}${spelled(pathTo(node))}`.trim();
const shortened = (name, most) => (name.length > most ? `${name.slice(0, most - 1)}…` : name);

function label(node) {
  const name = shortened(tokenName(answer.tokens[node]), MOST_LETTERS);
  return of("state", node) === "ended" ? `${name} ${number(of("score", node))}` : name;
}

// the first step that is drawn: those before it stand in one box
const first = () => (find(".all").checked || find(".fold").hidden ? 0 : answer.n_common);

function rootName() {
  const folded = steps.slice(0, first());
  if (!folded.length) return shortened(answer.start, 24) || "start";
  const shared = beginning(pathTo(answer.best[0].node)[folded.length - 1]);
  return shared.length > 24 ? `…${shared.slice(-23)}` : shared;
}

function placeColumns() {
  let left = 4 + LETTER * rootName().length + 16;
  columns = [];
  for (let step = first(); step <= upTo; step++) {
    const width = Math.max(36, 16 + LETTER * Math.max(...steps[step].map((node) => label(node).length)));
    columns.push({ step, left: left + GAP, right: left + GAP + width });
    left += GAP + width;
  }
}

const columnOf = (node) => of("step", node) - first();
const rowOf = (node) => steps[of("step", node)].indexOf(node);
const middle = (row) => TOP + (row + 0.5) * ROW;
const rows = () => Math.max(...columns.map(({ step }) => steps[step].length));

// ---- drawing -----------------------------------------------------------------------------------------------------

const LOOKS = {
  alive: () => ({ stroke: variable("ink"), "stroke-width": 1 }),
  pruned: () => ({ stroke: variable("muted"), "stroke-width": 1, "stroke-dasharray": "2 3" }),
  ended: () => ({ stroke: variable("ink"), "stroke-width": 3 }),
};

const box = (left, right, centre, look) =>
  svg("rect", {
    x: left,
    y: centre - BOX / 2,
    width: right - left,
    height: BOX,
    rx: 4,
    fill: variable("ground"),
    ...look,
  });

function edge(node, look) {
  const [column, parent] = [columnOf(node), of("parent", node)];
  const fromRoot = column === 0;
  const [x, y] = [fromRoot ? columns[0].left - GAP : columns[column - 1].right, middle(fromRoot ? 0 : rowOf(parent))];
  const [toX, toY] = [columns[column].left, middle(rowOf(node))];
  return svg("path", { d: `M${x} ${y}C${x + 16} ${y} ${toX - 16} ${toY} ${toX} ${toY}`, fill: "none", ...look });
}

// of which state, with what name under the tree
function key(y) {
  let x = 4;
  return Object.entries(NAMES).flatMap(([state, name]) => {
    const right = x + 16 + LETTER * name.length;
    const ink = state === "pruned" ? "muted" : "ink";
    const parts = [box(x, right, y, LOOKS[state]()), text(x + 8, y, name, { colour: ink })];
    x = right + 16;
    return parts;
  });
}

function paintTree(drawing) {
  placeColumns();
  const height = TOP + ROW * rows() + 8;
  sheet(drawing, Math.max(columns.at(-1).right + 8, 300), height + ROW + 8);
  const shown = columns.flatMap(({ step }) => steps[step]);
  const leads = new Set(answer.best.flatMap(({ node }) => pathTo(node)));
  drawing.append(
    ...shown.map((node) => {
      return edge(node, { ...LOOKS[of("state", node)](), "stroke-width": leads.has(node) ? 2.5 : 1 });
    }),
    box(4, columns[0].left - GAP, middle(0), { stroke: variable("line") }),
    text(12, middle(0), rootName()),
    ...columns.map(({ step, left, right }) =>
      text((left + right) / 2, 10, String(answer.n_before + step + 1), { align: "middle" }),
    ),
    ...shown.flatMap((node) => {
      const [{ left, right }, state] = [columns[columnOf(node)], of("state", node)];
      const name = text((left + right) / 2, middle(rowOf(node)), label(node), {
        align: "middle",
        colour: state === "pruned" ? "muted" : "ink",
      });
      return [box(left, right, middle(rowOf(node)), { ...LOOKS[state](), "data-node": node }), name];
    }),
    ...key(height + ROW / 2),
    svg("g", { class: "accent" }),
  );
}

function paint() {
  if (!answer) return;
  const drawing = find(".tree");
  const what = [JSON.stringify(answer.request), answer.beam_size, answer.alpha, answer.goes_on];
  const wanting = [...what, first(), upTo, variable("ink")].join(" ");
  if (wanting !== drawn) {
    paintTree(drawing);
    bringIntoFrame();
  }
  drawn = wanting;
  const look = { stroke: variable("accent"), "stroke-width": 2.5 };
  const path = pathTo(chosen).filter((node) => columnOf(node) >= 0);
  const { left, right } = columns[columnOf(chosen)];
  find(".accent").replaceChildren(
    ...path.map((node) => edge(node, look)),
    box(left - 1, right + 1, middle(rowOf(chosen)), { ...look, fill: "none" }),
  );
  hint();
}

// which steps the frame shows, where it does not show all
function hint() {
  const frame = find(".figure-scroll");
  const [from, to] = [frame.scrollLeft, frame.scrollLeft + frame.clientWidth];
  const seen = columns.filter(({ left, right }) => right > from + 8 && left < to - 8);
  find(".hint").hidden = seen.length === columns.length || !seen.length;
  if (find(".hint").hidden) return;
  const [one, last] = [seen[0], seen.at(-1)].map(({ step }) => answer.n_before + step + 1);
  find(".hint").textContent =
    `◂ ▸ Steps ${one} to ${last} of ${answer.n_before + steps.length} are in sight: scroll the tree sideways.`;
}

function bringIntoFrame() {
  const frame = find(".figure-scroll");
  const { left, right } = columns[columnOf(chosen)];
  if (left < frame.scrollLeft || right > frame.scrollLeft + frame.clientWidth) {
    frame.scrollLeft = (left + right - frame.clientWidth) / 2;
  }
}

// ---- walking and words -------------------------------------------------------------------------------------------

// along the edges, where the keys go to a neighbouring step
function neighbour(far) {
  const step = of("step", chosen) + far;
  if (far < 0) return of("parent", chosen);
  return steps[step].find((node) => of("parent", node) === chosen) ?? nodeAt(rowOf(chosen), columnOf(chosen) + far);
}

function nodeAt(row, column) {
  const nodes = steps[columns[column].step];
  return nodes[Math.min(row, nodes.length - 1)];
}

function words() {
  const [step, row, total] = [of("step", chosen), rowOf(chosen), of("total", chosen)];
  const [penalty, logProb] = [answer.penalties[step], of("log_prob", chosen)];
  return (
    `step ${answer.n_before + step + 1}, rank ${row + 1} of ${steps[step].length}, ${NAMES[of("state", chosen)]}: ` +
    `“${beginning(chosen)}”. “${tokenName(answer.tokens[chosen])}” has log-probability ${number(logProb)} ` +
    `(${percent(Math.exp(logProb))}); sum ${number(total)}, divided by the length penalty ${number(penalty)}: ` +
    `score ${number(of("score", chosen))}`
  );
}

const tree = figure(find(".tree"), {
  paint,
  size: () => [rows(), columns.length],
  find: ({ x, y }) => {
    const column = columns.findIndex(({ left, right }) => x >= left - 4 && x <= right + 4);
    const row = Math.floor((y - TOP) / ROW);
    return column >= 0 && row >= 0 && row < steps[columns[column].step].length ? [row, column] : null;
  },
  words,
  follows: true,
  at: () => [rowOf(chosen), columnOf(chosen)],
  go: (row, column) => {
    const far = column - columnOf(chosen);
    chosen = how === "keys" && Math.abs(far) === 1 ? neighbour(far) : nodeAt(row, column);
    if (how === "keys") bringIntoFrame();
  },
  pick: () => how !== "touch" && force(), // a tap shows the numbers, and the button forces
});

const force = () =>
  trigger("force", { prefix: [...answer.prefix, ...pathTo(chosen).map((node) => answer.tokens[node].id)] });

function showSteps() {
  const up = find(".up-to");
  Object.assign(up, { min: first() + 1, max: steps.length });
  upTo = Math.max(first(), Math.min(upTo, steps.length - 1));
  up.value = upTo + 1;
  find(".up-to-name").textContent = `${answer.n_before + upTo + 1} of ${answer.n_before + steps.length}`;
  if (of("step", chosen) > upTo || columnOf(chosen) < 0) [chosen] = steps[upTo];
  placeColumns();
  tree.show(0, 0);
  tree.draw();
}

// ---- asking ------------------------------------------------------------------------------------------------------

function nameSettings() {
  find(".beam-size").value = wanted.beam_size;
  find(".alpha").value = wanted.alpha;
  find(".beam-size-name").textContent = wanted.beam_size;
  find(".alpha-name").textContent = number(wanted.alpha);
  find(".own").hidden = wanted.beam_size === own.beam_size && wanted.alpha === own.alpha;
  find(".own").textContent = `Use the page’s settings: ${own.beam_size} and ${number(own.alpha)}`;
}

// another run is first searched as the page does; which hypothesis is chosen changes no search
function fields(request) {
  const about = { ...request, chosen: 0 };
  if (JSON.stringify(about) !== JSON.stringify(own)) {
    own = about;
    wanted = { beam_size: own.beam_size, alpha: own.alpha };
    nameSettings();
  }
  return find("details").open ? { ...wanted, goes_on: goesOn } : null;
}

function draw(news) {
  answer = news;
  steps = answer.penalties.map(() => []);
  answer.nodes.step.forEach((step, node) => steps[step].push(node));
  find(".result").hidden = false;
  find(".goes-on").checked = answer.goes_on;
  find(".title").textContent =
    `Beam size ${answer.beam_size}, length penalty ${number(answer.alpha)}: ${steps.length} steps, ` +
    `${answer.tokens.length} beginnings looked at${answer.goes_on ? ", kept going" : ""}`;
  find(".fold").hidden = steps.length <= MOST_STEPS || answer.n_common < 3 || answer.n_common >= steps.length;
  find(".fold-name").textContent = `Show the first ${answer.n_common} steps too, which all finished ones share`;
  find(".found").replaceChildren(
    ...answer.best.map(({ score, text: found }) => make("li", {}, make("span", {}, number(score)), found)),
  );
  find(".says").replaceChildren(...answer.words.map((sentence) => make("p", {}, sentence)));
  upTo = Math.min(linked ?? Infinity, steps.length) - 1;
  linked = null;
  placeColumns();
  // the best that ended; where the frame has no room for all, the walk begins on the left
  const fits = columns.at(-1).right <= find(".figure-scroll").clientWidth;
  [chosen] = fits ? [answer.best[0].node] : steps[first()];
  showSteps();
}

const again = asks({ element, server, inSight: true }, "search_tree", fields, draw);
element.inert = false; // its title opens it before anything was asked

function change(settings) {
  Object.assign(wanted, settings);
  nameSettings();
  again();
}

on("toggle", "details", () => find("details").open && again());
on("input", ".beam-size", ({ target }) => change({ beam_size: Number(target.value) }));
on("input", ".alpha", ({ target }) => change({ alpha: Number(target.value) }));
on("change", ".goes-on", ({ target }) => {
  goesOn = target.checked;
  again();
});
on("click", ".own", () => change({ beam_size: own.beam_size, alpha: own.alpha }));
on("input", ".up-to", ({ target }) => {
  upTo = Number(target.value) - 1;
  [chosen] = steps[upTo];
  showSteps();
});
on("change", ".all", showSteps);
on("scroll", ".figure-scroll", hint);
on("click", ".force", force);
for (const type of ["pointerdown", "pointermove"]) {
  find(".tree").addEventListener(type, ({ pointerType }) => (how = pointerType === "mouse" ? "mouse" : "touch"), true);
}
find(".tree").addEventListener("keydown", () => (how = "keys"), true);

on("click", ".save-svg", () => saveSvg("beam-tree.svg", find(".title").textContent, find(".tree")));
on("click", ".save-json", () => saveJson("beam-tree.json", answer));

// ---- in the address: "6-1.2-9-on", without the step until the tree is drawn, and without "on" or "off" by default --

const FORM = /^(\d{1,2})-(\d(?:\.\d{1,3})?)(?:-(\d{1,3}))?(?:-(on|off))?$/;

function held() {
  if (!find("details").open || !wanted) return null;
  const step = linked ?? (answer ? upTo + 1 : []);
  return [wanted.beam_size, wanted.alpha, step, goesOn === null ? [] : goesOn ? "on" : "off"].flat().join("-");
}

function open(asked) {
  find("details").open = asked !== null;
  if (asked === null) return;
  const [, beamSize, alpha, step, way] = asked.match(FORM);
  fields(lens.topics.last("request")); // another run has settings of its own
  linked = step ?? null;
  goesOn = way ? way === "on" : null;
  change({ beam_size: Math.max(1, Math.min(8, beamSize)), alpha: Math.min(2, alpha) });
}

holds(element, "tree", { called: "search", form: FORM, read: held, set: open, entry: true });
