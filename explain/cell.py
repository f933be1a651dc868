"""One attention cell worked out, and a logit taken apart into what each part of the decoder added to it.

D d_model, Dh d_head, K keys. All in float64, from the run's trace and the weights.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float

from explain.checks import whole_number
from explain.direction import Directions, output_rows, weight
from explain.kinds import PLACES, Kind, check_head, checked_kind
from explain.run import Run
from explain.tokens import Token


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
    projection = weight(run.network, f"{at}.out_proj.weight")
    added = row[key] * (projection[:, head * d_head : (head + 1) * d_head] @ v[key])

    predicted = share = None
    if place.side == "decoder":
        predicted = run.target_out[query]
        directions = Directions(run, [query], output_rows(run.network, [predicted.id]))
        share = (directions.into[layer, place.block][0] @ added).item()
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
        parts=tuple(_parts(run, position, token.id)),
    )


def _parts(run: Run, position: int, token_id: int) -> list[Part]:
    """All of them: embedding, position, heads, biases, feed-forward layers, LayerNorms' shifts, output bias."""
    directions = Directions(run, [position], output_rows(run.network, [token_id]))
    found = [Part(name="token embedding", value=directions.of_token().item())]
    if (of_position := directions.of_position()) is not None:
        found.append(Part(name="position", value=of_position.item()))
    for layer in range(directions.n_layers):
        for block in directions.blocks:
            name = _NAMES[block]
            if block == "feed_forward":
                found.append(Part(name=name, value=directions.of_feed_forward(layer).item(), layer=layer))
            else:
                by_head = directions.of_keys(layer, block)[0].sum(dim=-1).tolist()
                found += [Part(name=name, value=value, layer=layer, head=head) for head, value in enumerate(by_head)]
                bias = directions.of_bias(layer, block).item()
                found.append(Part(name=f"{name}: bias of W^O", value=bias, layer=layer))
            if (layer, block) in directions.shifts:
                shift = directions.shifts[layer, block].item()
                found.append(Part(name=f"{name}: LayerNorm's β", value=shift, layer=layer))
    if directions.last_shift is not None:
        found.append(Part(name="last LayerNorm's β", value=directions.last_shift.item()))
    if (bias := run.network.output_bias) is not None:
        found.append(Part(name="output bias", value=bias[token_id].item()))
    return found


_NAMES = {"self_attn": "self-attention", "cross_attn": "cross-attention", "feed_forward": "feed-forward"}
