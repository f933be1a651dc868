// Tokens as chips. The same token has the same key in every tab, and hovering it in one place lights it in all.

const tokens = (() => {
  /** @typedef {{ text: string, special?: boolean }} Token */

  /**
   * "▁Haus" -> "Haus"; a lone space and bytes keep a visible form.
   * @param {string} text
   */
  const label = (text) => text.replace(/^▁/, "") || "␣";

  /** @param {Token} token */
  const tokenText = (token) => label(token.text);

  /**
   * A token's name in a row of labels: special tokens as they are.
   * @param {Token} token
   */
  const tokenName = (token) => (token.special ? token.text : tokenText(token));

  /**
   * @param {Token} token
   * @param {string | null} [key] what this token is on the page, such as "src:3"
   * @param {"span" | "button"} [tag]
   */
  function tokenElement(token, key, tag = "span") {
    const chip = elements.make(tag, { class: "token", type: tag === "button" && tag }, tokenName(token));
    chip.classList.toggle("starts-word", token.text.startsWith("▁"));
    chip.classList.toggle("special", Boolean(token.special));
    if (key) linkHover(chip, key);
    return chip;
  }

  /** @param {string[]} keys */
  function light(keys) {
    const wanted = new Set(keys);
    for (const chip of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-token]"))) {
      chip.classList.toggle("lit", wanted.has(chip.dataset.token ?? ""));
    }
    topics.publish("tokens.lit", keys);
  }

  /**
   * @param {HTMLElement} chip
   * @param {string} key
   * @param {() => string[]} others what else it lights
   */
  function linkHover(chip, key, others = () => []) {
    chip.dataset.token = key;
    for (const name of ["mouseenter", "focus"]) chip.addEventListener(name, () => light([key, ...others()]));
    for (const name of ["mouseleave", "blur"]) chip.addEventListener(name, () => light([]));
  }

  return { label, tokenText, tokenName, tokenElement, light, linkHover };
})();
