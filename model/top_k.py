"""The k largest of many: of a whole vocabulary, beam search keeps a handful each step (§6.1).

R rows, N numbers in each, K kept.
"""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor

GROUP = 128  # numbers of which only the largest is looked at first; measured: 64 and 160 take as long


def top_k(rows: Float[Tensor, "R N"], k: int) -> tuple[Float[Tensor, "R K"], Int[Tensor, "R K"]]:
    """The k largest of each row, the largest first, and where they stand; all where a row has fewer.

    As `torch.topk`, equal numbers aside, and about three times as fast on a CPU with 16,000 in a row: it looks into the
    k groups with the largest maxima alone, for none of the k largest can stand in another.
    """
    n = rows.shape[-1]
    if n <= GROUP * k:
        return rows.topk(min(k, n), dim=-1)
    whole = n - n % GROUP
    groups = rows[:, :whole].unflatten(1, (-1, GROUP))
    best = groups.amax(dim=-1).topk(k, dim=-1).indices  # (R, K)
    within = groups[torch.arange(len(rows), device=rows.device)[:, None], best]  # (R, K, GROUP)
    # what is left over at the end is one more group, always looked into
    numbers, picks = torch.cat([within.flatten(1), rows[:, whole:]], dim=1).topk(k, dim=-1)
    starts = torch.cat([best * GROUP, best.new_full((len(rows), 1), whole)], dim=1)
    return numbers, starts.gather(1, picks // GROUP) + picks % GROUP
