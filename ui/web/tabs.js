// The page's tabs, as a script opens them.

const tabs = (() => {
  /**
   * Opens a tab as a press on it does.
   * @param {string} id
   */
  function open(id) {
    const tab = /** @type {HTMLElement | null} */ (document.querySelector(`#tabs [data-tab-id="${id}"]`));
    if (tab?.ariaSelected === "false") tab.click();
  }

  return { open };
})();
