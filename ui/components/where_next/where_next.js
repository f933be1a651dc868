// The last line of a tab: a link to the next one.
// value: { tabs: [the next, and the one to open where the model has no such tab], words }

const { tabs } = lens;
const { tabs: names, words } = props.value;

const link = element.querySelector("a");
link.href = `?tab=${names[0]}`;
link.textContent = `${words} →`;
link.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return; // in a page of its own
  event.preventDefault();
  (tabs.open(names[0]) ?? tabs.open(names[1]))?.focus();
});
