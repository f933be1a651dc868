import assert from "node:assert/strict";
import { test } from "node:test";
import { library } from "./library.mjs";

globalThis.elements = {}; // saving takes svg from it, which CSV does not need
const { csv, wrapped } = library("saving");

test("what would break a row is quoted", () => {
  assert.equal(
    csv([
      ["a", 1.5, 'b,"c"'],
      ["d\ne", -2, ""],
    ]),
    'a,1.5,"b,""c"""\n"d\ne",-2,\n',
  );
});

test("what a spreadsheet would run as a formula is led by an apostrophe", () => {
  assert.equal(csv([["=1+1", "+x", "-x", "@x", "\tx", -1]]), "'=1+1,'+x,'-x,'@x,'\tx,-1\n");
});

test("a text is broken at its spaces, and inside a word that is longer than a line", () => {
  assert.deepEqual(wrapped("A man reads a book", 7), ["A man", "reads a", "book"]);
  assert.deepEqual(wrapped("https://a.b/?text=1", 8), ["https://", "a.b/?tex", "t=1"]);
  assert.deepEqual(wrapped("", 8), [""]);
});
