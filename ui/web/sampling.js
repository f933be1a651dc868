// How sampling weighs the tokens of one step, as model/decoding.py does it and in float64 like explain: temperature, then
// top-k, then top-p. tests/web/sampling.json holds what Python computes.

const sampling = (() => {
  /**
   * Ids that may be drawn, the most probable first.
   * @param {ArrayLike<number>} logits
   * @param {Set<number>} forbidden
   */
  function drawable(logits, forbidden) {
    const ids = Array.from(logits, (_, id) => id).filter((id) => !forbidden.has(id));
    return ids.sort((a, b) => logits[b] - logits[a] || a - b);
  }

  /**
   * Divides by their sum what the ids weigh.
   * @param {Float64Array} weights
   * @param {number[]} ids
   */
  function scaleUp(weights, ids) {
    const total = ids.reduce((sum, id) => sum + weights[id], 0);
    for (const id of ids) weights[id] /= total;
  }

  /**
   * The probability of each id.
   * @param {ArrayLike<number>} logits
   * @param {number[]} ids from drawable()
   * @param {{ temperature: number, top_k: number, top_p: number }} settings temperature 0 takes the first, top_k 0 all
   */
  function distribution(logits, ids, { temperature, top_k, top_p }) {
    const weights = new Float64Array(logits.length);
    const largest = logits[ids[0]];
    let kept = top_k > 0 ? ids.slice(0, top_k) : ids;
    if (temperature === 0) kept = ids.slice(0, 1);
    for (const id of kept) weights[id] = temperature === 0 ? 1 : Math.exp((logits[id] - largest) / temperature);
    scaleUp(weights, kept);
    if (top_p < 1) {
      let [n, mass] = [0, 0];
      while (n < kept.length && mass < top_p) mass += weights[kept[n++]];
      for (const id of kept.slice(n)) weights[id] = 0;
      scaleUp(weights, kept.slice(0, n));
    }
    return weights;
  }

  /** @param {Float64Array} probabilities */
  const entropyBits = (probabilities) => probabilities.reduce((sum, p) => (p > 0 ? sum - p * Math.log2(p) : sum), 0);

  return { drawable, distribution, entropyBits };
})();
