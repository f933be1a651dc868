// The page's request, which nobody sees: whatever event changes it, the widgets that ask hear of it here.
// value: the request; publishes "request", when it has become another one

let known = "";

function tell() {
  const text = JSON.stringify(props.value);
  if (text === known) return;
  known = text;
  lens.publish("request", JSON.parse(text)); // a copy of its own, which Gradio does not change
}

tell();
watch("value", tell);
