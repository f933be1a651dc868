// The one maker of elements. What stands in them goes in as text, so that no visitor's words are ever run.

const elements = (() => {
  /**
   * @typedef {string | number | Node} Content
   * @typedef {Record<string, unknown>} Attributes a function is a listener ("onclick"); null, undefined and false
   *   are left out, but "aria-" says false
   */

  /**
   * @template {Element} E
   * @param {E} made
   * @param {Attributes} attributes
   * @param {Content[]} content
   */
  function furnish(made, attributes, content) {
    for (const [name, value] of Object.entries(attributes)) {
      if (typeof value === "function") made.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
      else if (name.startsWith("aria-") || (value ?? false) !== false) made.setAttribute(name, String(value));
    }
    made.append(...content.map((part) => (part instanceof Node ? part : String(part))));
    return made;
  }

  /**
   * An HTML element.
   * @template {keyof HTMLElementTagNameMap} K
   * @param {K} name
   * @param {Attributes} [attributes]
   * @param {Content[]} content
   */
  const make = (name, attributes = {}, ...content) => furnish(document.createElement(name), attributes, content);

  /**
   * An SVG element.
   * @template {keyof SVGElementTagNameMap} K
   * @param {K} name
   * @param {Attributes} [attributes]
   * @param {Content[]} content
   */
  const svg = (name, attributes = {}, ...content) =>
    furnish(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, content);

  /**
   * A widget's own parts, by selectors.
   * @param {ParentNode} widget
   */
  const within = (widget) => ({
    /** @type {(selector: string) => any} */
    find: (selector) => widget.querySelector(selector),
    /** @type {(selector: string) => any[]} */
    all: (selector) => [...widget.querySelectorAll(selector)],
    /** @type {(type: string, selector: string, listener: (event: any) => void) => void} */
    on: (type, selector, listener) => {
      for (const part of widget.querySelectorAll(selector)) part.addEventListener(type, listener);
    },
  });

  /**
   * A button in the page's quiet look.
   * @param {Content | Content[]} content
   * @param {EventListener} act
   * @param {Attributes} [attributes]
   */
  const button = (content, act, attributes = {}) =>
    make("button", { type: "button", class: "quiet-button", onclick: act, ...attributes }, ...[content].flat());

  /**
   * A table's row: a content that is no cell already gets one.
   * @param {Content[]} contents
   */
  const row = (...contents) =>
    make("tr", {}, ...contents.map((part) => (part instanceof HTMLTableCellElement ? part : make("td", {}, part))));

  /**
   * The names as a select's options, with their numbers as values; what was chosen stays as far as it can.
   * @param {HTMLSelectElement} select
   * @param {string[]} names
   * @param {number} [chosen]
   */
  function options(select, names, chosen = Math.min(Number(select.value) || 0, names.length - 1)) {
    select.replaceChildren(...names.map((name, i) => make("option", { value: i }, name)));
    select.value = String(chosen);
  }

  /**
   * Shows which of some buttons are pressed.
   * @param {Iterable<Element>} buttons
   * @param {(button: any) => boolean} isPressed
   */
  function press(buttons, isPressed) {
    for (const one of buttons) one.ariaPressed = String(isPressed(one));
  }

  /**
   * The selects of a head offer what a model has, and show this one.
   * @param {ParentNode} widget
   * @param {{ layers: Record<string, number>, n_heads: number }} model its layers by kind of attention
   * @param {{ kind: string, layer: number, head: number }} place
   */
  function offerHeads(widget, { layers, n_heads }, { kind, layer, head }) {
    const [kinds, ofLayer, ofHead] = ["kind", "layer", "head"].map(
      (name) => /** @type {HTMLSelectElement} */ (widget.querySelector(`select.${name}`)),
    );
    for (const option of kinds.options) option.hidden = option.disabled = !(option.value in layers);
    kinds.value = kind;
    options(ofLayer, numbered("L", layers[kind]), layer);
    options(ofHead, numbered("H", n_heads), head);
  }

  /**
   * "L1", "L2", …
   * @param {string} letter
   * @param {number} n
   */
  const numbered = (letter, n) => Array.from({ length: n }, (_, i) => `${letter}${i + 1}`);

  /**
   * The names of the paper, such as "W^Q" and "√d_k", with their letters raised and lowered; never for a visitor's text.
   * @param {string} text
   */
  const notation = (text) =>
    text
      .split(/(\^[A-Z]\b|_(?:model|ff|k|\d)\b)/)
      .map((part) => (/^[_^]/.test(part) ? make(part[0] === "^" ? "sup" : "sub", {}, part.slice(1)) : part));

  return { make, svg, within, button, row, options, press, offerHeads, numbered, notation };
})();
