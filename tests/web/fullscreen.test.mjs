import assert from "node:assert/strict";
import { test } from "node:test";
import { library } from "./library.mjs";

const { wanted } = library("fullscreen");

test("the wider and higher the screen, the larger the type; on a phone it stays as it is", () => {
  assert.equal(wanted(1920, 1080), 2);
  assert.equal(wanted(1920, 810), 1.5); // the narrower side decides
  assert.equal(wanted(390, 844), 1);
  assert.equal(wanted(7680, 4320), 3);
});
