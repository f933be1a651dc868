// A part of the model switched off, beside the whole model. Asks for "switched" { name, kind, layer, head, position }: what
// explain.switches.compare gives, with layers: { kind: count }, n_heads and reads. Where another run has no such place it
// gets another one: the selectors show what is drawn.

const { number, percent, floats } = lens.numbers;
const { make, within, row, options, press, offerHeads, notation } = lens.elements;
const { label } = lens.tokens;
const { unsigned } = lens.colours;
const { heatMap } = lens.figures;
const { saveJson } = lens.saving;
const { holds } = lens.address;
const { asks } = lens.ask;

const { find, all, on } = within(element);
const NAMES = {
  positions: "Positions off",
  residual: "Residual connections off",
  scale: "Division by √d_k off",
  head: "One head off",
};
const PLACES = ["kind", "layer", "head", "position"];
const MAPS = ["whole", "switched"];
let wanted = { name: "positions" }; // what the visitor chose
let result = null; // what is drawn
let numbers = {};
/** @type {Cell} */
let cursor = [0, 0];

function drawChoices({ layers, n_heads, reads, switch: off, position }) {
  offerHeads(element, { layers, n_heads }, off);
  options(
    find(".position"),
    reads.map((text, i) => `${i + 1} ${label(text)}`),
    position,
  );
}

function drawWords({ switch: off, position, reads }) {
  const where = `L${off.layer + 1} H${off.head + 1}`;
  const title = NAMES[off.name] + (off.name === "head" ? ` (${where})` : "");
  find(".off").replaceChildren(...notation(title));
  find(".translations .whole").textContent = result.whole_text;
  find(".translations .switched").textContent = result.switched_text || "(nothing: it ends at once)";
  find(".next-title").textContent = `The next token after “${label(reads[position])}”`;
  find(".first").textContent = `Attention ${where}, whole model`;
  find(".second").replaceChildren(...notation(`Attention ${where}, ${title}`));
  const amount = (share) => [
    percent(share),
    make("td", { class: "bar" }, make("i", { style: `width: ${4 * share}rem` })),
  ];
  const rows = result.candidates.map(({ token, whole, switched }) =>
    row(label(token.text), ...amount(whole), ...amount(switched)),
  );
  find("tbody").replaceChildren(...rows);
}

const tokenNames = (tokens) => tokens.map(({ text }) => label(text));

const maps = MAPS.map((kind) =>
  heatMap(find(`.map-${kind}`), {
    map: () =>
      result && {
        values: numbers[kind],
        rows: result.rows.length,
        columns: result.columns.length,
        smallest: 15,
        largest: 26,
        x: { name: "key", names: tokenNames(result.columns) },
        y: { name: "query", names: tokenNames(result.rows) },
        ...unsigned(1),
      },
    words(i, j) {
      const { rows, columns } = result;
      const [whole, switched] = MAPS.map((each) => number(numbers[each][i * columns.length + j]));
      return `“${label(rows[i].text)}” looks at “${label(columns[j].text)}”: weight ${whole} in the whole model, ${switched} in the switched one`;
    },
    at: () => cursor,
    go: (...cell) => {
      cursor = cell;
      drawMaps();
    },
  }),
);

function drawMaps() {
  for (const { draw } of maps) draw();
}

function receive(answer) {
  result = answer;
  const { switch: off, position } = answer;
  wanted = { name: off.name, kind: off.kind, layer: off.layer, head: off.head, position };
  cursor = [0, 0];
  numbers = { whole: floats(answer.whole_map), switched: floats(answer.switched_map) };
  find(".result").hidden = false;
  find(".figure-details").textContent = "";
  drawChoices(answer);
  drawWords(answer);
  drawMaps();
}

const ask = asks({ element, server, inSight: true }, "switched", () => wanted, receive);

function choose(choice) {
  wanted = choice;
  press(all(".names button"), (button) => button.dataset.name === wanted.name);
  ask();
}

on("click", ".names button", ({ currentTarget: { dataset } }) => choose({ ...wanted, name: dataset.name }));
for (const place of PLACES) {
  on("change", `select.${place}`, ({ target: { value } }) => {
    wanted = { ...wanted, [place]: place === "kind" ? value : Number(value) };
    ask();
  });
}
on("click", ".save-json", () => {
  const [whole_map, switched_map] = MAPS.map((kind) => Array.from(numbers[kind]));
  saveJson("switch.json", { ...result, whole_map, switched_map });
});

// ---- in the address: "head.cross.2.3.1", counted from 1 ----------------------------------------------------------

const placed = () => PLACES.map((place, i) => (i ? wanted[place] + 1 : wanted[place]));
const held = () => [wanted.name, ...("kind" in wanted ? placed() : [])].join(".");

function open(text) {
  const [name, ...parts] = text.split(".");
  const places = parts.map((part, i) => [PLACES[i], i ? Math.max(0, Number(part) - 1) : part]);
  choose({ name, ...Object.fromEntries(places) });
}

const form = /^(positions|residual|scale|head)(\.(encoder|decoder|cross)(\.\d{1,4}){3})?$/;
holds(element, "switch", { called: "switch", form, read: held, set: open, entry: true });
