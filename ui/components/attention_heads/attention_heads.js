// The Attention tab's large view, what it shows: which heads, taken together how, and drawn how.
// Asks for "exact_attention" { kind, layers }: { run, kind, layers: { LAYER: base64 float32 (H, R, C) } }.
// subscribes to "attention" (the kind shown) and "attention-open" (a head was opened in the overview);
// publishes "attention-view" (the heads in view) and "attention-picture" (what the map and the lines draw).

const { number, floats } = lens.numbers;
const { within, button, options, press, numbered } = lens.elements;
const { publish, subscribe } = lens.topics;
const { holds, holdsField } = lens.address;
const { asks } = lens.ask;

const { find, on } = within(element);

const FIRST_LAYER = 0;
const MOST_PARTS = 8; // so many heads are also named one by one

let attention = null;
let run = null; // whose exact weights these are
let exact = {}; // "kind:layer" -> Float32Array (H, R, C)
const views = {}; // kind -> { layer (null: all layers), heads: [{ layer, head }] in view }

const name = ({ layer, head }) => `L${layer + 1} H${head + 1}`;
const same = (one, other) => one.layer === other.layer && one.head === other.head;

// ---- which heads -------------------------------------------------------------------------------------------------

function scope() {
  const { layer } = views[attention.kind];
  const layers = layer === null ? [...Array(attention.nLayers).keys()] : [layer];
  return layers.flatMap((of) => Array.from({ length: attention.nHeads }, (_, head) => ({ layer: of, head })));
}

function look(layer, heads) {
  views[attention.kind] = { layer, heads };
  show();
}

function toggle(head) {
  const { layer, heads } = views[attention.kind];
  const others = heads.filter((other) => !same(head, other));
  if (others.length === heads.length) others.push(head);
  const chosen = scope().filter((one) => others.some((other) => same(one, other)));
  if (chosen.length) look(layer, chosen); // one head at least
}

// The buttons stay while they are the same heads: a double-click needs both its clicks on one button.
function drawButtons() {
  const heads = scope();
  if (find(".heads").dataset.scope === heads.map(name).join()) return;
  find(".heads").dataset.scope = heads.map(name).join();
  const buttons = heads.map((head) => {
    const alone = () => look(views[attention.kind].layer, [head]);
    const onkeydown = (event) => {
      if (event.key !== "Enter" || !event.shiftKey) return;
      event.preventDefault();
      alone();
    };
    return button(name(head), () => toggle(head), { ondblclick: alone, onkeydown });
  });
  find(".heads").replaceChildren(...buttons);
}

function drawControls() {
  const { layer, heads } = views[attention.kind];
  options(find(".layer"), ["all layers", ...numbered("layer ", attention.nLayers)], layer === null ? 0 : layer + 1);
  drawButtons();
  const pressed = heads.map(name);
  press(find(".heads").children, ({ textContent }) => pressed.includes(textContent));
  find(".how-label").hidden = heads.length < 2;
}

// ---- what is drawn -----------------------------------------------------------------------------------------------

const exactOf = (layer) => (sameRun(attention.run, run) ? exact[`${attention.kind}:${layer}`] : undefined);

// (row, column) -> weight of one head; the overview's bytes until the exact weights are here
function weightOf({ layer, head }) {
  const weights = exactOf(layer);
  if (weights) return (row, column) => weights[attention.at(head, row, column)];
  const { weights: all, nHeads } = attention;
  return (row, column) => all[attention.at(layer * nHeads + head, row, column)] / 255;
}

function together(values) {
  return find(".how").value === "max"
    ? Math.max(...values)
    : values.reduce((sum, value) => sum + value) / values.length;
}

function picture() {
  const { heads } = views[attention.kind];
  const how = heads.length > 1 ? find(".how").value : null;
  const { rows, columns } = attention;
  const weights = heads.map(weightOf);
  const cells = rows.flatMap((row) => columns.map((column) => together(weights.map((weight) => weight(row, column)))));
  const isExact = heads.every(({ layer }) => exactOf(layer));
  const digits = (weight) => (isExact ? number(weight) : `≈ ${Number(weight.toPrecision(2))}`);
  const many = heads.length > 1 && heads.length <= MOST_PARTS;
  const parts = (row, column) => heads.map((head, i) => `${name(head)} ${digits(weights[i](row, column))}`).join(", ");
  return {
    ...attention,
    heads,
    cells,
    isExact,
    label: `${attention.name}, ${viewName()}`,
    file: `attention-${attention.kind}-${viewName().replaceAll(/[ ,]+/g, "-")}`,
    high: Math.max(...cells),
    drawing: find(".drawings input:checked").value,
    weight: (i) => digits(cells[i]),
    parts: (row, column) => (many ? ` (${parts(row, column)})` : ""),
    csv: () => csv(rows, columns, cells),
    json: () => json(heads, how, rows, columns, cells),
  };
}

// positions counted from 1, as on the page
function csv(rows, columns, cells) {
  const head = ["row", "row_token", "predicted_token", "column", "column_token", "weight"];
  const lineOf = ({ index, token, predicts }, column, weight) => {
    return [index + 1, token.text, predicts?.text ?? "", column.index + 1, column.token.text, weight];
  };
  const lines = rows.flatMap((row, r) =>
    columns.map((column, c) => lineOf(row, column, cells[r * columns.length + c])),
  );
  return [head, ...lines];
}

// layers, heads and positions counted from 0, as in the API
function json(heads, how, rows, columns, cells) {
  const { kind } = attention;
  const position = ({ index, token, predicts }) => ({ position: index, token, ...(predicts && { predicts }) });
  const weights = rows.map((_, r) => cells.slice(r * columns.length, (r + 1) * columns.length));
  return { run: attention.run, kind, heads, how, rows: rows.map(position), columns: columns.map(position), weights };
}

function viewName() {
  const { layer, heads } = views[attention.kind];
  if (heads.length === 1) return name(heads[0]);
  const how = find(".how").value === "max" ? "largest of" : "mean of";
  const where = layer === null ? "all layers" : `layer ${layer + 1}`;
  if (heads.length === scope().length) return `${how} all heads of ${where}`;
  return heads.length <= MOST_PARTS ? `${how} ${heads.map(name).join(", ")}` : `${how} ${heads.length} heads`;
}

function show() {
  drawControls();
  find(".figure-title").textContent = `${attention.name}, ${viewName()}`;
  publish("attention-view", views[attention.kind].heads);
  publish("attention-picture", picture());
  if (missing(attention.run).length) requestAnimationFrame(() => setTimeout(ask)); // once this is on the screen
}

// ---- exact weights -----------------------------------------------------------------------------------------------

const sameRun = (one, other) => JSON.stringify(one) === JSON.stringify(other);

// the layers in view whose exact weights on this run are not here; whole ones, so that turning heads on and off asks nothing
function missing(about) {
  const { kind } = attention;
  const layers = [...new Set(views[kind].heads.map(({ layer }) => layer))];
  return layers.filter((layer) => !sameRun(about, run) || !exact[`${kind}:${layer}`]);
}

// the digits of the first view come with the overview
function fields(request) {
  if (!attention) return { kind: null, layers: [FIRST_LAYER] };
  const layers = missing(request);
  return layers.length ? { kind: attention.kind, layers } : null;
}

function receive(answer) {
  if (!sameRun(answer.run, run)) exact = {};
  ({ run } = answer);
  for (const [layer, weights] of Object.entries(answer.layers)) {
    exact[`${answer.kind}:${layer}`] = floats({ base64: weights });
  }
  if (attention && sameRun(attention.run, run)) show();
}

const ask = asks({ element, server }, "exact_attention", fields, receive);

// ---- in the address ----------------------------------------------------------------------------------------------

let linked = null; // heads of a link, until it is known which kind they are of

// "L2H3.L2H4"; "L2" and "all" for all of a layer or of the kind, "all.L2H3" for one among those of all layers
function heldHeads() {
  if (!attention) return linked;
  const { layer, heads } = views[attention.kind];
  const all = heads.length === scope().length;
  const names = all ? [] : heads.map((head) => name(head).replace(" ", ""));
  if (layer === null) return ["all", ...names].join(".");
  return all ? `L${layer + 1}` : names.join(".");
}

function openHeld(text) {
  if (!attention) return (linked = text);
  linked = null;
  const [whole] = (text ?? "L1H1").match(/^all|^L\d+$/) ?? [];
  const upTo = (digits, count) => Math.max(0, Math.min(count, Number(digits)) - 1);
  const { nLayers, nHeads } = attention;
  const named = [...(text ?? "L1H1").matchAll(/L(\d+)H(\d+)/g)];
  const heads = named.map(([, layer, head]) => ({ layer: upTo(layer, nLayers), head: upTo(head, nHeads) }));
  const layer = whole === "all" ? null : whole ? upTo(whole.slice(1), nLayers) : heads[0].layer;
  views[attention.kind] = { layer, heads };
  const chosen = scope().filter((one) => heads.some((other) => same(one, other)));
  look(layer, chosen.length ? chosen : scope());
}

const form = /^(all(\.L\d{1,3}H\d{1,3})*|L\d{1,3}|L\d{1,3}H\d{1,3}(\.L\d{1,3}H\d{1,3})*)$/;
holds(element, "heads", { called: "head", form, read: heldHeads, set: openHeld, entry: true });
holdsField(element, "drawing", "drawing", ".drawings input", { entry: true });
holdsField(element, "how", "way to combine heads", ".how");

// ---- what is heard -----------------------------------------------------------------------------------------------

subscribe(element, "attention", (news) => {
  attention = news;
  const fits = ({ layer, head }) => layer < news.nLayers && head < news.nHeads;
  if (!views[news.kind]?.heads.every(fits)) {
    views[news.kind] = { layer: FIRST_LAYER, heads: [{ layer: FIRST_LAYER, head: 0 }] };
  }
  if (linked) openHeld(linked);
  else show();
});

subscribe(element, "attention-open", (head) => {
  look(head.layer, [head]);
  // below the overview on a phone: what was asked for comes into sight
  if (element.getBoundingClientRect().top > 0.8 * window.innerHeight) element.scrollIntoView();
});

on("change", ".layer", (event) => {
  const layer = Number(event.target.value) - 1;
  views[attention.kind].layer = layer < 0 ? null : layer;
  look(views[attention.kind].layer, scope());
});
on("click", ".all", () => attention && look(views[attention.kind].layer, scope()));
on("change", ".how, .drawings", () => attention && show());
