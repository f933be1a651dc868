// The page's address is the link to what it shows.

const page = (() => {
  /**
   * Puts what is shown into the address, of which null takes a part out; on a Space the address is the outer page's.
   * @param {Record<string, string | null>} changes
   */
  function setAddress(changes) {
    const url = new URL(window.location.href);
    for (const [name, value] of Object.entries(changes)) {
      if (value === null) url.searchParams.delete(name);
      else url.searchParams.set(name, value);
    }
    window.history.replaceState(null, "", url);
    if (window.parent !== window) {
      window.parent.postMessage({ queryString: url.searchParams.toString() }, "https://huggingface.co");
    }
    return url.href;
  }

  return { setAddress };
})();
