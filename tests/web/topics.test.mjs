import assert from "node:assert/strict";
import { test } from "node:test";
import { library } from "./library.mjs";

test("a listener hears the last value, then every new one while its element is shown", () => {
  const { publish, subscribe } = library("topics");
  const heard = [];
  const element = { isConnected: true };
  publish("inside.at", 3);
  subscribe(element, "inside.at", (step) => heard.push(step));
  publish("inside.at", 5);
  publish("inside.go", 1);
  element.isConnected = false;
  publish("inside.at", 7);
  assert.deepEqual(heard, [3, 5]);
});

test("a topic that is not in the table is an error", () => {
  const { publish } = library("topics");
  assert.throws(() => publish("inside.nowhere", 1), /expected one of .*inside\.at.*found inside\.nowhere/);
});
