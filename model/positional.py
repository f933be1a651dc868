"""Where a token stands (§3.5): sinusoidal positions as in the paper, or learned ones.

T positions, D d_model.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from .config import TransformerConfig


def sinusoidal_encoding(n_positions: int, d_model: int) -> Float[Tensor, "T D"]:
    """PE(pos, 2i) = sin(pos / 10000^(2i/d_model)), PE(pos, 2i+1) = cos of the same angle (§3.5); values in [-1, 1].

    Raises:
        ValueError: `d_model` is odd, or a size is not positive.
    """
    if n_positions < 1 or d_model < 2 or d_model % 2:
        raise ValueError(f"expected positions >= 1 and an even d_model >= 2; found {n_positions} and {d_model}")
    # float64, because at high positions float32 angles lose the digits that sin and cos depend on
    positions = torch.arange(n_positions, dtype=torch.float64)
    frequencies = 10000.0 ** (-torch.arange(0, d_model, 2, dtype=torch.float64) / d_model)
    angles = torch.outer(positions, frequencies)  # (T, D / 2)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(start_dim=1).float()


class SinusoidalPositions(nn.Module):
    """The fixed table of `sinusoidal_encoding`, not trained and not saved."""

    weight: Tensor  # (max_positions, D)

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        table = torch.empty(config.max_positions, config.d_model)
        if not table.is_meta:  # a sketch of the model has shapes alone
            table = sinusoidal_encoding(config.max_positions, config.d_model)
        self.register_buffer("weight", table, persistent=False)

    def forward(self, start: int, n_positions: int) -> Float[Tensor, "T D"]:
        """The vectors of `n_positions` positions from `start`, counted from 0."""
        return self.weight[start : start + n_positions]


class LearnedPositions(nn.Module):
    """One trained vector a position (Table 3, row E)."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(config.max_positions, config.d_model))

    def forward(self, start: int, n_positions: int) -> Float[Tensor, "T D"]:
        """The vectors of `n_positions` positions from `start`, counted from 0."""
        return self.weight[start : start + n_positions]
