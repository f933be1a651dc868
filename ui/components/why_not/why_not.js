// The Next token tab: why this token was chosen and not that one, as bars to both sides that add up to the difference.
// Asks for "why_not" { position, rival: an id, typed: a token as the page writes it; null and null for the most probable }:
// { request, n_steps, position, chosen, rival: tokens, chosen_logit, rival_logit, difference,
//   parts: [{ kind, value, word: null or { text, special }, attention: null or 0 to 1 }] }
// Hears "next_token.bars" for the step looked at, and "next_token.rival" from the list of candidates.

const { number, signed, percent, largest } = lens.numbers;
const { svg, within } = lens.elements;
const { label, tokenName } = lens.tokens;
const { variable } = lens.colours;
const { sheet, text, line } = lens.planes;
const { figure } = lens.figures;
const { subscribe } = lens.topics;
const { saveCsv, saveJson, saveSvg } = lens.saving;
const { asks, feeds } = lens.ask;

const { find, on } = within(element);

const ROW = 28; // px
const LETTER = 7.3; // px, of 12 px Plex Mono
const WIDEST = 860; // px
const MOST = 8; // words of a kind that stand by themselves, unless all are asked for
const ROLES = {
  source: "your words",
  read: "the words before it",
  "feed-forward": "feed-forward networks",
  embedding: "the token just read, by itself",
  rest: "the rest: biases, LayerNorm shifts",
};

let step = null; // what was heard of the step looked at
let rival = null; // { rival: id, typed: text }, of which one is null
let answer = null;
let rows = []; // what is drawn: { kind, name, value, attention, heading: over the first of its kind }
let summoned = false; // from the list of candidates, which stands above

// ---- numbers -----------------------------------------------------------------------------------------------------

const quoted = (token) => `“${token.special ? token.text : label(token.text)}”`;
const nameOf = ({ kind, word }) => (word ? tokenName(word) : ROLES[kind]);

// the words of one kind in their order; those that matter least in one row
function ofKind(kind) {
  const parts = answer.parts.filter((part) => part.kind === kind);
  const all = parts.map((part) => ({ ...part, name: nameOf(part) }));
  if (find(".every").checked || all.length <= MOST + 1) return all;
  const size = ({ value }) => Math.abs(value);
  const least = [...all].sort((one, other) => size(one) - size(other)).slice(0, all.length - MOST);
  const sum = (name) => least.reduce((total, part) => total + part[name], 0);
  const others = {
    kind,
    name: `${least.length} others`,
    value: sum("value"),
    attention: sum("attention"),
    n: least.length,
  };
  return [...all.filter((part) => !least.includes(part)), others];
}

function build() {
  rows = Object.keys(ROLES).flatMap((kind) =>
    ofKind(kind).map((part, i) => ({ ...part, heading: !i && part.attention !== null && ROLES[kind] })),
  );
}

// ---- drawing -----------------------------------------------------------------------------------------------------

const tops = () => {
  let y = ROW; // the heads of the columns stand above
  return rows.map((row) => (y += row.heading ? 2 * ROW : ROW) - ROW);
};

const shortened = (name, room) => {
  const letters = Math.floor(room / LETTER);
  return name.length > letters ? `${name.slice(0, letters - 1)}…` : name;
};

function paint(drawing, at) {
  const width = Math.min(WIDEST, Math.max(300, drawing.parentElement.clientWidth));
  const narrow = width < 560;
  const [names, amounts, looks] = narrow ? [104, 56, 48] : [250, 72, 110];
  const y = tops();
  const bottom = y.at(-1) + ROW;
  sheet(drawing, width, bottom + 1.5 * ROW);
  const [left, right] = [names + 8, width - amounts - looks - 16];
  const middle = (left + right) / 2;
  const scale = (right - left) / 2 / (largest([...rows.map(({ value }) => value), answer.difference]) || 1);
  const look = right + amounts + 16;
  drawing.append(
    text(left, ROW / 2, shortened(`← ${quoted(answer.rival)}`, middle - left - 8), { colour: "against" }),
    text(right, ROW / 2, shortened(`${quoted(answer.chosen)} →`, right - middle - 8), { align: "end", colour: "for" }),
    text(look, ROW / 2, narrow ? "looked" : "attention"),
    svg("rect", {
      x: 1,
      y: y[at] + 1,
      width: width - 2,
      height: ROW - 2,
      rx: 4,
      fill: "none",
      stroke: variable("accent"),
    }),
    line([middle, ROW], [middle, bottom + ROW], "muted"),
    line([0, bottom], [width, bottom], "line"),
  );
  rows.forEach((row, i) => {
    const centre = y[i] + ROW / 2;
    if (row.heading) drawing.append(text(0, centre - ROW + 4, row.heading));
    const indent = row.attention === null ? 4 : 16;
    drawing.append(
      text(indent, centre, shortened(row.name, names - indent), { colour: "ink" }),
      bar(row.value, middle, centre, scale),
      text(right + amounts, centre, signed(row.value), { align: "end", colour: "ink" }),
    );
    if (row.attention === null) return;
    const length = row.attention * (looks - 4);
    drawing.append(
      line([look, centre], [look + length, centre], "muted", 3),
      line([look, centre - 5], [look, centre + 5], "line"),
    );
  });
  drawing.append(
    text(4, bottom + ROW / 2, narrow ? "together" : "together: the difference", { colour: "ink" }),
    bar(answer.difference, middle, bottom + ROW / 2, scale),
    text(right + amounts, bottom + ROW / 2, signed(answer.difference), { align: "end", colour: "ink" }),
  );
}

function bar(value, middle, centre, scale) {
  const width = Math.abs(value) * scale;
  const place = { x: value < 0 ? middle - width : middle, y: centre - 7, width, height: 14 };
  return svg("rect", { ...place, fill: variable(value < 0 ? "against" : "for") });
}

const drawn = figure(find(".parts"), {
  size: () => [rows.length, 1],
  find: ({ y }) => {
    const at = tops().findIndex((top) => y >= top && y < top + ROW);
    return at < 0 ? null : [at, 0];
  },
  paint: ([at]) => rows.length && paint(find(".parts"), Math.min(at, rows.length - 1)),
  words: (at) => words(rows[at]),
  follows: true,
});

// ---- words -------------------------------------------------------------------------------------------------------

function words({ kind, name, value, attention, word }) {
  const role = { source: "of your words", read: "of the words before it" }[kind];
  const whose = role ? `${word ? `“${name}”` : name}, ${role}` : name;
  const side = value < 0 ? answer.rival : answer.chosen;
  const looked = attention === null ? "" : `; attention on it ${percent(attention)}`;
  return `${whose}: ${signed(value)}${value ? `, for ${quoted(side)}` : ""}${looked}`;
}

function verdict() {
  const { chosen, rival: other, chosen_logit, rival_logit, difference } = answer;
  const times = number(Math.exp(Math.abs(difference)));
  const [ahead, behind] = difference < 0 ? [other, chosen] : [chosen, other];
  const scores = `${quoted(chosen)} scored ${number(chosen_logit)} and ${quoted(other)} ${number(rival_logit)}`;
  const most = (sign) => {
    const parts = answer.parts.filter(({ value }) => value * sign > 0).sort((a, b) => sign * (b.value - a.value));
    return parts.length
      ? `${parts[0].word ? `“${nameOf(parts[0])}”` : nameOf(parts[0])} (${signed(parts[0].value)})`
      : "nothing";
  };
  return (
    `${scores}: that makes ${quoted(ahead)} ${times} times as likely as ${quoted(behind)}. ` +
    `What spoke most for ${quoted(chosen)}: ${most(1)}; for ${quoted(other)}: ${most(-1)}.`
  );
}

function draw(news) {
  answer = news;
  build();
  find(".title").textContent =
    `Step ${answer.position + 1} of ${answer.n_steps}: why ${quoted(answer.chosen)} and not ${quoted(answer.rival)}?`;
  find(".verdict").textContent = verdict();
  find(".figure-details").textContent = "";
  drawn.draw();
  if (summoned) {
    find(".title").focus({ preventScroll: true });
    find(".why-not").scrollIntoView({ block: "nearest" });
  }
  summoned = false;
}

// ---- asking ------------------------------------------------------------------------------------------------------

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

function fields(request) {
  if (!step || !same(step.request, request)) return null; // the step on this run is on its way
  return { position: step.position, rival: null, typed: null, ...rival };
}

feeds(element, "next_token");
const again = asks({ element, server, inSight: true }, "why_not", fields, draw, () => (summoned = false));

subscribe(element, "next_token.bars", ({ request, position }) => {
  if (!step || step.position !== position || !same(step.request, request)) {
    rival = null;
    find("input.rival").value = "";
  }
  step = { request, position };
  again();
});
subscribe(element, "next_token.rival", ({ id, text: name }) => {
  rival = { rival: id };
  find("input.rival").value = name;
  summoned = true;
  find(".why-not").scrollIntoView({ block: "nearest" });
  again();
});
on("submit", "form", (event) => {
  event.preventDefault();
  rival = { typed: find("input.rival").value };
  again();
});
on("change", ".every", () => {
  build();
  drawn.draw();
});

// ---- saving ------------------------------------------------------------------------------------------------------

const fileName = (ending) => `why-not-step-${answer.position + 1}.${ending}`;

on("click", ".save-csv", () => {
  const parts = answer.parts.map(({ kind, word, value, attention }) => [
    kind,
    word?.text ?? "",
    value,
    attention ?? "",
  ]);
  saveCsv(fileName("csv"), [
    ["part", "word", "value", "attention"],
    ...parts,
    ["difference", "", answer.difference, ""],
  ]);
});
on("click", ".save-json", () => saveJson(fileName("json"), answer));
on("click", ".save-svg", () => saveSvg(fileName("svg"), find(".title").textContent, find(".parts")));
