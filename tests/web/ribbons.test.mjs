import assert from "node:assert/strict";
import { test } from "node:test";
import { library } from "./library.mjs";

globalThis.numbers = library("numbers");
const { between, path } = library("ribbons");

const at = (...middles) => middles.map((middle) => ({ middle, room: 100 }));

test("a ribbon is as thick as its value, whatever its sign", () => {
  const found = between(
    [
      [4, -2],
      [1, 0],
    ],
    { rows: at(50, 150), columns: at(60, 160) },
    12,
  );
  assert.deepEqual(
    found.map(({ row, column, width }) => [row, column, width]),
    [
      [0, 0, 12],
      [0, 1, 6],
      [1, 0, 3],
    ],
  );
});

test("the ribbons of a word lie beside each other around its middle, in the order of where they lead", () => {
  const found = between(
    [
      [4, -2],
      [1, 0],
    ],
    { rows: at(50, 150), columns: at(60, 160) },
    12,
  );
  assert.deepEqual(
    found.map(({ to }) => to),
    [47, 56, 150],
  );
  assert.deepEqual(
    found.map(({ from }) => from),
    [58.5, 160, 66],
  );
});

test("where there is no room they move closer together and keep their thickness", () => {
  const narrow = { middle: 50, room: 9 };
  const found = between([[4, 2]], { rows: [narrow], columns: at(60, 160) }, 12);
  assert.deepEqual(
    found.map(({ width, to }) => [width, to]),
    [
      [12, 48.5],
      [6, 53],
    ],
  );
});

test("what no screen shows is left out, and a matrix of zeros has no ribbon", () => {
  const places = { rows: at(50), columns: at(60, 160) };
  assert.equal(between([[100, 1]], places, 10).length, 1);
  assert.deepEqual(between([[0, 0]], places, 10), []);
});

test("a path leads from line to line, downwards or sideways", () => {
  assert.equal(path({ from: 10, to: 30 }, 100, false), "M10 0C10 50 30 50 30 100");
  assert.equal(path({ from: 10, to: 30 }, 100, true), "M0 10C50 10 50 30 100 30");
});
