import assert from "node:assert/strict";
import { test } from "node:test";
import { library } from "./library.mjs";

const { number, count, percent, bytes, floats } = library("numbers");

test("three significant digits, a true minus, and never 0.00", () => {
  const written = {
    0: "0",
    1: "1",
    0.12345: "0.123",
    "-2.5": "−2.5",
    0.00004321: "4.32e−5",
    123456: "1.23e+5",
    99999: "100000",
  };
  for (const [value, text] of Object.entries(written)) assert.equal(number(Number(value)), text);
  assert.deepEqual([Infinity, -Infinity, NaN].map(number), ["∞", "−∞", "not a number"]);
});

test("a count stands in full", () => {
  assert.deepEqual([1024, -65536, 0.5, 2_000_000].map(count), ["1024", "−65536", "0.5", "2.00e+6"]);
});

test("percent", () => assert.equal(percent(0.98765), "98.8%"));

test("arrays come back as they were sent", () => {
  const sent = Float32Array.of(1.5, -0.1, Infinity);
  const base64 = Buffer.from(sent.buffer).toString("base64");
  assert.deepEqual(floats({ base64 }), sent);
  assert.deepEqual(bytes(base64), new Uint8Array(sent.buffer));
});
