"""Inside multi-head attention (§3.2), from queries, keys and values to what is added to the stream."""

from __future__ import annotations

import math

import torch

from explain.stages.code import Code, lines_of
from explain.stages.stage import Here, Stage, Step, Values, size
from model.attention import MultiHeadAttention, scaled_dot_product_attention
from model.config import TransformerConfig
from model.masks import causal_mask, padding_mask


class QueriesKeysValues(Stage):
    """Three projections of the same positions, or of the encoder's output for keys and values."""

    name = "qkv"
    by_head = True

    def code(self, step: Step, config: TransformerConfig) -> tuple[Code, ...]:
        return (
            lines_of(MultiHeadAttention.forward, "q = self.q(", "k, v = self._split_heads(", "k, v = self.k(k)"),
            lines_of(MultiHeadAttention._split_heads, "return x.view"),
        )

    def values(self, here: Here) -> Values:
        d_model, d_head, n_heads = here.config.d_model, here.config.d_head, here.config.n_heads
        q, k, v = (here.head_tap(name) for name in "qkv")
        origin = "the encoder's output" if here.step.block == "cross_attn" else "the same positions"
        matrices = f"$W^Q$, $W^K$, $W^V$: {d_model} × {d_model} each"
        return Values(
            shapes=(
                f"{matrices}, cut into {n_heads} heads of $d_k$ = {d_head}",
                f"{size('Q', q)}; K and V, from {origin}: {len(k)} × {d_head} each",
            ),
            maps=(
                here.map("Q", q, role="q"),
                here.map("K", k, role="k", rows=here.keys),
                here.map("V", v, role="v", rows=here.keys),
            ),
        )


class Scores(Stage):
    """Every query against every key, divided by √d_k."""

    name = "scores"
    by_head = True

    def code(self, step: Step, config: TransformerConfig) -> tuple[Code, ...]:
        return (lines_of(scaled_dot_product_attention, "scores = tap_scores("),)

    def values(self, here: Here) -> Values:
        scores, d_head = here.head_tap("scores"), here.config.d_head
        rows, columns = scores.shape
        return Values(
            shapes=(
                f"Q: {rows} × {d_head}; $K^T$: {d_head} × {columns}; {size('scores', scores)}",
                f"$\\sqrt{{d_k}} = \\sqrt{{{d_head}}}$ = {math.sqrt(d_head):.4g}",
            ),
            maps=(here.attention_map("scores", scores),),
        )


class Mask(Stage):
    """−∞ where a position may not look."""

    name = "mask"
    by_head = True

    @staticmethod
    def is_causal(step: Step) -> bool:
        """Whether later positions are hidden here."""
        return step.side == "decoder" and step.block == "self_attn"

    def code(self, step: Step, config: TransformerConfig) -> tuple[Code, ...]:
        allowed = lines_of(padding_mask, "return (tokens")
        if self.is_causal(step):
            allowed = lines_of(causal_mask, "mask = torch.ones", "return mask.tril")
        fill = lines_of(scaled_dot_product_attention, "if mask is not None", "scores = scores.masked_fill")
        return (fill, allowed)

    def values(self, here: Here) -> Values:
        scores = here.head_tap("scores")
        said = f"0 of {scores.numel()} cells are masked: every token may be seen, and there is no padding"
        if self.is_causal(here.step):
            hidden = torch.ones_like(scores, dtype=torch.bool).triu(diagonal=1)
            scores = scores.masked_fill(hidden, float("-inf"))
            said = f"{hidden.sum()} of {scores.numel()} cells are masked: those after the row's own position"
        return Values(
            shapes=(size("scores", scores), said), maps=(here.attention_map("scores after the mask", scores),)
        )


class Softmax(Stage):
    """Scores become shares that sum to 1."""

    name = "softmax"
    by_head = True

    def code(self, step: Step, config: TransformerConfig) -> tuple[Code, ...]:
        return (lines_of(scaled_dot_product_attention, "weights = tap_weights("),)

    def values(self, here: Here) -> Values:
        weights = here.head_tap("weights")
        sums = weights.sum(dim=-1)
        said = f"rows sum to {sums.min():.6f} at least and {sums.max():.6f} at most"
        return Values(
            shapes=(size("weights", weights), said), maps=(here.attention_map("weights", weights, shares=True),)
        )


class Heads(Stage):
    """Each row mixes the values in the proportions of its weights."""

    name = "heads"
    by_head = True

    def code(self, step: Step, config: TransformerConfig) -> tuple[Code, ...]:
        return (lines_of(scaled_dot_product_attention, "return weights @ v"),)

    def values(self, here: Here) -> Values:
        weights, v, heads = (here.head_tap(name) for name in ("weights", "v", "heads"))
        shapes = f"{size('weights', weights)}; {size('V', v)}; {size('result', heads)}"
        return Values(shapes=(shapes,), maps=(here.map("weights · V", heads, role="v"),))


class Concat(Stage):
    """The heads side by side."""

    name = "concat"

    def code(self, step: Step, config: TransformerConfig) -> tuple[Code, ...]:
        return (lines_of(MultiHeadAttention.forward, "heads = self.heads("),)

    def values(self, here: Here) -> Values:
        joined = here.block_tap("heads").transpose(0, 1).flatten(start_dim=1)  # (R, D)
        n_heads, d_head = here.config.n_heads, here.config.d_head
        return Values(
            shapes=(f"{n_heads} heads of {len(joined)} × {d_head} each; {size('together', joined)}",),
            maps=(here.map(f"all heads; each takes {d_head} columns", joined),),
        )


class OutputProjection(Stage):
    """One matrix mixes what the heads have found."""

    name = "w_o"

    def code(self, step: Step, config: TransformerConfig) -> tuple[Code, ...]:
        return (lines_of(MultiHeadAttention.forward, "return self.output("),)

    def values(self, here: Here) -> Values:
        d_model, output = here.config.d_model, here.block_tap("output")
        return Values(
            shapes=(f"$W^O$: {d_model} × {d_model}", size("result", output)),
            maps=(here.map("what attention adds to the stream", output),),
        )


ATTENTION = (QueriesKeysValues(), Scores(), Mask(), Softmax(), Heads(), Concat(), OutputProjection())
