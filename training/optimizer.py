"""What updates the weights: Muon for the layers' matrices with AdamW for the rest, or AdamW or Adam for all.

And how the weights that are kept, their moving average, follow them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import torch
from torch import Tensor, nn

from model.transformer import Transformer
from training.muon import Muon
from training.recipe import Recipe


def build_optimizers(model: Transformer, recipe: Recipe) -> list[torch.optim.Optimizer]:
    """The recipe's optimisers; each parameter belongs to exactly one."""
    if recipe.optimizer == "adam":  # §5.3
        return [torch.optim.Adam(model.parameters(), lr=recipe.lr, betas=(0.9, 0.98), eps=1e-9)]
    if recipe.optimizer == "adamw":
        return [_adamw(list(model.parameters()), recipe)]
    matrices = [cast(nn.Parameter, module.weight) for module in model.modules() if isinstance(module, nn.Linear)]
    in_muon = {id(matrix) for matrix in matrices}
    rest = [parameter for parameter in model.parameters() if id(parameter) not in in_muon]
    # in bfloat16 where the recipe says that matrix products are worth it
    dtype = torch.bfloat16 if recipe.mixed_precision == "bf16" else torch.float32
    muon = Muon(matrices, lr=recipe.muon_lr, weight_decay=recipe.weight_decay, dtype=dtype)
    return [muon, _adamw(rest, recipe)]


def _adamw(parameters: list[nn.Parameter], recipe: Recipe) -> torch.optim.AdamW:
    return torch.optim.AdamW(parameters, lr=recipe.lr, betas=(0.9, 0.98), weight_decay=recipe.weight_decay, fused=True)


def ema_update(decay: float) -> Callable[..., None]:
    """The moving average's rule: young averages forget faster, so that the random start does not linger."""

    @torch.no_grad()
    def update(averaged: list[Tensor], current: list[Tensor], n_averaged: Tensor) -> None:
        n = int(n_averaged)
        share = 1 - min(decay, (1 + n) / (10 + n))
        torch._foreach_lerp_(averaged, current, share)  # pyright: ignore[reportPrivateImportUsage]  # so does torch

    return update
