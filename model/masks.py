"""Who may attend to whom (§3.2.3): `True` = may attend.

B batch, Tq query positions, Tk key positions.
"""

from __future__ import annotations

import torch
from jaxtyping import Bool, Int
from torch import Tensor


def padding_mask(tokens: Int[Tensor, "B Tk"], pad_id: int) -> Bool[Tensor, "B 1 1 Tk"]:
    """Lets every query see the real tokens and none of the padding."""
    return (tokens != pad_id)[:, None, None, :]


def causal_mask(n_queries: int, n_keys: int, device: torch.device | None = None) -> Bool[Tensor, "1 1 Tq Tk"]:
    """Lets each query see the keys up to its own position (§3.2.3); the queries are the last of the keys."""
    mask = torch.ones(n_queries, n_keys, dtype=torch.bool, device=device)
    return mask.tril(diagonal=n_keys - n_queries)[None, None]
