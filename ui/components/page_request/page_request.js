// The page's request, which nobody sees: whatever event changes it, the widgets that ask hear of it here, and so does
// the address, which links to it and to the tab that is open.
// value: the request; publishes "request", when it has become another one; subscribes to "tab" and to "arrived"; tells
// Python "revisit" { query }, when Back leads to another one

const { publish, subscribe } = lens.topics;
const { begin, arrive, turn, holds, look } = lens.address;

const SLIDERS = ["beam_size", "alpha", "n_best"]; // Back leads past them
let request = null;
let tab = "translate";

function addressOf({ prefix, ...rest }) {
  const texts = Object.entries(rest).map(([name, value]) => [name, String(value)]);
  return Object.fromEntries([...texts, ["prefix", prefix.join(".")]]);
}

function receive(value) {
  const news = JSON.parse(JSON.stringify(value)); // a copy of its own, which Gradio does not change
  if (JSON.stringify(news) === JSON.stringify(request)) return;
  const before = request;
  request = news;
  publish("request", request);
  if (!before) return;
  const [now, then] = [addressOf(request), addressOf(before)];
  turn(Object.keys(now).some((name) => !SLIDERS.includes(name) && now[name] !== then[name]));
}

function open(name) {
  if (!document.querySelector(`#tabs [data-tab-id="${name}"]`)) return;
  tab = name;
  lens.tabs.open(name);
}

receive(props.value);
watch("value", () => receive(props.value));
begin({ about: () => addressOf(request), revisit: (query) => trigger("revisit", { query }) });
holds(element, "tab", { called: "tab", form: /^[\w-]{1,20}$/, read: () => tab, set: open, entry: true });
subscribe(element, "tab", (opened) => {
  tab = opened;
  look();
});
subscribe(element, "arrived", (value) => {
  receive(value);
  arrive();
});
