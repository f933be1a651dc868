// When a figure is drawn again.

const redrawing = (() => {
  /**
   * Calls draw() whenever the page goes from light to dark or back.
   * @param {Element} element
   * @param {() => void} draw
   */
  function onTheme(element, draw) {
    const observer = new MutationObserver(() => (element.isConnected ? draw() : observer.disconnect()));
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
