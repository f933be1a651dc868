// Axes: round numbers to name on them, and where a number stands.

const axes = (() => {
  /**
   * Round numbers from low to high, about `wanted` of them.
   * @param {number} low
   * @param {number} high
   * @param {number} wanted
   * @param {boolean} [whole]
   */
  function ticks(low, high, wanted, whole = false) {
    if (high <= low) return [low];
    const least = (high - low) / wanted;
    const power = 10 ** Math.floor(Math.log10(least));
    let step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= least) ?? 10 * power;
    if (whole) step = Math.max(1, Math.round(step));
    const first = Math.ceil(low / step - 1e-9);
    const n = Math.floor((high - first * step) / step + 1e-9) + 1;
    return Array.from({ length: n }, (_, i) => (first + i) * step);
  }

  /**
   * Powers of ten; where the axis spans less than two of them, 1, 2 and 5 of each.
   * @param {number} low
   * @param {number} high
   * @param {number} wanted
   */
  function logTicks(low, high, wanted) {
    const [first, last] = [Math.log10(low), Math.log10(high)];
    const powers =
      last - first < 2
        ? [0, 1, 2].flatMap((i) => [1, 2, 5].map((factor) => factor * 10 ** (Math.floor(first) + i)))
        : ticks(Math.floor(first), Math.ceil(last), wanted, true).map((power) => 10 ** power);
    return powers.filter((value) => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9));
  }

  /**
   * @param {Axis} axis
   * @param {number} wanted
   */
  function ticksOf({ low, high, log, whole }, wanted) {
    if (low === undefined || high === undefined) return [];
    return log ? logTicks(low, high, wanted) : ticks(low, high, wanted, whole);
  }

  /**
   * The ends of an axis over these numbers, with a margin; a logarithmic one skips what has no logarithm.
   * @param {number[]} values
   * @param {boolean} [log]
   */
  function around(values, log = false) {
    const measured = values.filter((value) => !log || value > 0).map((value) => (log ? Math.log10(value) : value));
    let [low, high] = [Math.min(...measured), Math.max(...measured)];
    if (!log && low > 0 && low < high / 2) low = 0;
    const margin = (high - low || 1) * 0.03;
    if (low !== 0 || log) low -= margin;
    high += margin;
    return log ? { low: 10 ** low, high: 10 ** high } : { low, high };
  }

  /**
   * @param {Axis} axis
   * @param {number} from
   * @param {number} to
   * @returns {((value: number) => number) & { back: (pixel: number) => number }} value -> pixel, and back
   */
  function along({ low = 0, high = 1, log }, from, to) {
    /** @param {number} value */
    const measure = (value) => (log ? Math.log10(value) : value);
    const [start, length] = [measure(low), measure(high) - measure(low) || 1];
    /** @param {number} value */
    const place = (value) => from + ((measure(value) - start) / length) * (to - from);
    /** @param {number} pixel */
    const back = (pixel) => {
      const measured = start + ((pixel - from) / (to - from)) * length;
      return log ? 10 ** measured : measured;
    };
    return Object.assign(place, { back });
  }

  /**
   * Places as near to those that are wanted as they can be with so much between them.
   * @param {number[]} wanted
   * @param {number} between
   * @param {number} last the largest that may be
   */
  function apart(wanted, between, last) {
    const order = [...wanted.keys()].sort((one, other) => wanted[one] - wanted[other]);
    const found = [...wanted];
    order.forEach((i, n) => n && (found[i] = Math.max(found[i], found[order[n - 1]] + between)));
    let limit = last;
    for (const i of order.reverse()) {
      found[i] = Math.min(found[i], limit);
      limit = found[i] - between;
    }
    return found;
  }

  return { ticks, logTicks, ticksOf, around, along, apart };
})();
