// The page's colours, read again at every drawing, since light and dark have others.

const colours = (() => {
  /** @typedef {[number, number, number]} Rgb */

  /** @param {string} name of a variable in colours.css */
  const variable = (name) => getComputedStyle(document.body).getPropertyValue(`--${name}`).trim();

  /**
   * @param {string} hex
   * @returns {Rgb}
   */
  function rgb(hex) {
    const value = parseInt(hex.slice(1), 16);
    return [value >> 16, (value >> 8) & 255, value & 255];
  }

  /**
   * @param {Rgb} from
   * @param {Rgb} to
   * @param {number} t
   */
  const mix = (from, to, t) =>
    /** @type {Rgb} */ (from.map((channel, i) => Math.round(channel + (to[i] - channel) * t)));

  /** 256 steps from the page's ground to indigo, for weights and probabilities. */
  function sequential() {
    const [from, to] = [rgb(variable("ground")), rgb(variable("scale"))];
    return Array.from({ length: 256 }, (_, i) => mix(from, to, i / 255));
  }

  /** 256 steps for signed values, grey in the middle. */
  function diverging() {
    const zero = rgb(variable("scale-zero"));
    const ends = [rgb(variable("scale-negative")), rgb(variable("scale-positive"))];
    return Array.from({ length: 256 }, (_, i) => mix(zero, ends[i < 128 ? 0 : 1], Math.abs(i - 127.5) / 127.5));
  }

  /**
   * What heat() wants of a scale of weights and the like.
   * @param {number} high
   */
  const unsigned = (high) => ({ colours: sequential(), low: 0, high });

  /**
   * What it wants of one of signed values.
   * @param {number} most the largest size
   */
  const signed = (most) => ({ colours: diverging(), low: -most, high: most });

  /**
   * The relative luminance of WCAG, from 0 to 1.
   * @param {number[]} colour
   */
  function luminance(colour) {
    const [red, green, blue] = colour.map((channel) => {
      const share = channel / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }

  /**
   * In which of the page's two inks words are read better on a colour.
   * @param {number[]} colour
   */
  function inkOn(colour) {
    /** @param {string} name */
    const contrast = (name) => {
      const [one, other] = [luminance(colour), luminance(rgb(variable(name)))];
      return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    };
    return contrast("ink") >= contrast("ground") ? "ink" : "ground";
  }

  return { variable, rgb, sequential, unsigned, signed, inkOn };
})();
