import assert from "node:assert/strict";
import { test } from "node:test";
import { library } from "./library.mjs";

const { figure, path } = library("architecture");

const PAIR = { hasEncoder: true, hasPositions: true, repeated: { encoder: "6×", decoder: "3×" } };
const ALONE = { ...PAIR, hasEncoder: false };
const words = ({ parts }, side) =>
  parts.filter((part) => part.side === side).map(({ block, lines }) => `${block}: ${lines.join(" ")}`);
const SELF = "self_attn: Multi-Head Attention";
const MASKED = "self_attn: Masked Multi-Head Attention";

test("post-norm is the paper's Figure 1", () => {
  const drawn = figure({ norm: "post", ...PAIR });
  const foot = ["embedding: Input Embedding", "embedding: Positional Encoding"];
  assert.deepEqual(words(drawn, "encoder"), [
    ...[...foot, SELF, "self_attn: Add & Norm", "feed_forward: Feed Forward", "feed_forward: Add & Norm"],
  ]);
  assert.deepEqual(words(drawn, "decoder").slice(2), [
    ...[MASKED, "self_attn: Add & Norm", "cross_attn: Multi-Head Attention", "cross_attn: Add & Norm"],
    ...["feed_forward: Feed Forward", "feed_forward: Add & Norm"],
  ]);
  assert.deepEqual(words(drawn, "output"), ["output: Linear", "output: Softmax", "output: Output Probabilities"]);
  assert.deepEqual(
    drawn.labels.map(({ lines }) => lines.join(" ")),
    ["Inputs", "Positional Encoding", "6×", "Outputs (shifted right)", "Positional Encoding", "3×"],
  );
});

test("pre-norm has a norm before each sub-layer and one at the end of each stack", () => {
  const drawn = figure({ norm: "pre", ...PAIR });
  assert.deepEqual(words(drawn, "encoder").slice(2), [
    ...["self_attn: Norm", SELF, "self_attn: Add", "feed_forward: Norm", "feed_forward: Feed Forward"],
    ...["feed_forward: Add", "final_norm: Norm"],
  ]);
  const within = (part, { x, y, width, height }) =>
    part.x > x && part.x + part.width < x + width && part.y > y && part.y + part.height < y + height;
  const inFrames = drawn.parts.filter((part) => drawn.frames.some((frame) => within(part, frame)));
  assert.ok(inFrames.length === 15 && inFrames.every(({ block }) => block !== "final_norm")); // it is not repeated
});

test("a decoder alone has its stack, no cross-attention and no wire from an encoder", () => {
  const drawn = figure({ norm: "pre", ...ALONE });
  assert.equal(drawn.frames.length, 1);
  assert.ok(drawn.parts.every(({ side, block }) => side !== "encoder" && block !== "cross_attn"));
  assert.deepEqual(drawn.labels[0].lines, ["Inputs"]);
});

test("a model without position vectors adds none", () => {
  const drawn = figure({ norm: "pre", ...PAIR, hasPositions: false });
  assert.ok(!drawn.positions.length && drawn.parts.every(({ kind }) => kind !== "position"));
});

for (const norm of ["pre", "post"]) {
  test(`${norm}-norm: every wire ends on what it leads to, and all stands on the sheet`, () => {
    const drawn = figure({ norm, ...PAIR });
    const rim = ([x, y]) =>
      drawn.parts.some((part) => {
        const [right, foot] = [part.x + part.width, part.y + part.height];
        const onSide = (x === part.x || x === right) && y >= part.y && y <= foot;
        return onSide || ((y === part.y || y === foot) && x >= part.x && x <= right);
      });
    for (const { points } of drawn.wires.filter(({ arrow }) => arrow)) assert.ok(rim(points.at(-1)), String(points));
    const [memory] = drawn.wires.filter(({ points }) => points.length === 6);
    const [norms, cross] = ["final_norm", "cross_attn"].map((block) =>
      drawn.parts.filter(
        (part) => part.block === block && part.side === (block === "cross_attn" ? "decoder" : "encoder"),
      ),
    );
    const [, y] = memory.points.at(-1);
    const attention = cross.find(({ kind }) => kind === "core");
    assert.ok(y > attention.y + attention.height && y < attention.y + attention.height + 20); // from below, as in the paper
    if (norm === "pre") assert.equal(memory.points[0][1], norms[0].y);
    for (const { x, y: top, width, height } of [...drawn.parts, ...drawn.frames]) {
      assert.ok(x >= 0 && top >= 0 && x + width <= drawn.width && top + height <= drawn.height);
    }
    assert.ok(drawn.frames[1].y < drawn.frames[0].y); // the decoder stands higher
  });
}

test("a wire's corners are rounded", () => {
  assert.equal(path([[0, 0], [10, 0], [10, 20]], 4), "M0,0L6,0Q10,0 10,4L10,20"); // prettier-ignore
});
