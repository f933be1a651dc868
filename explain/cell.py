"""One attention cell worked out, and a logit taken apart into what each part of the decoder added to it.

D d_model, Dh d_head, K keys. All in float64, from the run's trace and the weights.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from explain.checks import whole_number
from explain.kinds import PLACES, Kind, check_head, checked_kind
from explain.run import Run
from explain.tokens import Token
from model.transformer import Transformer


@dataclass(frozen=True, kw_only=True)
class Cell:
    """Query i and key j of one head: from the products of q and k to what the value adds.

    `score` = `dot` / `root`; `row` is the softmax over all keys, `masked` those it may not see; `added` =
    weight · v W^O_head goes to the residual stream. `logit_share` is the part of the predicted token's logit that this
    cell adds on the direct way, with all later LayerNorms at the scale they had; None in the encoder, which has no
    direct way to a logit.
    """

    kind: Kind
    layer: int
    head: int
    query: int
    key: int
    query_token: Token
    key_token: Token
    q: Float[np.ndarray, " Dh"]
    k: Float[np.ndarray, " Dh"]
    products: Float[np.ndarray, " Dh"]
    dot: float
    root: float
    score: float
    scores: Float[np.ndarray, " K"]
    masked: tuple[bool, ...]
    row: Float[np.ndarray, " K"]
    keys: tuple[Token, ...]
    weight: float
    v: Float[np.ndarray, " Dh"]
    added: Float[np.ndarray, " D"]
    predicted: Token | None
    logit_share: float | None


def attention_cell(run: Run, kind: Kind, layer: int, head: int, query: int, key: int) -> Cell:
    """The cell of these places, counted from 0.

    Raises:
        ValueError: no such attention, layer, head, query or key.
    """
    place = PLACES[checked_kind(kind, run.kinds)]
    check_head(run.config, kind, layer, head)
    queries, keys = run.queries(kind), run.keys(kind)
    whole_number("query", query, 0, len(queries) - 1)
    whole_number("key", key, 0, len(keys) - 1)

    at, trace, d_head = place.path(layer), run.trace, run.config.d_head
    q, k, v = (trace[f"{at}.{name}"][0, head].double() for name in "qkv")
    root = math.sqrt(d_head)
    scores = k @ q[query] / root
    masked = torch.tensor([kind == "decoder" and j > query for j in range(len(keys))])
    row = scores.masked_fill(masked, float("-inf")).softmax(dim=0)
    projection = _weight(run.network, f"{at}.out_proj.weight")
    added = row[key] * (projection[:, head * d_head : (head + 1) * d_head] @ v[key])

    predicted = share = None
    if place.side == "decoder":
        predicted = run.target_out[query]
        share = (_Logit(run, query, predicted.id).into[layer, place.block] @ added).item()
    products = q[query] * k[key]
    return Cell(
        kind=kind,
        layer=layer,
        head=head,
        query=query,
        key=key,
        query_token=queries[query],
        key_token=keys[key],
        q=q[query].numpy(),
        k=k[key].numpy(),
        products=products.numpy(),
        dot=products.sum().item(),
        root=root,
        score=scores[key].item(),
        scores=scores.numpy(),
        masked=tuple(masked.tolist()),
        row=row.numpy(),
        keys=keys,
        weight=row[key].item(),
        v=v[key].numpy(),
        added=added.numpy(),
        predicted=predicted,
        logit_share=share,
    )


@dataclass(frozen=True, kw_only=True)
class Part:
    """What one part of the decoder adds to a logit; `layer` and `head` count from 0, None where there is none."""

    name: str
    value: float
    layer: int | None = None
    head: int | None = None


@dataclass(frozen=True, kw_only=True)
class LogitParts:
    """A logit of the inspected pass and the parts whose sum it is, in the order of computation."""

    position: int
    token: Token
    logit: float
    parts: tuple[Part, ...]

    @property
    def total(self) -> float:
        """The sum of the parts."""
        return math.fsum(part.value for part in self.parts)


def logit_parts(run: Run, position: int) -> LogitParts:
    """The logit of the token chosen at `position`, taken apart along the decoder's residual stream.

    Exact for this run: each LayerNorm on the way divides by the standard deviation that it had, and with that held
    fixed it is linear. It says what was added, not what would happen if a part were missing: then the standard
    deviations, and all later parts, would change too.

    Raises:
        ValueError: no such position.
    """
    whole_number("position", position, 0, len(run.target_out) - 1)
    token, trace = run.target_out[position], run.trace
    return LogitParts(
        position=position,
        token=token,
        logit=trace["logits"][0, position, token.id].item(),
        parts=tuple(_Logit(run, position, token.id).parts()),
    )


class _Logit:
    """The direction by which whatever enters the stream at a place is multiplied to give its part of the logit.

    `into[layer, block]`: for what a sub-layer adds. A LayerNorm with frozen σ, x -> (x - mean x) γ / σ + β, is passed
    backwards; its β has a part of its own.
    """

    def __init__(self, run: Run, position: int, token_id: int) -> None:
        self.network, self.trace, self.position = run.network, run.trace, position
        output = self.network.tokens if self.network.output_proj is None else self.network.output_proj
        direction = output.weight[token_id].detach().cpu().double()
        bias = self.network.output_bias
        self.bias = None if bias is None else bias[token_id].item()
        self.blocks = ["self_attn", "cross_attn", "feed_forward"] if run.translates else ["self_attn", "feed_forward"]
        self.into: dict[tuple[int, str], Tensor] = {}
        self.shifts: dict[tuple[int, str], float] = {}
        self.last_shift: float | None = None
        self.n_layers, pre_norm = run.config.n_decoder_layers, run.config.norm == "pre"
        if pre_norm:
            before = self._at(f"decoder.layers.{self.n_layers - 1}.feed_forward_add_norm.residual")
            direction, self.last_shift = self._back(direction, "decoder.final_norm", before)
        for layer in reversed(range(self.n_layers)):
            for block in reversed(self.blocks):
                if not pre_norm:
                    at = f"decoder.layers.{layer}.{block}_add_norm"
                    before = self._at(f"{at}.residual")
                    direction, self.shifts[layer, block] = self._back(direction, f"{at}.layer_norm", before)
                self.into[layer, block] = direction
        self.start = direction

    def parts(self) -> list[Part]:
        """All of them: embedding, position, heads, biases, feed-forward layers, LayerNorms' shifts, output bias."""
        at = "decoder.embedding"
        found = [Part(name="token embedding", value=(self.start @ self._at(f"{at}.embedded")).item())]
        if f"{at}.position" in self.trace:
            position = self.trace[f"{at}.position"][self.position].double()
            found.append(Part(name="position", value=(self.start @ position).item()))
        for layer in range(self.n_layers):
            for block in self.blocks:
                direction, path = self.into[layer, block], f"decoder.layers.{layer}.{block}"
                if block == "feed_forward":
                    value = (direction @ self._at(f"{path}.output")).item()
                    found.append(Part(name="feed-forward", value=value, layer=layer))
                else:
                    found += self._heads(layer, block, path, direction)
                if (layer, block) in self.shifts:
                    shift = self.shifts[layer, block]
                    found.append(Part(name=f"{_NAMES[block]}: LayerNorm's β", value=shift, layer=layer))
        if self.last_shift is not None:
            found.append(Part(name="last LayerNorm's β", value=self.last_shift))
        if self.bias is not None:
            found.append(Part(name="output bias", value=self.bias))
        return found

    def _heads(self, layer: int, block: str, path: str, direction: Tensor) -> list[Part]:
        mixed = self.trace[f"{path}.heads"][0, :, self.position].double()  # (H, Dh)
        by_head = (direction @ _weight(self.network, f"{path}.out_proj.weight")).view(len(mixed), -1)
        values = (by_head * mixed).sum(dim=-1).tolist()
        bias = (direction @ _weight(self.network, f"{path}.out_proj.bias")).item()
        heads = [Part(name=_NAMES[block], value=value, layer=layer, head=head) for head, value in enumerate(values)]
        return [*heads, Part(name=f"{_NAMES[block]}: bias of W^O", value=bias, layer=layer)]

    def _at(self, path: str) -> Tensor:
        return self.trace[path][0, self.position].double()

    def _back(self, direction: Tensor, norm: str, before: Tensor) -> tuple[Tensor, float]:
        """The direction in front of a LayerNorm, and what its β adds."""
        shift = (direction @ _weight(self.network, f"{norm}.bias")).item()
        sigma = (before.var(unbiased=False) + self.network.config.layer_norm_eps).sqrt()
        scaled = direction * _weight(self.network, f"{norm}.weight") / sigma
        return scaled - scaled.mean(), shift  # the mean of x is subtracted, so the direction has none


def _weight(network: Transformer, path: str) -> Tensor:
    return network.get_parameter(path).detach().cpu().double()


_NAMES = {"self_attn": "self-attention", "cross_attn": "cross-attention", "feed_forward": "feed-forward"}
