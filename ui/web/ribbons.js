// Ribbons between two lines of words: how thick each is, and where it begins and ends. Numbers alone; others draw them.

const ribbons = (() => {
  const THINNEST = 0.3; // px: less is not seen

  /**
   * @typedef {{ middle: number, room: number }} Place of a word along its line, in px
   * @typedef {object} Ribbon
   * @property {number} row
   * @property {number} column
   * @property {number} value
   * @property {number} width px
   * @property {number} from where its middle is on the columns' line
   * @property {number} to and on the rows'
   */

  /**
   * The ribbons of a matrix: those of one word lie beside each other in the order of the words they lead to, and move
   * closer together where there is no room for them all. The largest value is as thick as told.
   * @param {number[][]} values
   * @param {{ rows: Place[], columns: Place[] }} places
   * @param {number} thickest px
   */
  function between(values, { rows, columns }, thickest) {
    const scale = thickest / numbers.largest(values.flat());
    /** @type {Ribbon[]} */
    const found = [];
    values.forEach((line, row) =>
      line.forEach((value, column) => {
        const width = Math.abs(value) * scale;
        if (width >= THINNEST) found.push({ row, column, value, width, from: 0, to: 0 });
      }),
    );
    rows.forEach((place, i) => lay(ofRow(found, i), place, "to"));
    columns.forEach((place, i) => lay(ofColumn(found, i), place, "from"));
    return found;
  }

  const ofRow = (/** @type {Ribbon[]} */ all, /** @type {number} */ i) => all.filter(({ row }) => row === i);
  const ofColumn = (/** @type {Ribbon[]} */ all, /** @type {number} */ i) => all.filter(({ column }) => column === i);

  /**
   * @param {Ribbon[]} side those of one word, in order
   * @param {Place} place
   * @param {"from" | "to"} end
   */
  function lay(side, { middle, room }, end) {
    const total = side.reduce((sum, { width }) => sum + width, 0);
    const squeeze = Math.min(1, room / total);
    let before = -total / 2;
    for (const ribbon of side) {
      ribbon[end] = middle + (before + ribbon.width / 2) * squeeze;
      before += ribbon.width;
    }
  }

  /**
   * The line along the middle of a ribbon, as the d of an SVG path.
   * @param {{ from: number, to: number }} ends
   * @param {number} length from one line of words to the other, px
   * @param {boolean} sideways whether the lines of words are columns
   */
  function path({ from, to }, length, sideways) {
    const half = length / 2;
    const point = (/** @type {number} */ along, /** @type {number} */ across) =>
      sideways ? `${across} ${along}` : `${along} ${across}`;
    return `M${point(from, 0)}C${point(from, half)} ${point(to, half)} ${point(to, length)}`;
  }

  return { between, path };
})();
