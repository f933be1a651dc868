// What a term means, under it: for the pointer over a `<dfn tabindex="0">`, the keyboard on it, and a tap. It goes when
// the pointer or the keyboard leaves, at a tap elsewhere, and by Esc.
// value: { term: its meaning }

const { within } = lens.elements;
const { place } = lens.popups;

const { find } = within(element);
const popup = find(".meaning");
let open = null; // the term whose meaning is shown

const termAt = (target) => target.closest?.("dfn[tabindex]");
const isAtOpen = (target) => open !== null && (open.contains(target) || popup.contains(target));

function show(term) {
  if (!term || term === open) return;
  hide();
  open = term;
  popup.textContent = props.value[term.dataset.term ?? term.textContent];
  term.setAttribute("aria-describedby", popup.id);
  popup.showPopover();
  place(popup, term);
}

function hide() {
  open?.removeAttribute("aria-describedby");
  open = null;
  popup.hidePopover();
}

function press(event) {
  const term = termAt(event.target);
  if (event.key === "Escape" && open) hide();
  else if (term && (event.key === "Enter" || event.key === " ")) show(term);
  else return;
  event.preventDefault();
  event.stopPropagation(); // Esc closes this alone
}

const LISTENERS = {
  pointerover: ({ target, pointerType }) => pointerType !== "touch" && show(termAt(target)),
  pointerout: ({ target, relatedTarget }) => isAtOpen(target) && !isAtOpen(relatedTarget) && hide(),
  focusin: ({ target }) => show(termAt(target)),
  focusout: ({ target }) => target === open && hide(),
  pointerdown: ({ target }) => open && !isAtOpen(target) && hide(),
  click: ({ target }) => show(termAt(target)), // a tap need not bring the focus along
  keydown: press,
};

for (const [type, listener] of Object.entries(LISTENERS)) {
  // before the widgets, so that Esc leaves nothing else
  document.addEventListener(type, (event) => element.isConnected && listener(event), true);
}
