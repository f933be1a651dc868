// The Translate tab's answer: the translation, or how a language model goes on.
// Asks for "translation", unless an event has brought it along as its value: { problem } or { request, translates,
//          hypotheses: [{ text, score, tokens: [token with probability] }], chosen, seconds, n_source: how many tokens were translated,
//          start: token that the decoder reads first, n_text: how many tokens belong to a text that is continued }
// Hands all of it on as "translation"; what is chosen among the hypotheses comes back as "translation.choose".

const { within } = lens.elements;
const { asks } = lens.ask;
const { publish, subscribe } = lens.topics;

const { find, on } = within(element);
let drawn = null; // what is shown

function draw(value) {
  drawn = value;
  const { hypotheses, chosen, translates } = value;
  find(".result").hidden = false;
  find(".text").textContent = hypotheses[chosen].text;
  find(".copied").textContent = "";
  find(".continues").hidden = translates;
  find(".translation").setAttribute("aria-label", translates ? "Translation" : "The text, continued");
  publish("translation", value);
}

on("click", ".copy", () => {
  navigator.clipboard.writeText(find(".text").textContent).then(
    () => (find(".copied").textContent = "Copied."),
    () => (find(".copied").textContent = "The browser did not allow copying: select the text instead."),
  );
});

// what a search found, or why it found nothing
function receive() {
  const { problem } = props.value;
  element.classList.remove("refused");
  find(".problem").hidden = !problem;
  find(".problem").textContent = problem || "";
  if (!problem) return draw(props.value);
  find(".result").hidden = true;
  publish("translation", { problem });
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
receive();
watch("value", receive);
const refuse = (problem) => publish("translation", { problem });
asks({ element, server }, "translation", (request) => (same(request, drawn?.request) ? null : {}), draw, refuse);
subscribe(element, "translation.choose", (hypothesis) => trigger("choose", { hypothesis }));
