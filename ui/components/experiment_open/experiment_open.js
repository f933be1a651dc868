// Which experiment was opened or set last, and where its sliders stand: "recall.12.3". Nobody sees this widget: it keeps
// them in the address. Python draws the experiments themselves.

const { holds } = lens.address;

const PAUSE = 600; // ms: while Gradio draws a tab it closes what was opened there

let at = null; // the experiment's id
let linked = null; // the text of the address, while its experiment opens
let opening = 0;

const box = (id) => document.getElementById(`why-${id}`);
const sliders = (id) => [
  .../** @type {NodeListOf<HTMLInputElement>} */ (box(id).querySelectorAll("input[type=range]")),
];
const values = (id) => sliders(id).map(({ value }) => value);
const held = () => linked ?? (at && [at, ...values(at)].join("."));

// what stands in an experiment is drawn when it is opened first
const isDrawn = (id) => Boolean(box(id).querySelector(".why-run"));
const isOpen = (id) => isDrawn(id) && box(id).querySelector(".why-run").checkVisibility();

function setSliders(id, numbers) {
  sliders(id).forEach((slider, i) => {
    if (i >= numbers.length) return;
    slider.value = numbers[i];
    for (const type of ["input", "change"]) slider.dispatchEvent(new Event(type, { bubbles: true }));
  });
}

// the link has been followed, or the visitor has taken over
function leaveAlone() {
  clearTimeout(opening);
  linked = null;
}

function open(text) {
  const [id, ...numbers] = text?.split(".") ?? [];
  leaveAlone();
  at = id && box(id) ? id : null;
  linked = at && text;
  if (!at) return;
  const fold = box(id).querySelector("button");
  const unfold = () => fold.classList.contains("open") || fold.click();
  let set = null; // where the sliders stood when they had been set
  const settle = () => {
    unfold();
    if (isOpen(id)) {
      if (String(values(id)) === set) return leaveAlone();
      setSliders(id, numbers); // again, where Gradio draws the experiment late and puts them back
      set = String(values(id));
    }
    opening = setTimeout(settle, PAUSE); // a slow machine takes its time
  };
  unfold();
  opening = setTimeout(settle, PAUSE);
}

/** @param {Event} event */
function hear({ target, isTrusted }) {
  const experiment = /** @type {Element} */ (target).closest?.(".gr-accordion[id^=why-]");
  if (!experiment || !element.isConnected) return;
  at = experiment.id.replace("why-", "");
  if (isTrusted) leaveAlone(); // where a visitor puts them they stay
}

for (const type of ["click", "input", "change"]) window.addEventListener(type, hear, true);

holds(element, "experiment", {
  called: "experiment",
  form: /^[a-z-]{1,30}(\.-?\d{1,6}(\.\d+)?){0,8}$/,
  read: held,
  set: open,
  entry: false, // its sliders go where Back finds the last entry
});
