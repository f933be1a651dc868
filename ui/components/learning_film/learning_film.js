// The Learning tab: the moments of the training, with what the model said and where it looked at each.
// Asks for "film": { sentences: [{ text, direction, tokens }], begins: token, frames: [{ step, tokens_seen, apart, metrics,
// translations: [{ text, tokens }] }], signs: [{ name, frame }] }, with no frames where none were kept; publishes
// "learning.moment".

const { number } = lens.numbers;
const { make, within, button } = lens.elements;
const { around } = lens.axes;
const { plane, curve, mark, select, line, text: write } = lens.planes;
const { figure } = lens.figures;
const { saveCsv, saveJson } = lens.saving;
const { publish } = lens.topics;
const { holds, settled } = lens.address;
const { asks } = lens.ask;

const { find, all, on } = within(element);

const PACE = 1200; // ms a moment
const FIRST = 0.5; // of the first moment behind it: where moment 0, which has no logarithm, stands
/** @type {Look[]} */
const LOOKS = [
  { colour: "scale-positive" },
  { colour: "scale-negative", dash: "7 4", shape: "square" },
  { colour: "ink", dash: "2 3", shape: "diamond" },
];
// what the frames may show, told only where they do
const SIGNS = {
  language:
    "First the language. It writes words that are common there, whatever your sentence says: the loss has fallen by a third, and attention is as far from the matching words as at the beginning.",
  words: "Then word by word. Single words come over, and attention begins to find the words they come from.",
  sentences: "At last whole sentences, with their words in order: nearly as the finished model writes them.",
};

let film = null;
let at = 0; // the moment
let linked = null; // the moment that the address asks for, until the film is here
let timer = null;

const millions = ({ tokens_seen }) => tokens_seen / 1e6;
const seen = (frame) => `${number(Number(millions(frame).toPrecision(3)))} million tokens`;
const named = (frame) => (frame.tokens_seen ? `After ${seen(frame)}` : "Before the first step");
const frame = () => film.frames[at];
const cutAt = () => film.frames.findIndex(({ apart }) => !apart); // the first moment of the weights' own; 0 without a cut

// ---- the moments -------------------------------------------------------------------------------------------------

function go(moment) {
  at = Math.max(0, Math.min(film.frames.length - 1, moment));
  show();
}

function stop() {
  clearTimeout(timer);
  timer = null;
  find(".play").textContent = still() ? "Next moment" : "Play";
}

// who asked the system for no motion goes on by hand
const still = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;
const isLast = () => at === film.frames.length - 1;

function play() {
  if (still()) return go(isLast() ? 0 : at + 1);
  if (timer) return stop();
  if (isLast()) go(0);
  find(".play").textContent = "Pause";
  timer = setTimeout(next, PACE);
}

function next() {
  if (!element.isConnected || !element.clientWidth) return stop(); // another tab is open
  go(at + 1);
  settled(element); // the address goes along
  if (isLast()) return stop();
  timer = setTimeout(next, PACE);
}

function by(step) {
  stop();
  go(at + step);
}

function drawMarks() {
  const last = film.frames.length - 1;
  const few = Math.ceil(last / Math.max(2, Math.floor(find(".moments").clientWidth / 46)));
  /** @type {(place: number, words: string, look?: object) => HTMLElement} */
  const set = (place, words, look) => make("i", { style: `left: ${(100 * place) / (last || 1)}%`, ...look }, words);
  const marks = film.frames.map((each, i) => {
    const shown = i === last || (i % few === 0 && last - i >= few);
    const digits = millions(each) < 100 ? 2 : 3; // the later moments are near one another
    return set(i, shown ? number(Number(millions(each).toPrecision(digits))) : "");
  });
  if (cutAt() > 0) marks.push(set(cutAt() - 0.5, "┊", { class: "cut" }));
  find(".marks").replaceChildren(...marks);
}

// ---- what it said ------------------------------------------------------------------------------------------------

function drawSaid() {
  const { apart, translations } = frame();
  const whose = apart ? " of a separate run" : isLast() ? ": the model on this page" : "";
  find(".now").textContent = `${named(frame())}${whose}`;
  const lines = film.sentences.flatMap(({ text, direction }, i) => {
    const [from, to] = direction.split("-");
    const said = translations[i].text.trim();
    return [make("dt", { lang: from }, text), make("dd", { lang: to, tabindex: 0 }, said || "(nothing)")];
  });
  find(".said").replaceChildren(...lines);
}

function drawSigns() {
  const items = film.signs.map(({ name, frame: place }) =>
    make(
      "li",
      {},
      `${SIGNS[name]} `,
      button(`Go there: ${seen(film.frames[place])}`, () => (stop(), go(place))),
    ),
  );
  find(".signs").replaceChildren(...items);
  find(".look").hidden = !items.length;
}

// ---- the curves --------------------------------------------------------------------------------------------------

// by corpus the mean of its directions, or by direction where there is no corpus
function series(name) {
  const keys = Object.keys(film.frames[0].metrics).filter((key) => key.split("/")[0] === name);
  const groups = [...new Set(keys.map((key) => key.split("/")[1]))];
  return groups.map((group) => {
    const members = keys.filter((key) => key.split("/")[1] === group);
    const mean = (metrics) => members.reduce((sum, key) => sum + metrics[key], 0) / members.length;
    return { name: group, values: film.frames.map(({ metrics }) => mean(metrics)) };
  });
}

function places() {
  const first = film.frames.find(({ tokens_seen }) => tokens_seen > 0);
  return film.frames.map((each) => millions(each) || FIRST * (first ? millions(first) : 1));
}

const Y = { valid_loss: "nats per token", valid_bleu: "BLEU", alignment_error: "alignment error" };

function graph(drawing) {
  const { figure: name } = drawing.dataset;
  let drawn = null;
  return figure(drawing, {
    paint() {
      if (!film?.frames.length) return;
      const lines = series(name);
      const looks = lines.map(({ name: of, values }, i) => ({
        name: of,
        width: 2,
        end: values.at(-1),
        ...LOOKS[i % LOOKS.length],
      }));
      const x = { name: "millions of tokens seen (logarithmic)", log: true, ...around(places(), true) };
      drawn = plane(drawing, {
        height: 240,
        looks,
        x,
        y: { name: Y[name], ...around([0, ...lines.flatMap(({ values }) => values)]) },
      });
      const cut = cutAt();
      lines.forEach(({ values }, i) => {
        const through = places().map((place, j) => [place, values[j]]);
        // nothing is drawn across the cut
        for (const part of [through.slice(0, cut), through.slice(cut)]) if (part.length) curve(drawn, part, looks[i]);
        drawn.inside.append(mark("circle", [drawn.toX(places()[at]), drawn.toY(values[at])], looks[i].colour, 5));
      });
      if (cut > 0) {
        const middle = (drawn.toX(places()[cut - 1]) + drawn.toX(places()[cut])) / 2;
        drawing.append(line([middle, drawn.top], [middle, drawn.bottom], "muted", 1.5, "2 4"));
        drawing.append(write(middle, drawn.top - 8, "cut", { align: "middle" }));
      }
      select(drawn, places()[at]);
    },
    size: () => [1, film.frames.length],
    find: ({ x }) => {
      const far = places().map((place) => Math.abs(drawn.toX(place) - x));
      return [0, far.indexOf(Math.min(...far))];
    },
    words(_, i) {
      const words = series(name).map((each) => `${each.name} ${number(each.values[i])}`);
      return `${named(film.frames[i])}: ${Y[name]}: ${words.join("; ")}`;
    },
    details: find(".figure-details.long"),
    at: () => [0, at],
    go: (_, i) => by(i - at),
  });
}

const graphs = all(".curve").map(graph);

// ---- in the address: the moment, counted from 1; none at the last, which is the model on this page ---------------

const held = () => linked ?? (film?.frames.length && !isLast() ? String(at + 1) : null);

function open(text) {
  linked = text;
  if (!film?.frames.length) return;
  stop();
  go(Number(linked ?? Infinity) - 1);
  linked = null;
}

// ---- all together ------------------------------------------------------------------------------------------------

function show() {
  find(".moment").value = at;
  find(".moment").setAttribute("aria-valuetext", named(frame()));
  drawSaid();
  for (const each of graphs) each.draw();
  publish("learning.moment", { film, at });
}

function draw(found) {
  const first = JSON.stringify(found) !== JSON.stringify(film);
  film = found;
  find(".result").hidden = !film.frames.length;
  if (!film.frames.length || !first) return;
  find(".moment").max = film.frames.length - 1;
  find(".cut-note").hidden = cutAt() <= 0;
  find(".alignment").hidden = !series("alignment_error").length;
  drawSigns();
  open(linked);
  drawMarks();
}

asks({ element, server }, "film", () => ({}), draw);
holds(element, "moment", { called: "moment", form: /^\d{1,3}$/, read: held, set: open, entry: true });
on("input", ".moment", ({ target }) => by(Number(target.value) - at));
on("click", ".play", play);
on("click", ".back", () => by(-1));
on("click", ".on", () => by(1));
on("click", ".save-json", () => saveJson("learning.json", film));
on("click", ".save-csv", () => {
  const names = Object.keys(film.frames[0].metrics);
  const rows = film.frames.map(({ step, tokens_seen, apart, metrics }) => [
    step,
    tokens_seen,
    apart,
    ...names.map((name) => metrics[name]),
  ]);
  saveCsv("learning.csv", [["step", "tokens_seen", "apart", ...names], ...rows]);
});
