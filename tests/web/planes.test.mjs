import assert from "node:assert/strict";
import { test } from "node:test";
import { library } from "./library.mjs";

const { ticks, logTicks, around, along, apart } = library("axes");

test("ticks are round numbers within the axis", () => {
  assert.deepEqual(ticks(0, 1, 4), [0, 0.5, 1]);
  assert.deepEqual(ticks(-1, 1, 4), [-1, -0.5, 0, 0.5, 1]);
  assert.deepEqual(ticks(0, 2, 8, true), [0, 1, 2]);
  assert.deepEqual(ticks(3, 3, 4), [3]);
});

test("a logarithmic axis names powers of ten, or 1, 2 and 5 where it is short", () => {
  assert.deepEqual(logTicks(5, 7e4, 6), [10, 100, 1000, 10000]);
  assert.deepEqual(logTicks(4, 60, 4), [5, 10, 20, 50]);
});

test("an axis stands around its numbers, and begins at 0 where they are near", () => {
  assert.equal(around([1, 10]).low, 0);
  assert.ok(around([8, 10]).low > 7 && around([8, 10]).high > 10);
  const { low, high } = around([0, 1, 100], true); // 0 has no logarithm
  assert.ok(low < 1 && low > 0.5 && high > 100 && high < 200);
});

test("a place on an axis leads back to its number", () => {
  const toX = along({ low: 0, high: 10 }, 50, 250);
  assert.equal(toX(5), 150);
  assert.equal(toX.back(150), 5);
  const toY = along({ low: 1, high: 100, log: true }, 0, 200);
  assert.equal(toY(10), 100);
  assert.ok(Math.abs(toY.back(100) - 10) < 1e-9);
});

test("the pointer is at the nearest whole number of the x axis, if there is one", () => {
  Object.assign(globalThis, { elements: {}, axes: {} }); // what planes takes from them, a place does not need
  const { columnAt } = library("planes");
  const toX = along({ low: 0, high: 10 }, 50, 250);
  assert.deepEqual(columnAt({ toX }, 11, { x: 169 }), [0, 6]);
  for (const x of [20, 270]) assert.equal(columnAt({ toX }, 11, { x }), null);
});

test("names stand beside their lines, and none over another", () => {
  assert.deepEqual(apart([40, 10, 100], 15, 200), [40, 10, 100]);
  assert.deepEqual(apart([12, 10, 11], 15, 200), [40, 10, 25]);
  assert.deepEqual(apart([95, 98], 15, 100), [85, 100]);
});
