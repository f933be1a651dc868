"""Vanishing and exploding gradients: in an RNN a gradient shrinks or grows at every step; attention is one step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from explain.experiments.progress import Progress, result_of
from explain.experiments.seeded import draw_weights, generator_of
from model import TransformerConfig
from model.layers import EncoderLayer

D = 64
RNN_SCALES = (0.5, 1.0, 3.0)
FORGET_BIASES = (1.0, 5.0)


@dataclass(frozen=True, kw_only=True)
class Result:
    """For each model, the gradient that the last step sends to the input `distance` steps back, against one step."""

    distance: np.ndarray
    gradients: dict[str, np.ndarray]

    def left(self, name: str) -> float:
        """What is left at the largest distance of the gradient one step back."""
        return float(self.gradients[name][-1])


def run(seed: int = 0, length: int = 100, batch: int = 8) -> Iterator[Progress | Result]:
    """Untrained models on random input; the loss pulls at the output of the last step alone."""
    generator = generator_of(seed)
    models = {f"RNN, weights × {scale:g}": rnn(scale, generator) for scale in RNN_SCALES}
    models |= {f"LSTM, forget bias {bias:g}": lstm(bias, generator) for bias in FORGET_BIASES}
    models["self-attention"] = attention(generator)
    gradients = {}
    for i, (name, model) in enumerate(models.items()):
        yield i / len(models), name
        x = torch.randn(batch, length, D, dtype=torch.float64, generator=generator, requires_grad=True)
        pull = torch.randn(batch, D, dtype=torch.float64, generator=generator)
        (gradient,) = torch.autograd.grad((model(x)[:, -1] * pull).sum(), x)
        size = gradient.norm(dim=(0, 2)).flip(0)  # (T,), the last step first
        gradients[name] = (size[1:] / size[1]).numpy()
    yield Result(distance=np.arange(1, length), gradients=gradients)


def rnn(scale: float, generator: torch.Generator):
    """A plain tanh RNN whose recurrent weights are normal, of variance scale² / D."""
    module = draw_weights(nn.RNN(D, D, batch_first=True, dtype=torch.float64), generator)
    nn.init.normal_(module.get_parameter("weight_hh_l0"), std=scale / D**0.5, generator=generator)
    return lambda x: module(x)[0]


def lstm(forget_bias: float, generator: torch.Generator):
    """An LSTM whose forget gates start half open at 0, almost fully open at 5."""
    module = draw_weights(nn.LSTM(D, D, batch_first=True, dtype=torch.float64), generator)
    with torch.no_grad():
        module.get_parameter("bias_hh_l0").zero_()
        # PyTorch's order of gates: input, forget, cell, output
        module.get_parameter("bias_ih_l0")[D : 2 * D] = forget_bias
    return lambda x: module(x)[0]


def attention(generator: torch.Generator):
    """One Transformer encoder layer."""
    config = TransformerConfig(vocab_size=3, d_model=D, d_ff=2 * D, n_heads=4, dropout=0.0)
    return draw_weights(EncoderLayer(config), generator).double()


def words(result: Result) -> str:
    """What was found, in a few sentences."""
    found = "; ".join(f"{name}: {result.left(name):.2g}" for name in result.gradients)
    return f"The gradient {result.distance[-1]} steps back ÷ that one step back: {found}."


if __name__ == "__main__":
    print(words(result_of(run())))
