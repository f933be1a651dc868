"""Several batches at a time on one CPU, each on a thread of its own.

Threads that share one batch wait for each other after every product, and while Python runs all but one do nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

import torch

Batch = TypeVar("Batch")
Found = TypeVar("Found")


def parallel_map(function: Callable[[Batch], Found], batches: Sequence[Batch]) -> list[Found]:
    """What the function makes of each batch, in their order, on as many threads as PyTorch may use here.

    `record()` and `intervene()` see them all. Under autocast, which holds in its own thread alone, one follows another.
    """
    n_threads = torch.get_num_threads()
    n_at_once = min(n_threads, len(batches))
    if n_at_once < 2 or torch.is_autocast_enabled("cpu"):
        return [function(batch) for batch in batches]
    calls = [(copy_context(), batch) for batch in batches]
    try:
        with ThreadPoolExecutor(n_at_once, "batches", torch.set_num_threads, (n_threads // n_at_once,)) as pool:
            return list(pool.map(lambda call: call[0].run(function, call[1]), calls))
    finally:
        torch.set_num_threads(n_threads)  # what a thread sets holds for those that begin after it, too
