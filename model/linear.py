"""x Wᵀ + b, in the order that is fastest for few rows: one token a step, of each beam.

T rows, I inputs, O outputs.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

# So many rows at most are multiplied from the left, as (W xᵀ)ᵀ: the library of matrix products then reads W in its own
# order. Measured on one AVX-512 core with MKL: 4 rows and 16,000 x 256 weights take 1.2 instead of 3.4 ms, 8 rows 2.0
# instead of 3.9 ms; 12 rows would take 5.2 instead of 4.2 ms, and one row takes the same.
FEW_ROWS = range(2, 9)


def linear(
    x: Float[Tensor, "*rows I"], weight: Float[Tensor, "O I"], bias: Float[Tensor, " O"] | None = None
) -> Float[Tensor, "*rows O"]:
    """x Wᵀ + b; the result of few rows lies transposed in memory."""
    rows = x.reshape(-1, x.shape[-1])
    if len(rows) not in FEW_ROWS:
        return F.linear(x, weight, bias)
    product = weight @ rows.T if bias is None else torch.addmm(bias[:, None], weight, rows.T)
    return product.T.view(*x.shape[:-1], -1)


class Linear(nn.Linear):
    """A linear layer that is quick with few rows."""

    def forward(self, input: Float[Tensor, "*rows I"]) -> Float[Tensor, "*rows O"]:
        """x Wᵀ + b, where x is `input`."""
        return linear(input, self.weight, self.bias).contiguous()
