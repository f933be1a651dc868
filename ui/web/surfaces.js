// A canvas to draw on, words on it, and the one bar that shows a scale.

const surfaces = (() => {
  const TEXT_SIZE = 12;
  const BAR = { width: 96, height: 10 };

  /**
   * A clean canvas of this size in CSS pixels, with the page's ground, so that a saved picture can be read.
   * @param {HTMLCanvasElement} canvas
   * @param {number} width
   * @param {number} height
   * @param {number} [density] device pixels a CSS pixel
   */
  function surface(canvas, width, height, density = fullscreen.density(canvas)) {
    canvas.width = Math.round(width * density);
    canvas.height = Math.round(height * density);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    pen.scale(density, density);
    pen.fillStyle = colours.variable("ground");
    pen.fillRect(0, 0, width, height);
    pen.font = `${TEXT_SIZE}px ${colours.variable("font-mono")}`;
    pen.imageSmoothingEnabled = false; // cells stay sharp
    return pen;
  }

  /**
   * A surface of its own for a picture that is saved, twice as fine as its size says.
   * @param {number} width
   * @param {number} height
   */
  function picture(width, height) {
    const canvas = document.createElement("canvas");
    return { canvas, pen: surface(canvas, width, height, 2) };
  }

  /** @param {string} text */
  const widthOf = (text) => picture(1, 1).pen.measureText(text).width;

  /**
   * @param {CanvasRenderingContext2D} pen
   * @param {string} text
   * @param {number} x
   * @param {number} y
   * @param {CanvasTextAlign} [align]
   * @param {string} [colour] of the page
   */
  function write(pen, text, x, y, align = "left", colour = "muted") {
    pen.fillStyle = colours.variable(colour);
    pen.textAlign = align;
    pen.textBaseline = "middle";
    pen.fillText(text, x, y);
  }

  /**
   * As write(), from below upwards: the text ends below the point, or begins there.
   * @param {CanvasRenderingContext2D} pen
   * @param {string} text
   * @param {number} x
   * @param {number} y
   * @param {CanvasTextAlign} [align]
   */
  function writeUpwards(pen, text, x, y, align = "left") {
    pen.save();
    pen.translate(x, y);
    pen.rotate(-Math.PI / 2);
    write(pen, text, 0, 0, align);
    pen.restore();
  }

  /**
   * The scale as a bar, with the words for its two ends; gives where it ends.
   * @param {CanvasRenderingContext2D} pen
   * @param {{ colours: number[][], low: string, high: string }} scale
   * @param {number} x
   * @param {number} y
   */
  function scaleBar(pen, { colours: steps, low, high }, x, y) {
    const left = x + pen.measureText(low).width + 6;
    write(pen, low, x, y);
    steps.forEach((colour, i) => {
      pen.fillStyle = `rgb(${colour})`;
      pen.fillRect(
        left + (i / steps.length) * BAR.width,
        y - BAR.height / 2,
        BAR.width / steps.length + 0.5,
        BAR.height,
      );
    });
    pen.strokeStyle = colours.variable("line");
    pen.lineWidth = 1;
    pen.strokeRect(left, y - BAR.height / 2, BAR.width, BAR.height);
    write(pen, high, left + BAR.width + 6, y);
    return left + BAR.width + 6 + pen.measureText(high).width;
  }

  return { surface, picture, widthOf, write, writeUpwards, scaleBar };
})();
