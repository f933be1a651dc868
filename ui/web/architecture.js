// Figure 1 of the paper as places on a sheet: boxes, wires, frames and words, for the stacks that a model has. Nothing is
// drawn here, and no model is known. Everything is laid out upwards from the foot, as the figure is read, and turned over
// at the end.

const architecture = (() => {
  /**
   * @typedef {"encoder" | "decoder"} Stack
   * @typedef {object} Part what can be opened
   * @property {Stack | "output"} side
   * @property {string} block as in the walk over the stages
   * @property {"embedding" | "position" | "norm" | "core" | "add" | "add_norm" | "final_norm" | "linear" |
   *   "probabilities" | "next"} kind
   * @property {string[]} lines its words
   * @property {number} x
   * @property {number} y
   * @property {number} width
   * @property {number} height
   * @typedef {{ points: Point[], arrow: boolean }} Wire
   * @typedef {{ lines: string[], x: number, y: number, large?: boolean, small?: boolean }} Label its middle
   * @typedef {{ x: number, y: number, width: number, height: number }} Frame
   * @typedef {object} Sheet
   * @property {number} width
   * @property {number} height
   * @property {Part[]} parts in the order of computation
   * @property {Wire[]} wires
   * @property {Label[]} labels
   * @property {Frame[]} frames around what is repeated
   * @property {{ wave: Point, sum: Point }[]} positions the circle with the wave, and the ⊕ where it is added
   */

  const LINE = 15; // of words
  const BOX = 104; // the width of all
  const MARGIN = 36; // beside a frame: how often it is repeated
  const FRAME = 140;
  const LANE = 11; // from a frame's side to what flows past the sub-layers
  const BETWEEN = 34; // two frames
  const PRONG = 30; // from the middle of an attention to its outer arrows
  const ROUND = 9; // the radius of ⊕ and of the wave's circle
  const BREATH = 11; // between what can be pressed

  /**
   * One stack, in whose middle everything flows upwards.
   * @param {Stack} side
   * @param {number} left of its frame
   * @param {{ norm: string, crosses: boolean, waves: boolean, repeated: string, words: string[], embedding: string[] }} shape
   */
  function stack(side, left, { norm, crosses, waves, repeated, words, embedding }) {
    const outer = side === "encoder" ? -1 : 1; // the side away from the other stack
    const middle = left + FRAME / 2 - outer * (LANE - 4);
    const lane = outer < 0 ? left + LANE : left + FRAME - LANE;
    /** @type {Sheet} */
    const sheet = { width: 0, height: 0, parts: [], wires: [], labels: [], frames: [], positions: [] };
    let y = 0;
    /** @type {Point} */
    let memory = [0, 0]; // where the encoder's output comes in

    /** @type {(points: Point[], arrow?: boolean) => void} */
    const wire = (points, arrow = true) => void sheet.wires.push({ points, arrow });
    const rise = (/** @type {number} */ by, arrow = true) => {
      wire([[middle, y], [middle, y + by]], arrow); // prettier-ignore
      y += by;
    };
    /** @type {(side: Part["side"], block: string, kind: Part["kind"], lines: string[]) => void} */
    const box = (owner, block, kind, lines) => {
      const height = 8 + LINE * lines.length;
      sheet.parts.push({ side: owner, block, kind, lines, x: middle - BOX / 2, y, width: BOX, height });
      y += height;
    };

    // queries, keys and values: three arrows from one, or queries from here and the others from the encoder
    function fork(/** @type {boolean} */ fromMemory) {
      const [turn, top] = [y + (fromMemory ? 5 : 8), y + 22];
      const prong = (/** @type {number} */ x) => wire([[middle, y], [middle, turn], [x, turn], [x, top]]); // prettier-ignore
      if (fromMemory) {
        prong(middle + outer * PRONG);
        memory = [middle, y + 13];
        for (const x of [middle, middle - outer * PRONG]) wire([[x, y + 13], [x, top]]); // prettier-ignore
      } else {
        prong(middle - PRONG);
        wire([[middle, y], [middle, top]]); // prettier-ignore
        prong(middle + PRONG);
      }
      y = top;
    }

    /** @type {(block: string, lines: string[]) => void} */
    function sublayer(block, lines) {
      rise(BREATH - 4, false);
      const start = y;
      if (norm === "pre") {
        rise(BREATH + 2);
        box(side, block, "norm", ["Norm"]);
      }
      if (block === "feed_forward") rise(BREATH + 2);
      else fork(block === "cross_attn");
      box(side, block, "core", lines);
      rise(BREATH + 1);
      const into = y + (8 + LINE) / 2;
      box(side, block, norm === "pre" ? "add" : "add_norm", [norm === "pre" ? "Add" : "Add & Norm"]);
      wire([[middle, start], [lane, start], [lane, into], [middle + (outer * BOX) / 2, into]]); // prettier-ignore
    }

    // what comes in
    y = 2 * LINE + 4;
    sheet.labels.push({ lines: words, x: middle, y: LINE + 2 });
    rise(BREATH + 3);
    box(side, "embedding", "embedding", embedding);
    if (waves) {
      rise(BREATH + 3);
      const wave = left + FRAME / 2 + outer * (FRAME / 2 + 8);
      const height = 2 * ROUND;
      const centre = y + ROUND;
      sheet.positions.push({ wave: [wave, centre], sum: [middle, centre] });
      wire([[wave - outer * ROUND, centre], [middle + outer * ROUND, centre]], false); // prettier-ignore
      const ends = [wave + outer * ROUND, middle - outer * ROUND];
      const part = { x: Math.min(...ends), y, width: Math.abs(ends[0] - ends[1]), height };
      sheet.parts.push({ side, block: "embedding", kind: "position", lines: ["Positional", "Encoding"], ...part });
      sheet.labels.push({ lines: ["Positional", "Encoding"], x: wave - outer * 4, y: y - LINE - 1, small: true });
      y += height;
    }
    rise(16, false);

    // what is repeated
    const foot = y - 6;
    sublayer("self_attn", side === "encoder" ? ["Multi-Head", "Attention"] : ["Masked", "Multi-Head", "Attention"]);
    if (crosses) sublayer("cross_attn", ["Multi-Head", "Attention"]);
    sublayer("feed_forward", ["Feed", "Forward"]);
    sheet.frames.push({ x: left, y: foot, width: FRAME, height: y + 7 - foot });
    const aside = outer < 0 ? left - MARGIN / 2 : left + FRAME + MARGIN / 2;
    sheet.labels.push({ lines: [repeated], x: aside, y: (foot + y) / 2, large: true });

    // what goes out
    if (norm === "pre") {
      rise(BREATH + 11);
      box(side, "final_norm", "final_norm", ["Norm"]);
    } else rise(7, false);
    if (side === "encoder") return { sheet, middle, top: y, memory };
    rise(BREATH + 7);
    box("output", "output", "linear", ["Linear"]);
    rise(BREATH + 3);
    box("output", "output", "probabilities", ["Softmax"]);
    rise(BREATH + 3);
    box("output", "output", "next", ["Output", "Probabilities"]);
    return { sheet, middle, top: y, memory };
  }

  /**
   * The whole figure: of an encoder with its decoder, or of a decoder alone.
   * @param {{
   *   norm: "pre" | "post", hasEncoder: boolean, hasPositions: boolean, repeated: { encoder: string, decoder: string },
   * }} shape `repeated` says how often, beside each stack
   * @returns {Sheet}
   */
  function figure({ norm, hasEncoder, hasPositions, repeated }) {
    const common = { norm, waves: hasPositions };
    const right = hasEncoder ? MARGIN + FRAME + BETWEEN : MARGIN;
    const decoder = stack("decoder", right, {
      ...common,
      crosses: hasEncoder,
      repeated: repeated.decoder,
      words: hasEncoder ? ["Outputs", "(shifted right)"] : ["Inputs"],
      embedding: [hasEncoder ? "Output" : "Input", "Embedding"],
    });
    const sheets = [decoder.sheet];
    if (hasEncoder) {
      const words = { words: ["Inputs"], embedding: ["Input", "Embedding"], repeated: repeated.encoder };
      const encoder = stack("encoder", MARGIN, { ...common, ...words, crosses: false });
      const [x, y] = decoder.memory;
      const between = MARGIN + FRAME + BETWEEN / 2;
      const over = encoder.top + BREATH + 5;
      const into = x - PRONG;
      const points = [[encoder.middle, encoder.top], [encoder.middle, over], [between, over], [between, y], [into, y], [x, y]]; // prettier-ignore
      encoder.sheet.wires.push({ points, arrow: false });
      sheets.unshift(encoder.sheet);
    }
    return turned(sheets, right + FRAME + MARGIN, decoder.top + 2);
  }

  /**
   * Stacks laid out upwards as one sheet, whose y grows downwards.
   * @param {Sheet[]} sheets
   * @param {number} width
   * @param {number} height
   * @returns {Sheet}
   */
  function turned(sheets, width, height) {
    const over = (/** @type {Point} */ [x, y]) => [x, height - y];
    /** @type {<R extends Frame>(place: R) => R} */
    const area = (place) => ({ ...place, y: height - place.y - place.height });
    return {
      width,
      height,
      parts: sheets.flatMap(({ parts }) => parts.map(area)),
      wires: sheets.flatMap(({ wires }) => wires.map((one) => ({ ...one, points: one.points.map(over) }))),
      labels: sheets.flatMap(({ labels }) => labels.map((one) => ({ ...one, y: height - one.y }))),
      frames: sheets.flatMap(({ frames }) => frames.map(area)),
      positions: sheets.flatMap(({ positions }) =>
        positions.map(({ wave, sum }) => ({ wave: over(wave), sum: over(sum) })),
      ),
    };
  }

  /**
   * A wire as an SVG path with rounded corners.
   * @param {Point[]} points
   * @param {number} [radius]
   */
  function path(points, radius = 6) {
    const [first, ...rest] = points;
    const steps = rest.map((point, i) => {
      const [before, after] = [points[i], rest[i + 1]];
      if (!after) return `L${point}`;
      const near = (/** @type {Point} */ other) => {
        const away = Math.hypot(other[0] - point[0], other[1] - point[1]) || 1;
        const share = Math.min(radius, away / 2) / away;
        return [point[0] + (other[0] - point[0]) * share, point[1] + (other[1] - point[1]) * share];
      };
      return `L${near(before)}Q${point} ${near(after)}`;
    });
    return `M${first}${steps.join("")}`;
  }

  return { figure, path };
})();
