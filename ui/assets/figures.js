// Figures on canvas that several widgets draw: planes with named axes, curves, heat maps, walking over them by pointer
// and keys, saving. Colours are the page's, read again at every drawing.

window.figures = (() => {
  const TEXT_SIZE = 12;

  // ---- the canvas ----------------------------------------------------------------------------------------------

  // a clean canvas of this size in CSS pixels, sharp on every screen, with the page's ground so that a saved picture
  // can be read; its font is that of the element's style
  function surface(canvas, width, height) {
    const density = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * density);
    canvas.height = Math.round(height * density);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    const pen = canvas.getContext("2d");
    pen.scale(density, density);
    pen.fillStyle = lens.variable("ground");
    pen.fillRect(0, 0, width, height);
    pen.font = `${TEXT_SIZE}px ${getComputedStyle(canvas).fontFamily}`;
    return pen;
  }

  function write(pen, text, x, y, align = "left", colour = "muted") {
    pen.fillStyle = lens.variable(colour);
    pen.textAlign = align;
    pen.textBaseline = "middle";
    pen.fillText(text, x, y);
  }

  // a function that draws in the next frame, once however often it was called, and never into an element without room;
  // it is also called when the page's theme or the room for the element changes
  function responsive(element, draw) {
    let waiting = false;
    let width = 0;
    const soon = () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        if (element.clientWidth > 0) draw();
      });
    };
    new ResizeObserver(() => {
      if (element.clientWidth !== width) soon();
      width = element.clientWidth;
    }).observe(element);
    lens.onTheme(element, soon);
    return soon;
  }

  // ---- axes ----------------------------------------------------------------------------------------------------

  // round numbers from low to high, about `wanted` of them
  function ticks(low, high, wanted, whole = false) {
    if (high <= low) return [low];
    const least = (high - low) / wanted;
    const power = 10 ** Math.floor(Math.log10(least));
    let step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= least);
    if (whole) step = Math.max(1, Math.round(step));
    const first = Math.ceil(low / step - 1e-9);
    const count = Math.floor((high - first * step) / step + 1e-9) + 1;
    return Array.from({ length: count }, (_, i) => (first + i) * step);
  }

  function powersOfTen(low, high) {
    const first = Math.ceil(Math.log10(low) - 1e-9);
    const count = Math.floor(Math.log10(high) + 1e-9) - first + 1;
    return Array.from({ length: count }, (_, i) => 10 ** (first + i));
  }

  function along({ low, high, log }, from, to) {
    const measure = log ? Math.log10 : (value) => value;
    const [start, length] = [measure(low), measure(high) - measure(low) || 1];
    const place = (value) => from + ((measure(value) - start) / length) * (to - from);
    place.back = (pixel) => start + ((pixel - from) / (to - from)) * length; // of axes that are not logarithmic
    return place;
  }

  // a plane for curves; x, y: { name, low, high, log, whole }, where a y without numbers is left to the caller.
  // `below` more pixels stay free under it. Gives { pen, toX, toY, left, top, right, bottom }.
  function plane(canvas, { width, height, x, y, below = 0 }) {
    const pen = surface(canvas, width, height + below);
    const box = { left: 56, top: 28, right: width - 16, bottom: height - 42 };
    const toX = along(x, box.left, box.right);
    const toY = along(y, box.bottom, box.top);
    pen.strokeStyle = lens.variable("line");
    pen.lineWidth = 1;
    const lines = y.low === undefined ? [] : y.log ? powersOfTen(y.low, y.high) : ticks(y.low, y.high, 4, y.whole);
    for (const value of lines) {
      pen.strokeRect(box.left, toY(value), box.right - box.left, 0);
      write(pen, lens.number(value), box.left - 6, toY(value), "right");
    }
    for (const value of ticks(x.low, x.high, Math.max(2, Math.floor(width / 90)), x.whole)) {
      pen.strokeRect(toX(value), box.bottom, 0, 4);
      write(pen, lens.number(value), toX(value), box.bottom + 13, "center");
    }
    write(pen, y.name, 4, 11);
    write(pen, x.name, (box.left + box.right) / 2, height - 10, "center");
    return { pen, toX, toY, ...box };
  }

  // values over first, first + step, …; dots where there is room for them
  function curve({ pen, toX, toY, left, right, top, bottom }, values, { first = 0, step = 1, colour = "ink", dash = [] }) {
    pen.save();
    pen.beginPath();
    pen.rect(left - 4, top - 4, right - left + 8, bottom - top + 8);
    pen.clip();
    pen.strokeStyle = pen.fillStyle = lens.variable(colour);
    pen.lineWidth = 1.5;
    pen.setLineDash(dash);
    pen.beginPath();
    const places = Array.from(values, (value, i) => [toX(first + i * step), toY(value)]);
    for (const [x, y] of places) pen.lineTo(x, y);
    pen.stroke();
    pen.setLineDash([]);
    if ((right - left) / places.length > 24) for (const [x, y] of places) dot(pen, x, y, 2.5);
    pen.restore();
  }

  function dot(pen, x, y, radius) {
    pen.beginPath();
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    pen.fill();
  }

  // the accent on what is selected: a line from top to bottom
  function mark({ pen, toX, top, bottom }, value) {
    pen.strokeStyle = lens.variable("accent");
    pen.lineWidth = 1.5;
    pen.strokeRect(toX(value), top, 0, bottom - top);
  }

  // ---- heat maps -----------------------------------------------------------------------------------------------

  // one pixel a value; kept for the next drawing of the same values, so that walking over a large map stays quick
  const painted = new WeakMap();

  function pixels({ values, rows, columns, colours, low, high }) {
    const key = String([low, high, colours]);
    if (painted.get(values)?.key === key) return painted.get(values).image;
    const image = document.createElement("canvas");
    lens.paintCells(image, rows, columns, (i) => {
      const step = Math.round(((values[i] - low) / (high - low || 1)) * 255);
      return colours[Math.max(0, Math.min(255, step))];
    });
    painted.set(values, { key, image });
    return image;
  }

  function bar(pen, { colours, low, high }, right, y) {
    const width = 96;
    write(pen, lens.number(high), right, y, "right");
    const left = right - pen.measureText(lens.number(high)).width - 6 - width;
    colours.forEach((colour, i) => {
      pen.fillStyle = `rgb(${colour})`;
      pen.fillRect(left + (i / 256) * width, y - 5, width / 256 + 0.5, 10);
    });
    write(pen, lens.number(low), left - 6, y, "right");
  }

  // the axis' names, or numbers from `first` on
  function labels({ names, first = 0 }, count, place) {
    if (names) return names.forEach((name, i) => place(name, i));
    const numbers = ticks(first, first + count - 1, Math.max(1, Math.min(10, count)), true);
    if (numbers[0] > first + 3) numbers.unshift(first);
    for (const number of numbers) place(lens.number(number), number - first);
  }

  // a map of values, row by row, with cells of whole pixels, so that no cell is drawn wider than its neighbour; the scale
  // stands in the picture. map: { values, rows, columns, cellWidth, cellHeight, colours, low, high } and x, y: { name,
  // names, or first: the number of the first }. Gives { pen, left, top, cellWidth, cellHeight, rows, columns }.
  function heat(canvas, map) {
    const { rows, columns, cellWidth, cellHeight, x, y } = map;
    const longest = Math.max(0, ...(y.names || []).map((name) => name.length));
    const fallen = x.names ? 10 + 7.5 * Math.max(...x.names.map((name) => name.length)) : 20;
    const [left, top] = [Math.max(52, 12 + 7.5 * longest), 48];
    const [width, height] = [Math.max(columns * cellWidth, 170), rows * cellHeight];
    const pen = surface(canvas, left + width + 16, top + height + fallen + 22);
    pen.imageSmoothingEnabled = false;
    pen.drawImage(pixels(map), left, top, columns * cellWidth, height);

    const middle = (i, size) => (i + 0.5) * size;
    labels(y, rows, (name, i) => write(pen, name, left - 8, top + middle(i, cellHeight), "right"));
    labels(x, columns, (name, i) => {
      const place = left + middle(i, cellWidth);
      if (!x.names) return write(pen, name, place, top + height + 15, "center");
      pen.save();
      pen.translate(place, top + height + 8);
      pen.rotate(-Math.PI / 2);
      write(pen, name, 0, 0, "right");
      pen.restore();
    });
    bar(pen, map, left + width, 11);
    write(pen, y.name, 4, 33);
    write(pen, x.name, left, top + height + fallen + 10);
    return { pen, left, top, cellWidth, cellHeight, rows, columns };
  }

  // the accent around a cell; its row and column are named by notches at the rim
  function outline({ pen, left, top, cellWidth, cellHeight, rows, columns }, row, column) {
    const [x, y] = [left + column * cellWidth, top + row * cellHeight];
    const [right, bottom] = [left + columns * cellWidth, top + rows * cellHeight];
    pen.strokeStyle = pen.fillStyle = lens.variable("accent");
    pen.lineWidth = 2;
    pen.strokeRect(x - 1, y - 1, cellWidth + 2, cellHeight + 2);
    notch(pen, left, y + cellHeight / 2, -1, 0);
    notch(pen, right, y + cellHeight / 2, 1, 0);
    notch(pen, x + cellWidth / 2, top, 0, -1);
    notch(pen, x + cellWidth / 2, bottom, 0, 1);
  }

  // a small triangle that stands outside of a map's rim, its tip on it
  function notch(pen, x, y, outX, outY, size = 7) {
    pen.beginPath();
    pen.moveTo(x, y);
    pen.lineTo(x + size * (outX - outY), y + size * (outY + outX));
    pen.lineTo(x + size * (outX + outY), y + size * (outY - outX));
    pen.fill();
  }

  // slanting lines, to fill what has no value
  function hatching(pen) {
    const density = window.devicePixelRatio || 1;
    const tile = document.createElement("canvas");
    tile.width = tile.height = Math.round(6 * density);
    const brush = tile.getContext("2d");
    brush.fillStyle = lens.variable("ground");
    brush.fillRect(0, 0, tile.width, tile.height);
    brush.strokeStyle = lens.variable("muted");
    brush.lineWidth = density;
    for (const corner of [0, 1, 2]) { // the middle one, and what its neighbours leave in the corners
      brush.moveTo(corner * tile.width, -density);
      brush.lineTo(corner * tile.width - tile.width - density, tile.width);
    }
    brush.stroke();
    const pattern = pen.createPattern(tile, "repeat");
    pattern.setTransform(new DOMMatrix().scale(6 / tile.width));
    return pattern;
  }

  function cellAt(map, event) {
    const column = Math.floor((event.offsetX - map.left) / map.cellWidth);
    const row = Math.floor((event.offsetY - map.top) / map.cellHeight);
    const inside = row >= 0 && row < map.rows && column >= 0 && column < map.columns;
    return inside ? [row, column] : null;
  }

  // ---- walking -------------------------------------------------------------------------------------------------

  const STEPS = {
    ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
    PageUp: [-10, 0], PageDown: [10, 0], Home: [0, -Infinity], End: [0, Infinity],
  };

  // the pointer shows a cell; a click or the keys go to one; Enter, Space or a click picks it.
  // size() and at() give [rows, columns] and [row, column]; find(event) the cell under the pointer, or null
  function walk(canvas, { size, at, find, show, go, pick = () => {} }) {
    const blank = () => !canvas.style.width; // nothing was drawn yet
    canvas.addEventListener("keydown", (event) => {
      if (blank()) return;
      if (event.key === "Enter" || event.key === " ") pick(...at());
      else if (event.key in STEPS) {
        const next = at().map((place, axis) => Math.max(0, Math.min(size()[axis] - 1, place + STEPS[event.key][axis])));
        go(...next);
      } else return;
      event.preventDefault();
    });
    canvas.addEventListener("pointermove", (event) => {
      const cell = blank() ? null : find(event);
      if (cell) show(...cell);
    });
    canvas.addEventListener("click", (event) => {
      const cell = blank() ? null : find(event);
      if (!cell) return;
      go(...cell);
      pick(...cell);
    });
  }

  // for curves: the place on the x axis under the pointer, as the only row's column
  const columnAt = ({ toX }, count, event) => {
    const column = Math.round(toX.back(event.offsetX));
    return column >= 0 && column < count ? [0, column] : null;
  };

  // ---- saving and sending --------------------------------------------------------------------------------------

  // the picture with its title above
  function savePng(name, title, canvas) {
    const density = window.devicePixelRatio || 1;
    const [width, height] = [canvas.width / density, canvas.height / density];
    const picture = document.createElement("canvas");
    const pen = surface(picture, Math.max(width, 8 * title.length), height + 30);
    pen.font = `13px ${getComputedStyle(canvas.parentElement).fontFamily}`;
    write(pen, title, 4, 16, "left", "ink");
    pen.drawImage(canvas, 0, 30, width, height);
    lens.savePng(name, picture);
  }

  // { shape, base64 } of 32-bit floats -> Float32Array, row by row
  const floats = ({ base64 }) => new Float32Array(lens.bytes(base64).buffer);

  return {
    surface, write, responsive, ticks, plane, curve, dot, mark, heat, outline, notch, hatching, cellAt, walk, columnAt,
    savePng, floats,
  };
})();
