// Where a pop-up stands.

const popups = (() => {
  const EDGE = 8; // px that stay free at both sides of the window

  /**
   * Puts an open pop-up under an element, or over it where there is more room, and inside of the window.
   * @param {HTMLElement} popup
   * @param {Element} at
   * @param {number} [gap] px between the two
   */
  function place(popup, at, gap = 0) {
    const { left, top, bottom } = at.getBoundingClientRect();
    const { clientWidth, clientHeight } = document.documentElement;
    const most = clientWidth - popup.offsetWidth - EDGE;
    const isBelow = bottom + gap + popup.offsetHeight <= clientHeight || clientHeight - bottom >= top;
    const y = isBelow ? bottom + gap : top - gap - popup.offsetHeight;
    popup.style.left = `${Math.max(EDGE, Math.min(left, most)) + window.scrollX}px`;
    popup.style.top = `${y + window.scrollY}px`;
  }

  return { place };
})();
