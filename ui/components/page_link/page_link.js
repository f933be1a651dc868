// The page's address as a link, and the line for a word about it. Subscribes to "notice".

const { within } = lens.elements;
const { subscribe } = lens.topics;
const { link } = lens.address;
const { copy } = lens.saving;

const { find, on } = within(element);

on("click", ".copy", () => copy(link(), find(".status")));
subscribe(element, "notice", (words) => (find(".status").textContent = words));
