// Numbers as the page writes them, and as they reach it.

const numbers = (() => {
  /**
   * Three significant digits, never "0.00".
   * @param {number} x
   */
  function number(x) {
    if (x === 0) return "0";
    if (!Number.isFinite(x)) return x > 0 ? "∞" : x < 0 ? "−∞" : "not a number";
    const size = Math.abs(x);
    const text = size >= 1e-3 && size < 1e5 ? String(Number(x.toPrecision(3))) : x.toExponential(2);
    return text.replaceAll("-", "−");
  }

  /**
   * The same with its sign, + too.
   * @param {number} x
   */
  const signed = (x) => (x > 0 ? `+${number(x)}` : number(x));

  /**
   * A count as it is, all else to three digits.
   * @param {number} x
   */
  const count = (x) => (Number.isInteger(x) && Math.abs(x) < 1e6 ? String(x).replace("-", "−") : number(x));

  /** @param {number} p from 0 to 1 */
  const percent = (p) => `${number(100 * p)}%`;

  /**
   * One base64 string of bytes.
   * @param {string} base64
   */
  function bytes(base64) {
    const characters = atob(base64);
    const array = new Uint8Array(characters.length);
    // a loop, because Uint8Array.from with a function takes four times as long
    for (let i = 0; i < characters.length; i++) array[i] = characters.charCodeAt(i);
    return array;
  }

  /**
   * 32-bit floats, row by row.
   * @param {{ base64: string }} packed
   */
  const floats = ({ base64 }) => new Float32Array(bytes(base64).buffer);

  /**
   * The largest size of a value that is not masked (−∞).
   * @param {Iterable<number>} values
   */
  function largest(values) {
    let size = 0;
    for (const value of values) if (Number.isFinite(value)) size = Math.max(size, Math.abs(value));
    return size;
  }

  return { number, signed, count, percent, bytes, floats, largest };
})();
