import assert from "node:assert/strict";
import { test } from "node:test";
import { library } from "./library.mjs";

const { moved } = library("walking");

test("keys move by a step and stop at the rim", () => {
  const from = (key, at, held = {}) => moved({ key, ...held }, at, [3, 20]);
  assert.deepEqual(from("ArrowRight", [1, 5]), [1, 6]);
  assert.deepEqual(from("ArrowUp", [0, 5]), [0, 5]);
  assert.deepEqual(from("PageDown", [0, 5]), [2, 5]);
  assert.deepEqual(moved({ key: "PageDown" }, [3, 0], [40, 1]), [13, 0]);
  assert.deepEqual(from("Home", [2, 5]), [2, 0]);
  assert.deepEqual(from("End", [2, 5]), [2, 19]);
});

test("other keys, and those held with Alt, Control or Command, are left to the browser", () => {
  assert.equal(moved({ key: "a" }, [0, 0], [1, 2]), null);
  assert.equal(moved({ key: "ArrowLeft", altKey: true }, [0, 0], [1, 2]), null);
});
