// The layers in words. Asks for "in_words": { chosen, n_given, norm, ladder: { rungs: [{ layer, text, words: [{ text, final:
// which of the last rung's words it is, or null }], cut }], since: [depth of each of those words] } or null where there is
// no encoder, lens: { reads, writes: [token a step], and by depth and step guesses: [token], probabilities,
// written_probabilities, written_ranks } }.

const { percent } = lens.numbers;
const { within, make, svg, numbered } = lens.elements;
const { tokenText } = lens.tokens;
const { variable, sequential, inkOn } = lens.colours;
const { moved, reach } = lens.walking;
const { sheet, text } = lens.planes;
const { figure } = lens.figures;
const { saveCsv, saveJson, saveSvg } = lens.saving;
const { asks } = lens.ask;

const { find, all, on } = within(element);
let answer = null;

const depths = (n) => ["embedding", ...numbered("L", n - 1)];
const short = (name) => (name.length > 14 ? `${name.slice(0, 13)}…` : name);

// ---- the ladder --------------------------------------------------------------------------------------------------

function drawLadder() {
  const { rungs, since } = answer.ladder;
  const names = depths(rungs.length);
  const lines = rungs.flatMap(({ layer, words, cut }) => {
    const last = layer === rungs.length - 1;
    const parts = words.flatMap((word) => {
      const shown = wordElement(word.text.trim(), layer - since[word.final]);
      shown.dataset.says = sayOf(word, names[layer]);
      if (word.final !== null) shown.dataset.final = word.final;
      return [/^\s/.test(word.text) ? " " : "", last ? make("button", { type: "button" }, shown) : shown];
    });
    if (!parts.length) parts.push("(nothing)");
    if (cut) parts.push(" … (cut at the length limit)");
    const look = { class: last && "last" };
    return [make("dt", look, names[layer]), make("dd", look, ...parts)];
  });
  find(".ladder").replaceChildren(...lines);
  reach(all(".ladder button"));
  find(".since").textContent = "";
  find(".which").textContent = [
    answer.chosen ? `Each line is hypothesis ${answer.chosen + 1} of its own search, as the one that you chose.` : "",
    answer.n_given ? "The beginning was given, and is the same in all lines." : "",
  ].join(" ");
}

// how many lines ago the word reached its final form; below 0 it has not, and of no final word it never will
function wordElement(word, ago) {
  if (ago === 0) return make("mark", {}, word);
  return make("span", { class: ago > 0 && "stays" }, word);
}

function sayOf({ text: word, final }, here) {
  const { since, rungs } = answer.ladder;
  if (final === null) return `“${word.trim()}”, after ${here}: in this place the translation has another word`;
  const names = depths(rungs.length);
  const when = {
    0: "is there from the embedding on, before any layer",
    [rungs.length - 1]: `is there after the last layer, ${names.at(-1)}, and not before`,
  }[since[final]];
  return `“${word.trim()}” ${when ?? `is there from ${names[since[final]]} on`}`;
}

function tell({ target }) {
  const word = target.closest("[data-says]") ?? target.querySelector?.("[data-says]");
  if (!word) return;
  find(".since").textContent = word.dataset.says;
  const { final } = word.dataset;
  for (const one of all("[data-says]")) {
    one.classList.toggle("lit", one === word || (final !== undefined && one.dataset.final === final));
  }
}

for (const type of ["pointerover", "focusin", "click"]) on(type, ".ladder", tell);
on("pointerleave", ".ladder", () => all(".lit").forEach((one) => one.classList.remove("lit")));
on("keydown", ".ladder", (event) => {
  const buttons = all(".ladder button");
  const next = moved(event, [0, buttons.indexOf(document.activeElement)], [1, buttons.length]);
  if (!next) return;
  reach(buttons, buttons[next[1]]);
  buttons[next[1]].focus();
  event.preventDefault();
});

// ---- the guesses -------------------------------------------------------------------------------------------------

const LETTER = 7.3; // px, of 12 px Plex Mono
const ROW = 40;
const LEFT = 88; // room for the layers' names
const TOP = 26; // and for what was read
// shades by the rank of the word that was written: up to which, and how far along the scale
const SHADES = [
  { most: 1, at: 220, name: "#1" },
  { most: 10, at: 128, name: "to #10" },
  { most: 100, at: 72, name: "to #100" },
  { most: 1000, at: 32, name: "to #1000" },
  { most: Infinity, at: 0, name: "beyond" },
];
let edges = []; // the columns' left ends, and the last one's right end

const name = (token) => short(tokenText(token));

// as wide as the longest word of each column needs
function placeColumns({ reads, writes, guesses: rows }) {
  edges = [LEFT];
  writes.forEach((_, step) => {
    const lengths = [reads, writes, ...rows].map((tokens) => name(tokens[step]).length);
    edges.push(edges[step] + Math.max(52, 16 + LETTER * Math.max(...lengths)));
  });
}

function rectangle(x, y, width, height, look) {
  return svg("rect", { x, y, width, height, fill: "none", ...look });
}

function drawGuesses([row, column]) {
  if (!answer) return;
  const { reads, writes, guesses: rows, written_ranks } = answer.lens;
  placeColumns(answer.lens);
  const [scale, line, accent] = [sequential(), variable("line"), variable("accent")];
  const shades = SHADES.map((shade) => ({ ...shade, fill: `rgb(${scale[shade.at]})`, ink: inkOn(scale[shade.at]) }));
  const bottom = TOP + ROW * rows.length;
  const middle = (step) => (edges[step] + edges[step + 1]) / 2;
  /** @type {SVGElement[]} */
  const parts = [
    text(LEFT - 10, TOP / 2, "read", { align: "end" }),
    text(LEFT - 10, bottom + 16, "written", { align: "end", colour: "ink" }),
    ...depths(rows.length).map((depth, i) => text(LEFT - 10, TOP + (i + 0.5) * ROW, depth, { align: "end" })),
  ];
  writes.forEach((token, step) => {
    parts.push(
      text(middle(step), TOP / 2, name(reads[step]), { align: "middle" }),
      text(middle(step), bottom + 16, name(token), { align: "middle", colour: "ink" }),
    );
    rows.forEach((those, i) => {
      const rank = written_ranks[i][step];
      const { fill, ink } = shades.find(({ most }) => rank <= most);
      const [y, look] = [TOP + i * ROW, /** @type {const} */ ({ align: "middle", colour: ink })];
      parts.push(
        rectangle(edges[step], y, edges[step + 1] - edges[step], ROW, { fill, stroke: line }),
        text(middle(step), y + 14, name(those[step]), look),
        text(middle(step), y + 29, `#${rank}`, look),
      );
    });
  });
  let x = 4;
  for (const { fill, name: words } of shades) {
    parts.push(rectangle(x, bottom + 40, 18, 14, { fill, stroke: line }), text(x + 24, bottom + 47, words));
    x += 44 + LETTER * words.length;
  }
  const [left, right, top] = [edges[column], edges[column + 1], TOP + row * ROW];
  parts.push(rectangle(left + 1, top + 1, right - left - 2, ROW - 2, { stroke: accent, "stroke-width": 2 }));
  sheet(find(".guesses"), Math.max(edges.at(-1) + 8, x), bottom + 62);
  find(".guesses").append(...parts);
}

/** @returns {Cell | null} */
function guessAt({ x, y }) {
  const row = Math.floor((y - TOP) / ROW);
  const column = edges.findLastIndex((left) => left <= x);
  const inside = row >= 0 && row < answer.lens.guesses.length && column >= 0 && column < edges.length - 1;
  return inside ? [row, column] : null;
}

// at how many steps each layer has found the word
function drawFound() {
  const { writes, written_ranks } = answer.lens;
  const found = written_ranks.map((ranks) => ranks.filter((rank) => rank === 1).length);
  const after = found.map((n, i) => `${n} ${i ? `after L${i}` : `of ${writes.length} steps at the embedding`}`);
  find(".found").textContent = `The word that was written is the best guess at ${after.join(", ")}.`;
}

function guessWords(row, column) {
  const { reads, writes, guesses, probabilities, written_ranks, written_probabilities } = answer.lens;
  const [read, written, guess] = [reads[column], writes[column], guesses[row][column]].map(tokenText);
  const place = row ? `decoder L${row}` : "the decoder's embedding";
  const rank = written_ranks[row][column];
  const best = `step ${column + 1}, “${read}” read, after ${place}: best guess “${guess}” (${percent(probabilities[row][column])})`;
  const fate = writes[column].given ? "which was given" : "which was written";
  const own = `“${written}”, ${fate}, has rank ${rank} (${percent(written_probabilities[row][column])})`;
  return rank === 1 ? `${best}, as ${writes[column].given ? "given" : "written"}` : `${best}; ${own}`;
}

/** @type {Cell} */
let at = [0, 0];
const guesses = figure(find(".guesses"), {
  paint: drawGuesses,
  size: () => [answer.lens.guesses.length, answer.lens.writes.length],
  find: guessAt,
  words: guessWords,
  details: find(".guess"),
  at: () => at,
  go: (row, column) => {
    at = [row, column];
    const frame = find(".figure-scroll");
    const [left, right] = [edges[column], edges[column + 1]];
    if (left < frame.scrollLeft || right > frame.scrollLeft + frame.clientWidth) {
      frame.scrollLeft = left - frame.clientWidth / 2; // the walker's cell stays in sight
    }
  },
});

// ---- asking ------------------------------------------------------------------------------------------------------

function receive(found) {
  answer = found;
  at = [0, 0];
  find(".encoder").hidden = !answer.ladder;
  find(".no-encoder").hidden = Boolean(answer.ladder);
  find(".post-norm").hidden = answer.norm === "pre";
  if (answer.ladder) drawLadder();
  find(".guess").textContent = "";
  drawFound();
  guesses.draw();
}

asks({ element, server, inSight: true }, "in_words", () => ({}), receive);

on("click", ".save-svg", () =>
  saveSvg(
    "guesses.svg",
    "The decoder's best guess after each of its layers, and the rank of the word written",
    find(".guesses"),
  ),
);
on("click", ".save-csv", () => {
  const { reads, writes, guesses: rows, probabilities, written_ranks, written_probabilities } = answer.lens;
  const cells = rows.flatMap((those, i) =>
    those.map((guess, step) => [
      i, step + 1, reads[step].text, writes[step].text, guess.text, probabilities[i][step],
      written_ranks[i][step], written_probabilities[i][step],
    ]),
  ); // prettier-ignore
  const head = [
    "layer",
    "step",
    "read",
    "written",
    "guess",
    "guess_probability",
    "written_rank",
    "written_probability",
  ];
  saveCsv("guesses.csv", [head, ...cells]);
});
on("click", ".save-json", () => saveJson("layers.json", answer));
