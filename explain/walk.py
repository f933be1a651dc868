"""A run followed through the model, stage by stage: shapes, values and the code that computed them (Figure 1).

S source, T target positions, R rows, C columns. Values are read from the run's trace; the model does not run again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from torch import Tensor

from explain.checks import whole_number
from explain.run import Run
from explain.stages import Code, code_of, formula_of, words_of
from explain.tokens import Token
from model.config import TransformerConfig

ATTENTION_STAGES = ("qkv", "scores", "mask", "softmax", "heads", "concat", "w_o")
HEAD_STAGES = ATTENTION_STAGES[:5]  # those that are shown for one head
N_BEST = 5  # candidates a position in the last stage
MAX_COLUMNS = 48  # vocabulary tokens that a map of logits shows


@dataclass(frozen=True)
class Step:
    """One stage at one place; `layer` counts from 0 and is None outside of the layers."""

    side: str
    layer: int | None
    block: str
    stage: str


@dataclass(frozen=True)
class Map:
    """Values of a step. `shares` lie from 0 to 1; `role` is q, k or v where the colours have that meaning.

    `columns` names each column, or is None where they are dimensions; `column_axis` says which. `cells` names each
    cell where a name alone tells what it is.
    """

    name: str
    values: Float[np.ndarray, "R C"]
    rows: tuple[str, ...]
    row_axis: str
    column_axis: str
    columns: tuple[str, ...] | None = None
    shares: bool = False
    role: str | None = None
    cells: tuple[tuple[str, ...], ...] | None = None


@dataclass(frozen=True)
class StageView:
    """All that is shown of one step."""

    step: Step
    title: str
    why: str
    formula: str  # the name of one that the page has
    shapes: tuple[str, ...]
    maps: tuple[Map, ...]
    code: tuple[Code, ...]


def walk(config: TransformerConfig) -> tuple[Step, ...]:
    """Every stage of an encoder-decoder or of a language model, in the order of computation."""
    steps, sides = [], {"encoder": config.n_encoder_layers, "decoder": config.n_decoder_layers}
    if not config.n_encoder_layers:
        del sides["encoder"]
    for side, n_layers in sides.items():
        embedding = ("token", "embedding") if config.positions == "none" else ("token", "embedding", "position")
        steps += [Step(side, None, "embedding", stage) for stage in embedding]
        blocks = {
            "self_attn": ATTENTION_STAGES,
            "cross_attn": ATTENTION_STAGES,
            "feed_forward": ("hidden", "feed_forward"),
        }
        if side == "encoder" or not config.n_encoder_layers:
            del blocks["cross_attn"]
        for layer in range(n_layers):
            for block, inner in blocks.items():
                stages = ("norm", *inner, "add") if config.norm == "pre" else (*inner, "add", "norm")
                steps += [Step(side, layer, block, stage) for stage in stages]
        if config.norm == "pre":
            steps.append(Step(side, None, "final_norm", "final_norm"))
    return (*steps, *(Step("output", None, "output", stage) for stage in ("linear", "probabilities", "next")))


def stage_view(run: Run, index: int, head: int = 0) -> StageView:
    """One step of the walk on this run, for one head where the stage has heads.

    Raises:
        ValueError: no such step or head.
    """
    config = run.config
    steps = walk(config)
    step = steps[whole_number("step", index, 0, len(steps) - 1)]
    whole_number("head", head, 0, config.n_heads - 1)
    shapes, maps = _Values(run, step, head).of_stage()
    code = code_of(step.stage, step.side, step.block, config)
    return StageView(
        step, *words_of(step.stage, config), formula_of(step.stage, config), tuple(shapes), tuple(maps), code
    )


class _Values:
    """The shapes and maps of one step; each method is the stage of its name."""

    def __init__(self, run: Run, step: Step, head: int) -> None:
        self.run, self.step, self.head = run, step, head
        self.model, self.config, self.trace = run.network, run.config, run.trace
        self.tokens: tuple[Token, ...] = run.source if step.side == "encoder" else run.target_in
        self.at = f"{step.side}.layers.{step.layer}.{step.block}"
        self.n = len(self.tokens)

    def of_stage(self) -> tuple[list[str], list[Map]]:
        return getattr(self, f"_{self.step.stage}")()

    # ---- before the layers ----

    def _token(self):
        embedding = getattr(self.model, self.step.side).embedding.tokens
        ids = [token.id for token in self.tokens]
        rows = embedding.weight.detach()[ids].cpu()
        names = tuple(f"{token.text} = {token.id}" for token in self.tokens)
        n_rows, d_model = embedding.weight.shape
        shapes = [
            f"{self.n} token ids",
            f"E: {n_rows} × {d_model} (vocabulary × d_model)",
            self._size(rows, "x, positions × d_model"),
        ]
        return shapes, [self._map("rows of the embedding matrix E", rows, rows_named=names)]

    def _embedding(self):
        d_model, scale = self.config.d_model, getattr(self.model, self.step.side).embedding.scale
        x = self._tap(f"{self.step.side}.embedding.embedded")
        if not self.config.scale_embeddings:
            return ["factor 1: none", self._size(x, "x")], [self._map("embedding", x)]
        return [f"factor {scale:.4g} (√d_model = √{d_model} = {math.sqrt(d_model):.4g})", self._size(x, "x")], [
            self._map("embedding × factor", x)
        ]

    def _position(self):
        at = f"{self.step.side}.embedding"
        position, x = self.trace[f"{at}.position"], self._tap(f"{at}.output")
        name = "position vectors, learned" if self.config.positions == "learned" else "position vectors PE"
        return [self._size(x, "embedding"), self._size(x, "positions"), self._size(x, "sum")], [
            self._map(name, position),
            self._map("embedding + position", x),
        ]

    # ---- attention ----

    def _qkv(self):
        d_model, d_head = self.config.d_model, self.config.d_head
        q, k, v = (self._head_tap(name) for name in "qkv")
        kind = "the encoder's output" if self.step.block == "cross_attn" else "the same positions"
        shapes = [
            f"W^Q, W^K, W^V: {d_model} × {d_model} each, cut into {self.config.n_heads} heads of d_k = {d_head}",
            f"Q: {len(q)} × {d_head}; K and V, from {kind}: {len(k)} × {d_head} each",
        ]
        return shapes, [
            self._map("Q", q, role="q"),
            self._map("K", k, role="k", rows_named=self._keys),
            self._map("V", v, role="v", rows_named=self._keys),
        ]

    def _scores(self):
        scores, d_head = self._head_tap("scores"), self.config.d_head
        rows, columns = scores.shape
        shapes = [
            f"Q: {rows} × {d_head}; Kᵀ: {d_head} × {columns}; scores: {rows} × {columns}",
            f"√d_k = √{d_head} = {math.sqrt(d_head):.4g}",
        ]
        return shapes, [self._attention_map("scores", scores)]

    def _mask(self):
        scores = self._head_tap("scores").clone()
        if self.step.side == "decoder" and self.step.block == "self_attn":
            hidden = np.triu(np.ones(tuple(scores.shape), dtype=bool), k=1)
            scores[hidden] = -np.inf
            seen = f"{int(hidden.sum())} of {scores.numel()} cells are masked: those after the row's own position"
        else:
            seen = f"0 of {scores.numel()} cells are masked: every token may be seen, and there is no padding"
        return [self._size(scores, "scores"), seen], [self._attention_map("scores after the mask", scores)]

    def _softmax(self):
        weights = self._head_tap("weights")
        sums = weights.sum(dim=-1)
        said = f"rows sum to {sums.min():.6f} at least and {sums.max():.6f} at most"
        return [self._size(weights, "weights"), said], [self._attention_map("weights", weights, shares=True)]

    def _heads(self):
        weights, heads = self._head_tap("weights"), self._head_tap("heads")
        rows, columns = weights.shape
        shapes = [f"weights: {rows} × {columns}; V: {columns} × {heads.shape[1]}; {self._size(heads, 'result')}"]
        return shapes, [self._map("weights · V", heads, role="v")]

    def _concat(self):
        joined = self._joined_heads()
        heads, d_head = self.config.n_heads, self.config.d_head
        return [f"{heads} heads of {self.n} × {d_head} each; {self._size(joined, 'together')}"], [
            self._map(f"all heads; each takes {d_head} columns", joined)
        ]

    def _w_o(self):
        d_model, output = self.config.d_model, self._tap(f"{self.at}.output")
        shapes = [f"W^O: {d_model} × {d_model}", self._size(output, "result")]
        return shapes, [self._map("what attention adds to the stream", output)]

    # ---- around and after it ----

    def _norm(self):
        x = self._tap(f"{self.at}_add_norm.normalized")
        return [self._size(x, "x"), f"γ and β: {self.config.d_model} numbers each"], [self._map("after LayerNorm", x)]

    def _add(self):
        change, total = self._tap(f"{self.at}.output"), self._tap(f"{self.at}_add_norm.residual")
        return [self._size(change, "the change"), self._size(total, "the sum")], [
            self._map("the change: Sublayer(…)", change),
            self._map("the sum", total),
        ]

    def _hidden(self):
        hidden = self._tap(f"{self.at}.hidden")
        # only ReLU gives exact zeros; GELU and SiLU, which are smooth, leave small negative numbers instead
        off, said = (hidden == 0, "exactly 0") if self.config.activation == "relu" else (hidden < 0, "below 0")
        shapes = [f"W_1: {self.config.d_model} × {self.config.d_ff}", self._size(hidden, "hidden")]
        shapes.append(f"{100 * off.double().mean().item():.3g} % of the values are {said} ({self.config.activation})")
        return shapes, [self._map("hidden values", hidden)]

    def _feed_forward(self):
        output = self._tap(f"{self.at}.output")
        shapes = [f"W_2: {self.config.d_ff} × {self.config.d_model}", self._size(output, "result")]
        return shapes, [self._map("what the feed-forward layer adds to the stream", output)]

    def _final_norm(self):
        x = self._tap(f"{self.step.side}.output")
        return [self._size(x, "x")], [self._map(f"the {self.step.side}'s output", x)]

    # ---- the way out ----

    def _linear(self):
        logits = self._tap("logits")
        shapes = [f"decoder output: {self.n} × {self.config.d_model}", self._vocabulary(logits)]
        return shapes, [self._candidates_map("logits", logits, logits, shares=False)]

    def _probabilities(self):
        logits = self._tap("logits")
        probabilities = logits.double().softmax(dim=-1)
        return [self._vocabulary(logits)], [self._candidates_map("probabilities", logits, probabilities, shares=True)]

    def _next(self):
        probabilities = self._tap("logits").double().softmax(dim=-1)
        best, ids = probabilities.topk(min(N_BEST, probabilities.shape[-1]), dim=-1)
        names = tuple(tuple(token.text for token in self.run.tokens(row)) for row in ids.tolist())
        ranks = tuple(f"{rank + 1}." for rank in range(best.shape[1]))
        first = sum(row[0] == token.id for row, token in zip(ids.tolist(), self.run.target_out, strict=True))
        chosen = "translation" if self.run.translates else "text"
        shapes = [f"at {first} of {self.n} positions the {chosen} has the most probable token"]
        table = Map("the most probable next tokens", best.numpy(), self._reads, "read → chosen", "rank", ranks, True)
        return shapes, [Map(**{**vars(table), "cells": names})]

    # ---- what they share ----

    def _tap(self, path: str) -> Tensor:
        return self.trace[path][0]

    def _head_tap(self, name: str) -> Tensor:
        return self._tap(f"{self.at}.{name}")[self.head]

    def _joined_heads(self) -> Tensor:
        return self._tap(f"{self.at}.heads").transpose(0, 1).flatten(start_dim=1)  # (R, D)

    @property
    def _keys(self) -> tuple[str, ...]:
        looked_at = self.run.source if self.step.block == "cross_attn" else self.tokens
        return tuple(token.text for token in looked_at)

    @property
    def _reads(self) -> tuple[str, ...]:
        pairs = zip(self.run.target_in, self.run.target_out, strict=True)
        return tuple(f"{read.text} → {chosen.text}" for read, chosen in pairs)

    def _map(
        self, name: str, values: Tensor, role: str | None = None, rows_named: tuple[str, ...] | None = None
    ) -> Map:
        rows = rows_named or tuple(token.text for token in self.tokens)
        return Map(name, values.numpy(), rows, "token", "dimension", role=role)

    def _attention_map(self, name: str, values: Tensor, shares: bool = False) -> Map:
        rows = tuple(token.text for token in self.tokens)
        return Map(name, values.numpy(), rows, "query (the token that looks)", "key", self._keys, shares)

    def _candidates_map(self, name: str, logits: Tensor, values: Tensor, shares: bool) -> Map:
        """The columns of the tokens that were chosen, then of the best candidates, the best positions first."""
        chosen = [token.id for token in self.run.target_out]
        candidates = logits.topk(min(N_BEST, logits.shape[-1]), dim=-1).indices.T.flatten().tolist()
        ids = list(dict.fromkeys([*chosen, *candidates]))[:MAX_COLUMNS]
        columns = tuple(token.text for token in self.run.tokens(ids))
        title = f"{name} of {len(ids)} of the {logits.shape[-1]} tokens: those chosen, and the best candidates"
        return Map(title, values[:, ids].numpy(), self._reads, "read → chosen", "token", columns, shares)

    def _vocabulary(self, logits: Tensor) -> str:
        rows, columns = logits.shape
        matrix = "E" if self.config.tie_output else "the output's own matrix"
        bias = f"; a bias for each of {columns} tokens" if self.config.output_bias else ""
        return f"{matrix}: {columns} × {self.config.d_model}; logits: {rows} × {columns} (positions × vocabulary){bias}"

    @staticmethod
    def _size(values: Tensor, name: str) -> str:
        rows, columns = values.shape
        return f"{name}: {rows} × {columns}"
