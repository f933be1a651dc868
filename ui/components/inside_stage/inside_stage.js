// One stage of the walk: its words, formula, shapes, values and code.
// Asks for "stage" { step, head }: { step, head, n_heads, headed, steps, view }, where view.maps[].values is
// { shape, base64 }, and words are parts as `typeset` puts them side by side. Hears "inside.go" from the diagram and tells "inside.at".

const { number, floats } = lens.numbers;
const { label } = lens.tokens;
const { sequential, diverging } = lens.colours;
const { responsive } = lens.redrawing;
const { publish, subscribe } = lens.topics;
const { heat, outline, cellAt } = lens.cells;
const { walk } = lens.walking;
const { saveCsv, savePng } = lens.saving;
const { asks } = lens.ask;

const find = (selector) => element.querySelector(selector);
const BLOCKS = {
  embedding: "embedding",
  self_attn: "self-attention",
  cross_attn: "cross-attention",
  feed_forward: "feed-forward",
  final_norm: "last norm",
  output: "way out",
};
let drawn = null; // the answer
let wanted = { step: 0, head: 0 }; // what the visitor chose
let model = null; // whose steps they are: another model has others
/** @type {{ canvas: HTMLCanvasElement, map: any, values: Float32Array, drawn?: any, cursor: Cell }[]} */
let figuresShown = [];

function make(tag, className, ...content) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...content);
  return made;
}

function go(step, head = wanted.head) {
  wanted = { step, head };
  ask();
}

// parts: texts, and formulas { math } in MathML, which only the server's own LaTeX becomes
const typeset = (parts) =>
  parts.map((part) => (part.math ? new DOMParser().parseFromString(part.math, "text/html").body.firstChild : part));

function choice(text, pressed, action) {
  const button = make("button", "quiet-button", text);
  button.type = "button";
  button.setAttribute("aria-pressed", String(pressed));
  button.addEventListener("click", action);
  return button;
}

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
  find(".shapes").replaceChildren(...view.shapes.map((line) => make("li", "", ...typeset(line))));
  find(".code").replaceChildren(
    ...view.code.flatMap(({ file, name, lines }) => {
      const code = make("pre", "", lines.map(([n, text]) => `${String(n).padStart(4)}  ${text}`).join("\n"));
      code.tabIndex = 0;
      code.setAttribute("role", "region");
      code.setAttribute("aria-label", `Lines of ${file}`);
      return [make("p", "", `${file}, ${name}`), code];
    }),
  );
}

// ---- maps --------------------------------------------------------------------------------------------------------

function range(values, shares) {
  if (shares) return { low: 0, high: 1 };
  let most = 0;
  for (const value of values) if (Number.isFinite(value)) most = Math.max(most, Math.abs(value));
  return { low: -most || -1, high: most || 1 };
}

const MASKED = "hatched: −∞, a position that this one may not see";
const isMasked = ({ values }) => values.includes(-Infinity);

function drawMaps() {
  for (const shown of figuresShown) {
    const { canvas, map, values, cursor } = shown;
    const [rows, columns] = map.values.shape;
    const names = map.rows.map(label);
    const room = canvas.parentElement.clientWidth - 40 - 7.5 * Math.max(...names.map((name) => name.length));
    const smallest = map.columns ? 16 : 1;
    const cellWidth = Math.max(smallest, Math.min(26, Math.floor(room / columns)));
    shown.drawn = heat(canvas, {
      values,
      rows,
      columns,
      cellWidth,
      cellHeight: 18,
      x: { name: map.column_axis, names: map.columns?.map(label), first: 1 },
      y: { name: map.row_axis, names },
      colours: map.shares ? sequential() : diverging(),
      ...range(values, map.shares),
    });
    outline(shown.drawn, ...cursor);
  }
}

function show({ map, values }, row, column) {
  const value = values[row * map.values.shape[1] + column];
  const where = map.columns ? label(map.columns[column]) : `${map.column_axis} ${column + 1}`;
  const named = map.cells ? ` “${label(map.cells[row][column])}”` : "";
  const digits = value === -Infinity ? "masked (−∞)" : `${number(value)}, in full ${Number(value.toPrecision(8))}`;
  find(".figure-details").textContent =
    `${map.name}: row ${row + 1} “${label(map.rows[row])}”, ${where}${named}: ${digits}`;
}

const draw = responsive(find(".maps"), drawMaps);

function figureOf(map) {
  const figure = document.createElement("figure");
  figure.append(make("figcaption", map.role || "", map.name));
  const scroll = make("div", "figure-scroll");
  const canvas = make("canvas", "");
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-label", `${map.name}: ${map.values.shape.join(" by ")} values. Arrow keys move.`);
  scroll.append(canvas);
  figure.append(scroll);
  /** @type {typeof figuresShown[number]} */
  const shown = { canvas, map, values: floats(map.values), cursor: [0, 0] };
  if (isMasked(shown)) figure.append(make("p", "figure-note key", make("i", ""), MASKED));
  walk(canvas, {
    size: () => map.values.shape,
    at: () => shown.cursor,
    find: (event) => cellAt(shown.drawn, event),
    show: (row, column) => show(shown, row, column),
    go: (row, column) => {
      shown.cursor = [row, column];
      show(shown, row, column);
      draw();
    },
  });
  figuresShown.push(shown);
  return figure;
}

function receive(answer) {
  drawn = answer;
  figuresShown = [];
  drawWords(answer);
  find(".maps").replaceChildren(...answer.view.maps.map(figureOf));
  find(".figure-details").textContent = "";
  publish("inside.at", answer.step);
  draw();
}

const ask = asks(
  { element, server },
  "stage",
  (request) => {
    if (request.model !== model) wanted = { step: 0, head: 0 };
    ({ model } = request);
    return wanted;
  },
  receive,
);

find(".before").addEventListener("click", () => go(Math.max(0, wanted.step - 1)));
find(".after").addEventListener("click", () => go(Math.min(drawn.steps.length - 1, wanted.step + 1)));
find(".save-png").addEventListener("click", () => {
  for (const shown of figuresShown) {
    const title = isMasked(shown) ? `${shown.map.name}; ${MASKED}` : shown.map.name;
    savePng(`${drawn.view.step.stage}.png`, title, shown.canvas);
  }
});
find(".save-csv").addEventListener("click", () => {
  const rows = figuresShown.flatMap(({ map, values }) =>
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
  find(".walk").scrollIntoView({ block: "start" });
});
listening = true;
