"""x Wᵀ + b, with the weights laid out once in the order in which the processor reads them.

T rows, I inputs, O outputs.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn


class Layout:
    """One weight as oneDNN wants it, which PyTorch brings for CPUs; made anew when the weight has changed."""

    def __init__(self) -> None:
        self._made: tuple[Tensor, int, Tensor | None] | None = None  # the weight, its version, its layout

    def of(self, weight: Tensor) -> Tensor | None:
        """The weight's layout, a tensor that only oneDNN can read; None where oneDNN does not compute with it."""
        if weight.is_inference():  # PyTorch does not count its changes
            return None
        made = self._made
        if made is None or made[0] is not weight or made[1] != weight._version:
            version, layout = weight._version, None
            if weight.device.type == "cpu" and weight.dtype == torch.float32 and torch.backends.mkldnn.is_available():
                layout = torch.ops.mkldnn._reorder_linear_weight(weight.detach())
            self._made = made = weight, version, layout
        return made[2]

    def __deepcopy__(self, memo: object) -> Layout:
        return Layout()  # the copy of a layer has a weight of its own


def linear(
    x: Float[Tensor, "*rows I"],
    weight: Float[Tensor, "O I"],
    bias: Float[Tensor, " O"] | None,
    layout: Layout,
) -> Float[Tensor, "*rows O"]:
    """x Wᵀ + b; where no gradient is asked for, by the weight's layout.

    Measured on one core of an AMD EPYC with AVX-512, by 16,000 x 256 weights: 4 rows, a token of each beam, take 0.25
    instead of 1.1 ms, 256 rows 9 instead of 24 ms.
    """
    common = torch.is_grad_enabled() or torch.is_autocast_enabled("cpu") or torch.compiler.is_compiling()
    laid_out = None if common else layout.of(weight)
    if laid_out is None:
        return F.linear(x, weight, bias)
    return torch.ops.mkldnn._linear_pointwise(x, laid_out, bias, "none", [], "")


class Linear(nn.Linear):
    """A linear layer that is quick where no gradient is asked for."""

    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__(in_features, out_features)
        self.layout = Layout()

    def forward(self, input: Float[Tensor, "*rows I"]) -> Float[Tensor, "*rows O"]:
        """x Wᵀ + b, where x is `input`."""
        return linear(input, self.weight, self.bias, self.layout)
