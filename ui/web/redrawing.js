// When a figure is drawn again.

const redrawing = (() => {
  /** @type {WeakMap<Element, (() => void)[]>} by element, so that they go with it */
  const drawings = new WeakMap();

  /**
   * Calls draw() whenever the page goes from light to dark or back.
   * @param {Element} element
   * @param {() => void} draw
   */
  function onTheme(element, draw) {
    const known = drawings.get(element);
    drawings.set(element, [...(known ?? []), draw]);
    if (known) return;
    const figure = new WeakRef(element);
    const observer = new MutationObserver(() => {
      const shown = figure.deref();
      if (shown?.isConnected) for (const each of drawings.get(shown) ?? []) each();
      else observer.disconnect();
    });
    observer.observe(document.body, { attributes: true, attributeFilter: ["class"] });
  }

  /**
   * A function that draws in the next frame, once however often it was called, and never into an element without room;
   * it is also called when the page's theme or the room for the element changes.
   * @param {Element} element
   * @param {() => void} draw
   */
  function responsive(element, draw) {
    let waiting = false;
    let width = 0;
    const soon = () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        if (element.clientWidth > 0) draw();
      });
    };
    new ResizeObserver(() => {
      if (element.clientWidth !== width) soon();
      width = element.clientWidth;
    }).observe(element);
    onTheme(element, soon);
    return soon;
  }

  return { onTheme, responsive };
})();
