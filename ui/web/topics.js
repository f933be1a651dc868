// What one widget tells others: every topic that there is, with what it carries.

const topics = (() => {
  /**
   * @template T
   * @typedef {{ value: T | undefined, listeners: { element: Element, listener: (value: T) => void }[] }} Topic
   */

  const topic = () => ({ value: undefined, listeners: [] });

  const table = {
    /** @type {Topic<PageRequest>} what the page is about: the model, the text, the settings and the hypothesis */
    request: topic(),
    /** @type {Topic<{ text: string, direction: string }>} what stands in the sentence bar, translated or not */
    typed: topic(),
    /** @type {Topic<boolean>} whether it is being translated */
    translating: topic(),
    /** @type {Topic<PageRequest>} the same once the page is at what its address names, or nothing better is to come */
    arrived: topic(),
    /** @type {Topic<string>} a word about the address, or none */
    notice: topic(),
    /** @type {Topic<Partial<Translation>>} what the Translate tab shows */
    translation: topic(),
    /** @type {Topic<number>} the hypothesis that is chosen there */
    "translation.choose": topic(),
    /** @type {Topic<{ position: number, word: HTMLElement }>} a word of it, by its first token, that is to be another */
    "translation.word": topic(),
    /** @type {Topic<number>} the word of the translation, by its number, whose sources are to be seen */
    "word_sources.word": topic(),
    /** @type {Topic<Sureness>} how sure the model was of the translation, and how often that was right */
    sureness: topic(),
    /** @type {Topic<string[]>} the keys of the tokens that are lit, such as "tgt:3"; none when the pointer leaves */
    "tokens.lit": topic(),
    /** @type {Topic<string>} the id of the tab that was opened */
    tab: topic(),
    /** @type {Topic<Attention>} the kind of attention shown in the overview: its positions and weights */
    attention: topic(),
    /** @type {Topic<Head>} a head that was opened in the overview */
    "attention-open": topic(),
    /** @type {Topic<Head[]>} the heads in the large view */
    "attention-view": topic(),
    /** @type {Topic<HeadEffects>} what each part is worth to the translation, or to one of its tokens */
    "attention-effects": topic(),
    /** @type {Topic<Head & { kind: string }>} a head of any kind that the overview is to open */
    "attention-choose": topic(),
    /** @type {Topic<AttentionPicture>} what the large view's map and lines draw */
    "attention-picture": topic(),
    /** @type {Topic<PositionTable>} the table that the Positions tab is about */
    "positions.table": topic(),
    /** @type {Topic<number>} the selected position */
    "positions.selected": topic(),
    /** @type {Topic<number[]>} the dimensions drawn as waves */
    "positions.waves": topic(),
    /** @type {Topic<{ positions: number | string, dimensions: number | string, own: boolean }>} the table asked for */
    "positions.size": topic(),
    /** @type {Topic<NextTokenBars>} what could have come at the step looked at */
    "next_token.bars": topic(),
    /** @type {Topic<{ id: number, text: string }>} the token of the list that is asked about: why not this one? */
    "next_token.rival": topic(),
    /** @type {Topic<{ film: any, at: number }>} the film of the training, and the number of the frame that is shown */
    "learning.moment": topic(),
    /** @type {Topic<{ first: string, second: string }>} two sentences that are to be compared */
    "sentences.compare": topic(),
    /** @type {Topic<number>} the card at which a visitor starts the tour, from 1 */
    tour: topic(),
    /** @type {Topic<number>} the stage that the diagram asks for */
    "inside.go": topic(),
    /** @type {Topic<number>} the stage that is open */
    "inside.at": topic(),
  };

  /**
   * @typedef {typeof table} Table
   * @typedef {keyof Table} Name
   */

  /**
   * @template {Name} N
   * @param {N} name
   * @returns {Topic<any>}
   */
  function find(name) {
    if (!(name in table)) throw new Error(`topic: expected one of ${Object.keys(table).join(", ")}; found ${name}`);
    return table[name];
  }

  /**
   * @template {Name} N
   * @param {N} name
   * @param {NonNullable<Table[N]["value"]>} value
   */
  function publish(name, value) {
    const found = find(name);
    found.value = value;
    found.listeners = found.listeners.filter(({ element }) => element.isConnected);
    for (const { listener } of found.listeners) listener(value);
  }

  /**
   * Hears the last value at once, then every new one while `element` is shown.
   * @template {Name} N
   * @param {Element} element
   * @param {N} name
   * @param {(value: NonNullable<Table[N]["value"]>) => void} listener
   */
  function subscribe(element, name, listener) {
    const { value, listeners } = find(name);
    listeners.push({ element, listener });
    if (value !== undefined) listener(value);
  }

  /**
   * What was told last, if anything was.
   * @template {Name} N
   * @param {N} name
   * @returns {Table[N]["value"]}
   */
  const last = (name) => find(name).value;

  return { publish, subscribe, last };
})();
