// Saving what is shown: pictures with their titles, numbers as CSV or JSON.

const saving = (() => {
  const { svg } = elements;
  const LINE = 20; // px, a line of words
  const TOP = 10; // px over the title
  const NARROWEST = 480; // px, so that the words at the foot have room

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

  // ---- pictures: their title above, and at the foot what they are about and the link that opens it again ----

  /**
   * What most pictures are about: the page's sentence, and what became of it.
   * @returns {string[]}
   */
  function pageSentence() {
    const [request, shown] = [topics.last("request"), topics.last("translation")];
    if (!request) return [];
    const { hypotheses, chosen = 0, translates, text = "" } = shown ?? {};
    if (!hypotheses || JSON.stringify(shown?.request) !== JSON.stringify(request)) return [request.text];
    return translates ? [text, `→ ${hypotheses[chosen].text}`] : [hypotheses[chosen].text];
  }

  /**
   * The sentences and translations of a widget that has its own.
   * @param {Element} list with the class "translations"
   */
  const ownSentences = (list) =>
    [...list.querySelectorAll("dt")].map((one) => `${one.textContent} → ${one.nextElementSibling?.textContent}`);

  /**
   * A text in lines of at most so many letters, broken at its spaces, and inside a word that is longer than a line.
   * @param {string} text
   * @param {number} length
   */
  function wrapped(text, length) {
    const lines = [""];
    for (const word of text.split(/(?<=\s)/)) {
      for (let from = 0; from < word.length; from += length) {
        const piece = word.slice(from, from + length);
        const last = lines[lines.length - 1];
        if (last && (last + piece).trimEnd().length > length) lines.push(piece);
        else lines[lines.length - 1] = last + piece;
      }
    }
    return lines.map((line) => line.trimEnd());
  }

  /**
   * How wide a picture with its words is, what stands under it, and how much room that takes.
   * @param {number} width of the picture
   * @param {string[]} titles
   * @param {string[]} about
   */
  function layout(width, titles, about) {
    const wide = Math.max(NARROWEST, width, ...titles.map((line) => surfaces.widthOf(line) + 24));
    const letters = Math.floor((wide - 24) / surfaces.widthOf("m"));
    const foot = [...about, window.location.href].flatMap((line) => wrapped(line, letters));
    return { wide, foot, top: TOP + LINE * titles.length, bottom: TOP + LINE * foot.length };
  }

  /**
   * @param {string} name
   * @param {string | string[]} title one line or several, above the picture
   * @param {HTMLCanvasElement} canvas from surfaces.surface
   * @param {string[]} [about] none where it is about no sentence
   */
  function savePng(name, title, canvas, about = pageSentence()) {
    const lines = [title].flat();
    const [width, height] = [Number.parseFloat(canvas.style.width), Number.parseFloat(canvas.style.height)];
    const { wide, foot, top, bottom } = layout(width, lines, about);
    const picture = document.createElement("canvas");
    const pen = surfaces.surface(picture, wide, top + height + bottom, canvas.width / width);
    lines.forEach((line, i) => surfaces.write(pen, line, 4, 16 + LINE * i, "left", "ink"));
    pen.drawImage(canvas, 0, top, width, height);
    foot.forEach((line, i) => surfaces.write(pen, line, 4, top + height + 16 + LINE * i));
    picture.toBlob((blob) => blob && save(name, blob), "image/png");
  }

  /**
   * @param {string} name
   * @param {string} title
   * @param {SVGSVGElement} drawing whose colours are written out, since a file knows no CSS variables
   * @param {string[]} [about] none where it is about no sentence
   */
  function saveSvg(name, title, drawing, about = pageSentence()) {
    const written = /** @type {SVGSVGElement} */ (drawing.cloneNode(true));
    const [width, height] = ["width", "height"].map((side) => Number(drawing.getAttribute(side)));
    const { wide, foot, top, bottom } = layout(width, [title], about);
    const size = { width: wide, height: top + height + bottom };
    const look = { "font-family": colours.variable("font-mono"), "font-size": 12 };
    const all = { viewBox: `0 ${-top} ${wide} ${size.height}`, ...size, ...look };
    for (const [side, value] of Object.entries(all)) written.setAttribute(side, String(value));
    written.removeAttribute("style"); // the room it had on the page
    const ground = svg("rect", { y: -top, ...size, fill: colours.variable("ground") });
    written.prepend(ground, planes.text(4, 16 - top, title, { colour: "ink" }));
    written.append(...foot.map((line, i) => planes.text(4, height + 16 + LINE * i, line)));
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

  return { csv, wrapped, ownSentences, saveText, saveCsv, saveJson, savePng, saveSvg, copy };
})();
