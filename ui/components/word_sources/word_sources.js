// The Translate tab: which words of the source each word of the translation comes from, as ribbons.
// Asks for "word_sources": { request, translates, words, links, attention_layer, head, measured }. The words are
// { source, target: [{ text, special, tokens: [place] }], share, attention, aligned: [[number a source word] a target word],
// pieces: the same of tokens }; `aligned` and `head`, [layer, head] of the one that learned to align, may be null, and so
// may `measured`. Of a language model all but `translates` is missing. Hears "word_sources.word".

const { number, signed, percent } = lens.numbers;
const { make, svg, within, options } = lens.elements;
const { label, linkHover } = lens.tokens;
const { variable } = lens.colours;
const { responsive } = lens.redrawing;
const { between, path } = lens.ribbons;
const { text: write } = lens.planes;
const { moved, reach } = lens.walking;
const { saveText, saveCsv, saveJson, saveSvg } = lens.saving;
const { subscribe } = lens.topics;
const { asks } = lens.ask;

const { find, on } = within(element);

const THICKEST = 15; // px
const DASH = "7 4";
const FAINT = 0.07; // what is left of the ribbons of other words
const NUMBERED = 0.1; // of the largest of a word's amounts, from which they stand beside the other words
const MOST_NAMED = 3;
const NAMED = 0.02; // of the largest, from which they are told
const SIDES = ["source", "target"];

let answer = null;
let pointed = null; // { side, at }: the word that the pointer or the keyboard is on
let kept = null; // the word that was pressed

// ---- what is shown -----------------------------------------------------------------------------------------------

const showsPieces = () => find(".show-pieces").checked;
const view = () => (showsPieces() ? answer.words.pieces : answer.words);
const nameOf = ([layer, head]) => `L${layer + 1} H${head + 1}`;
const isShare = () => find(".opinion").value !== "1";
const values = () => (isShare() ? view().share : view().aligned);
const amount = (value) => (isShare() ? signed(value) : percent(value));
const meant = () => pointed ?? kept;
const concerns = ({ side, at }, { row, column }) => (side === "source" ? column : row) === at;

// of one word, those of the other side with their numbers
function partners({ side, at }, matrix) {
  const numbers = side === "target" ? matrix[at] : matrix.map((line) => line[at]);
  const others = view()[side === "target" ? "source" : "target"];
  return others.map((other, i) => ({ ...other, i, value: numbers[i] })).sort((a, b) => b.value - a.value);
}

// ---- drawing -----------------------------------------------------------------------------------------------------

const sideways = () => find(".plane").classList.contains("columns");
const buttons = (side) => [...find(`.${side}-words`).children];

// where the words of a side stand along their line, beside the ribbons
function places(side) {
  const start = find(".between")[sideways() ? "offsetTop" : "offsetLeft"];
  return buttons(side).map(({ offsetLeft, offsetTop, offsetWidth, offsetHeight }) => {
    const [offset, room] = sideways() ? [offsetTop, offsetHeight] : [offsetLeft, offsetWidth];
    return { middle: offset + room / 2 - start, room };
  });
}

function paths() {
  const length = find(".between")[sideways() ? "offsetWidth" : "offsetHeight"];
  const ends = { rows: places("target"), columns: places("source") };
  const only = meant();
  const visible = (ribbon) => (!only || concerns(only, ribbon) ? 1 : FAINT);
  const drawn = between(values(), ends, THICKEST).map((ribbon) =>
    svg("path", {
      d: path(ribbon, length, sideways()),
      fill: "none",
      stroke: variable(ribbon.value > 0 ? "for" : "against"),
      "stroke-width": ribbon.width,
      "stroke-dasharray": ribbon.value < 0 && DASH,
      "stroke-opacity": 0.75 * visible(ribbon),
    }),
  );
  return find(".show-attention").checked ? [...looks(ends, length, visible), ...drawn] : drawn;
}

// attention, faint and behind: the stronger a line, the larger the weight
function looks({ rows, columns }, length, visible) {
  return view().attention.flatMap((line, row) =>
    line.flatMap((weight, column) => {
      const opacity = weight * visible({ row, column });
      if (!(opacity > 1 / 255)) return []; // no screen shows less
      const d = path({ from: columns[column].middle, to: rows[row].middle }, length, sideways());
      const look = { fill: "none", stroke: variable("muted"), "stroke-width": 3, "stroke-dasharray": "2 3" };
      return [svg("path", { d, class: "look", "stroke-opacity": opacity, ...look })];
    }),
  );
}

function paint() {
  const { offsetWidth: width, offsetHeight: height } = find(".between");
  find(".between").replaceChildren(svg("svg", { width, height }, ...paths()));
  mark();
}

function mark() {
  const only = meant();
  for (const side of SIDES) {
    const amounts = new Map();
    if (only && only.side !== side) {
      const others = partners(only, values());
      const least = NUMBERED * lens.numbers.largest(others.map(({ value }) => value));
      for (const { i, value } of others) if (value && Math.abs(value) >= least) amounts.set(i, amount(value));
    }
    buttons(side).forEach((button, i) => {
      button.querySelector(".amount").textContent = amounts.get(i) ?? "";
      button.classList.toggle("meant", only?.side === side && only.at === i);
      button.ariaPressed = String(kept?.side === side && kept.at === i);
    });
  }
  find(".all").setAttribute("aria-disabled", String(!kept));
  find(".figure-details").textContent = only ? words(only) : thickest();
}

const quoted = ({ text }) => `“${label(text)}”`;

// while no word is meant
function thickest() {
  const ranked = values().flatMap((line, row) => line.map((value, column) => ({ value, row, column })));
  const { value, row, column } = ranked.reduce((most, each) => (each.value > most.value ? each : most));
  return `The thickest: ${quoted(view().source[column])} for ${quoted(view().target[row])}, ${amount(value)}`;
}

function words(only) {
  const partnersOf = partners(only, values());
  const least = NAMED * lens.numbers.largest(partnersOf.map(({ value }) => value));
  const listed = partnersOf.filter(({ value }) => Math.abs(value) >= least);
  const name = (found) => found.map((each) => `${quoted(each)} ${amount(each.value)}`).join(", ") || "no word";
  const most = name(listed.filter(({ value }) => value > 0).slice(0, MOST_NAMED));
  const against = listed.filter(({ value }) => value < 0).slice(-MOST_NAMED); // the strongest comes last
  const said =
    only.side === "target"
      ? `${quoted(view().target[only.at])}: for it ${most}`
      : `${quoted(view().source[only.at])} speaks for ${most}`;
  const not = against.length ? `; against ${only.side === "target" ? "it " : ""}${name(against.reverse())}` : "";
  if (!find(".show-attention").checked) return said + not;
  const [looked] = partners(only, view().attention);
  const how = only.side === "target" ? "the model looked most at" : "it was looked at most for";
  return `${said}${not}; ${how} ${quoted(looked)} (${percent(looked.value)})`;
}

// ---- the words ---------------------------------------------------------------------------------------------------

// what a word's tokens are called on the page
const keysOf = (tokens, side) => tokens.map((i) => `${side === "source" ? "src" : "tgt"}:${i}`);

function word({ text, special, tokens = null }, side, at) {
  const starts = tokens || special || text.startsWith("▁");
  const chip = make("span", { class: `token${special ? " special" : ""}` }, special ? text : label(text));
  const tell = () => point({ side, at });
  const button = make(
    "button",
    { type: "button", class: `word${starts ? "" : " inside"}`, "aria-pressed": false, tabindex: at ? -1 : 0 },
    make("span", { class: "amount" }),
    chip,
  );
  const [first, ...others] = keysOf(tokens ?? [at], side);
  linkHover(button, first, () => others);
  for (const name of ["mouseenter", "focus"]) button.addEventListener(name, tell);
  for (const name of ["mouseleave", "blur"]) button.addEventListener(name, () => point(null));
  button.addEventListener("click", () => keep(side, at));
  return button;
}

function point(where) {
  pointed = where;
  paint();
}

function keep(side, at) {
  const again = kept?.side === side && kept.at === at;
  kept = again ? null : { side, at };
  if (again) pointed = null; // what was tapped twice is let go
  paint();
}

function release() {
  kept = pointed = null;
  paint();
}

// two lines where they fit their frame, else two columns
function lay() {
  const plane = find(".plane");
  const frame = find(".frame");
  plane.classList.remove("columns");
  plane.classList.toggle("columns", plane.offsetWidth > frame.clientWidth);
  find(".more").hidden = frame.scrollHeight <= frame.clientHeight + 1;
  paint();
}

function draw() {
  const hadFocus = element.contains(document.activeElement) && pointed;
  const shown = view();
  for (const side of SIDES)
    find(`.${side}-words`).replaceChildren(...shown[side].map((each, i) => word(each, side, i)));
  const most = Math.max(0, ...values().flat());
  find(".most").textContent = amount(most);
  find(".layer").textContent = `L${answer.attention_layer + 1}`;
  find(".signed-key").hidden = !isShare();
  find(".attention-key").hidden = !find(".show-attention").checked;
  find(".meant").replaceChildren(...meaning());
  lay();
  if (hadFocus && hadFocus.at < shown[hadFocus.side].length) go(hadFocus.side, hadFocus.at);
}

function go(side, at) {
  const list = buttons(side);
  const to = list[Math.min(list.length - 1, at)];
  reach(list, to);
  to.focus();
}

on("keydown", ".plane", (event) => {
  if (event.key === "Escape") return release();
  const side = SIDES.find((name) => find(`.${name}-words`).contains(document.activeElement));
  const at = buttons(side).indexOf(document.activeElement);
  /** @type {(cell: Cell) => Cell} */
  const turn = ([row, column]) => [column, row];
  /** @type {Cell} */
  const place = [SIDES.indexOf(side), at];
  /** @type {Cell} */
  const size = [2, view()[side].length];
  const next = sideways() ? moved(event, turn(place), turn(size)) : moved(event, place, size);
  if (!next) return;
  event.preventDefault();
  const [to, where] = sideways() ? turn(next) : next;
  go(SIDES[to], where);
});

// ---- words about it ----------------------------------------------------------------------------------------------

function meaning() {
  const { head, measured } = answer;
  if (!isShare()) {
    return [
      `A second opinion: where decoder ${nameOf(head)} looked. This head learned to look where people align words.`,
    ];
  }
  const direct = [
    "Only the direct path is meant: what each of your words handed to the score of the next word (its ",
    make("dfn", { tabindex: 0 }, "logit"),
    ", against that of an average word) through ",
    make("dfn", { tabindex: 0 }, "cross-attention"),
    ". What later layers made of it is not in it.",
  ];
  if (!measured) return direct;
  const { text, n_sentences, share, attention } = measured;
  const rate = ({ error, low, high }) => `${number(error)} (95%: ${number(low)} to ${number(high)})`;
  return [
    ...direct,
    ` Compared with ${n_sentences} sentence pairs that people aligned by hand (${text}), the alignment error ` +
      `rate of the ribbons is ${rate(share)}, that of attention ${rate(attention)}; 0 is best.`,
  ];
}

// ---- saving ------------------------------------------------------------------------------------------------------

const named = (side) => view()[side].map(({ text }) => text);

on("click", ".save-links", () => saveText("alignment.txt", `${answer.links}\n`));
on("click", ".save-csv", () => {
  const { share, attention, aligned } = view();
  const [source, target] = SIDES.map(named);
  const columns = ["target", "source", "share", "attention", ...(aligned ? ["aligned"] : [])];
  const rows = target.flatMap((to, row) =>
    source.map((from, column) => [
      to,
      from,
      ...[share, attention, aligned].flatMap((table) => (table ? [table[row][column]] : [])),
    ]),
  );
  saveCsv("word-sources.csv", [columns, ...rows]);
});
on("click", ".save-json", () => {
  const { request, links, attention_layer, head, measured } = answer;
  const attention_of = `cross-attention of decoder L${attention_layer + 1}, mean over its heads`;
  const { share, attention, aligned } = view();
  const [source, target] = SIDES.map(named);
  saveJson("word-sources.json", { request, source, target, share, attention, attention_of, aligned, aligned_of: head && `cross-attention of decoder ${nameOf(head)}`, links, measured }); // prettier-ignore
});
on("click", ".save-svg", () => saveSvg("word-sources.svg", find(".figure-title").textContent, picture()));

function picture() {
  const { offsetWidth: width, scrollHeight } = find(".plane");
  const { offsetLeft: x, offsetTop: y } = find(".between");
  const height = scrollHeight + 28;
  const names = SIDES.flatMap((side) =>
    buttons(side).map(({ offsetLeft, offsetTop, offsetWidth, offsetHeight }, i) =>
      write(offsetLeft + offsetWidth / 2, offsetTop + offsetHeight / 2, label(view()[side][i].text), {
        align: "middle",
        colour: "ink",
      }),
    ),
  );
  const key = `solid: for, at most ${find(".most").textContent}${isShare() ? "; dashed: against" : ""}`;
  return svg(
    "svg",
    { width, height, viewBox: `0 0 ${width} ${height}` },
    svg("g", { transform: `translate(${x} ${y})` }, ...paths()),
    ...names,
    write(4, height - 12, key),
  );
}

// ---- what the visitor does ---------------------------------------------------------------------------------------

on("change", ".opinion, .show-pieces, .show-attention", () => {
  if (view().source.length !== buttons("source").length || view().target.length !== buttons("target").length) release();
  draw();
});
on("click", ".all", release);

function receive(news) {
  answer = news;
  kept = pointed = null;
  find(".word-sources").hidden = !answer.translates;
  if (!answer.translates) return;
  const { head } = answer;
  find(".opinion-label").hidden = !head;
  options(find(".opinion"), [
    "show what speaks for a word",
    ...(head ? [`show where ${nameOf(head)} looked, which learned to align`] : []),
  ]);
  draw();
}

responsive(find(".frame"), () => answer?.translates && lay());
asks({ element, server }, "word_sources", () => ({}), receive);
// asked for elsewhere: the ribbons of this word alone
subscribe(element, "word_sources.word", (at) => {
  if (!answer?.translates) return;
  if (showsPieces()) {
    find(".show-pieces").checked = false;
    draw();
  }
  kept = { side: "target", at };
  go(kept.side, at);
  element.scrollIntoView({ block: "start" });
});
// where a search found nothing, no ribbons stand under its words of refusal
subscribe(element, "translation", ({ problem }) => {
  find(".word-sources").hidden = Boolean(problem) || !answer?.translates;
});
