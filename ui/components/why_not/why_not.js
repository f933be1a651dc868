// The Next token tab: why this token was chosen and not that one, as bars to both sides that add up to the difference.
// Asks for "why_not" { position, rival: an id, typed: a token as the page writes it; null and null for the most probable }:
// { request, n_steps, position, chosen, rival: tokens, chosen_logit, rival_logit, difference,
//   parts: [{ kind, value, word: null or { text, special }, attention: null or 0 to 1 }] }
// Hears "next_token.bars" for the step looked at, and "next_token.rival" from the list of candidates.

const { number, signed, percent } = lens.numbers;
const { svg, within } = lens.elements;
const { label, tokenName } = lens.tokens;
const { variable } = lens.colours;
const { sheet, text, line } = lens.planes;
const { figure } = lens.figures;
const { subscribe } = lens.topics;
const { saveCsv, saveJson, saveSvg } = lens.saving;
const { holds } = lens.address;
const { asks, feeds } = lens.ask;

const { find, on } = within(element);

const ROW = 28; // px
const LETTER = 7.3; // px, of 12 px Plex Mono
const WIDEST = 860; // px
const MOST = 8; // words of a kind that stand by themselves, unless all are asked for
const LEAST = 0.02; // of the largest, under which a word stands by itself only if all are asked for
const ROLES = {
  source: { name: "your words" },
  read: { name: "the words before it" },
  "feed-forward": { name: "feed-forward networks", short: "feed-forward" },
  embedding: { name: "the token just read, by itself", short: "last token" },
  rest: { name: "the rest: biases and shifts", short: "the rest" },
};

let step = null; // what was heard of the step looked at
let rival = null; // { rival: id, typed: text }, of which one is null
let linked = null; // { position, rival } of the address, until that step is here
let answer = null;
let rows = []; // what is drawn: { kind, name, short, value, attention, heading: over the first of its kind }
let at = 0; // the row that was gone to
let summoned = false; // from the list of candidates, which stands above

// ---- numbers -----------------------------------------------------------------------------------------------------

const quoted = (token) => `“${token.special ? token.text : label(token.text)}”`;
const ofWord = (word) => ({ name: tokenName(word), short: tokenName(word) });
const size = ({ value }) => Math.abs(value);

// the words of one kind in their order; those that matter least in one row
function ofKind(kind) {
  const parts = answer.parts.filter((part) => part.kind === kind);
  const all = parts.map((part) => ({ ...part, ...(part.word ? ofWord(part.word) : ROLES[kind]) }));
  if (find(".every").checked) return all;
  const bound = LEAST * Math.max(...answer.parts.map(size));
  const ranked = [...all].sort((one, other) => size(other) - size(one));
  const least = ranked.filter((part, i) => part.word && (i >= MOST || size(part) < bound));
  if (least.length < 2) return all;
  const sum = (field) => least.reduce((total, part) => total + part[field], 0);
  const name = `${least.length} others`;
  const others = { kind, name, short: name, value: sum("value"), attention: sum("attention") };
  return [...all.filter((part) => !least.includes(part)), others];
}

function build() {
  rows = Object.keys(ROLES).flatMap((kind) =>
    ofKind(kind).map((part, i) => ({ ...part, heading: !i && part.attention !== null && ROLES[kind].name })),
  );
  at = rows.findIndex((row) => size(row) === Math.max(...rows.map(size)));
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

// where zero is, so that the longer side has the more room
function axis(left, right) {
  const all = [answer.difference, ...rows.map(({ value }) => value)];
  const [low, high] = [Math.min(0, ...all), Math.max(0, ...all)];
  const part = Math.min(0.8, Math.max(0.2, -low / (high - low || 1)));
  const middle = left + part * (right - left);
  return { middle, scale: Math.min((middle - left) / (-low || 1e-9), (right - middle) / (high || 1e-9)) };
}

function paint(drawing) {
  const width = Math.min(WIDEST, Math.max(300, drawing.parentElement.clientWidth));
  const narrow = width < 560;
  const [names, amounts, looks] = narrow ? [92, 54, 48] : [250, 72, 110];
  const y = tops();
  const bottom = y.at(-1) + ROW;
  sheet(drawing, width, bottom + 1.25 * ROW);
  const [right, look] = [width - amounts - looks - 16, width - looks];
  const { middle, scale } = axis(names + 8, right);
  const put = (value, centre) => [
    bar(value, middle, centre, scale),
    text(right + amounts, centre, signed(value), { align: "end", colour: "ink" }),
  ];
  const accent = { x: 1, width: width - 2, height: ROW - 2, rx: 4, fill: "none", stroke: variable("accent") };
  drawing.append(
    text(middle - 8, ROW / 2, shortened(`← ${quoted(answer.rival)}`, middle - 8), { align: "end", colour: "against" }),
    text(middle + 8, ROW / 2, shortened(`${quoted(answer.chosen)} →`, look - middle - 16), { colour: "for" }),
    text(look, ROW / 2, narrow ? "looked" : "attention"),
    svg("rect", { ...accent, y: y[at] + 1 }),
    line([middle, ROW], [middle, bottom + ROW], "muted"),
    line([0, bottom], [width, bottom], "line"),
  );
  rows.forEach(({ heading, name, short, value, attention }, i) => {
    const centre = y[i] + ROW / 2;
    const indent = attention === null ? 4 : 16;
    if (heading) drawing.append(text(4, centre - ROW + 4, heading));
    const shownName = shortened(narrow ? short : name, names - indent);
    drawing.append(text(indent, centre, shownName, { colour: "ink" }), ...put(value, centre));
    if (attention === null) return;
    drawing.append(
      line([look, centre - 5], [look, centre + 5], "line"),
      line([look, centre], [look + attention * (looks - 4), centre], "muted", 3),
    );
  });
  const together = bottom + ROW / 2;
  const sum = text(4, together, narrow ? "together" : "together: the difference", { colour: "ink" });
  drawing.append(sum, ...put(answer.difference, together));
}

function bar(value, middle, centre, scale) {
  const width = Math.abs(value) * scale;
  const place = { x: value < 0 ? middle - width : middle, y: centre - 7, width, height: 14 };
  return svg("rect", { ...place, fill: variable(value < 0 ? "against" : "for") });
}

const drawn = figure(find(".parts"), {
  size: () => [rows.length, 1],
  find: ({ y }) => {
    const row = tops().findIndex((top) => y >= top && y < top + ROW);
    return row < 0 ? null : [row, 0];
  },
  paint: () => rows.length && paint(find(".parts")),
  words: (row) => words(rows[row]),
  at: () => [at, 0],
  go: (row) => (at = row),
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
    const parts = answer.parts.filter(({ value }) => value * sign > 0).sort((a, b) => size(b) - size(a));
    if (!parts.length) return "nothing";
    const [{ kind, word, value }] = parts;
    return `${word ? `“${tokenName(word)}”` : ROLES[kind].name} (${signed(value)})`;
  };
  return (
    `${scores}: that makes ${quoted(ahead)} ${times} times as likely as ${quoted(behind)}. ` +
    `What spoke most for ${quoted(chosen)}: ${most(1)}; for ${quoted(other)}: ${most(-1)}.`
  );
}

function drawRows() {
  build();
  drawn.show(at, 0);
  drawn.draw();
}

function draw(news) {
  answer = news;
  find(".title").textContent =
    `Step ${answer.position + 1} of ${answer.n_steps}: why ${quoted(answer.chosen)} and not ${quoted(answer.rival)}?`;
  find(".verdict").textContent = verdict();
  drawRows();
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
  takeLinked();
  again();
});
subscribe(element, "next_token.rival", ({ id, text: name }) => {
  linked = null;
  rival = { rival: id };
  find("input.rival").value = name;
  summoned = true;
  find(".why-not").scrollIntoView({ block: "nearest" });
  again();
});
on("submit", "form", (event) => {
  event.preventDefault();
  linked = null;
  rival = { typed: find("input.rival").value };
  again();
});
on("change", ".every", () => answer && drawRows());

// ---- in the address: the step, from 1, and the token's id or what was typed: "7.id.123", "7.word.Haus" ------------

function held() {
  const [position, token] = linked ? [linked.position, linked.rival] : [step?.position, rival];
  if (!token) return null;
  return [position + 1, ...("rival" in token ? ["id", token.rival] : ["word", token.typed])].join(".");
}

function open(asked) {
  const [, position, kind, name] = asked?.match(/^(\d+)\.(id|word)\.(.*)$/s) ?? [];
  linked = null;
  rival = null;
  find("input.rival").value = "";
  if (position)
    linked = { position: Number(position) - 1, rival: kind === "id" ? { rival: Number(name) } : { typed: name } };
  takeLinked();
  again();
}

function takeLinked() {
  if (!linked || linked.position !== step?.position) return;
  ({ rival } = linked);
  linked = null;
  find("input.rival").value = rival.typed ?? "";
}

holds(element, "rival", {
  called: "rival",
  form: /^\d{1,4}\.(id\.\d{1,7}|word\..{1,200})$/s,
  read: held,
  set: open,
  entry: true,
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
