// Gradio's menus, as the keyboard leaves them: Gradio opens one at every key, the Tab key too, and it would then stay
// open over the page.

const menus = (() => {
  /** @param {KeyboardEvent} event */
  function leave(event) {
    const { role } = /** @type {Element} */ (event.target);
    if (event.key === "Tab" && role === "combobox") event.stopPropagation();
  }

  if (typeof document !== "undefined") document.addEventListener("keydown", leave, true);

  return { leave };
})();
