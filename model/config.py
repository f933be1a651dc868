"""The sizes and choices that define a Transformer (Table 3)."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal, get_args, get_origin, get_type_hints

from .checks import is_number, is_whole_number

Norm = Literal["post", "pre"]
Activation = Literal["relu", "gelu", "gelu_tanh", "silu"]
Positions = Literal["sinusoidal", "learned", "none"]

# Table 3: the paper's two models, apart from the vocabulary, which depends on the data.
PRESETS: dict[str, dict[str, Any]] = {
    "base": dict(d_model=512, d_ff=2048, n_heads=8, dropout=0.1),
    "big": dict(d_model=1024, d_ff=4096, n_heads=16, dropout=0.3),
}


# Far above any model that fits a machine: a config is believed before the weights are seen. What positions cost is in
# no file of weights.
_LARGEST = {"n_encoder_layers": 1024, "n_decoder_layers": 1024, "max_positions": 2**16}
_LARGEST |= dict.fromkeys(("vocab_size", "src_vocab_size", "d_model", "d_ff", "n_heads"), 2**24)


@dataclasses.dataclass(frozen=True, kw_only=True)
class TransformerConfig:
    """Everything that fixes the shape of a Transformer; the defaults are the paper's base model (Table 3).

    `n_encoder_layers=0` gives a decoder-only model (GPT-2's shape), `n_decoder_layers=0` an encoder-only one (BERT's).
    `src_vocab_size` gives the source a vocabulary and an embedding of its own; without `tie_output` the output
    projection has a matrix of its own. The decoder reads `bos_id` first.

    Raises:
        ValueError: a size is not positive or absurdly large, `n_heads` does not divide `d_model`, or a choice is
            unknown.
    """

    vocab_size: int
    src_vocab_size: int | None = None
    d_model: int = 512
    d_ff: int = 2048
    n_heads: int = 8
    n_encoder_layers: int = 6
    n_decoder_layers: int = 6
    dropout: float = 0.1
    norm: Norm = "post"
    activation: Activation = "relu"
    positions: Positions = "sinusoidal"
    max_positions: int = 512
    scale_embeddings: bool = True
    tie_output: bool = True
    output_bias: bool = False
    layer_norm_eps: float = 1e-5
    pad_id: int = 0
    bos_id: int = 1
    eos_id: int = 2

    def __post_init__(self) -> None:
        for name, hint in get_type_hints(type(self)).items():
            value = getattr(self, name)
            if get_origin(hint) is Literal and value not in get_args(hint):
                raise ValueError(f"{name}: expected one of {', '.join(get_args(hint))}; found {value!r}")
            if hint == int | None and value is not None:
                hint = int
            if hint is int and not is_whole_number(value):
                raise ValueError(f"{name}: expected a whole number; found {value!r}")
            if hint is float and not is_number(value):
                raise ValueError(f"{name}: expected a number; found {value!r}")
            if hint is bool and not isinstance(value, bool):
                raise ValueError(f"{name}: expected true or false; found {value!r}")
        for name in ("vocab_size", "d_model", "d_ff", "n_heads", "max_positions"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: expected 1 or more; found {getattr(self, name)}")
        for name in ("n_encoder_layers", "n_decoder_layers"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name}: expected 0 or more; found {getattr(self, name)}")
        for name, largest in _LARGEST.items():
            if (value := getattr(self, name)) is not None and value > largest:
                raise ValueError(f"{name}: expected at most {largest:,}; found {value}")
        if self.n_encoder_layers + self.n_decoder_layers == 0:
            raise ValueError("expected at least one encoder or decoder layer; found none of either")
        if self.src_vocab_size is not None:
            if not self.pad_id < self.src_vocab_size:
                raise ValueError(
                    f"src_vocab_size: expected more than pad_id={self.pad_id}; found {self.src_vocab_size}"
                )
            if not self.n_encoder_layers or not self.n_decoder_layers:
                raise ValueError(
                    f"src_vocab_size: expected null without an encoder or a decoder; found {self.src_vocab_size}"
                )
        if self.d_model % self.n_heads:
            raise ValueError(f"n_heads: expected a divisor of d_model={self.d_model}; found {self.n_heads}")
        if self.positions == "sinusoidal" and self.d_model % 2:
            raise ValueError(f"d_model: sinusoidal positions need an even number; found {self.d_model}")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout: expected 0 <= dropout < 1; found {self.dropout}")
        if not 0 < self.layer_norm_eps < 1:
            raise ValueError(f"layer_norm_eps: expected more than 0 and less than 1; found {self.layer_norm_eps}")
        for name in ("pad_id", "bos_id", "eos_id"):
            if not 0 <= getattr(self, name) < self.vocab_size:
                raise ValueError(
                    f"{name}: expected a token id from 0 to {self.vocab_size - 1}; found {getattr(self, name)}"
                )

    @property
    def d_head(self) -> int:
        """Size of one head's queries, keys and values (the paper's d_k = d_v)."""
        return self.d_model // self.n_heads

    @classmethod
    def preset(cls, name: str, **changes: Any) -> TransformerConfig:
        """The paper's `base` or `big` model (Table 3), with `changes` on top; `vocab_size` must be among them.

        Raises:
            ValueError: the preset is unknown.
        """
        if name not in PRESETS:
            raise ValueError(f"preset: expected one of {', '.join(PRESETS)}; found {name!r}")
        return cls(**{**PRESETS[name], **changes})

    def to_dict(self) -> dict[str, Any]:
        """All fields by name."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> TransformerConfig:
        """The config with these fields.

        Raises:
            ValueError: a field is unknown, missing or out of range.
        """
        if not isinstance(values, dict):
            raise ValueError(f"config: expected an object of fields; found {type(values).__name__}")
        known = {field.name for field in dataclasses.fields(cls)}
        if unknown := sorted(set(values) - known):
            raise ValueError(f"config: unknown field {', '.join(unknown)}; known are {', '.join(sorted(known))}")
        if "vocab_size" not in values:
            raise ValueError("config: vocab_size is missing")
        return cls(**values)
