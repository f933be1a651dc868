"""Who looked where: the attention weights of a run (§3.2), their statistics, and the alignment they give.

L layers, H heads, R rows (the positions that look), C columns (the positions looked at), T target, S source positions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from explain.checks import whole_number
from explain.kinds import PLACES, Kind, checked_kind
from explain.pack import Packed, pack
from explain.run import Run
from explain.tokens import TargetToken, Token


@dataclass(frozen=True, kw_only=True)
class AttentionMaps:
    """The weights of all heads of one kind: the encoder's or decoder's self-attention, or the cross-attention.

    Each row of a map sums to 1. `predicts` names, for decoder and cross-attention, the token predicted at each row,
    and is None for the encoder.
    """

    kind: Kind
    weights: Float[np.ndarray, "L H R C"]
    rows: tuple[Token, ...]
    predicts: tuple[TargetToken, ...] | None
    columns: tuple[Token, ...]

    def packed(self) -> Packed:
        """All heads in one string, weight = byte / 255."""
        return pack(self.weights, 0, 1)

    def head(self, layer: int, head: int) -> Float[np.ndarray, "R C"]:
        """The exact weights of one head.

        Raises:
            ValueError: no such layer or head.
        """
        n_layers, n_heads = self.weights.shape[:2]
        return self.weights[whole_number("layer", layer, 0, n_layers - 1), whole_number("head", head, 0, n_heads - 1)]


def attention_maps(run: Run, kind: Kind) -> AttentionMaps:
    """The attention of one kind in the inspected pass, in the precision of the model.

    Raises:
        ValueError: the model has no attention of this kind.
    """
    place, trace = PLACES[checked_kind(kind, run.kinds)], run.trace
    layers = [trace[f"{place.path(layer)}.weights"][0].numpy() for layer in range(len(run.stack(place.side).layers))]
    return AttentionMaps(
        kind=kind,
        weights=np.stack(layers),
        rows=run.queries(kind),
        predicts=None if kind == "encoder" else run.target_out,
        columns=run.keys(kind),
    )


@dataclass(frozen=True, kw_only=True)
class HeadStatistics:
    """What each head does, in figures averaged over rows; None where a figure has no meaning for the kind.

    `entropy_bits`: mean over all rows of a row's entropy, 0 (looks at one token) to log2 C (at all alike).
    `previous`, `same`, `next`: mean weight on the position before, at and after the row's own, over the rows that have
    such a position; None in cross-attention, and where there is no such row; `next` is None in the decoder, which is
    blind to it (§3.2.3).
    `punctuation`, `start`, `end`: mean over all rows of the weight on all punctuation tokens, on the first column (the
    language tag where there is one, or the decoder's first token), and on the source's `</s>` (None in the decoder,
    which never reads one).
    """

    entropy_bits: Float[np.ndarray, "L H"]
    previous: Float[np.ndarray, "L H"] | None
    same: Float[np.ndarray, "L H"] | None
    next: Float[np.ndarray, "L H"] | None
    punctuation: Float[np.ndarray, "L H"]
    start: Float[np.ndarray, "L H"]
    end: Float[np.ndarray, "L H"] | None


def head_statistics(maps: AttentionMaps) -> HeadStatistics:
    """The figures by which heads can be told apart and sorted; weights in [0, 1], entropy in bits."""
    weights = maps.weights.astype(np.float64)
    logarithms = np.log2(weights, out=np.zeros_like(weights), where=weights > 0)  # 0 log 0 = 0
    entropy_bits = np.abs((weights * logarithms).sum(axis=-1)).mean(axis=-1)  # every term is 0 or negative

    def on_diagonal(offset: int) -> np.ndarray | None:
        cells = np.diagonal(weights, offset, axis1=-2, axis2=-1)
        return cells.mean(axis=-1) if cells.shape[-1] else None

    def on_columns(columns: list[int]) -> np.ndarray:
        return weights[..., columns].sum(axis=-1).mean(axis=-1)

    is_self, is_decoder = maps.kind != "cross", maps.kind == "decoder"
    return HeadStatistics(
        entropy_bits=entropy_bits,
        previous=on_diagonal(-1) if is_self else None,
        same=on_diagonal(0) if is_self else None,
        next=on_diagonal(1) if is_self and not is_decoder else None,
        punctuation=on_columns([i for i, token in enumerate(maps.columns) if token.is_punctuation]),
        start=on_columns([0]),
        end=None if is_decoder else on_columns([len(maps.columns) - 1]),
    )


@dataclass(frozen=True, kw_only=True)
class Alignment:
    """How much the model looked at each source token when it predicted each target token; rows sum to 1."""

    layer: int
    weights: Float[np.ndarray, "T S"]
    target: tuple[TargetToken, ...]
    source: tuple[Token, ...]


def alignment(run: Run, layer: int | None = None) -> Alignment:
    """Cross-attention of one decoder layer, averaged over its heads; the last layer but one unless told otherwise.

    The layer before the last was found nearest to people's alignments (Garg et al. 2019). The weights show where the
    model looked, which is not always what a person would align.

    Raises:
        ValueError: no such layer, or a language model, which has no source.
    """
    if not run.translates:
        raise ValueError("alignment: a language model continues its text; there is no source to align it with")
    maps = attention_maps(run, "cross")
    n_layers = len(maps.weights)
    layer = max(n_layers - 2, 0) if layer is None else whole_number("layer", layer, 0, n_layers - 1)
    return Alignment(layer=layer, weights=maps.weights[layer].mean(axis=0), target=run.target_out, source=run.source)
