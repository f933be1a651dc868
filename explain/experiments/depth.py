"""Why residual connections and LayerNorm: without both the gradient does not get from the last layer to the first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from explain.experiments.progress import Progress, result_of
from explain.experiments.seeded import draw_weights, generator_of
from model import TransformerConfig
from model.config import Norm
from model.layers import AddNorm, EncoderLayer

D_MODEL = 32


class NoResidual(AddNorm):
    """LayerNorm(Sublayer(x))."""

    def forward(self, x: Tensor, sublayer: Callable[[Tensor], Tensor]) -> Tensor:
        return self.layer_norm(sublayer(x))


class NoNorm(AddNorm):
    """x + Sublayer(x)."""

    def forward(self, x: Tensor, sublayer: Callable[[Tensor], Tensor]) -> Tensor:
        return x + sublayer(x)


class Neither(AddNorm):
    """Sublayer(x)."""

    def forward(self, x: Tensor, sublayer: Callable[[Tensor], Tensor]) -> Tensor:
        return sublayer(x)


VARIANTS: dict[str, tuple[Norm, type[AddNorm]]] = {
    "post-norm (the paper)": ("post", AddNorm),
    "pre-norm": ("pre", AddNorm),
    "residual, no LayerNorm": ("post", NoNorm),
    "LayerNorm, no residual": ("post", NoResidual),
    "neither": ("post", Neither),
}


@dataclass(frozen=True, kw_only=True)
class Result:
    """For each variant and depth, the gradient at the first layer's input against the one at the last layer's input."""

    depth: np.ndarray
    ratios: dict[str, np.ndarray]


def run(seed: int = 0, depths: tuple[int, ...] = (2, 4, 8, 16, 32, 48)) -> Iterator[Progress | Result]:
    """Untrained encoder stacks of each depth on random vectors; the loss pulls at every output at random."""
    generator = generator_of(seed)
    ratios = {name: [] for name in VARIANTS}
    for i, depth in enumerate(depths):
        for j, (name, (norm, wrapper)) in enumerate(VARIANTS.items()):
            yield (i + j / len(VARIANTS)) / len(depths), f"{depth} layers, {name}"
            ratios[name].append(gradient_ratio(stack(depth, norm, wrapper, generator), generator))
    yield Result(depth=np.array(depths), ratios={name: np.array(values) for name, values in ratios.items()})


def stack(depth: int, norm: Norm, wrapper: type[AddNorm], generator: torch.Generator) -> list[EncoderLayer]:
    """Encoder layers with another wrapper around each sub-layer, with Glorot's weights as in `model/`."""
    config = TransformerConfig(vocab_size=3, d_model=D_MODEL, d_ff=64, n_heads=4, dropout=0.0, norm=norm)
    layers = [EncoderLayer(config) for _ in range(depth)]
    for layer in layers:
        layer.self_attn_add_norm, layer.feed_forward_add_norm = wrapper(config), wrapper(config)
        draw_weights(layer, generator).double()  # gradients of 1e-50 are still numbers
    return layers


def gradient_ratio(layers: list[EncoderLayer], generator: torch.Generator) -> float:
    """How many times as large the gradient is at the first layer's input as at the last layer's."""
    x, pull = torch.randn(2, 4, 8, D_MODEL, dtype=torch.float64, generator=generator)
    x.requires_grad_()
    inputs = [x]
    for layer in layers:
        inputs.append(layer(inputs[-1]))
    output = inputs.pop()
    first, last = torch.autograd.grad((output * pull).sum(), [inputs[0], inputs[-1]])
    return (first.norm() / last.norm()).item()


def words(result: Result) -> str:
    """What was found, in a few sentences."""
    found = "; ".join(f"{name}: {ratio[-1]:.2g}" for name, ratio in result.ratios.items())
    return f"With {result.depth[-1]} layers, the gradient at the first layer ÷ that at the last: {found}."


if __name__ == "__main__":
    print(words(result_of(run())))
