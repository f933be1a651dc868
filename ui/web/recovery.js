// The grid of recovery between two sentences: a row a layer, a column a token, in each cell how much of the difference
// between the translations this one vector carries.

const recovery = (() => {
  const WIDE = 34; // px of a cell that has room for its number
  const DEEP = 0.65; // of the scale, from which on its colours ask for the page's ground as ink

  /**
   * @typedef {object} Compared
   * @property {{ id: number, text: string, special: boolean }[][]} sources the tokens of both sentences
   * @property {number[][]} recovery by point and position
   * @property {string[]} decided the words where the translations part
   */

  /** @param {number} point */
  const pointName = (point) => (point ? `L${point}` : "embedding");

  /**
   * The first sentence's tokens; where the second has others, both.
   * @param {Compared} found
   */
  function names({ sources: [first, second] }) {
    return first.map((token, i) => {
      const [name, other] = [token, second[i]].map(tokens.tokenName);
      return token.id === second[i].id ? name : `${name}→${other}`;
    });
  }

  /**
   * The cell to begin with: the most after the last layer.
   * @param {Compared} found
   * @returns {Cell}
   */
  function start({ recovery: shares }) {
    const last = shares.length - 1;
    return [last, shares[last].indexOf(Math.max(...shares[last]))];
  }

  /**
   * A map that a visitor walks over.
   * @param {HTMLCanvasElement} canvas
   * @param {{ found: () => Compared | null, at: () => Cell, go: (...cell: Cell) => void }} acts `found` is null while
   *   nothing is compared
   */
  function grid(canvas, { found, at, go }) {
    const here = () => /** @type {Compared} */ (found());
    const most = () => Math.max(1, ...here().recovery.flat().map(Math.abs));

    /**
     * The number in each cell that has room for it, and a frame on the largest of each row.
     * @param {ReturnType<typeof cells.heat>} drawn
     */
    function over({ pen, left, top, cellWidth, cellHeight }) {
      const high = most();
      here().recovery.forEach((shares, row) => {
        const y = top + row * cellHeight;
        shares.forEach((share, column) => {
          const ink = Math.abs(share) > DEEP * high ? "ground" : "ink";
          const whole = String(Math.round(100 * share)).replace("-", "−");
          const x = left + (column + 0.5) * cellWidth;
          if (cellWidth >= WIDE) surfaces.write(pen, whole, x, y + cellHeight / 2, "center", ink);
        });
        pen.strokeStyle = colours.variable("ink");
        pen.lineWidth = 1.5;
        pen.strokeRect(
          left + shares.indexOf(Math.max(...shares)) * cellWidth + 2,
          y + 2,
          cellWidth - 4,
          cellHeight - 4,
        );
      });
    }

    return figures.heatMap(canvas, {
      map() {
        if (!found()) return null;
        const { recovery: shares, sources } = here();
        return {
          values: Float64Array.from(shares.flat(), (share) => 100 * share),
          rows: shares.length,
          columns: sources[0].length,
          smallest: 18,
          largest: 64,
          cellHeight: 26,
          x: { name: "word swapped in", names: names(here()) },
          y: { name: "after", names: shares.map((_, point) => pointName(point)) },
          ...colours.signed(100 * most()),
        };
      },
      over,
      words(point, place) {
        const { recovery: shares, decided } = here();
        const after = point ? `layer ${point}` : "the embedding";
        const [one, other] = decided;
        return `“${names(here())[place]}” after ${after}: ${numbers.percent(shares[point][place])} of the way from “${one}” to “${other}”`;
      },
      at,
      go,
    });
  }

  return { pointName, names, start, grid };
})();
