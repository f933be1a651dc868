// One stage of the walk: its words, formula, shapes, values and code.
// Asks for "stage" { step: its number, or its name in an address, head }: { step, head, n_heads, headed, steps, view }, where view.maps[].values is
// { shape, base64 }, and words are parts as `typeset` puts them side by side. Hears "inside.go" from the diagram and tells "inside.at".

const { number, floats, largest } = lens.numbers;
const { make, within, button } = lens.elements;
const { label } = lens.tokens;
const { unsigned, signed } = lens.colours;
const { publish, subscribe } = lens.topics;
const { heatMap } = lens.figures;
const { saveCsv, savePng } = lens.saving;
const { holds } = lens.address;
const { asks } = lens.ask;

const { find, on } = within(element);
const BLOCKS = {
  embedding: "embedding",
  self_attn: "self-attention",
  cross_attn: "cross-attention",
  feed_forward: "feed-forward",
  final_norm: "last norm",
  output: "output",
};
let drawn = null; // the answer
let wanted = { step: 0, head: 0 }; // what the visitor chose
let model = null; // whose steps they are: another model has others
let shown = []; // the maps drawn, each with its canvas and its unpacked values

function go(step, head = wanted.head) {
  wanted = { step, head };
  ask();
}

// parts: texts, and formulas { math } in MathML, which only the server's own LaTeX becomes
const typeset = (parts) =>
  parts.map((part) => (part.math ? new DOMParser().parseFromString(part.math, "text/html").body.firstChild : part));

const choice = (name, pressed, action) => button(name, action, { "aria-pressed": pressed });

// ---- words -------------------------------------------------------------------------------------------------------

function place({ side, layer, block }) {
  if (side === "output") return "After the decoder";
  const name = side === "encoder" ? "Encoder" : "Decoder";
  return layer === null ? `${name}, ${BLOCKS[block]}` : `${name} L${layer + 1}, ${BLOCKS[block]}`;
}

function drawWords({ step, head, steps, view, n_heads, headed }) {
  find(".where").textContent = `${step + 1} of ${steps.length}: ${place(steps[step])}`;
  find(".before").disabled = step === 0;
  find(".after").disabled = step === steps.length - 1;
  const heads = headed
    ? Array.from({ length: n_heads }, (_, i) => choice(`H${i + 1}`, i === head, () => go(step, i)))
    : [];
  find(".heads").replaceChildren(...heads);
  const same = (one, other) => one.side === other.side && one.layer === other.layer && one.block === other.block;
  const stages = steps.flatMap((other, i) =>
    same(other, steps[step]) ? [choice(other.name, i === step, () => go(i))] : [],
  );
  find(".rail").replaceChildren(...stages);
  find(".title").replaceChildren(...typeset(view.title));
  find(".why").replaceChildren(...typeset(view.why));
  find(".formula").replaceChildren(...typeset(view.formula));
  find(".shapes").replaceChildren(...view.shapes.map((line) => make("li", {}, ...typeset(line))));
  find(".code").replaceChildren(
    ...view.code.flatMap(({ file, name, lines }) => [
      make("p", {}, `${file}, ${name}`),
      make(
        "pre",
        { tabindex: 0, role: "region", "aria-label": `Lines of ${file}` },
        lines.map(([n, text]) => `${String(n).padStart(4)}  ${text}`).join("\n"),
      ),
    ]),
  );
}

// ---- maps --------------------------------------------------------------------------------------------------------

const MASKED = "hatched: −∞, a position that this one may not see";
const isMasked = ({ values }) => values.includes(-Infinity);

function words({ map, values }, row, column) {
  const value = values[row * map.values.shape[1] + column];
  const where = map.columns ? label(map.columns[column]) : `${map.column_axis} ${column + 1}`;
  const named = map.cells ? ` “${label(map.cells[row][column])}”` : "";
  const digits = value === -Infinity ? "masked (−∞)" : `${number(value)}, in full ${Number(value.toPrecision(8))}`;
  return `${map.name}: row ${row + 1} “${label(map.rows[row])}”, ${where}${named}: ${digits}`;
}

function figureOf(one) {
  const { canvas, map, values } = one;
  const [rows, columns] = map.values.shape;
  const figure = make("figure", {}, make("figcaption", { class: map.role }, map.name));
  figure.append(make("div", { class: "figure-scroll" }, canvas));
  if (isMasked(one)) figure.append(make("p", { class: "figure-note key in-row" }, make("i"), MASKED));
  heatMap(canvas, {
    map: () => ({
      values,
      rows,
      columns,
      smallest: map.columns ? 16 : 1,
      largest: 26,
      cellHeight: 18,
      x: { name: map.column_axis, names: map.columns?.map(label), first: 1 },
      y: { name: map.row_axis, names: map.rows.map(label) },
      ...(map.shares ? unsigned(1) : signed(largest(values) || 1)),
    }),
    words: (row, column) => words(one, row, column),
    details: find(".figure-details"),
  }).draw();
  return figure;
}

function canvasOf({ name, values: { shape } }) {
  const about = `${name}: ${shape.join(" by ")} values. Arrow keys move.`;
  return make("canvas", { role: "application", tabindex: 0, "aria-label": about });
}

function receive(answer) {
  drawn = answer;
  wanted = { step: answer.step, head: answer.head };
  shown = answer.view.maps.map((map) => ({ map, canvas: canvasOf(map), values: floats(map.values) }));
  drawWords(answer);
  find(".maps").replaceChildren(...shown.map(figureOf));
  find(".figure-details").textContent = "";
  publish("inside.at", answer.step);
}

function fields(request) {
  if (model && request.model !== model) wanted = { step: 0, head: 0 };
  ({ model } = request);
  return wanted;
}

const ask = asks({ element, server }, "stage", fields, receive);

on("click", ".before", () => go(Math.max(0, wanted.step - 1)));
on("click", ".after", () => go(Math.min(drawn.steps.length - 1, wanted.step + 1)));
on("click", ".save-png", () => {
  for (const one of shown) {
    const title = isMasked(one) ? `${one.map.name}; ${MASKED}` : one.map.name;
    savePng(`${drawn.view.step.stage}.png`, title, one.canvas);
  }
});
on("click", ".save-csv", () => {
  const rows = shown.flatMap(({ map, values }) =>
    Array.from(values, (value, i) => {
      const [row, column] = [Math.floor(i / map.values.shape[1]), i % map.values.shape[1]];
      return [map.name, row + 1, map.rows[row], column + 1, map.columns ? map.columns[column] : "", value];
    }),
  );
  saveCsv(`${drawn.view.step.stage}.csv`, [["map", "row", "row token", "column", "column token", "value"], ...rows]);
});

// the diagram's last word from before this widget was drawn is not news
let listening = false;
subscribe(element, "inside.go", (step) => {
  if (!listening) return;
  go(step);
  const { top } = find(".walk").getBoundingClientRect(); // beside the diagram it is in sight already
  if (top < 0 || top > window.innerHeight / 2) find(".walk").scrollIntoView({ block: "start" });
});
listening = true;

// ---- in the address ----------------------------------------------------------------------------------------------

// "decoder.2.cross_attn.weights.3": side, layer, block, stage, and the head where there is one
function held() {
  if (typeof wanted.step === "string") return wanted.step;
  if (!drawn) return null;
  const { side, layer, block, stage } = drawn.steps[wanted.step];
  const parts = [side, layer === null ? 0 : layer + 1, block, stage];
  return [...parts, ...(wanted.head ? [wanted.head + 1] : [])].join(".");
}

function open(text) {
  model = null; // what is asked for is meant on the page's model
  const [, head] = text?.match(/\.(\d+)$/) ?? [];
  wanted = { step: text ?? 0, head: head ? Math.max(0, Number(head) - 1) : 0 };
  ask();
}

const form = /^[a-z]{1,20}\.\d{1,3}\.\w{1,20}\.\w{1,30}(\.\d{1,3})?$/;
holds(element, "stage", { called: "stage", form, read: held, set: open, entry: true });
