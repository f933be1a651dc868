import assert from "node:assert/strict";
import { test } from "node:test";
import { library } from "./library.mjs";

// what cells takes from them, its sums do not need
Object.assign(globalThis, { surfaces: {}, colours: { variable: (name) => name, rgb: () => [1, 2, 3] } });
const { MASKED, palette, stepsOf, cellAt } = library("cells");

test("a value takes the step of the scale that is nearest, and a masked one the step behind them", () => {
  assert.deepEqual([...stepsOf([0, 0.5, 1, 2, -1, -Infinity], 0, 1)], [0, 128, 255, 255, 0, MASKED]);
  assert.deepEqual([...stepsOf([-2, 0, 2], -2, 2)], [0, 128, 255]);
  assert.deepEqual([...stepsOf([3, 3], 3, 3)], [0, 0]); // all alike: the scale has one step
});

test("on a logarithmic scale equal ratios take equal steps, and nothing stands below its low end", () => {
  assert.deepEqual([...stepsOf([0.01, 0.1, 1, 0, -Infinity], 0.01, 1, true)], [0, 128, 255, 0, MASKED]);
  assert.deepEqual([...stepsOf([3, 3], 3, 3, true)], [0, 0]);
});

test("a palette's words are alpha, blue, green and red, and end with the colour of masked cells", () => {
  const scale = Array.from({ length: MASKED }, (_, i) => [i, 0x12, 0x34]);
  const words = palette(scale);
  assert.equal(words.length, MASKED + 1);
  assert.equal(words[255], 0xff3412ff);
  assert.equal(words[MASKED], 0xff030201);
});

test("the pointer is in a cell or in none", () => {
  const grid = { left: 10, top: 20, cellWidth: 5, cellHeight: 8, rows: 3, columns: 4 };
  assert.deepEqual(cellAt(grid, { x: 10, y: 20 }), [0, 0]);
  assert.deepEqual(cellAt(grid, { x: 29, y: 43 }), [2, 3]);
  for (const outside of [
    { x: 9, y: 20 },
    { x: 30, y: 20 },
    { x: 10, y: 44 },
  ])
    assert.equal(cellAt(grid, outside), null);
});
