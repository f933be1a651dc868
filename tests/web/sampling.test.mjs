import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { library } from "./library.mjs";

const { drawable, distribution, entropyBits } = library("sampling");
const table = JSON.parse(readFileSync(new URL("sampling.json", import.meta.url), "utf8"));

for (const { name, logits, forbidden, probabilities, ...settings } of table) {
  test(`${name}, without [${forbidden}], ${JSON.stringify(settings)}`, () => {
    const found = distribution(logits, drawable(logits, new Set(forbidden)), settings);
    assert.equal(found.length, probabilities.length);
    found.forEach((p, id) => {
      assert.equal(p === 0, probabilities[id] === 0, `id ${id}: expected ${probabilities[id]}; found ${p}`);
      assert.ok(Math.abs(p - probabilities[id]) <= 1e-12, `id ${id}: expected ${probabilities[id]}; found ${p}`);
    });
  });
}

test("entropy in bits", () => {
  assert.equal(entropyBits(Float64Array.of(0.5, 0.25, 0.25, 0)), 1.5);
  assert.equal(entropyBits(Float64Array.of(1, 0)), 0);
});
