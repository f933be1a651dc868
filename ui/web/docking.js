// A card that stands beside the tab that it is about: at the lower edge of the screen where there is no room. One is open
// at a time, with one picture lit; Esc leaves it.
//
//   const dock = docking.dock(element, leave);
//   dock.open();
//   dock.look("inside", "#inside-stage");

const docking = (() => {
  const PATIENCE = 600; // frames in which a tab and its picture come
  const TOP = 5; // frames
  /** @type {HTMLElement | null} */
  let docked = null; // the widget whose card is open
  let leaveDocked = () => {};
  /** @type {HTMLElement | null} */
  let lit = null; // its picture
  let looks = 0; // how often it was looked for

  /** @param {HTMLElement | null} picture */
  function light(picture) {
    lit?.classList.remove("lit-picture");
    lit = picture;
    if (!lit) return;
    lit.classList.add("lit-picture");
    /** @type {NodeListOf<HTMLDetailsElement>} */
    const folds = lit.querySelectorAll(".figure > section > details");
    for (const folded of folds) folded.open = true;
    lit.scrollIntoView();
  }

  /**
   * Opens a tab, which may not be there yet, and lights a picture in it. The tab's top is in sight for some frames before:
   * what stands there may be asked only then, and the picture may draw its answer.
   * @param {string} id the tab
   * @param {string} selector the picture
   * @param {() => void} [then]
   */
  function look(id, selector, then = () => {}) {
    rest();
    const number = looks;
    /**
     * @param {number} frames
     * @param {number} seen
     */
    function wait(frames, seen) {
      if (number !== looks) return; // another is looked for
      const tab = tabs.open(id);
      const picture = /** @type {HTMLElement | null} */ (document.querySelector(selector));
      if (tab && tab.ariaSelected !== "true") address.bring("tab", id);
      const isThere = tab?.ariaSelected === "true" && picture?.clientWidth;
      if (isThere && seen === TOP) {
        light(picture);
        then();
      } else if (frames) {
        if (isThere) tab.scrollIntoView();
        requestAnimationFrame(() => wait(frames - 1, isThere ? seen + 1 : 0));
      }
    }
    wait(PATIENCE, 0);
  }

  function enter() {
    /** @type {NodeListOf<HTMLElement> | undefined} */
    const reached = lit?.querySelectorAll(
      "button:not(:disabled, [tabindex='-1']), [tabindex='0']:not(dfn), input, select",
    );
    [...(reached ?? [])].find((each) => each.checkVisibility())?.focus();
  }

  /**
   * Where a widget's block stands on the page.
   * @param {HTMLElement} element
   */
  const place = (element) => /** @type {HTMLElement} */ (element.closest(".block"));

  /** What has the focus does not stay behind the card where that stands over the page. */
  function makeRoom() {
    const over = docked && getComputedStyle(place(docked)).top === "auto";
    document.documentElement.style.scrollPaddingBottom = over ? `${docked?.offsetHeight}px` : "";
  }

  function rest() {
    looks++; // whatever is looked for
    light(null);
    makeRoom();
  }

  /**
   * @param {HTMLElement} element the widget that has the card
   * @param {() => void} leave
   */
  function dock(element, leave) {
    function open() {
      if (docked !== element) leaveDocked();
      [docked, leaveDocked] = [element, leave];
      place(element).classList.add("docked");
      place(element).closest(".column")?.classList.add("docking");
      rest();
    }

    function close() {
      [docked, leaveDocked] = [null, () => {}];
      place(element).classList.remove("docked");
      place(element).closest(".column")?.classList.remove("docking");
      rest();
    }

    return { open, close, look };
  }

  document.addEventListener("keydown", (event) => {
    const taken = event.defaultPrevented || document.querySelector(":popover-open");
    if (docked?.isConnected && event.key === "Escape" && !taken) leaveDocked();
  });

  return { dock, enter };
})();
