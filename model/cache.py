"""What the decoder remembers between steps, so that each step computes only the new ones.

B batch, H heads, T new positions, Tk all positions, Dh d_head, R rows kept.
"""

from __future__ import annotations

from jaxtyping import Float, Int
from torch import Tensor

ROOM = 8  # positions that a new cache has room for; a full one doubles


class AttentionCache:
    """What one attention layer has projected so far, keys and values.

    New positions are written in place, into room that is there already: no gradient goes back through them.
    """

    def __init__(self) -> None:
        self.length = 0  # positions held
        self._held: Tensor | None = None  # (2, B, H, room, Dh): keys, then values

    def append(
        self, k: Float[Tensor, "B H T Dh"], v: Float[Tensor, "B H T Dh"]
    ) -> tuple[Float[Tensor, "B H Tk Dh"], Float[Tensor, "B H Tk Dh"]]:
        """Adds new positions behind those held and returns all."""
        begin, self.length = self.length, self.length + k.shape[2]
        held, room = self._held, 0 if self._held is None else self._held.shape[3]
        if held is None or self.length > room:
            grown = k.new_empty(2, *k.shape[:2], max(ROOM, 2 * room, self.length), k.shape[3])
            if held is not None:
                grown[:, :, :, :begin] = held[:, :, :, :begin]
            self._held = held = grown
        held[0, :, :, begin : self.length] = k.detach()
        held[1, :, :, begin : self.length] = v.detach()
        return self.held()

    def held(self) -> tuple[Float[Tensor, "B H Tk Dh"], Float[Tensor, "B H Tk Dh"]]:
        """Keys and values of all positions.

        Raises:
            ValueError: there are none yet.
        """
        if self._held is None:
            raise ValueError("cache: expected keys and values; found none: append some first")
        k, v = self._held[:, :, :, : self.length]
        return k, v

    def select(self, rows: Int[Tensor, " R"]) -> None:
        """Keeps these batch rows, in this order; a row may be taken more than once."""
        if self._held is not None:
            self._held = self._held.index_select(1, rows)


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
        """Keeps these rows of the target, in this order, as when beams are reordered or end."""
        for cache in self.self_attn:
            cache.select(rows)

    def select_sources(self, rows: Int[Tensor, " R"]) -> None:
        """Keeps these rows of the encoder's output, in this order, as when a sentence is done."""
        for cache in self.cross_attn:
            cache.select(rows)
