"""The kinds of attention that a model has, and where they are in it (§3.2.3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

from model.config import TransformerConfig

Kind = Literal["encoder", "decoder", "cross"]
KINDS: tuple[Kind, ...] = get_args(Kind)

# The stack and the block in its layers.
PLACES: dict[Kind, tuple[str, str]] = {
    "encoder": ("encoder", "self_attn"),
    "decoder": ("decoder", "self_attn"),
    "cross": ("decoder", "cross_attn"),
}


def kinds_of(config: TransformerConfig) -> tuple[Kind, ...]:
    """All three of an encoder-decoder, `decoder` alone of a language model."""
    return KINDS if config.n_encoder_layers else ("decoder",)


def checked_kind(kind: object, kinds: Sequence[Kind]) -> Kind:
    """The kind, if it is one of these.

    Raises:
        ValueError: it is not.
    """
    if not isinstance(kind, str) or kind not in kinds:
        expected = f"one of {', '.join(kinds)}" if len(kinds) > 1 else f"{kinds[0]}, all that a language model has"
        raise ValueError(f"attention: expected {expected}; found {kind!r}")
    return kind
