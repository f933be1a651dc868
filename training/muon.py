"""Muon: each matrix's momentum, made orthogonal, is its update."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable

import torch
from jaxtyping import Float
from torch import Tensor, nn

# Jordan et al. 2024: five steps of this polynomial bring all singular values near 1
_NEWTON_SCHULZ, _N_STEPS = (3.4445, -4.7750, 2.0315), 5


class Muon(torch.optim.Optimizer):
    """`torch.optim.Muon` with Nesterov momentum and updates as long as AdamW's, in a number type of one's choice.

    torch's own computes in bfloat16 and a matrix at a time: on a CPU that only emulates bfloat16 an update takes
    minutes. Here all matrices of one shape go through the same products, in `dtype`.
    """

    def __init__(
        self,
        matrices: Iterable[nn.Parameter],
        lr: float,
        momentum: float = 0.95,
        weight_decay: float = 0.0,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        super().__init__(matrices, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})
        self.dtype = dtype

    @torch.no_grad()
    def step(self, closure: Callable[[], Tensor] | None = None) -> Tensor | None:
        loss = None
        if closure is not None:  # as every optimiser of torch: it computes the loss and the gradients anew
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            of_shape = defaultdict(list)
            for matrix in group["params"]:
                if matrix.grad is not None:
                    of_shape[matrix.shape].append(matrix)
            for (n_rows, n_columns), matrices in of_shape.items():
                directions = orthogonalize(torch.stack([self._momentum(m, group) for m in matrices]).to(self.dtype))
                length = 0.2 * math.sqrt(max(n_rows, n_columns))  # the root mean square of AdamW's updates is about 0.2
                for matrix, direction in zip(matrices, directions.to(matrices[0].dtype), strict=True):
                    matrix.mul_(1 - group["lr"] * group["weight_decay"])
                    matrix.add_(direction, alpha=-group["lr"] * length)
        return loss

    def _momentum(self, matrix: nn.Parameter, group: dict) -> Tensor:
        state = self.state[matrix]
        if not state:
            state["momentum_buffer"] = torch.zeros_like(matrix)
        gradient = matrix.grad
        if gradient is None:
            raise ValueError("expected a gradient for every matrix; found one without: call backward() first")
        buffer = state["momentum_buffer"].lerp_(gradient, 1 - group["momentum"])
        return gradient.lerp(buffer, group["momentum"])  # Nesterov


def orthogonalize(matrices: Float[Tensor, "N R C"]) -> Float[Tensor, "N R C"]:
    """The matrices with all their singular values brought near 1, by Newton-Schulz steps: matrix products alone."""
    if matrices.size(-2) > matrices.size(-1):
        return orthogonalize(matrices.mT).mT
    a, b, c = _NEWTON_SCHULZ
    x = matrices / torch.linalg.matrix_norm(matrices, keepdim=True).clamp(min=1e-7)  # no singular value above 1
    for _ in range(_N_STEPS):
        gram = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x
