"""Attention on three words and matrices small enough to read (§3.2.2), computed by `model/`.

N words, D d_model, H heads, Dh d_head.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float

from explain.checks import whole_number
from model.attention import scaled_dot_product_attention
from model.checks import is_number, is_whole_number

N_WORDS = 3
SIZES = (4, 6, 8)
MAX_HEADS = 2
LIMIT = 1000.0  # the largest size of an entry: beyond it exponentials tell nothing apart
MATRICES = ("X", "W_Q", "W_K", "W_V", "W_O")


@dataclass(frozen=True, kw_only=True)
class Toy:
    """Every intermediate matrix; `weights` and what stands before them one a head; `row_sums` as computed."""

    q: Float[np.ndarray, "H N Dh"]
    k: Float[np.ndarray, "H N Dh"]
    v: Float[np.ndarray, "H N Dh"]
    scores: Float[np.ndarray, "H N N"]
    weights: Float[np.ndarray, "H N N"]
    row_sums: Float[np.ndarray, "H N"]
    heads: Float[np.ndarray, "H N Dh"]
    joined: Float[np.ndarray, "N D"]
    output: Float[np.ndarray, "N D"]


def toy(matrices: Mapping[str, Any], d_model: int, n_heads: int) -> Toy:
    """Multi-head attention of X with itself: entries may be numbers or their text.

    Raises:
        ValueError: a size is out of range, or an entry is no finite number from -1000 to 1000.
    """
    if not is_whole_number(d_model) or d_model not in SIZES:
        raise ValueError(f"d_model: expected one of {', '.join(map(str, SIZES))}; found {d_model!r}")
    whole_number("heads", n_heads, 1, MAX_HEADS)
    x, w_q, w_k, w_v, w_o = (
        torch.from_numpy(_matrix(name, matrices.get(name), N_WORDS if name == "X" else d_model, d_model))
        for name in MATRICES
    )
    seen = {}

    def keep(name: str):
        return lambda tensor: seen.setdefault(name, tensor)

    q, k, v = ((x @ w).unflatten(-1, (n_heads, -1)).transpose(0, 1)[None] for w in (w_q, w_k, w_v))  # (1, H, N, Dh)
    heads = scaled_dot_product_attention(q, k, v, None, keep("scores"), keep("weights"))
    joined = heads.transpose(1, 2).flatten(start_dim=2)[0]  # (N, D)
    scores, weights = seen["scores"][0], seen["weights"][0]
    return Toy(
        q=q[0].numpy(),
        k=k[0].numpy(),
        v=v[0].numpy(),
        scores=scores.numpy(),
        weights=weights.numpy(),
        row_sums=weights.sum(dim=-1).numpy(),
        heads=heads[0].numpy(),
        joined=joined.numpy(),
        output=(joined @ w_o).numpy(),
    )


def starting_matrices(d_model: int) -> dict[str, list[list[float]]]:
    """Matrices to begin with: drawn once with seed 0 from -1 to 1 and rounded to one decimal, the same every time."""
    generator = np.random.default_rng(0)
    sizes = {name: (N_WORDS if name == "X" else d_model, d_model) for name in MATRICES}
    return {name: generator.uniform(-1, 1, size).round(1).tolist() for name, size in sizes.items()}


def _matrix(name: str, rows: Any, n_rows: int, n_columns: int) -> np.ndarray:
    is_table = isinstance(rows, list) and all(isinstance(row, list) for row in rows)
    if not is_table or len(rows) != n_rows or any(len(row) != n_columns for row in rows):
        raise ValueError(f"{name}: expected {n_rows} rows of {n_columns} numbers; found another form: start again")
    return np.array([[_entry(name, i, j, entry) for j, entry in enumerate(row)] for i, row in enumerate(rows)])


def _entry(name: str, row: int, column: int, entry: Any) -> float:
    place = f"{name}, row {row + 1}, column {column + 1}"
    shown = repr(entry)[:30]
    if not isinstance(entry, str) and not is_number(entry):
        raise ValueError(f"{place}: expected a number; found {shown}")
    try:
        value = float(entry.replace("−", "-") if isinstance(entry, str) else entry)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{place}: expected a number such as 0.5; found {shown}") from error
    if not math.isfinite(value) or abs(value) > LIMIT:
        raise ValueError(f"{place}: expected a number from {-LIMIT:g} to {LIMIT:g}; found {shown}")
    return value
