import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { library } from "./library.mjs";

// What ask.js needs of a browser.

class Observer {
  constructor(listener) {
    this.listener = listener;
  }
  observe(element) {
    (element.observers[this.constructor.name] ??= []).push(this.listener);
  }
}
globalThis.IntersectionObserver = class IntersectionObserver extends Observer {};
globalThis.ResizeObserver = class ResizeObserver extends Observer {};

function node(fields = {}) {
  const listeners = {};
  const made = { ...fields, children: [], listeners };
  return Object.assign(made, {
    contains: () => false,
    append: (...added) => made.children.push(...added),
    addEventListener: (name, listener) => (listeners[name] = listener),
    focus: () => {},
  });
}

globalThis.document = { activeElement: null, createElement: () => node() };
const reported = [];
globalThis.reportError = (error) => reported.push(error);

function figure() {
  const place = node({ textContent: "", hidden: true });
  const classes = new Set();
  return {
    isConnected: true,
    clientWidth: 500,
    ariaBusy: null,
    inert: false,
    observers: {},
    place,
    classes,
    contains: () => false,
    querySelector: () => place,
    classList: { toggle: (name, on) => (on ? classes.add(name) : classes.delete(name)) },
    resize(width) {
      this.clientWidth = width;
      for (const listener of this.observers.ResizeObserver) listener();
    },
    scroll(...entries) {
      for (const listener of this.observers.IntersectionObserver)
        listener(entries.map((isIntersecting) => ({ isIntersecting })));
    },
  };
}

/** A page of its own: what its widgets ask leaves in `trips`, and `reply` answers one. */
function page(reply = (trip) => ({ answers: trip.questions.map(({ name }) => ({ of: name })) })) {
  const trips = [];
  globalThis.topics = library("topics");
  globalThis.address = { settled() {} }; // no widget of these tests holds anything in the address
  const ask = library("ask");
  const server = {
    ask(trip) {
      trips.push(trip.questions.map(({ name }) => name));
      return server.reply(trip);
    },
    reply: async (trip) => reply(trip),
  };
  const widget = (name, { inSight = false, fields = () => ({}) } = {}) => {
    const element = figure();
    const drawn = [];
    const again = ask.asks({ element, server, inSight }, name, fields, (answer) => drawn.push(answer));
    element.resize(element.clientWidth); // a browser tells its size at once
    if (inSight) element.scroll(true);
    return { element, drawn, again };
  };
  return { ask, trips, server, widget, run: (text) => globalThis.topics.publish("request", { text }) };
}

const settled = () => sleep(5);

test("what runs the model leaves alone, and no picture waits for it on another run", async () => {
  const { trips, server, widget, run } = page();
  const slow = widget("switched", { inSight: true });
  const quick = widget("cell");
  run("first");
  await settled();
  assert.deepEqual(trips.splice(0), [["cell"], ["switched"]]);
  const answers = server.reply;
  server.reply = (trip) => (trip.questions[0].name === "switched" ? new Promise(() => {}) : answers(trip));
  run("second");
  await settled();
  assert.deepEqual(trips, [["cell"], ["switched"]]);
  assert.deepEqual([quick.drawn.length, slow.drawn.length], [2, 1]);
  assert.deepEqual([quick.element.ariaBusy, slow.element.ariaBusy], [null, "true"]);
});

test("more questions than a trip may have leave in two", async () => {
  const { trips, widget, run } = page();
  const widgets = Array.from({ length: 9 }, (_, i) => widget(`question-${i}`));
  run("first");
  await settled();
  assert.deepEqual(
    trips.map((names) => names.length),
    [8, 1],
  );
  assert.ok(widgets.every(({ drawn }) => drawn.length === 1));
});

for (const [what, reply] of [
  ["nothing", () => undefined],
  ["no answers", () => ({ error: "x" })],
  ["too few", () => ({ answers: [] })],
  [
    "an error",
    () => {
      throw new Error("refused");
    },
  ],
]) {
  test(`after ${what} a widget tells it, waits no more, and asks again`, async () => {
    const { trips, server, widget, run } = page(reply);
    const { element, drawn } = widget("cell");
    run("first");
    await settled();
    assert.match(element.place.textContent, /The server did not answer/);
    assert.deepEqual([element.ariaBusy, element.inert, element.place.hidden], [null, false, false]);
    element.resize(500); // its words make it higher: that alone asks nothing
    await settled();
    assert.equal(trips.length, 1);
    server.reply = async () => ({ answers: [{}] });
    const [, button] = element.place.children;
    assert.equal(button.textContent, "Try again");
    button.listeners.click();
    await settled();
    assert.deepEqual([drawn.length, element.place.textContent, element.place.hidden], [1, "", true]);
    assert.equal(element.classes.has("refused"), false);
  });
}

test("what was hidden while its answer was under way, and is about another run now, waits until it is seen", async () => {
  const { ask, trips, server, widget, run } = page();
  const { element, drawn } = widget("cell");
  const fed = figure();
  ask.feeds(fed, "cell");
  let arrive;
  server.reply = () => new Promise((resolve) => (arrive = resolve));
  run("first");
  await settled();
  assert.deepEqual([element.ariaBusy, fed.ariaBusy], ["true", "true"]);
  element.resize(0);
  run("second");
  arrive({ answers: [{ of: "first" }] });
  await settled();
  assert.deepEqual([drawn.length, trips.length], [0, 1]);
  assert.deepEqual([element.ariaBusy, fed.ariaBusy, element.inert, fed.inert], [null, null, true, true]);
  server.reply = async () => ({ answers: [{ of: "second" }] });
  element.resize(500);
  await settled();
  assert.deepEqual(drawn, [{ of: "second" }]);
  assert.deepEqual([element.ariaBusy, fed.ariaBusy, element.inert, fed.inert], [null, null, false, false]);
});

test("a question that was not answered is asked again when its tab is opened again, one that was refused is not", async () => {
  const problems = { cell: { problem: "Many visitors …", again: true }, stage: { problem: "expected a step" } };
  const { trips, widget, run } = page((trip) => ({ answers: trip.questions.map(({ name }) => problems[name]) }));
  const widgets = ["cell", "stage"].map((name) => widget(name));
  run("first");
  await settled();
  assert.deepEqual(
    widgets.map(({ element }) => element.place.children.length),
    [2, 0],
  );
  for (const width of [0, 500]) for (const { element } of widgets) element.resize(width);
  await settled();
  assert.deepEqual(trips, [["cell", "stage"], ["cell"]]);
});

test("a reply that never comes is given up, and the question can be asked again", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const { trips, widget, run } = page(() => new Promise(() => {}));
    const { element, again } = widget("cell");
    run("first");
    mock.timers.tick(0);
    mock.timers.tick(119_000);
    assert.equal(element.ariaBusy, "true");
    mock.timers.tick(2_000);
    for (let i = 0; i < 10; i += 1) await Promise.resolve();
    assert.match(element.place.textContent, /did not answer/);
    again();
    mock.timers.tick(0);
    assert.equal(trips.length, 2);
  } finally {
    mock.timers.reset();
  }
});

test("a widget whose fields cannot be read keeps no other from asking", async () => {
  const { trips, widget, run } = page();
  const fields = () => {
    throw new Error("not drawn yet");
  };
  const broken = widget("stage", { fields });
  const other = widget("cell");
  run("first");
  await settled();
  assert.deepEqual(trips, [["cell"]]);
  assert.deepEqual([broken.element.ariaBusy, other.drawn.length], [null, 1]);
  assert.equal(reported.at(-1).message, "not drawn yet");
});

test("what is longer than the server takes is not sent, and is called too long", async () => {
  const { trips, widget, run } = page();
  const { element } = widget("word_shift", { fields: () => ({ first: "ä".repeat(31_000) }) });
  run("first");
  await settled();
  assert.deepEqual(trips, []);
  assert.match(element.place.textContent, /too long/);
  assert.equal(element.place.children.length, 0);
});

test("of several moments in one record, the last tells whether a figure is in sight", async () => {
  const { trips, widget, run } = page();
  const { element } = widget("switched", { inSight: true });
  element.scroll(true, false);
  run("first");
  await settled();
  assert.deepEqual(trips, []);
  element.scroll(false, true);
  await settled();
  assert.deepEqual(trips, [["switched"]]);
});

test("a widget that draws another's answer waits with it, and cannot be pressed after a refusal", async () => {
  const { ask, server, widget, run } = page();
  const element = figure();
  ask.feeds(element, "next_token");
  assert.equal(element.inert, true);
  widget("next_token");
  run("first");
  await settled();
  const state = () => [element.ariaBusy, element.inert, element.classes.has("unfed")];
  assert.deepEqual(state(), [null, false, false]);
  const answers = server.reply;
  for (const [reply, unfed] of [
    [async () => ({ answers: [{ problem: "expected a step" }] }), true],
    [answers, false],
    [async () => undefined, true],
  ]) {
    server.reply = reply;
    run(String(unfed));
    assert.deepEqual(state().slice(0, 2), ["true", true]);
    await settled();
    assert.deepEqual(state(), [null, unfed, unfed]);
  }
});
