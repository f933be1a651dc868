// The one walker for pointer and arrow keys, over the cells of a figure and over rows of buttons.

const walking = (() => {
  /** @type {Record<string, Cell>} */
  const STEPS = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
    PageUp: [-10, 0],
    PageDown: [10, 0],
    Home: [0, -Infinity],
    End: [0, Infinity],
  };

  /**
   * Where a key leads, or null where it leads nowhere.
   * @param {KeyboardEvent} event
   * @param {Cell} at
   * @param {Cell} size
   * @returns {Cell | null}
   */
  function moved({ key, altKey, ctrlKey, metaKey }, at, size) {
    if (!(key in STEPS) || altKey || ctrlKey || metaKey) return null;
    const place = (/** @type {0 | 1} */ axis) => Math.max(0, Math.min(size[axis] - 1, at[axis] + STEPS[key][axis]));
    return [place(0), place(1)];
  }

  /**
   * The pointer shows a cell; a click or the keys go to one; Enter, Space or a click picks it. A figure without a width
   * was not drawn yet.
   * @param {HTMLElement | SVGElement} figure
   * @param {object} acts
   * @param {() => Cell} acts.size
   * @param {() => Cell} acts.at
   * @param {(pointer: { x: number, y: number }) => Cell | null} acts.find the cell under the pointer
   * @param {(row: number, column: number) => void} acts.show
   * @param {(row: number, column: number) => void} acts.go
   * @param {(row: number, column: number) => void} [acts.pick]
   */
  function walk(figure, { size, at, find, show, go, pick = () => {} }) {
    const blank = () => !figure.style.width;
    const under = (/** @type {MouseEvent} */ event) => {
      const { left, top } = figure.getBoundingClientRect();
      const zoom = fullscreen.zoomOf(figure);
      return blank() ? null : find({ x: (event.clientX - left) / zoom, y: (event.clientY - top) / zoom });
    };
    const onKey = (/** @type {KeyboardEvent} */ event) => {
      if (blank()) return;
      const next = moved(event, at(), size());
      if (next) go(...next);
      else if (event.key === "Enter" || event.key === " ") pick(...at());
      else return;
      event.preventDefault();
    };
    figure.addEventListener("keydown", /** @type {EventListener} */ (onKey));
    figure.addEventListener("pointermove", (event) => {
      const cell = under(/** @type {MouseEvent} */ (event));
      if (cell) show(...cell);
    });
    figure.addEventListener("click", (event) => {
      const cell = under(/** @type {MouseEvent} */ (event));
      if (!cell) return;
      go(...cell);
      pick(...cell);
    });
  }

  /**
   * Buttons in a frame, of which the Tab key reaches one and the arrow keys the others.
   * @param {HTMLElement[]} buttons
   * @param {HTMLElement} [reached]
   */
  function reach(buttons, reached = buttons[0]) {
    for (const button of buttons) button.tabIndex = button === reached ? 0 : -1;
  }

  return { moved, walk, reach };
})();
