"""The sides and the kinds of attention that a model has, and where the attention is in it (§3.2.3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, get_args

from explain.checks import whole_number
from model.config import TransformerConfig

Side = Literal["encoder", "decoder"]
Kind = Literal["encoder", "decoder", "cross"]
KINDS: tuple[Kind, ...] = get_args(Kind)


class Place(NamedTuple):
    """The stack, and the block in each of its layers."""

    side: Side
    block: str

    def path(self, layer: int) -> str:
        """Where this attention's taps are in one layer."""
        return f"{self.side}.layers.{layer}.{self.block}"


PLACES: dict[Kind, Place] = {
    "encoder": Place("encoder", "self_attn"),
    "decoder": Place("decoder", "self_attn"),
    "cross": Place("decoder", "cross_attn"),
}


def sides_of(config: TransformerConfig) -> tuple[Side, ...]:
    """The stacks of a model that writes text: both, or `decoder` alone of a language model."""
    return ("encoder", "decoder") if config.n_encoder_layers else ("decoder",)


def reading_side_of(config: TransformerConfig) -> Side:
    """Which side reads the text that was typed."""
    return sides_of(config)[0]


def kinds_of(config: TransformerConfig) -> tuple[Kind, ...]:
    """All three of an encoder-decoder, `decoder` alone of a language model."""
    return KINDS if config.n_encoder_layers else ("decoder",)


def checked_kind(kind: object, kinds: Sequence[Kind]) -> Kind:
    """The kind, if it is one of these.

    Raises:
        ValueError: it is not.
    """
    for known in kinds:
        if kind == known:
            return known
    expected = f"one of {', '.join(kinds)}" if len(kinds) > 1 else f"{kinds[0]}, all that a language model has"
    raise ValueError(f"attention: expected {expected}; found {kind!r}")


def check_head(config: TransformerConfig, kind: Kind, layer: object, head: object) -> None:
    """Refuses a head that is not there.

    Raises:
        ValueError: no such layer or head.
    """
    n_layers = config.n_encoder_layers if PLACES[kind].side == "encoder" else config.n_decoder_layers
    whole_number("layer", layer, 0, n_layers - 1)
    whole_number("head", head, 0, config.n_heads - 1)
