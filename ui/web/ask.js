// One way to ask. A widget says once what it asks and what it does with the answer:
//
//   const again = asks({ element, server }, "cell", (request) => ({ layer: 2 }), (answer) => draw(answer));
//
// It is asked as soon as the widget has room, once more for every other run of the page, and whenever again() is called.
// With `inSight: true`, which is for what runs the model, not before a visitor has scrolled to it: nothing waits for it.
// The fields are read when the question leaves; null asks nothing. Of each question one is under way: if its widget
// chose something else meanwhile, the answer is dropped and the question asked anew. So what is drawn is always the
// answer to what is chosen. Meanwhile the widget is aria-busy, and inert before its first answer; a refusal stands in its
// ".problem" until the next answer.

const ask = (() => {
  const { subscribe } = topics;
  /**
   * @typedef {{ element: HTMLElement, server: Record<string, (data: object) => Promise<any>>, inSight?: boolean }} Widget
   * @typedef {Widget & {
   *   name: string, fields: (request: PageRequest) => object | null, draw: (answer: any) => void,
   *   refused: (problem: string) => void, seen: boolean, stale: boolean, away: boolean,
   * }} Question
   */

  const SILENCE = "The server did not answer. Look at your connection, and try again.";
  /** @type {PageRequest | null} */
  let request = null;
  /** @type {Question[]} */
  let leaving = []; // what is asked in one moment, as by all widgets of a tab that was opened, makes one trip

  /** @param {Question} question */
  const shown = ({ element, seen }) => element.isConnected && element.clientWidth > 0 && seen;

  /** @param {Question} question */
  function leave(question) {
    question.stale = true;
    if (!request || question.away || !shown(question)) return; // it leaves when that is over
    mark(question, true);
    if (!leaving.length) setTimeout(send);
    if (!leaving.includes(question)) leaving.push(question);
  }

  async function send() {
    const about = /** @type {PageRequest} */ (request); // nothing leaves without it
    const sent = leaving.filter(({ element }) => element.isConnected);
    leaving = [];
    const asked = [];
    for (const question of sent) {
      question.stale = false;
      const fields = question.fields(about);
      if (fields === null) mark(question, false);
      else asked.push({ question, fields });
    }
    if (!asked.length) return;
    for (const { question } of asked) question.away = true;
    const questions = asked.map(({ question: { name }, fields }) => ({ name, fields }));
    const reply = await asked[0].question.server.ask({ request: about, questions });
    asked.forEach(({ question }, i) => {
      question.away = false;
      if (question.stale) leave(question);
      else receive(question, reply?.answers[i] ?? { problem: SILENCE });
    });
  }

  /**
   * @param {Question} question
   * @param {any} answer
   */
  function receive(question, answer) {
    const { element, draw, refused } = question;
    mark(question, false);
    const problem = answer.problem ?? "";
    const place = /** @type {HTMLElement} */ (element.querySelector(".problem"));
    place.textContent = problem;
    place.hidden = !problem;
    element.classList.toggle("refused", Boolean(problem)); // what is still drawn answers another question
    try {
      if (problem) refused(problem);
      else draw(answer);
    } catch (error) {
      reportError(error); // the other widgets of this trip get their answers
    }
  }

  /** @type {WeakMap<HTMLElement, Set<Question>>} an element's questions that wait for an answer */
  const busy = new WeakMap();

  /**
   * @param {Question} question
   * @param {boolean} waits
   */
  function mark(question, waits) {
    const { element } = question;
    const waiting = busy.get(element) ?? new Set();
    busy.set(element, waiting);
    if (waits) waiting.add(question);
    else waiting.delete(question);
    element.ariaBusy = waiting.size ? "true" : null;
    if (!waiting.size) element.inert = false;
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
    const question = { element, server, name, fields, draw, refused, seen: !inSight, stale: true, away: false };
    const again = () => leave(question);
    element.inert = true;
    /** @param {IntersectionObserverEntry[]} entries */
    const look = ([{ isIntersecting }]) => {
      question.seen = isIntersecting;
      if (question.stale) again();
    };
    if (inSight) new IntersectionObserver(look).observe(element);
    new ResizeObserver(() => question.stale && again()).observe(element); // also when its tab is opened again
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

  return { asks, typed };
})();
