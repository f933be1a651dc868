"""Why √d_k: undivided, scores grow with d_k until the softmax picks one key and lets no gradient through (§3.2.1)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from explain.experiments.progress import Progress, result_of
from explain.experiments.seeded import generator_of
from model.attention import scaled_dot_product_attention

N_KEYS = 32


@dataclass(frozen=True, kw_only=True)
class Result:
    """One number a d_k: the scores' standard deviation, the weights' entropy in bits, the gradient at the scores."""

    d_k: np.ndarray
    spread: np.ndarray
    spread_divided: np.ndarray
    entropy: np.ndarray
    entropy_divided: np.ndarray
    gradient: np.ndarray
    gradient_divided: np.ndarray


def run(seed: int = 0, largest: int = 1024, n_queries: int = 512) -> Iterator[Progress | Result]:
    """Queries and keys of independent unit-variance numbers, for d_k = 4, 8, 16, … up to `largest`."""
    generator = generator_of(seed)
    sizes = [2**i for i in range(2, int(math.log2(largest)) + 1)]
    rows = []
    for i, d_k in enumerate(sizes):
        yield i / len(sizes), f"d_k = {d_k}"
        q = torch.randn(1, 1, n_queries, d_k, generator=generator, requires_grad=True)
        k = torch.randn(1, 1, N_KEYS, d_k, generator=generator)
        pull = torch.randn(1, 1, n_queries, N_KEYS, generator=generator)  # what a loss might ask of the weights
        # the function divides by √d_k: multiplying the queries by it first takes the division away
        rows.append([*measure(q * math.sqrt(d_k), k, pull), *measure(q, k, pull)])
    spread, entropy, gradient, spread_divided, entropy_divided, gradient_divided = np.array(rows).T
    yield Result(
        d_k=np.array(sizes),
        spread=spread,
        spread_divided=spread_divided,
        entropy=entropy,
        entropy_divided=entropy_divided,
        gradient=gradient,
        gradient_divided=gradient_divided,
    )


def measure(q: torch.Tensor, k: torch.Tensor, pull: torch.Tensor) -> tuple[float, float, float]:
    """The scores' spread, the weights' entropy, and how large a gradient reaches the scores of one query."""
    seen = []
    scaled_dot_product_attention(
        q, k, k, tap_scores=lambda x: seen.append(x) or x, tap_weights=lambda x: seen.append(x) or x
    )
    scores, weights = seen
    (gradient,) = torch.autograd.grad((weights * pull).sum(), scores)
    entropy = torch.special.entr(weights).sum(-1).mean() / math.log(2)
    return scores.std().item(), entropy.item(), gradient.norm(dim=-1).mean().item()


def words(result: Result) -> str:
    """What was found, in a few sentences."""
    largest, most = result.d_k[-1], math.log2(N_KEYS)
    return (
        f"At d_k = {largest} the undivided scores spread by ±{result.spread[-1]:.3g} and the weights keep "
        f"{result.entropy[-1]:.3g} of {most:.3g} bits of entropy; divided by √d_k they spread by "
        f"±{result.spread_divided[-1]:.3g} and keep {result.entropy_divided[-1]:.3g} bits. The gradient that reaches "
        f"the scores is {result.gradient_divided[-1] / result.gradient[-1]:.3g} times as large with the division."
    )


if __name__ == "__main__":
    print(words(result_of(run())))
