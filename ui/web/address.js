// The page's address holds what is open: a reload, a copied link, Back and Forward bring it back. A widget says in one
// line what it has open:
//
//   holds(element, "stage", { called: "stage", form: /^\w{1,40}$/, read: () => stage, set: open, entry: true });
//
// `read` gives the state as a short text, or null while the visitor has chosen nothing. `set` takes any text of that
// form, or what `read` gave at first, and opens it or the nearest that there is. The address is read again after whatever
// a visitor does, so a widget never writes it; what an answer chooses by itself does not enter it. With `entry`, Back
// leads to the state before; other states, such as sliders, go where Back finds the last entry.

const address = (() => {
  const { publish } = topics;
  const LONGEST = 2000; // characters of a state
  const QUICK = 400; // ms: steps that follow so soon on one another are one entry of the history
  const SLIDING = 300; // ms: browsers refuse an address that changes with every pixel of a slider

  /**
   * @typedef {{ called: string, form: RegExp, read: () => string | null, set: (text: any) => void, entry?: boolean }} Held
   * @typedef {Held & {
   *   element: HTMLElement, first: string | null, seen: string | null, shown: string | null, asked: string | null,
   * }} State `first`: as it was at first; `seen`: when it was read last; `shown`: what of the address it stands for;
   *   `asked`: what the address wants, until it is known whether that exists
   */

  /** @type {Map<string, State>} */
  const states = new Map();
  /** @type {Map<string, string>} states that are being opened for the visitor, and what they will be */
  const brought = new Map();
  /** @typedef {{ about: () => Record<string, string>, revisit: (query: string) => void }} Page */
  /** @type {Page | null} */
  let page = null;
  /** @type {Record<string, string>} what the page is about where the address does not say it */
  let opened = {};
  let arrived = false; // at what the address named when the page was loaded
  let returning = 0; // how often Back or Forward lead to another run that is not here yet
  let current = new URLSearchParams(); // the address as it was written or read last
  let last = { names: "", time: 0 }; // what made the last entry
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;

  // ---- writing -----------------------------------------------------------------------------------------------------

  /**
   * Puts changes into the address, and on a Space into the outer page's; null takes a name out.
   * @param {Record<string, string | null>} changes
   * @param {boolean} entry whether Back leads to the address before
   */
  function write(changes, entry) {
    const url = new URL(window.location.href);
    const changed = Object.entries(changes).filter(([name, value]) => url.searchParams.get(name) !== value);
    if (!changed.length) return;
    for (const [name, value] of changed) {
      if (value === null) url.searchParams.delete(name);
      else url.searchParams.set(name, value);
    }
    const [names, time] = [changed.map(([name]) => name).join(), Date.now()];
    const goesOn = names === last.names && time - last.time < QUICK;
    if (entry) last = { names, time };
    if (entry && !goesOn) window.history.pushState(null, "", url);
    else window.history.replaceState(null, "", url);
    hear();
  }

  function hear() {
    current = new URLSearchParams(window.location.search);
    if (window.parent === window) return;
    window.parent.postMessage({ queryString: current.toString() }, "https://huggingface.co");
  }

  /** Puts what the visitor has changed into the address. */
  function look() {
    clearTimeout(waiting);
    waiting = undefined;
    if (returning) return;
    /** @type {Record<string, string | null>} */
    const changes = {};
    let entry = false;
    let acted = false;
    for (const [name, state] of states) {
      const now = state.read();
      if (now === state.seen) continue;
      changes[name] = now === state.first ? null : now;
      const isBrought = brought.get(name) === now;
      brought.delete(name);
      acted ||= !isBrought;
      entry ||= Boolean(state.entry) && !isBrought;
      Object.assign(state, { seen: now, shown: changes[name], asked: null });
    }
    if (!Object.keys(changes).length) return;
    if (acted) publish("notice", "");
    write({ ...page?.about(), ...changes }, entry);
  }

  /**
   * A state is about to be opened for the visitor, by what they opened: it gets no entry of its own.
   * @param {string} name in the address
   * @param {string} text
   */
  function bring(name, text) {
    brought.set(name, text);
  }

  /** The whole address, also of a page on which nothing was changed. */
  function link() {
    look();
    write({ ...page?.about() }, false);
    return window.location.href;
  }

  /**
   * Opens states as a visitor does: Back leads to what was open before.
   * @param {Record<string, string>} changes the texts of the states, by their names in the address
   */
  function go(changes) {
    look();
    write({ ...page?.about(), ...changes }, true);
    openAll();
  }

  /** @param {Event} event before the widgets hear it */
  function soon({ type }) {
    const slides = type === "input";
    if (slides && waiting !== undefined) return;
    clearTimeout(waiting);
    waiting = setTimeout(look, slides ? SLIDING : 0);
  }

  // ---- reading -----------------------------------------------------------------------------------------------------

  const same = (/** @type {string | null} */ one, /** @type {string | null} */ other) =>
    one === other || (Boolean(one) && Boolean(other) && Number(one) === Number(other));

  /**
   * Opens what the address says, where that is not what the state stands for.
   * @param {State} state
   * @param {string} name
   */
  function open(state, name) {
    const asked = current.get(name);
    if (asked === state.shown) return;
    state.shown = asked;
    const fits = asked !== null && asked.length <= LONGEST && state.form.test(asked);
    state.set(fits ? asked : state.first);
    state.seen = state.read();
    state.asked = asked;
    if (asked !== null && !same(state.seen, asked)) correct(state, name);
  }

  /**
   * The address names what does not exist here: it gets what does, and the visitor a word.
   * @param {State} state
   * @param {string} name
   */
  function correct(state, name) {
    if (state.asked === null) return;
    state.asked = null;
    publish("notice", `The ${state.called} in this link is not to be found here; the nearest one is open.`);
    replace(state, name);
  }

  /**
   * @param {State} state
   * @param {string} name
   */
  function replace(state, name) {
    state.shown = state.seen === state.first ? null : state.seen;
    write({ [name]: state.shown }, false);
  }

  /**
   * A widget has drawn an answer, and with it what exists of what was asked for.
   * @param {HTMLElement} element
   */
  function settled(element) {
    if (waiting !== undefined) look();
    for (const [name, state] of states) {
      state.seen = state.read();
      if (!arrived || returning) continue;
      const own = element.contains(state.element) || state.element.contains(element);
      if (own && state.asked !== null && !same(state.seen, state.asked)) correct(state, name);
      else if (current.has(name) && !same(state.seen, current.get(name))) replace(state, name);
      if (own) state.asked = null;
    }
  }

  // ---- the page ----------------------------------------------------------------------------------------------------

  function turned() {
    clearTimeout(waiting);
    waiting = undefined;
    last = { names: "", time: 0 }; // what comes now is an entry of its own
    const before = named();
    hear();
    const now = named();
    if (Object.keys(opened).every((name) => before[name] === now[name])) return openAll();
    returning++;
    page?.revisit(window.location.search);
  }

  /** What the address says that the page is about. */
  const named = () => (current.has("text") ? Object.fromEntries(current) : opened);

  function openAll() {
    if (!arrived || returning) return;
    publish("notice", "");
    for (const [name, state] of states) open(state, name);
  }

  /** The page is about what its address names: after it was loaded, and after Back or Forward. */
  function arrive() {
    arrived = true;
    returning = Math.max(0, returning - 1);
    openAll();
  }

  /**
   * What the page itself is about, by its names in the address, and how it goes back to what an address says of it.
   * @param {Page} told
   */
  function begin(told) {
    page = told;
    opened = told.about();
    current = new URLSearchParams(window.location.search);
    window.addEventListener("popstate", turned);
    for (const type of ["click", "change", "input", "keydown", "submit"]) window.addEventListener(type, soon, true);
  }

  /**
   * The page itself is about something else.
   * @param {boolean} entry whether Back leads to what it was about before
   */
  function turn(entry) {
    if (page && !returning) write(page.about(), entry && arrived);
  }

  // ---- what widgets say --------------------------------------------------------------------------------------------

  /**
   * @param {HTMLElement} element
   * @param {string} name in the address
   * @param {Held} held
   */
  function holds(element, name, held) {
    const first = held.read();
    const state = { ...held, element, first, seen: first, shown: null, asked: null };
    states.set(name, state);
    if (arrived && !returning) open(state, name);
  }

  /**
   * A select, a slider, a box, or radio buttons: they hold what they show.
   * @param {HTMLElement} element
   * @param {string} name in the address
   * @param {string} called
   * @param {string} selector
   * @param {{ entry?: boolean }} [rest]
   */
  function holdsField(element, name, called, selector, rest = {}) {
    /** @type {NodeListOf<HTMLInputElement>} */
    const fields = element.querySelectorAll(selector);
    const isBox = fields[0].type === "checkbox";
    const shown = () => (fields.length > 1 ? [...fields].find(({ checked }) => checked) : fields[0]);
    const read = () => (isBox ? String(fields[0].checked) : (shown()?.value ?? null));
    /** @param {string} text */
    function set(text) {
      const before = read();
      const chosen = fields.length > 1 ? [...fields].find(({ value }) => value === text) : fields[0];
      if (!chosen) return;
      if (isBox || fields.length > 1) chosen.checked = isBox ? text === "true" : true;
      else chosen.value = text;
      if (!read()) chosen.value = String(before); // a select without such an option
      for (const type of ["input", "change"]) chosen.dispatchEvent(new Event(type, { bubbles: true }));
    }
    holds(element, name, { called, form: /^[\w.-]{1,40}$/, read, set, ...rest });
  }

  return { begin, arrive, turn, holds, holdsField, bring, go, look, settled, link };
})();
