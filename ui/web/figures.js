// Figures that a visitor walks over: each is drawn with the accent on the cell that was gone to, and a line of words says
// what stands there, or under the pointer.

const figures = (() => {
  /**
   * @typedef {object} Acts what a figure says and does; by default it keeps by itself where the visitor went
   * @property {(row: number, column: number) => string | (string | Node)[]} words
   * @property {Element} [details] the line for them, if not the widget's only one
   * @property {() => Cell} [at]
   * @property {(row: number, column: number) => void} [go]
   * @property {(row: number, column: number) => void} [pick]
   * @property {boolean} [follows] whether the accent goes with the pointer
   */

  /**
   * Any figure, in a frame that gives it room; draw() draws it anew and show() says what a cell holds.
   * @param {HTMLElement | SVGElement} drawing
   * @param {Acts & {
   *   paint: (at: Cell) => void, size: () => Cell, find: (pointer: { x: number, y: number }) => Cell | null,
   * }} acts
   */
  function figure(drawing, acts) {
    /** @type {Cell} */
    let place = [0, 0];
    const { paint, size, find, words, pick, follows, at = () => place, go = (...cell) => (place = cell) } = acts;
    const details = acts.details ?? drawing.closest("section")?.querySelector(".figure-details");
    const draw = redrawing.responsive(/** @type {Element} */ (drawing.parentElement), () => paint(at()));
    const show = (/** @type {Cell} */ ...cell) => details?.replaceChildren(...[words(...cell)].flat());
    /** @type {(row: number, column: number) => void} */
    const moveTo = (...cell) => {
      go(...cell);
      show(...cell);
      draw();
    };
    /** @type {(row: number, column: number) => void} */
    const follow = (...cell) => String(cell) !== String(at()) && moveTo(...cell);
    walking.walk(drawing, { size, at, find, show: follows ? follow : show, pick, go: moveTo });
    return { draw, show };
  }

  /**
   * A map of cells.
   * @param {HTMLCanvasElement} canvas
   * @param {Acts & { map: () => any, over?: (drawn: ReturnType<typeof cells.heat>) => void }} acts `map` gives what
   *   heat() and fitting() take, or null while there is nothing to draw; `over` draws over it
   */
  function heatMap(canvas, { map, over = () => {}, ...acts }) {
    /** @type {ReturnType<typeof cells.heat>} */
    let drawn;
    return figure(canvas, {
      ...acts,
      size: () => [drawn.rows, drawn.columns],
      find: (pointer) => cells.cellAt(drawn, pointer),
      paint([row, column]) {
        const wanted = map();
        if (!wanted) return;
        const cellWidth = cells.fitting(canvas.parentElement?.clientWidth ?? 0, wanted);
        drawn = cells.heat(canvas, { cellWidth, cellHeight: cellWidth, ...wanted });
        over(drawn);
        cells.outline(drawn, Math.min(row, drawn.rows - 1), Math.min(column, drawn.columns - 1));
      },
    });
  }

  /**
   * Curves over the whole numbers from 0 to n - 1, its columns.
   * @param {SVGSVGElement} drawing
   * @param {Acts & {
   *   axes: () => { n: number, x: string, y: Axis, height: number, looks?: Look[] } | null, curves: (drawn: any) => void,
   * }} acts `axes` gives null while there is nothing to draw
   */
  function graph(drawing, { axes: shape, curves, ...acts }) {
    /** @type {ReturnType<typeof planes.plane>} */
    let drawn;
    let count = 0;
    return figure(drawing, {
      ...acts,
      size: () => [1, count],
      find: (pointer) => planes.columnAt(drawn, count, pointer),
      paint([, column]) {
        const wanted = shape();
        if (!wanted) return;
        const { n, x, ...rest } = wanted;
        count = n;
        drawn = planes.plane(drawing, { ...rest, x: { name: x, low: 0, high: n - 1, whole: true } });
        curves(drawn);
        planes.select(drawn, Math.min(column, n - 1));
      },
    });
  }

  return { figure, heatMap, graph };
})();
