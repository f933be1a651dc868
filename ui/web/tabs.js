// The page's tabs, as a script opens them.

const tabs = (() => {
  /**
   * Opens a tab as a press on it does, and gives its button, in sight; null where the page has no such tab (yet).
   * @param {string} id
   */
  function open(id) {
    const tab = /** @type {HTMLElement | null} */ (document.querySelector(`#tabs [data-tab-id="${id}"]`));
    if (tab?.ariaSelected === "false") tab.click();
    return tab;
  }

  return { open };
})();
