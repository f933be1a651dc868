// The last line of a tab: a link to the next one.
// value: { tab, words }

const { tabs } = lens;
const { tab, words } = props.value;

const link = element.querySelector("a");
link.href = `?tab=${tab}`;
link.textContent = `${words} →`;
link.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return; // in a page of its own
  event.preventDefault();
  tabs.open(tab)?.focus();
});
