// A figure over the whole screen, enlarged with its type and strokes until it is read from the last row. A button of the
// class "full-screen" opens the section around it, or what its data-frame names, and leaves it again, as Esc does. Where
// the browser gives no screen (a phone, a frame without the right), the figure fills the window.

const fullscreen = (() => {
  const ROOM = { width: 960, height: 540 }; // px, what a screen is to hold at the size of type that the page has
  const LARGEST = 3; // times the page's type
  const LEAST = 0.75; // of the zoom that the screen asks for; what is higher still scrolls
  const WORDS = { open: "Full screen", leave: "Leave full screen" };

  /** @type {{ frame: HTMLElement, button: HTMLElement, scrolled: number } | null} */
  let opened = null;

  /**
   * How much larger an element is drawn than the page says.
   * @param {Element} element
   */
  function zoomOf(element) {
    const frame = /** @type {HTMLElement | null} */ (element.closest(".fills-screen"));
    return Number(frame?.style.zoom) || 1;
  }

  /**
   * Device pixels a CSS pixel, so that what is enlarged stays sharp.
   * @param {Element} element
   */
  const density = (element) => (window.devicePixelRatio || 1) * zoomOf(element);

  /**
   * The zoom for a screen, from 1.
   * @param {number} width
   * @param {number} height
   */
  const wanted = (width, height) => Math.max(1, Math.min(LARGEST, width / ROOM.width, height / ROOM.height));

  const redrawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));

  // As large as the screen asks for, or smaller where the figure would be too high; it is drawn anew at each size.
  async function fit() {
    const of = opened;
    if (!of) return;
    const { frame } = of;
    const largest = wanted(window.innerWidth, window.innerHeight);
    const least = Math.max(1, largest * LEAST);
    for (let zoom = largest, tries = 0; tries < 4; tries++) {
      frame.style.zoom = String(zoom);
      frame.style.setProperty("--zoom", String(zoom));
      await redrawn();
      if (opened !== of || zoom === least || frame.scrollHeight <= frame.clientHeight) return;
      zoom = Math.max(least, zoom * (frame.clientHeight / frame.scrollHeight));
    }
  }

  /** @param {HTMLElement} button */
  async function open(button) {
    const frame = /** @type {HTMLElement} */ (button.closest(button.dataset.frame ?? "section"));
    opened = { frame, button, scrolled: window.scrollY };
    frame.classList.add("fills-screen");
    button.textContent = WORDS.leave;
    button.classList.add("leaves");
    document.documentElement.classList.add("under-full-screen");
    try {
      await frame.requestFullscreen();
    } catch {
      // refused, or unknown to this browser: it fills the window
    }
    await fit();
  }

  function leave() {
    if (!opened) return;
    const { frame, button, scrolled } = opened;
    opened = null;
    frame.classList.remove("fills-screen");
    frame.style.zoom = "";
    frame.style.removeProperty("--zoom");
    button.textContent = WORDS.open;
    button.classList.remove("leaves");
    document.documentElement.classList.remove("under-full-screen");
    if (document.fullscreenElement === frame) document.exitFullscreen();
    window.scrollTo({ top: scrolled });
    button.focus({ preventScroll: true });
  }

  /** @param {Event} event */
  function press({ target }) {
    const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (target).closest(".full-screen"));
    if (!button) return;
    if (opened) leave();
    else open(button);
  }

  // what is behind cannot be reached
  /** @param {FocusEvent} event */
  function hold({ target }) {
    if (opened && target instanceof Node && !opened.frame.contains(target)) opened.button.focus();
  }

  if (typeof document !== "undefined") {
    document.addEventListener("click", press);
    document.addEventListener("focusin", hold);
    document.addEventListener("keydown", ({ key }) => key === "Escape" && leave());
    document.addEventListener("fullscreenchange", () => document.fullscreenElement || leave());
    window.addEventListener("resize", fit);
  }

  return { zoomOf, density, wanted };
})();
