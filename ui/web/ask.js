// One way to ask. A widget says once what it asks and what it does with the answer:
//
//   const again = asks({ element, server }, "cell", (request) => ({ layer: 2 }), (answer) => draw(answer));
//
// It is asked as soon as the widget has room, once more for every other run of the page, and whenever again() is called.
// With `inSight: true`, which is for what runs the model, not before a visitor has scrolled to it, and in a trip of its
// own: nothing waits for it. What a visitor pressed is asked at once, in sight or not: again({ pressed: true }). The
// fields are read when the question leaves; null asks nothing. Of each question one is under way: if its widget chose
// something else meanwhile, the answer is dropped and the question asked anew. So what is drawn is always the answer to
// what is chosen. Meanwhile the widget is aria-busy, and inert before its first answer; a refusal stands in its ".problem"
// until the next answer. What another server or another moment may answer is asked again when the tab is opened again,
// and by a button. A widget that draws another's answer says so, and waits with it:
//
//   feeds(element, "cell");

const ask = (() => {
  const { subscribe } = topics;
  /**
   * @typedef {{ element: HTMLElement, server: Record<string, (data: object) => Promise<any>>, inSight?: boolean }} Widget
   * @typedef {Widget & {
   *   name: string, fields: (request: PageRequest) => object | null, draw: (answer: any) => void,
   *   refused: (problem: string) => void, seen: boolean, stale: boolean, away: boolean, refuses: boolean,
   * }} Question
   * @typedef {{ question: Question, fields: object }} Asked
   */

  const SILENCE = "The server did not answer. Look at your connection, and try again.";
  const TOO_LONG = "This is too long to be sent: expected at most 60 KB; shorten what you typed.";
  const MAX_BYTES = 60 * 1024; // the server takes 64 KiB, with what Gradio puts around a trip
  const MAX_QUESTIONS = 8; // that the server answers in one trip
  const PATIENCE = 120_000; // ms
  /** @type {PageRequest | null} */
  let request = null;
  /** @type {Question[]} */
  let leaving = []; // what is asked in one moment, as by all widgets of a tab that was opened, makes one trip

  /** @param {Question} question */
  const shown = ({ element, seen }) => element.isConnected && element.clientWidth > 0 && seen;

  /** @param {Question} question */
  function leave(question) {
    question.stale = true;
    if (!request || question.away) return; // it leaves when that is over
    if (!shown(question)) return rest(question);
    mark(question, true);
    if (!leaving.length) setTimeout(send);
    if (!leaving.includes(question)) leaving.push(question);
  }

  function send() {
    const about = /** @type {PageRequest} */ (request); // nothing leaves without it
    const sent = leaving.filter(({ element }) => element.isConnected);
    leaving = [];
    const asked = sent.flatMap((question) => {
      const fields = read(question, about);
      return fields ? [{ question, fields }] : [];
    });
    const quick = asked.filter(({ question }) => !question.inSight);
    for (let i = 0; i < quick.length; i += MAX_QUESTIONS) travel(about, quick.slice(i, i + MAX_QUESTIONS));
    for (const each of asked) if (each.question.inSight) travel(about, [each]);
  }

  /**
   * @param {Question} question
   * @param {PageRequest} about
   */
  function read(question, about) {
    question.stale = false;
    let fields = null;
    try {
      fields = question.fields(about);
    } catch (error) {
      reportError(error); // the other widgets' questions leave
    }
    if (fields === null) mark(question, false);
    return fields;
  }

  /**
   * @param {PageRequest} about
   * @param {Asked[]} asked
   */
  async function travel(about, asked) {
    const trip = { request: about, questions: asked.map(({ question: { name }, fields }) => ({ name, fields })) };
    const tooLong = new Blob([JSON.stringify(trip)]).size > MAX_BYTES;
    for (const { question } of asked) question.away = true;
    let reply = null;
    try {
      if (!tooLong) reply = await inTime(asked[0].question.server.ask(trip));
    } catch (error) {
      reportError(error); // and each widget tells that there was no answer
    } finally {
      for (const { question } of asked) question.away = false;
    }
    const none = tooLong ? { problem: TOO_LONG } : { problem: SILENCE, again: true };
    asked.forEach(({ question }, i) => {
      if (question.stale) leave(question);
      else receive(question, reply?.answers?.[i] ?? none);
    });
  }

  /**
   * The reply, or nothing where it takes longer than anybody waits.
   * @param {Promise<any>} reply
   */
  function inTime(reply) {
    /** @type {ReturnType<typeof setTimeout>} */
    let timer;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, PATIENCE)));
    return Promise.race([reply, late]).finally(() => clearTimeout(timer));
  }

  /**
   * @param {Question} question
   * @param {any} answer
   */
  function receive(question, answer) {
    const { draw, refused } = question;
    const problem = answer.problem ?? "";
    question.stale = Boolean(answer.again);
    question.refuses = Boolean(problem);
    mark(question, false);
    tell(question, problem);
    try {
      if (problem) refused(problem);
      else draw(answer);
      address.settled(question.element);
    } catch (error) {
      reportError(error); // the other widgets of this trip get their answers
    }
  }

  /**
   * Puts the words of a refusal, or none, in their place.
   * @param {Question} question
   * @param {string} problem
   */
  function tell(question, problem) {
    const { element, stale } = question;
    const place = /** @type {HTMLElement} */ (element.querySelector(".problem"));
    const hadFocus = place.contains(document.activeElement);
    place.textContent = problem;
    place.hidden = !problem;
    element.classList.toggle("refused", Boolean(problem)); // what is still drawn answers another question
    if (!problem || !stale) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet-button";
    button.textContent = "Try again";
    button.addEventListener("click", () => leave(question));
    place.append(" ", button);
    if (hadFocus) button.focus();
  }

  /** @type {WeakMap<HTMLElement, Set<Question>>} an element's questions that wait for an answer */
  const busy = new WeakMap();

  /**
   * @param {Question} question
   * @param {boolean} waits
   */
  function mark(question, waits) {
    const { element, name } = question;
    const waiting = busy.get(element) ?? new Set();
    busy.set(element, waiting);
    if (waits) waiting.add(question);
    else waiting.delete(question);
    element.ariaBusy = waiting.size ? "true" : null;
    if (!waiting.size) element.inert = false;
    for (const each of fed.get(name) ?? []) feed(each, question, waits);
  }

  /**
   * What nobody sees is asked when it is seen again; until then it waits for nothing, and stays inert if it was.
   * @param {Question} question
   */
  function rest(question) {
    const { element, name } = question;
    const waiting = busy.get(element);
    waiting?.delete(question);
    if (!waiting?.size) element.ariaBusy = null;
    for (const each of fed.get(name) ?? []) each.ariaBusy = null;
  }

  /** @type {Map<string, Set<HTMLElement>>} by a question's name, the widgets that draw its answer beside the one that asks */
  const fed = new Map();
  /** @type {WeakMap<HTMLElement, HTMLElement>} where the keyboard was in a widget before it had to wait */
  const focused = new WeakMap();

  /**
   * @param {HTMLElement} element
   * @param {Question} question
   * @param {boolean} waits
   */
  function feed(element, { refuses }, waits) {
    const { activeElement } = document;
    if (waits && element.contains(activeElement)) focused.set(element, /** @type {HTMLElement} */ (activeElement));
    element.ariaBusy = waits ? "true" : null;
    element.classList.toggle("unfed", refuses && !waits);
    element.inert = waits || refuses;
    if (element.inert) return;
    if (activeElement === document.body) focused.get(element)?.focus({ preventScroll: true });
    focused.delete(element);
  }

  /**
   * This widget draws what another was answered: it waits with that one, and nothing in it can be pressed meanwhile, nor
   * after a refusal.
   * @param {HTMLElement} element
   * @param {string} name the other's question
   */
  function feeds(element, name) {
    element.inert = true;
    fed.set(name, (fed.get(name) ?? new Set()).add(element));
  }

  /**
   * @param {Widget} widget
   * @param {string} name
   * @param {(request: PageRequest) => object | null} fields
   * @param {(answer: any) => void} draw
   * @param {(problem: string) => void} [refused]
   */
  const asks = ({ element, server, inSight = false }, name, fields, draw, refused = () => {}) => {
    /** @type {Question} */
    const question = {
      element,
      server,
      inSight,
      name,
      fields,
      draw,
      refused,
      seen: !inSight,
      stale: true,
      away: false,
      refuses: false,
    };
    /** @param {{ pressed?: boolean }} [how] */
    const again = ({ pressed = false } = {}) => {
      question.seen ||= pressed;
      leave(question);
    };
    element.inert = true;
    /** @param {IntersectionObserverEntry[]} entries */
    const look = (entries) => {
      question.seen = Boolean(entries.at(-1)?.isIntersecting); // the others are from before
      if (question.stale) again();
    };
    if (inSight) new IntersectionObserver(look).observe(element);
    let wide = false;
    const resized = () => {
      const opened = !wide && element.clientWidth > 0; // a refusal makes a widget higher, and asks nothing
      wide = element.clientWidth > 0;
      if (opened && question.stale) again();
    };
    new ResizeObserver(resized).observe(element); // also when its tab is opened again
    subscribe(element, "request", (news) => {
      request = news;
      again();
    });
    return again;
  };

  /**
   * What was typed into a field for numbers: the number, or the text where it is none, for the message.
   * @param {HTMLInputElement} field
   */
  const typed = ({ value }) => (/^-?\d+$/.test(value.trim()) ? Number(value) : value.trim().slice(0, 20));

  return { asks, feeds, typed };
})();
