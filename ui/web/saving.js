// Saving what is shown: pictures with their titles, numbers as CSV or JSON.

const saving = (() => {
  const { svg } = elements;
  const LINE = 20; // px, a line of the title

  /**
   * @param {string} name
   * @param {Blob} blob
   */
  function save(name, blob) {
    const link = elements.make("a", { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  /**
   * A cell that a spreadsheet would take for a formula is led by an apostrophe.
   * @param {string | number} value
   */
  function csvCell(value) {
    if (typeof value === "number") return String(value);
    const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  }

  /** @param {(string | number)[][]} rows */
  const csv = (rows) => rows.map((row) => row.map(csvCell).join(",")).join("\n") + "\n";

  /**
   * @param {string} name
   * @param {(string | number)[][]} rows
   */
  const saveCsv = (name, rows) => save(name, new Blob([csv(rows)], { type: "text/csv" }));

  /**
   * @param {string} name
   * @param {string} text
   */
  const saveText = (name, text) => save(name, new Blob([text], { type: "text/plain" }));

  /**
   * @param {string} name
   * @param {unknown} value
   */
  const saveJson = (name, value) =>
    save(name, new Blob([JSON.stringify(value, null, 2)], { type: "application/json" }));

  /**
   * @param {string} name
   * @param {string | string[]} title one line or several, above the picture
   * @param {HTMLCanvasElement} canvas from surfaces.surface
   */
  function savePng(name, title, canvas) {
    const lines = [title].flat();
    const [width, height] = [Number.parseFloat(canvas.style.width), Number.parseFloat(canvas.style.height)];
    const picture = document.createElement("canvas");
    const wide = Math.max(width, ...lines.map((line) => surfaces.widthOf(line) + 24));
    const top = 10 + LINE * lines.length;
    const pen = surfaces.surface(picture, wide, height + top, canvas.width / width);
    lines.forEach((line, i) => surfaces.write(pen, line, 4, 16 + LINE * i, "left", "ink"));
    pen.drawImage(canvas, 0, top, width, height);
    picture.toBlob((blob) => blob && save(name, blob), "image/png");
  }

  /**
   * @param {string} name
   * @param {string} title
   * @param {SVGSVGElement} drawing whose colours are written out, since a file knows no CSS variables
   */
  function saveSvg(name, title, drawing) {
    const written = /** @type {SVGSVGElement} */ (drawing.cloneNode(true));
    const [width, height] = ["width", "height"].map((side) => Number(drawing.getAttribute(side)));
    const wide = Math.max(width, surfaces.widthOf(title) + 24);
    const size = { width: wide, height: height + 30 };
    const look = { "font-family": colours.variable("font-mono"), "font-size": 12 };
    const all = { viewBox: `0 -30 ${wide} ${height + 30}`, ...size, ...look };
    for (const [side, value] of Object.entries(all)) written.setAttribute(side, String(value));
    const ground = svg("rect", { y: -30, ...size, fill: colours.variable("ground") });
    written.prepend(ground, planes.text(4, -14, title, { colour: "ink" }));
    save(name, new Blob([new XMLSerializer().serializeToString(written)], { type: "image/svg+xml" }));
  }

  /**
   * Copies a text and says whether that went well.
   * @param {string} text
   * @param {Element} status beside the button that was pressed
   */
  async function copy(text, status) {
    try {
      await navigator.clipboard.writeText(text);
      status.textContent = "Copied.";
    } catch {
      status.textContent = "The browser did not allow copying: select the text instead.";
    }
  }

  return { csv, saveText, saveCsv, saveJson, savePng, saveSvg, copy };
})();
