// What every widget of this page shares: tokens, numbers, colours, linked hovering, saving.
// Text of visitors reaches the page through textContent or a canvas only.

window.lens = (() => {
  // ---- numbers -------------------------------------------------------------------------------------------------

  // three significant digits, never "0.00"
  function number(x) {
    if (x === 0) return "0";
    if (!Number.isFinite(x)) return x > 0 ? "∞" : x < 0 ? "−∞" : "not a number";
    const size = Math.abs(x);
    const text = size >= 1e-3 && size < 1e5 ? String(Number(x.toPrecision(3))) : x.toExponential(2);
    return text.replaceAll("-", "−");
  }

  const percent = (p) => `${number(100 * p)} %`;

  // the names of the paper, such as "W^Q" and "√d_k", with their letters raised and lowered; never for a visitor's text
  function notation(text) {
    return text.split(/(\^[A-Z]\b|_(?:model|ff|k|\d)\b)/).map((part) => {
      if (!/^[_^]/.test(part)) return part;
      const small = document.createElement(part[0] === "^" ? "sup" : "sub");
      small.textContent = part.slice(1);
      return small;
    });
  }

  // ---- tokens --------------------------------------------------------------------------------------------------

  // "▁Haus" -> "Haus"; a lone space and bytes keep a visible form
  const label = (text) => text.replace(/^▁/, "") || "␣";
  const tokenText = (token) => label(token.text);

  // key: what this token is on the page, such as "src:3"; the same token has the same key in every tab
  function tokenElement(token, key, tag = "span") {
    const element = document.createElement(tag);
    if (tag === "button") element.type = "button";
    element.className = "token";
    element.classList.toggle("starts-word", token.text.startsWith("▁"));
    element.classList.toggle("special", token.special);
    element.textContent = token.special ? token.text : tokenText(token);
    if (key) linkHover(element, key);
    return element;
  }

  // ---- choices -------------------------------------------------------------------------------------------------

  // the names as a select's options, with their numbers as values; what was chosen stays as far as it can
  function options(select, names, chosen = Math.min(Number(select.value) || 0, names.length - 1)) {
    const made = names.map((name, i) => {
      const option = document.createElement("option");
      option.value = i;
      option.textContent = name;
      return option;
    });
    select.replaceChildren(...made);
    select.value = chosen;
  }

  // "L1", "L2", …
  const numbered = (letter, n) => Array.from({ length: n }, (_, i) => `${letter}${i + 1}`);

  // ---- linked hovering -----------------------------------------------------------------------------------------

  function light(keys) {
    const wanted = new Set(keys);
    for (const element of document.querySelectorAll("[data-token]")) {
      element.classList.toggle("lit", wanted.has(element.dataset.token));
    }
  }

  function linkHover(element, key, others = () => []) {
    element.dataset.token = key;
    const on = () => light([key, ...others()]);
    const off = () => light([]);
    element.addEventListener("mouseenter", on);
    element.addEventListener("focus", on);
    element.addEventListener("mouseleave", off);
    element.addEventListener("blur", off);
  }

  // ---- colours -------------------------------------------------------------------------------------------------

  const variable = (name) => getComputedStyle(document.body).getPropertyValue(`--${name}`).trim();

  function rgb(hex) {
    const value = parseInt(hex.slice(1), 16);
    return [value >> 16, (value >> 8) & 255, value & 255];
  }

  const mix = (from, to, t) => from.map((channel, i) => Math.round(channel + (to[i] - channel) * t));

  // 256 steps from the page's ground to indigo, for weights and probabilities
  function sequential() {
    const from = rgb(variable("ground"));
    const to = rgb(variable("scale"));
    return Array.from({ length: 256 }, (_, i) => mix(from, to, i / 255));
  }

  // 256 steps for signed values, grey in the middle
  function diverging() {
    const zero = rgb(variable("scale-zero"));
    const ends = [rgb(variable("scale-negative")), rgb(variable("scale-positive"))];
    return Array.from({ length: 256 }, (_, i) => mix(zero, ends[i < 128 ? 0 : 1], Math.abs(i - 127.5) / 127.5));
  }

  // calls draw() whenever the page goes from light to dark or back
  function onTheme(element, draw) {
    const observer = new MutationObserver(() => (element.isConnected ? draw() : observer.disconnect()));
    observer.observe(document.body, { attributes: true, attributeFilter: ["class"] });
  }

  // ---- data ----------------------------------------------------------------------------------------------------

  // one base64 string of bytes -> Uint8Array; a loop, because Uint8Array.from with a function takes four times as long
  function bytes(base64) {
    const characters = atob(base64);
    const array = new Uint8Array(characters.length);
    for (let i = 0; i < characters.length; i++) array[i] = characters.charCodeAt(i);
    return array;
  }

  // What one widget tells others: `subscribe` hears the last value at once, then every new one while `element` is shown.
  const topics = new Map();

  function topic(name) {
    if (!topics.has(name)) topics.set(name, { value: undefined, listeners: [] });
    return topics.get(name);
  }

  function publish(name, value) {
    const { listeners } = topic(name);
    topic(name).value = value;
    topic(name).listeners = listeners.filter(({ element }) => element.isConnected);
    for (const { listener } of topic(name).listeners) listener(value);
  }

  function subscribe(element, name, listener) {
    topic(name).listeners.push({ element, listener });
    if (topic(name).value !== undefined) listener(topic(name).value);
  }

  // ---- saving --------------------------------------------------------------------------------------------------

  function save(name, blob) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  // a cell that a spreadsheet would take for a formula is led by an apostrophe
  function csvCell(value) {
    if (typeof value === "number") return String(value);
    const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  }

  const saveCsv = (name, rows) =>
    save(name, new Blob([rows.map((row) => row.map(csvCell).join(",")).join("\n") + "\n"], { type: "text/csv" }));

  const saveJson = (name, value) =>
    save(name, new Blob([JSON.stringify(value, null, 2)], { type: "application/json" }));

  // paints one pixel a cell; colour(i) is [red, green, blue]; style the canvas larger with image-rendering: pixelated
  function paintCells(canvas, nRows, nColumns, colour) {
    canvas.width = nColumns;
    canvas.height = nRows;
    const context = canvas.getContext("2d");
    const image = context.createImageData(nColumns, nRows);
    const { data } = image; // looked up once: every access goes through the browser
    for (let i = 0; i < nRows * nColumns; i++) {
      const rgb = colour(i);
      data[4 * i] = rgb[0];
      data[4 * i + 1] = rgb[1];
      data[4 * i + 2] = rgb[2];
      data[4 * i + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  }

  // a picture to be saved: the page's ground, ink and font; twice as fine as its size says
  function paper(width, height) {
    const canvas = document.createElement("canvas");
    canvas.width = 2 * width;
    canvas.height = 2 * height;
    const context = canvas.getContext("2d");
    context.scale(2, 2);
    context.fillStyle = variable("ground");
    context.fillRect(0, 0, width, height);
    context.fillStyle = variable("ink");
    context.textBaseline = "middle";
    context.imageSmoothingEnabled = false; // cells stay sharp
    context.font = `13px ${getComputedStyle(document.querySelector(".gradio-container")).fontFamily}`;
    return { canvas, context };
  }

  // the sequential scale as a bar in a picture, with the words for its two ends
  function drawScale(context, x, y, low, high) {
    const left = x + context.measureText(low).width + 8;
    const bar = context.createLinearGradient(left, 0, left + 128, 0);
    bar.addColorStop(0, variable("ground"));
    bar.addColorStop(1, variable("scale"));
    context.fillText(low, x, y);
    context.fillText(high, left + 136, y);
    context.fillStyle = bar;
    context.strokeStyle = variable("line");
    context.fillRect(left, y - 5, 128, 10);
    context.strokeRect(left, y - 5, 128, 10);
    context.fillStyle = variable("ink");
  }

  const savePng = (name, canvas) => canvas.toBlob((blob) => save(name, blob), "image/png");

  // an SVG element; its text goes in as text
  function svg(name, attributes = {}, ...children) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  }

  // drawing: an <svg> whose colours are written out, since a file knows no CSS variables
  function saveSvg(name, drawing) {
    const copy = drawing.cloneNode(true);
    const size = { width: drawing.getAttribute("width"), height: drawing.getAttribute("height") };
    copy.prepend(svg("rect", { ...size, fill: variable("ground") }));
    save(name, new Blob([new XMLSerializer().serializeToString(copy)], { type: "image/svg+xml" }));
  }

  // ---- links ---------------------------------------------------------------------------------------------------

  // puts what is shown into the address, so that the address is the link; on a Space the address is the outer page's
  function setAddress(changes) {
    const url = new URL(window.location.href);
    for (const [name, value] of Object.entries(changes)) url.searchParams.set(name, value);
    window.history.replaceState(null, "", url);
    if (window.parent !== window) {
      window.parent.postMessage({ queryString: url.searchParams.toString() }, "https://huggingface.co");
    }
    return url.href;
  }

  return {
    number, percent, notation, label, tokenText, tokenElement, options, numbered, light, linkHover, variable, rgb, sequential,
    diverging, onTheme, bytes,
    publish, subscribe, paintCells, paper, drawScale, save, saveCsv, saveJson, savePng, svg, saveSvg, setAddress,
  };
})();
