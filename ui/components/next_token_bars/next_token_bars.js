// The distribution over the whole vocabulary at one step of the translation.
// Hears "next_token.bars" from the walk: { request, position, n_steps, read: [token the decoder had read], distribution: explain's Distribution without
//          re-weighting, logits: base64 float32 of the whole vocabulary, forbidden: [ids that sampling never draws],
//          in_text: whether the step is one of the text that a language model continues }

const { number, percent, floats } = lens.numbers;
const { make, svg, within, button, row: tableRow } = lens.elements;
const { tokenText, tokenName, tokenElement } = lens.tokens;
const { variable } = lens.colours;
const { saveCsv, saveJson, saveSvg } = lens.saving;
const { publish, subscribe } = lens.topics;
const { holdsField } = lens.address;
const { feeds } = lens.ask;
const { drawable, distribution, entropyBits } = lens.sampling;

const { find, on } = within(element);
let step = null; // what was heard, unpacked
let bars = []; // one a row of the table
let sampled = null; // sampling probabilities, one an id

// ---- numbers -----------------------------------------------------------------------------------------------------

function unpack(value) {
  const logits = floats({ base64: value.logits });
  const forbidden = new Set(value.forbidden);
  return { ...value, logits, forbidden, drawable: drawable(logits, forbidden) };
}

const sampling = () => ({
  temperature: Number(find(".temperature").value),
  top_k: Number(find(".top-k").value),
  top_p: Number(find(".top-p").value),
});

// the rows of the table: the top tokens, the chosen one if it is not among them, and all others together
function shownRows() {
  const { candidates, chosen, chosen_rank, n_rest, rest_probability } = step.distribution;
  const n = Math.min(Number(find(".n-shown").value), candidates.length);
  const rows = candidates.slice(0, n).map((candidate, i) => ({
    rank: i + 1,
    token: candidate,
    probability: candidate.probability,
    chosen: candidate.id === chosen.id,
  }));
  const hidden = candidates.slice(n);
  const isShown = rows.some((row) => row.chosen);
  if (!isShown) rows.push({ rank: chosen_rank, token: chosen, probability: chosen.probability, chosen: true });
  rows.push({
    rank: null,
    token: null,
    n: n_rest + hidden.length - (isShown ? 0 : 1),
    probability:
      rest_probability +
      hidden.reduce((sum, candidate) => sum + candidate.probability, isShown ? 0 : -chosen.probability),
  });
  return rows;
}

function samplingProbability(row, rows) {
  if (row.token) return sampled[row.token.id];
  const ids = new Set(rows.filter((other) => other.token).map((other) => other.token.id));
  return sampled.reduce((sum, p, id) => (ids.has(id) ? sum : sum + p), 0);
}

// ---- the table ---------------------------------------------------------------------------------------------------

const rowName = (row) => (row.token ? `“${tokenText(row.token)}”` : `all ${row.n.toLocaleString("en")} other tokens`);

function barCell(kind) {
  const amount = make("data", { class: "number" });
  const fill = make("span", { class: "fill" });
  const cell = make("td", { class: `amount ${kind}` }, amount, make("span", { class: "track" }, fill));
  return { cell, amount, fill };
}

function setBar({ amount, fill }, probability, text) {
  amount.value = probability;
  amount.textContent = text;
  fill.style.width = `${100 * probability}%`;
}

function nameCell(row, canForce) {
  const cell = make("th", { class: "token-name", scope: "row" });
  if (!row.token) {
    cell.append(rowName(row));
    return cell;
  }
  const chip = tokenElement(row.token, null, canForce ? "button" : "span");
  if (canForce) chip.ariaLabel = `Use ${rowName(row)} here`;
  cell.append(chip);
  if (row.chosen) cell.append(make("span", { class: "mark" }, "chosen"));
  return cell;
}

// a press on it, or beside it, forces nothing
function rivalCell({ token, chosen }) {
  const cell = make("td", { class: "rival", onclick: (event) => event.stopPropagation() });
  if (!token || chosen) return cell;
  const why = () => publish("next_token.rival", { id: token.id, text: tokenName(token) });
  cell.append(button("Why not?", why, { "aria-label": `Why not “${tokenText(token)}”?` }));
  return cell;
}

function buildRow(row) {
  const canForce = Boolean(row.token) && !row.chosen && !step.in_text && !step.forbidden.has(row.token.id);
  const [probability, drawn] = [barCell("model"), barCell("drawn")];
  const rank = make("td", { class: "rank" }, row.rank ?? "");
  const line = tableRow(rank, nameCell(row, canForce), rivalCell(row), probability.cell, drawn.cell);
  line.classList.toggle("chosen", Boolean(row.chosen));
  line.classList.toggle("rest", !row.token);
  line.classList.toggle("can-force", canForce);
  setBar(probability, row.probability, percent(row.probability));
  if (canForce) {
    line.addEventListener("click", () => trigger("force", { position: step.position, token: row.token.id }));
  }
  const bar = { row, line, drawn, sampling_probability: 0 };
  const tell = () => (find(".figure-details").textContent = details(bar));
  for (const name of ["mouseenter", "focusin"]) line.addEventListener(name, tell);
  return bar;
}

function details({ row, sampling_probability }) {
  const which = row.token ? `${rowName(row)} (id ${row.token.id}, rank ${row.rank})` : rowName(row);
  return `${which}: probability ${row.probability.toPrecision(6)}, when sampling ${sampling_probability.toPrecision(6)}`;
}

function drawnText(row, probability) {
  if (row.token && step.forbidden.has(row.token.id)) return "never drawn";
  return probability === 0 ? "0 (cut)" : percent(probability);
}

// ---- drawing -----------------------------------------------------------------------------------------------------

function draw(news) {
  step = unpack(news);
  const { chosen, chosen_rank, entropy_bits } = step.distribution;
  find(".title").textContent = `Step ${step.position + 1} of ${step.n_steps}: what the model expected to come next`;
  find(".so-far").replaceChildren(
    ...step.read.map((token) => tokenElement(token)),
    make("span", { class: "gap" }, "?"),
  );
  find(".chosen-fact").textContent = `“${tokenText(chosen)}”, rank ${chosen_rank}, ${percent(chosen.probability)}`;
  find(".entropy-fact").textContent =
    `${number(entropy_bits)} bits: like choosing among ${number(2 ** entropy_bits)} equally likely tokens`;
  find(".figure-details").textContent = "";
  find(".force-note").textContent = step.in_text
    ? "This token belongs to your text: change the text above to use another here."
    : "Click a token to use it here; the model continues from there.";
  find(".sample-on").disabled = step.in_text;
  drawTable();
}

function drawTable() {
  if (!step) return;
  bars = shownRows().map(buildRow);
  const hadFocus = find("tbody").contains(document.activeElement);
  find("tbody").replaceChildren(...bars.map((bar) => bar.line));
  drawSampling();
  if (hadFocus) find("tbody button")?.focus({ preventScroll: true });
}

function drawSampling() {
  if (!step) return;
  const settings = sampling();
  find(".temperature-value").textContent =
    settings.temperature === 0 ? "0: always the first" : number(settings.temperature);
  find(".top-k-value").textContent = settings.top_k || "0: all";
  find(".top-p-value").textContent = settings.top_p === 1 ? "1: all" : number(settings.top_p);
  sampled = distribution(step.logits, step.drawable, settings);
  const rows = bars.map((bar) => bar.row);
  for (const bar of bars) {
    bar.sampling_probability = samplingProbability(bar.row, rows);
    setBar(bar.drawn, bar.sampling_probability, drawnText(bar.row, bar.sampling_probability));
  }
  const left = sampled.reduce((count, p) => count + (p > 0), 0);
  find(".sampling-fact").textContent =
    `${number(entropyBits(sampled))} bits among the ${left.toLocaleString("en")} tokens left`;
}

// ---- saving ------------------------------------------------------------------------------------------------------

const fileName = (ending) => `next-token-step-${step.position + 1}.${ending}`;

const numbers = () =>
  bars.map(({ row, sampling_probability }) => ({
    rank: row.rank,
    id: row.token?.id ?? null,
    token: row.token?.text ?? null,
    n_tokens: row.n ?? 1,
    chosen: Boolean(row.chosen),
    probability: row.probability,
    sampling_probability,
  }));

function saveRows() {
  const rows = numbers();
  const names = Object.keys(rows[0]);
  saveCsv(fileName("csv"), [names, ...rows.map((row) => names.map((name) => row[name] ?? ""))]);
}

function saveAll() {
  const { entropy_bits, chosen_rank } = step.distribution;
  saveJson(fileName("json"), {
    request: step.request,
    position: step.position,
    read: step.read.map((token) => token.text),
    sampling: sampling(),
    entropy_bits,
    sampling_entropy_bits: entropyBits(sampled),
    chosen_rank,
    rows: numbers(),
  });
}

function savePicture() {
  const [width, left, top, line, track] = [820, 200, 34, 22, 210];
  const [ink, muted, scale] = ["ink", "muted", "scale"].map(variable);
  const text = (x, y, content, extra = {}) =>
    svg("text", { x, y, fill: ink, "font-family": "monospace", "font-size": 13, ...extra }, content);
  const height = top + line * bars.length + 16;
  const drawing = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}` });
  const { temperature, top_k, top_p } = sampling();
  const read = step.read
    .filter((token) => !token.special)
    .map((token) => token.text.replace("▁", " "))
    .join("")
    .trim();
  const title = `${find(".title").textContent}${read && `, after “${read}”`}`;
  drawing.append(
    text(left, 18, "probability, 0% to 100%", { fill: muted }),
    text(left + 310, 18, `at temperature ${temperature}, top-k ${top_k || "all"}, top-p ${top_p}`, { fill: muted }),
  );
  bars.forEach(({ row, sampling_probability }, i) => {
    const y = top + line * i;
    const name = row.token ? `${row.rank} ${tokenText(row.token)}${row.chosen ? " (chosen)" : ""}` : rowName(row);
    drawing.append(text(12, y + 14, name));
    [row.probability, sampling_probability].forEach((probability, side) => {
      const x = left + 310 * side;
      const look = side ? { fill: "none", stroke: scale, "stroke-width": 2 } : { fill: scale };
      drawing.append(
        svg("line", { x1: x, x2: x, y1: y, y2: y + line, stroke: muted }),
        svg("rect", { x, y: y + 3, width: track * probability, height: line - 8, ...look }),
        text(x + track + 8, y + 14, percent(probability), { fill: muted }),
      );
    });
  });
  saveSvg(fileName("svg"), title, drawing);
}

// ---- what the visitor does ---------------------------------------------------------------------------------------

on("input", ".temperature, .top-k, .top-p", drawSampling);
on("click", ".reset", () => {
  for (const name of [".temperature", ".top-k", ".top-p"]) find(name).value = find(name).defaultValue;
  drawSampling();
});
on("change", ".n-shown", drawTable);
on("click", ".sample-on", () => {
  const seed = find(".seed").value;
  trigger("sample", { position: step.position, seed: seed === "" ? null : Number(seed), ...sampling() });
});
on("click", ".save-csv", saveRows);
on("click", ".save-json", saveAll);
on("click", ".save-svg", savePicture);

for (const name of ["temperature", "top-k", "top-p", "n-shown"]) {
  holdsField(element, name.replace("-", "_"), name.replace("-", " "), `.${name}`);
}
feeds(element, "next_token");
subscribe(element, "next_token.bars", draw);
