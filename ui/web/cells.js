// The one painter of cells, and the heat map around it: names, scale, the accent on a cell. Drawn on canvas.

const cells = (() => {
  const { write, writeUpwards, surface, scaleBar } = surfaces;
  const LETTER = 7.5; // px, at most, of 12 px Plex Mono
  const MASKED = 256; // the step after those of a scale

  /**
   * @typedef {{ name: string, names?: string[], first?: number }} Side names of its cells, or the number of the first
   * @typedef {object} Map values row by row, of which −∞ is masked
   * @property {ArrayLike<number>} values
   * @property {number} rows
   * @property {number} columns
   * @property {number} cellWidth whole pixels, so that no cell is drawn wider than its neighbour
   * @property {number} cellHeight
   * @property {number[][]} colours
   * @property {number} low
   * @property {number} high
   * @property {boolean} [log] whether the scale is logarithmic, from a low above 0
   * @property {Side} x
   * @property {Side} y
   * @property {number} [density] device pixels a CSS pixel, if not those of the screen
   * @typedef {{ left: number, top: number, cellWidth: number, cellHeight: number, rows: number, columns: number }} Grid
   */

  // ---- painting --------------------------------------------------------------------------------------------------

  /**
   * A scale's colours as words of ImageData, with that of masked cells behind them.
   * @param {number[][]} steps
   */
  function palette(steps) {
    const word = (/** @type {number[]} */ [red, green, blue]) => (255 << 24) | (blue << 16) | (green << 8) | red;
    return Uint32Array.from([...steps, colours.rgb(colours.variable("line"))], word);
  }

  /**
   * Paints one pixel a cell; style the canvas larger with image-rendering: pixelated. One 32-bit word a cell: four bytes
   * each take four times as long, and all heads of a model are painted before anything is seen.
   * @param {HTMLCanvasElement} canvas
   * @param {number} rows
   * @param {number} columns
   * @param {ArrayLike<number>} steps of the palette, row by row
   * @param {Uint32Array} words
   */
  function paint(canvas, rows, columns, steps, words) {
    canvas.width = columns;
    canvas.height = rows;
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    const image = context.createImageData(columns, rows);
    const pixels = new Uint32Array(image.data.buffer);
    for (let i = 0; i < pixels.length; i++) pixels[i] = words[steps[i]];
    context.putImageData(image, 0, 0);
  }

  /**
   * Which step of a scale each value takes.
   * @param {ArrayLike<number>} values
   * @param {number} low
   * @param {number} high
   * @param {boolean} [log]
   */
  function stepsOf(values, low, high, log = false) {
    const steps = new Uint16Array(values.length);
    const measure = (/** @type {number} */ value) => (log ? Math.log(value) : value);
    const size = 255 / (measure(high) - measure(low) || 1);
    for (let i = 0; i < values.length; i++) {
      const step = Math.round((measure(values[i]) - measure(low)) * size);
      steps[i] = values[i] === -Infinity ? MASKED : Math.max(0, Math.min(255, step));
    }
    return steps;
  }

  /** @type {WeakMap<object, { key: string, image: HTMLCanvasElement }>} */
  const painted = new WeakMap();

  /**
   * Kept for the next drawing of the same values, so that walking over a large map stays quick.
   * @param {Map} map
   */
  function imageOf({ values, rows, columns, colours: scale, low, high, log }) {
    const key = String([low, high, log, scale]);
    const known = painted.get(values);
    if (known?.key === key) return known.image;
    const image = document.createElement("canvas");
    paint(image, rows, columns, stepsOf(values, low, high, log), palette(scale));
    painted.set(values, { key, image });
    return image;
  }

  // ---- the map ---------------------------------------------------------------------------------------------------

  /**
   * The side's names, or numbers from `first` on.
   * @param {Side} side
   * @param {number} n
   * @param {(name: string, i: number) => void} place
   */
  function labels({ names, first = 0 }, n, place) {
    if (names) return names.forEach(place);
    const named = axes.ticks(first, first + n - 1, Math.max(1, Math.min(10, n)), true);
    if (named[0] > first + 3) named.unshift(first);
    for (const number of named) place(numbers.number(number), number - first);
  }

  /** @param {string[]} [names] */
  const longest = (names = []) => LETTER * Math.max(0, ...names.map((name) => name.length));

  const RIGHT = 16; // px, beside the cells
  const leftOf = (/** @type {Side} */ { names }) => Math.max(52, 12 + longest(names));

  /**
   * How wide a cell is in a map that has this room: whole pixels, as many as fit between the smallest and the largest.
   * @param {number} room
   * @param {{ columns: number, y: Side, smallest?: number, largest: number }} map
   */
  const fitting = (room, { columns, y, smallest = 1, largest }) =>
    Math.max(smallest, Math.min(largest, Math.floor((room - leftOf(y) - RIGHT) / columns)));

  /**
   * A map of values with its sides named; the scale stands in the picture.
   * @param {HTMLCanvasElement} canvas
   * @param {Map} map
   */
  function heat(canvas, map) {
    const { rows, columns, cellWidth, cellHeight, x, y, density } = map;
    const fallen = x.names ? 10 + longest(x.names) : 20;
    const [left, top] = [leftOf(y), 48];
    const [width, height] = [Math.max(columns * cellWidth, 170), rows * cellHeight];
    const pen = surface(canvas, left + width + RIGHT, top + height + fallen + 22, density);
    pen.drawImage(imageOf(map), left, top, columns * cellWidth, height);
    hatch(pen, map, left, top);

    const middle = (/** @type {number} */ i, /** @type {number} */ size) => (i + 0.5) * size;
    labels(y, rows, (name, i) => write(pen, name, left - 8, top + middle(i, cellHeight), "right"));
    labels(x, columns, (name, i) => {
      const place = left + middle(i, cellWidth);
      if (x.names) writeUpwards(pen, name, place, top + height + 8, "right");
      else write(pen, name, place, top + height + 15, "center");
    });
    const high = `${numbers.number(map.high)}${map.log ? " (logarithmic)" : ""}`;
    const scale = { colours: map.colours, low: numbers.number(map.low), high };
    scaleBar(pen, scale, 4, 11);
    write(pen, y.name, 4, 33);
    write(pen, x.name, left, top + height + fallen + 10);
    return { pen, left, top, cellWidth, cellHeight, rows, columns };
  }

  /**
   * Slanting lines over masked cells, which have no value to colour.
   * @param {CanvasRenderingContext2D} pen
   * @param {Map} map
   * @param {number} left
   * @param {number} top
   */
  function hatch(pen, { values, columns, cellWidth, cellHeight }, left, top) {
    pen.fillStyle = hatching(pen);
    for (let i = 0; i < values.length; i++) {
      if (values[i] !== -Infinity) continue;
      const [row, column] = [Math.floor(i / columns), i % columns];
      pen.fillRect(left + column * cellWidth, top + row * cellHeight, cellWidth, cellHeight);
    }
  }

  /** @param {CanvasRenderingContext2D} pen */
  function hatching(pen) {
    const density = fullscreen.density(pen.canvas);
    const tile = document.createElement("canvas");
    tile.width = tile.height = Math.round(6 * density);
    const brush = /** @type {CanvasRenderingContext2D} */ (tile.getContext("2d"));
    brush.fillStyle = colours.variable("ground");
    brush.fillRect(0, 0, tile.width, tile.height);
    brush.strokeStyle = colours.variable("muted");
    brush.lineWidth = density;
    for (const corner of [0, 1, 2]) {
      // the middle one, and what its neighbours leave in the corners
      brush.moveTo(corner * tile.width, -density);
      brush.lineTo(corner * tile.width - tile.width - density, tile.width);
    }
    brush.stroke();
    const pattern = /** @type {CanvasPattern} */ (pen.createPattern(tile, "repeat"));
    pattern.setTransform(new DOMMatrix().scale(6 / tile.width));
    return pattern;
  }

  // ---- one cell --------------------------------------------------------------------------------------------------

  /**
   * The accent around a cell; its row and column are named by notches at the rim.
   * @param {Grid & { pen: CanvasRenderingContext2D }} map
   * @param {number} row
   * @param {number} column
   */
  function outline({ pen, left, top, cellWidth, cellHeight, rows, columns }, row, column) {
    const [x, y] = [left + column * cellWidth, top + row * cellHeight];
    const [right, bottom] = [left + columns * cellWidth, top + rows * cellHeight];
    pen.strokeStyle = pen.fillStyle = colours.variable("accent");
    pen.lineWidth = 2;
    pen.strokeRect(x - 1, y - 1, cellWidth + 2, cellHeight + 2);
    notch(pen, left, y + cellHeight / 2, -1, 0);
    notch(pen, right, y + cellHeight / 2, 1, 0);
    notch(pen, x + cellWidth / 2, top, 0, -1);
    notch(pen, x + cellWidth / 2, bottom, 0, 1);
  }

  /**
   * A small triangle that stands outside of a map's rim, its tip on it.
   * @param {CanvasRenderingContext2D} pen
   * @param {number} x
   * @param {number} y
   * @param {number} outX
   * @param {number} outY
   * @param {number} [size]
   */
  function notch(pen, x, y, outX, outY, size = 7) {
    pen.beginPath();
    pen.moveTo(x, y);
    pen.lineTo(x + size * (outX - outY), y + size * (outY + outX));
    pen.lineTo(x + size * (outX + outY), y + size * (outY - outX));
    pen.fill();
  }

  /**
   * The cell under the pointer.
   * @param {Grid} grid
   * @param {{ x: number, y: number }} pointer
   * @returns {Cell | null}
   */
  function cellAt(grid, { x, y }) {
    const column = Math.floor((x - grid.left) / grid.cellWidth);
    const row = Math.floor((y - grid.top) / grid.cellHeight);
    const inside = row >= 0 && row < grid.rows && column >= 0 && column < grid.columns;
    return inside ? [row, column] : null;
  }

  return { MASKED, palette, paint, stepsOf, fitting, heat, outline, notch, cellAt };
})();
