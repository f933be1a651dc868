// The Learning tab: how often the model was right when it was so sure, and what it scores.
// Asks for "scores": { calibration: { beam_size, alpha, doubtful_below, corpora: [{ name, n_sentences, ways: { NAME: { error,
// bins: [{ low, high, n, right, mean, share, interval }] } } }] } or null, card: [{ kind, data, direction, metric, value }] }.

const { number, percent } = lens.numbers;
const { make, within, options, row } = lens.elements;
const { plane, curve, line } = lens.planes;
const { figure } = lens.figures;
const { saveCsv, saveSvg } = lens.saving;
const { asks } = lens.ask;

const { find, on } = within(element);

/** @type {Record<string, Look & { words: string }>} */
const WAYS = {
  teacher_forced: {
    name: "next token of the person’s text",
    words: "next token",
    colour: "scale-positive",
    width: 2,
  },
  free_running: {
    name: "tokens that it wrote itself",
    words: "written",
    colour: "scale-negative",
    dash: "7 4",
    shape: "square",
    width: 2,
  },
};

let answer = null;
let bin = 0;
const corpus = () => answer.calibration.corpora[Number(find(".corpus").value)];
const told = ({ bins }) => bins.filter(({ share }) => share !== null);
let drawn = null;

const chart = figure(find(".chart"), {
  paint() {
    if (!answer?.calibration) return;
    drawn = plane(find(".chart"), {
      height: 290,
      looks: Object.values(WAYS),
      x: { name: "how sure the model was (probability)", low: 0, high: 1 },
      y: { name: "share that was right", low: 0, high: 1 },
    });
    const { toX, toY, inside } = drawn;
    inside.append(line([toX(0), toY(0)], [toX(1), toY(1)], "muted", 1, "2 4"));
    for (const [name, way] of Object.entries(corpus().ways)) {
      curve(
        drawn,
        told(way).map(({ mean, share }) => [mean, share]),
        WAYS[name],
      );
      for (const { mean, interval } of told(way)) {
        inside.append(line([toX(mean), toY(interval[0])], [toX(mean), toY(interval[1])], WAYS[name].colour ?? "ink"));
      }
    }
    const { low, high } = corpus().ways.free_running.bins[bin];
    for (const edge of [low, high]) inside.append(line([toX(edge), toY(0)], [toX(edge), toY(1)], "accent", 1.5));
  },
  size: () => [1, corpus().ways.free_running.bins.length],
  find: ({ x }) => {
    const place = corpus().ways.free_running.bins.findIndex(({ high }) => drawn.toX(high) > x);
    return place < 0 ? null : [0, place];
  },
  words(_, i) {
    const { low, high } = corpus().ways.free_running.bins[i];
    const parts = Object.entries(corpus().ways).map(([name, { bins }]) => {
      const { n, share } = bins[i];
      const right = share === null ? "too few to say" : `${percent(share)} right`;
      return `${WAYS[name].words}: ${n.toLocaleString("en-US")} tokens, ${right}`;
    });
    return `From ${percent(low)} to ${percent(high)}: ${parts.join("; ")}`;
  },
  follows: true,
  at: () => [0, bin],
  go: (_, i) => (bin = i),
});

function tell() {
  const { name, n_sentences, ways } = corpus();
  const { beam_size, alpha } = answer.calibration;
  find(".how").textContent =
    `Measured on ${n_sentences.toLocaleString("en-US")} held-out sentences (${name}). Next token: the model reads the ` +
    `person’s translation and guesses how it goes on. Written: it translates by itself (beam size ${beam_size}, length ` +
    `penalty ${alpha}), and a token is right if the person’s translation has it too, in the same order; another good ` +
    `word counts as wrong. On average sureness is off by ${number(100 * ways.teacher_forced.error)} points of 100 for ` +
    `the next token, and by ${number(100 * ways.free_running.error)} for what it wrote.`;
  chart.draw();
}

function draw(found) {
  answer = found;
  const { calibration, card } = found;
  find(".calibration").hidden = !calibration;
  find(".card").hidden = !card.length;
  find("tbody").replaceChildren(
    ...card.map(({ data, direction, metric, value }) =>
      row(make("th", { scope: "row" }, data), direction, value.toFixed(1), metric),
    ),
  );
  if (!calibration) return;
  options(
    find(".corpus"),
    calibration.corpora.map(({ name }) => name),
  );
  bin = Math.min(bin, corpus().ways.free_running.bins.length - 1);
  tell();
}

asks({ element, server }, "scores", () => ({}), draw);
on("change", ".corpus", tell);
on("click", ".save-svg", () => saveSvg("calibration.svg", "How sure is sure?", find(".chart")));
on("click", ".save-csv", () => {
  const rows = answer.calibration.corpora.flatMap(({ name, ways }) =>
    Object.entries(ways).flatMap(([way, { bins }]) =>
      bins.map(({ low, high, n, right, mean }) => [name, way, low, high, n, right, mean ?? ""]),
    ),
  );
  saveCsv("calibration.csv", [["text", "way", "from", "to", "tokens", "right", "mean"], ...rows]);
});
