"""The family: encoder-decoder, decoder-only and encoder-only are the same classes with other masks and other counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from explain.experiments.progress import Progress, result_of
from explain.experiments.seeded import draw_weights, generator_of
from model import Transformer, TransformerConfig, record


def decoder_only(n_layers: int, d_model: int, n_heads: int, max_positions: int = 512) -> TransformerConfig:
    """GPT-2's shape and vocabulary."""
    return TransformerConfig(
        vocab_size=50_257, d_model=d_model, d_ff=4 * d_model, n_heads=n_heads, n_encoder_layers=0,
        n_decoder_layers=n_layers, activation="gelu_tanh", norm="pre", positions="learned", scale_embeddings=False,
        max_positions=max_positions,
    )  # fmt: skip


def encoder_only(n_layers: int, d_model: int, n_heads: int, vocab_size: int) -> TransformerConfig:
    """BERT's shape."""
    return TransformerConfig(
        vocab_size=vocab_size, d_model=d_model, d_ff=4 * d_model, n_heads=n_heads, n_encoder_layers=n_layers,
        n_decoder_layers=0, activation="gelu", positions="learned", scale_embeddings=False,
    )  # fmt: skip


def encoder_decoder(n_encoder_layers: int, n_decoder_layers: int, d_model: int, n_heads: int) -> TransformerConfig:
    """The paper's shape."""
    return TransformerConfig(
        vocab_size=50_257, d_model=d_model, d_ff=4 * d_model, n_heads=n_heads, n_encoder_layers=n_encoder_layers,
        n_decoder_layers=n_decoder_layers,
    )  # fmt: skip


# The published sizes; the vocabulary of the paper's base model is that of §5.1, about 37,000 tokens.
PRESETS = {
    "Transformer base (encoder-decoder)": TransformerConfig(vocab_size=37_000),
    "GPT-2 small (decoder-only)": decoder_only(12, 768, 12, max_positions=1024),
    "BERT base (encoder-only)": encoder_only(12, 768, 12, vocab_size=30_522),
}
PARTS = ("token embedding", "positions", "self-attention", "cross-attention", "feed-forward", "LayerNorm")
MASKS = {
    "encoder: every token sees every token": "encoder.layers.0.self_attn.weights",
    "decoder: a token sees itself and what came before": "decoder.layers.0.self_attn.weights",
    "cross-attention: a target token sees the whole source": "decoder.layers.0.cross_attn.weights",
}


@dataclass(frozen=True, kw_only=True)
class Result:
    """Parameters of each part of each model, and for each kind of attention who gave weight to whom (rows look)."""

    parameters: dict[str, dict[str, int]]
    masks: dict[str, np.ndarray]


def run(seed: int = 0, layers: int = 24, d_model: int = 1024) -> Iterator[Progress | Result]:
    """The presets, and all three shapes with `layers` layers (6 to 96) of `d_model` (64 to 12,288, in steps of 64).

    Raises:
        ValueError: a size is out of range.
    """
    for name, value, low, high, step in [("layers", layers, 6, 96, 1), ("d_model", d_model, 64, 12_288, 64)]:
        if not isinstance(value, int) or not low <= value <= high or value % step:
            steps = f" in steps of {step}" if step > 1 else ""
            raise ValueError(f"{name}: expected a whole number from {low} to {high}{steps}; found {value}")
    half, n_heads = layers // 2, d_model // 64
    models = PRESETS | {
        f"yours, encoder-decoder, {half} + {layers - half} layers": encoder_decoder(
            half, layers - half, d_model, n_heads
        ),
        f"yours, decoder-only, {layers} layers": decoder_only(layers, d_model, n_heads),
        f"yours, encoder-only, {layers} layers": encoder_only(layers, d_model, n_heads, vocab_size=50_257),
    }
    parameters = {}
    for i, (name, config) in enumerate(models.items()):
        yield i / len(models), name
        parameters[name] = count(config)
    yield Result(parameters=parameters, masks=who_sees_whom(seed))


def count(config: TransformerConfig) -> dict[str, int]:
    """Parameters of each part, on PyTorch's meta device: tensors that have a shape and take no memory."""
    with torch.device("meta"):
        model = Transformer(config)
    counts: dict[str, int] = dict.fromkeys(PARTS, 0)
    for name, parameter in model.named_parameters():  # shared ones come once
        counts[part_of(name)] += parameter.numel()
    return counts


def part_of(name: str) -> str:
    """The part that a parameter belongs to, by its path in the model."""
    marks = {
        "norm": "LayerNorm",
        "cross_attn": "cross-attention",
        "self_attn": "self-attention",
        "feed_forward": "feed-forward",
        "positions": "positions",
        "tokens": "token embedding",
    }
    return next(part for mark, part in marks.items() if mark in name)


def who_sees_whom(seed: int) -> dict[str, np.ndarray]:
    """1 where an untrained model of six tokens gave an attention weight above 0, else 0."""
    generator = generator_of(seed)
    config = TransformerConfig(
        vocab_size=11, d_model=8, d_ff=16, n_heads=2, n_encoder_layers=1, n_decoder_layers=1, dropout=0.0
    )
    model = draw_weights(Transformer(config), generator)
    src, tgt = torch.randint(3, 11, (2, 1, 6), generator=generator)
    with torch.no_grad(), record(only=MASKS.values()) as trace:
        model(src, tgt)
    return {name: (trace[path][0] > 0).any(dim=0).int().numpy() for name, path in MASKS.items()}


def words(result: Result) -> str:
    """What was found, in a few sentences."""
    totals = [f"{name}: {sum(parts.values()) / 1e6:,.4g} million" for name, parts in result.parameters.items()]
    seen = [f"{name} ({mask.sum()} of {mask.size} pairs)" for name, mask in result.masks.items()]
    return f"Parameters, counted: {'; '.join(totals)}. Masks, as the weights show them: {'; '.join(seen)}."


if __name__ == "__main__":
    print(words(result_of(run())))
