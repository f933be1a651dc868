// The Learning tab: all heads at the moment that is chosen, and one of them large.
// Asks for "film_maps" { sentence, kind }: { sentence, kind, frames: [{ shape: [L, H, R, C], base64 }] }, with no frames where
// none were kept. Hears "learning.moment".

const { count, bytes } = lens.numbers;
const { make, within, options, press } = lens.elements;
const { tokenName } = lens.tokens;
const { unsigned, sequential } = lens.colours;
const { onTheme } = lens.redrawing;
const { heatMap } = lens.figures;
const { paint, palette, stepsOf } = lens.cells;
const { moved, reach } = lens.walking;
const { subscribe } = lens.topics;
const { holds } = lens.address;
const { asks } = lens.ask;

const { find, on } = within(element);

let film = null;
let at = 0; // the moment
let maps = null;
let wanted = { sentence: 0, kind: "cross" };
/** @type {Cell} */
let head = [0, 0]; // layer, head

const frame = () => film.frames[at];
const when = ({ tokens_seen }) =>
  tokens_seen ? `after ${Number((tokens_seen / 1e6).toPrecision(3))} million tokens` : "before the first step";
// ---- the maps ----------------------------------------------------------------------------------------------------

const isCurrent = () => maps?.frames.length > 0 && maps.frames.length === film?.frames.length;

// what the rows and the columns are called, of the map that is shown
function sides() {
  const { kind, sentence, frames } = maps;
  const [, , rows, columns] = frames[at].shape;
  const source = film.sentences[sentence].tokens;
  const written = frame().translations[sentence].tokens;
  const of = (tokens, n) => tokens.slice(0, n).map(tokenName);
  if (kind === "encoder") return { y: of(source, rows), x: of(source, columns) };
  return { y: of(written, rows), x: kind === "cross" ? of(source, columns) : of([film.begins, ...written], columns) };
}

function weights(layer, of) {
  const { shape, base64 } = maps.frames[at];
  const [, nHeads, rows, columns] = shape;
  const size = rows * columns;
  const first = (layer * nHeads + of) * size;
  maps.read ??= [];
  maps.read[at] ??= bytes(base64);
  return maps.read[at].subarray(first, first + size);
}

const large = heatMap(find(".map"), {
  map() {
    if (!isCurrent()) return null;
    const [, , rows, columns] = maps.frames[at].shape;
    const { x, y } = sides();
    const values = Float64Array.from(weights(...head), (byte) => byte / 255);
    const names = {
      encoder: ["looks", "looked at"],
      decoder: ["predicted", "looked at"],
      cross: ["predicted", "looked at"],
    };
    const [ofRows, ofColumns] = names[maps.kind];
    return {
      values,
      rows,
      columns,
      smallest: 14,
      largest: 26,
      x: { name: ofColumns, names: x },
      y: { name: ofRows, names: y },
      ...unsigned(1),
    };
  },
  words(row, column) {
    const { x, y } = sides();
    const weight = weights(...head)[row * x.length + column] / 255;
    return `${y[row]} → ${x[column]}: ≈ ${Number(weight.toPrecision(2))}`;
  },
});

const headName = ([layer, of]) => `L${layer + 1} H${of + 1}`;

function drawHeads() {
  const [nLayers, nHeads] = maps.frames[0].shape;
  head = [Math.min(head[0], nLayers - 1), Math.min(head[1], nHeads - 1)];
  const box = find(".heads");
  if (box.dataset.heads !== `${nLayers}x${nHeads}`) {
    box.dataset.heads = `${nLayers}x${nHeads}`;
    box.style.setProperty("--heads", nHeads);
    const buttons = Array.from({ length: nLayers * nHeads }, (_, i) => {
      /** @type {Cell} */
      const place = [Math.floor(i / nHeads), i % nHeads];
      const choose = () => {
        head = place;
        showMaps();
      };
      return make(
        "button",
        { type: "button", onclick: choose },
        make("canvas", { "aria-hidden": true }),
        headName(place),
      );
    });
    box.replaceChildren(...buttons);
  }
  const words = palette(sequential());
  const [, , rows, columns] = maps.frames[at].shape;
  [...box.children].forEach((each, i) => {
    const values = weights(Math.floor(i / nHeads), i % nHeads);
    paint(each.firstChild, rows, columns, stepsOf(values, 0, 255), words);
  });
  const chosen = box.children[head[0] * nHeads + head[1]];
  press(box.children, (each) => each === chosen);
  reach([...box.children], chosen);
}

on("keydown", ".heads", (event) => {
  const [nLayers, nHeads] = maps.frames[0].shape;
  const to = moved(event, head, [nLayers, nHeads]);
  if (!to) return;
  head = to;
  showMaps();
  find(".heads").children[head[0] * nHeads + head[1]].focus();
  event.preventDefault();
});

function showMaps() {
  if (!isCurrent()) return;
  drawHeads();
  const [, , rows] = maps.frames[at].shape;
  const written = frame().translations[maps.sentence].tokens.length;
  const cut = maps.kind !== "encoder" && rows < written ? `, the first ${count(rows)} of ${count(written)} tokens` : "";
  find(".head-name").textContent = `${headName(head)}, ${when(frame())}${cut}`;
  large.draw();
}

const ask = asks(
  { element, server },
  "film_maps",
  () => wanted,
  (found) => {
    maps = found;
    find(".result").hidden = !maps.frames.length;
    if (!maps.frames.length) return;
    wanted = { sentence: maps.sentence, kind: maps.kind };
    find(".sentence").value = String(wanted.sentence);
    find(".kind").value = wanted.kind;
    showMaps();
  },
);

on("change", ".sentence, .kind", () => {
  wanted = { sentence: Number(find(".sentence").value), kind: find(".kind").value };
  ask();
});
onTheme(element, showMaps);
subscribe(element, "learning.moment", (news) => {
  ({ film, at } = news);
  options(
    find(".sentence"),
    film.sentences.map(({ text }) => text),
    wanted.sentence,
  );
  showMaps();
});

// ---- in the address: "1.cross.2.3", the sentence, the kind and the head, counted from 1 --------------------------

const held = () => [wanted.sentence + 1, wanted.kind, ...head.map((place) => place + 1)].join(".");

function open(text) {
  const [number, kind, ...place] = text.split(".");
  const [sentence, layer, of] = [number, ...place].map((each) => Math.max(0, Number(each) - 1));
  wanted = { sentence, kind };
  head = [layer, of];
  ask();
}

const form = /^\d{1,2}\.(encoder|decoder|cross)(\.\d{1,3}){2}$/;
holds(element, "film", { called: "head", form, read: held, set: open, entry: true });
