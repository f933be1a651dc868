"""Keys and values of positions already decoded, so that a step computes only the new ones.

B batch, H heads, T new positions, Tk all positions, Dh d_head, R rows kept.
"""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor


class AttentionCache:
    """What one attention layer has projected so far: keys and values, (B, H, Tk, Dh)."""

    def __init__(self) -> None:
        self.k: Tensor | None = None
        self.v: Tensor | None = None

    @property
    def length(self) -> int:
        """Positions held."""
        return 0 if self.k is None else self.k.shape[2]

    def append(
        self, k: Float[Tensor, "B H T Dh"], v: Float[Tensor, "B H T Dh"]
    ) -> tuple[Float[Tensor, "B H Tk Dh"], Float[Tensor, "B H Tk Dh"]]:
        """Adds new positions behind those held and returns all."""
        if self.k is not None and self.v is not None:
            k, v = torch.cat([self.k, k], dim=2), torch.cat([self.v, v], dim=2)
        self.k, self.v = k, v
        return k, v

    def select(self, rows: Int[Tensor, " R"]) -> None:
        """Keeps these batch rows, in this order; a row may be taken more than once."""
        if self.k is not None and self.v is not None:
            self.k, self.v = self.k[rows], self.v[rows]


class KeyValueCache:
    """The decoder's cache, one pair of attentions a layer; an argument of `decode`, never stored on a module."""

    def __init__(self, n_layers: int) -> None:
        self.self_attn = [AttentionCache() for _ in range(n_layers)]
        self.cross_attn = [AttentionCache() for _ in range(n_layers)]

    @property
    def length(self) -> int:
        """Target positions decoded so far."""
        return self.self_attn[0].length

    def select(self, rows: Int[Tensor, " R"]) -> None:
        """Keeps these batch rows, in this order, as beam search does when beams are reordered or finish."""
        for cache in (*self.self_attn, *self.cross_attn):
            cache.select(rows)
