// The one plane with named axes, and what stands in it: curves, marks, a key. Drawn in SVG.

const planes = (() => {
  const { svg } = elements;
  const { ticksOf, along, apart } = axes;
  const LETTER = 7.3; // px, of 12 px Plex Mono
  const ROOM_FOR_DOTS = 12; // px between the points of a curve
  const KEY = { left: 56, line: 20, sample: 34 }; // px
  const BESIDE = { line: 15, sample: 24, least: 240 }; // px; `least` is what the curves keep of the width
  const NARROWEST = 300; // px; a narrower frame scrolls

  /**
   * @param {number} x
   * @param {number} y
   * @param {string} words
   * @param {{ align?: "start" | "middle" | "end", colour?: string }} [look]
   */
  const text = (x, y, words, { align = "start", colour = "muted" } = {}) =>
    svg("text", { x, y, "text-anchor": align, "dominant-baseline": "central", fill: colours.variable(colour) }, words);

  /**
   * @param {Point} from
   * @param {Point} to
   * @param {string} colour
   * @param {number} [width]
   * @param {string} [dash]
   */
  const line = ([x1, y1], [x2, y2], colour, width = 1, dash = undefined) =>
    svg("line", { x1, y1, x2, y2, stroke: colours.variable(colour), "stroke-width": width, "stroke-dasharray": dash });

  /**
   * A clean drawing of this size in CSS pixels.
   * @param {SVGSVGElement} drawing
   * @param {number} width
   * @param {number} height
   */
  function sheet(drawing, width, height) {
    const look = { "font-family": colours.variable("font-mono"), "font-size": 12 };
    for (const [name, value] of Object.entries({ width, height, viewBox: `0 0 ${width} ${height}`, ...look })) {
      drawing.setAttribute(name, String(value));
    }
    drawing.style.width = `${width}px`;
    drawing.replaceChildren();
  }

  /**
   * The key: what each line is, one behind the other and in further lines where there is no room.
   * @param {Look[]} looks one of width 0 is a mark alone
   * @param {number} width
   * @param {number} top
   */
  function key(looks, width, top) {
    let [x, y] = [KEY.left, top + KEY.line / 2];
    /** @type {SVGElement[]} */
    const parts = [];
    for (const { name = "", colour = "ink", dash, shape = "circle", width: stroke = 1.5 } of looks) {
      const room = KEY.sample + 8 + LETTER * name.length + 20;
      if (x > KEY.left && x + room > width) [x, y] = [KEY.left, y + KEY.line];
      if (stroke) parts.push(line([x, y], [x + KEY.sample, y], colour, stroke, dash));
      if (shape) parts.push(mark(shape, [x + KEY.sample / 2, y], colour));
      parts.push(text(x + KEY.sample + 8, y, name, { colour: "ink" }));
      x += room;
    }
    return { parts, height: looks.length ? y + KEY.line / 2 - top : 0 };
  }

  /**
   * How much room the names of lines take beside their ends; none where a line has no end or the curves need the room.
   * @param {Look[]} looks
   * @param {number} width
   */
  function besideOf(looks, width) {
    if (!looks.length || looks.some(({ end }) => end === undefined)) return 0;
    const room = BESIDE.sample + 8 + LETTER * Math.max(...looks.map(({ name = "" }) => name.length));
    return width - room >= BESIDE.least ? room : 0;
  }

  /**
   * The names of lines at their ends.
   * @param {Look[]} looks
   * @param {{ right: number, bottom: number }} box
   * @param {(value: number) => number} toY
   */
  function namesBeside(looks, { right, bottom }, toY) {
    const ends = looks.map(({ end = 0 }) => toY(end));
    const heights = apart(ends, BESIDE.line, bottom);
    return looks.flatMap(({ name = "", colour = "ink", dash, shape = "circle", width = 1.5 }, i) => {
      const [x, y] = [right + 8, heights[i]];
      /** @type {SVGElement[]} */
      const sample = [line([x, y], [x + BESIDE.sample, y], colour, width, dash)];
      if (shape) sample.push(mark(shape, [x + BESIDE.sample / 2, y], colour));
      return [...sample, text(x + BESIDE.sample + 6, y, name, { colour: "ink" })];
    });
  }

  /**
   * A plane for curves, as wide as its frame. Their names stand at their ends where there is room, else in a key under
   * it, which is saved along. What goes into `inside` is cut off at its rim.
   * @param {SVGSVGElement} drawing
   * @param {{ height: number, x: Axis, y: Axis, looks?: Look[] }} shape height without the key
   */
  function plane(drawing, { height, x, y, looks = [] }) {
    const width = Math.max(NARROWEST, drawing.parentElement?.clientWidth ?? 0);
    const beside = besideOf(looks, width);
    const named = beside ? { parts: [], height: 0 } : key(looks, width, height);
    sheet(drawing, width, height + named.height);
    const rows = ticksOf(y, y.log ? 6 : 5);
    const longest = Math.max(0, ...rows.map((value) => numbers.count(value).length));
    const box = { left: Math.max(56, 14 + LETTER * longest), top: 28, right: width - 16 - beside, bottom: height - 42 };
    const { left, top, right, bottom } = box;
    const [toX, toY] = [along(x, left, right), along(y, bottom, top)];
    const columns = ticksOf(x, Math.max(2, Math.floor(width / 90)));
    const rim = { x: left - 6, y: top - 6, width: right - left + 12, height: bottom - top + 12 };
    const inside = svg("svg", { ...rim, viewBox: Object.values(rim).join(" ") });
    drawing.append(
      ...rows.map((value) => line([left, toY(value)], [right, toY(value)], "line")),
      ...rows.map((value) => text(left - 6, toY(value), numbers.count(value), { align: "end" })),
      ...columns.map((value) => line([toX(value), bottom], [toX(value), bottom + 4], "line")),
      ...columns.map((value) => text(toX(value), bottom + 13, numbers.count(value), { align: "middle" })),
      text(4, 11, y.name),
      text((left + right) / 2, height - 10, x.name, { align: "middle" }),
      inside,
      ...(beside ? namesBeside(looks, box, toY) : named.parts),
    );
    return { drawing, inside, toX, toY, ...box };
  }

  /** @typedef {ReturnType<typeof plane>} Plane */

  /**
   * Values as points over first, first + step, …
   * @param {ArrayLike<number>} values
   * @param {number} [first]
   * @param {number} [step]
   */
  const points = (values, first = 0, step = 1) => Array.from(values, (value, i) => [first + i * step, value]);

  /**
   * A line through points, each with its mark where there is room.
   * @param {Plane} plane
   * @param {Point[]} through
   * @param {Look} [look]
   */
  function curve(
    { inside, toX, toY, left, right },
    through,
    { colour = "ink", dash, shape = "circle", width = 1.5 } = {},
  ) {
    const pixels = through.map(([x, y]) => [toX(x), toY(y)]);
    const stroke = { stroke: colours.variable(colour), "stroke-width": width, "stroke-dasharray": dash };
    inside.append(svg("polyline", { points: pixels.map(String).join(" "), fill: "none", ...stroke }));
    if (!shape || (right - left) / pixels.length < ROOM_FOR_DOTS) return;
    inside.append(marks(shape, pixels, colour));
  }

  const circle = (/** @type {number[]} */ [x, y, size]) =>
    `M${x - size} ${y}a${size} ${size} 0 1 0 ${2 * size} 0a${size} ${size} 0 1 0 ${-2 * size} 0`;
  const square = (/** @type {number[]} */ [x, y, size]) =>
    `M${x - size} ${y - size}h${2 * size}v${2 * size}h${-2 * size}z`;

  /** @type {Record<Shape, { path: (place: number[]) => string, hollow?: boolean }>} */
  const SHAPES = {
    circle: { path: circle },
    ring: { path: circle, hollow: true },
    square: { path: square },
    frame: { path: square, hollow: true },
    diamond: {
      path: ([x, y, size]) =>
        `M${x} ${y - 1.4 * size}l${1.4 * size} ${1.4 * size}l${-1.4 * size} ${1.4 * size}l${-1.4 * size} ${-1.4 * size}z`,
    },
    cross: {
      path: ([x, y, size]) =>
        `M${x - size} ${y - size}l${2 * size} ${2 * size}M${x - size} ${y + size}l${2 * size} ${-2 * size}`,
      hollow: true,
    },
  };

  /**
   * One mark at each place, as one element: hundreds are redrawn at every step of a walk.
   * @param {Shape} shape
   * @param {Point[]} centres in pixels
   * @param {string} colour
   * @param {number} [size] half its width
   */
  function marks(shape, centres, colour, size = 3) {
    const { path, hollow } = SHAPES[shape];
    const value = colours.variable(colour);
    const look = hollow ? { fill: "none", stroke: value, "stroke-width": 1.5 } : { fill: value };
    return svg("path", { d: centres.map(([x, y]) => path([x, y, size])).join(""), ...look });
  }

  /**
   * @param {Shape} shape
   * @param {Point} centre in pixels
   * @param {string} colour
   * @param {number} [size] half its width
   */
  const mark = (shape, centre, colour, size) => marks(shape, [centre], colour, size);

  /**
   * The accent on what is selected: a line from top to bottom.
   * @param {Plane} plane
   * @param {number} value
   */
  function select({ drawing, toX, top, bottom }, value) {
    drawing.append(line([toX(value), top], [toX(value), bottom], "accent", 1.5));
  }

  /**
   * The whole number on the x axis that is nearest to the pointer, as the only row's column.
   * @param {Plane} plane
   * @param {number} n how many there are, from 0
   * @param {{ x: number }} pointer
   * @returns {Cell | null}
   */
  function columnAt({ toX }, n, { x }) {
    const column = Math.round(toX.back(x));
    return column >= 0 && column < n ? [0, column] : null;
  }

  return {
    text,
    line,
    sheet,
    plane,
    points,
    curve,
    marks,
    mark,
    select,
    columnAt,
  };
})();
