"""Weights from a generator of one's own: PyTorch's layers draw theirs from one that all threads share."""

from __future__ import annotations

from typing import TypeVar

import torch
from torch import nn

from model.positional import LearnedPositions

AnyModule = TypeVar("AnyModule", bound=nn.Module)


def generator_of(seed: int) -> torch.Generator:
    """A source of random numbers that nobody else draws from."""
    return torch.Generator().manual_seed(seed)


@torch.no_grad()
def draw_weights(module: AnyModule, generator: torch.Generator) -> AnyModule:
    """The module, its random weights drawn anew: so two visitors' experiments at once leave each other's numbers alone.

    As in `model/`: Glorot-uniform matrices, zero biases, embeddings of variance 1 / d_model. Recurrent layers as in
    PyTorch: uniform from -1/√d to 1/√d.
    """
    for part in module.modules():
        if isinstance(part, nn.Linear):
            nn.init.xavier_uniform_(part.weight, generator=generator)
            if part.bias is not None:
                nn.init.zeros_(part.bias)
        elif isinstance(part, nn.Embedding | LearnedPositions):
            nn.init.normal_(part.weight, std=part.weight.shape[1] ** -0.5, generator=generator)
        elif isinstance(part, nn.RNNBase):
            limit = part.hidden_size**-0.5
            for parameter in part.parameters():
                nn.init.uniform_(parameter, -limit, limit, generator=generator)
    return module
