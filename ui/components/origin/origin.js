// Under the translation: a question about this very sentence, answered where it is asked.
// Asks for "origin": { request, origin: { target: the number of the word, target_text, source_text, part: of all that spoke
// for it, clear: whether more than half } or null where nothing is to be asked, measured: as in "word_sources" }; publishes
// "word_sources.word".

const { percent } = lens.numbers;
const { within } = lens.elements;
const { publish, subscribe } = lens.topics;
const { asks } = lens.ask;

const { find, on } = within(element);
let origin = null;
let refused = false; // whether a search found nothing

const show = () => (find(".origin").hidden = !origin || refused);

function told({ target_text, source_text, part, clear }) {
  const how = clear ? "mostly" : "more than from any other, but not mostly,";
  return `“${target_text}” came ${how} from “${source_text}”: ${percent(part)} of all that spoke for it.`;
}

function trust({ text, n_sentences, share }) {
  return (
    `Held against ${n_sentences} sentence pairs that people matched word by word (${text}), such answers have an error ` +
    `rate of ${percent(share.error)}.`
  );
}

function draw(news) {
  origin = news.origin;
  show();
  find("details").open = false;
  if (!origin) return;
  find(".asked").textContent = `Which of your words made “${origin.target_text}”?`;
  find(".answer").textContent = told(origin);
  find(".measured").hidden = !news.measured;
  if (news.measured) find(".measured").textContent = trust(news.measured);
}

on("click", ".more", () => publish("word_sources.word", origin.target));
asks({ element, server }, "origin", () => ({}), draw);
subscribe(element, "translation", ({ problem }) => {
  refused = Boolean(problem);
  show();
});
