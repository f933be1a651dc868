// The page's request, which nobody sees: whatever event changes it, the widgets that ask hear of it here, and so does
// the address, which links to it and to the tab that is open.
// value: the request; publishes "request", when it has become another one; subscribes to "tab"

const { publish, subscribe } = lens.topics;
const { setAddress } = lens.page;

let request = null;
let tab = null; // once one was opened

function link() {
  const { prefix, ...rest } = request;
  setAddress({ ...rest, prefix: prefix.join("."), ...(tab && { tab }) });
}

function tell() {
  const first = request === null;
  const news = JSON.parse(JSON.stringify(props.value)); // a copy of its own, which Gradio does not change
  if (JSON.stringify(news) === JSON.stringify(request)) return;
  request = news;
  publish("request", request);
  if (!first) link();
}

tell();
watch("value", tell);
subscribe(element, "tab", (opened) => {
  tab = opened;
  link();
});
