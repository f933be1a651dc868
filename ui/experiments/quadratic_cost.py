"""The price: cost grows with n²: the claim, and the charts of what was found."""

from __future__ import annotations

from explain.experiments import quadratic_cost
from ui.experiments.charts import Figure, lines
from ui.experiments.shown import Shown

CLAIM = r"""
Every position looks at every position: $QK^T$ is an $n \times n$ matrix, so attention takes $O(n^2 \cdot d)$
operations and, written out, $O(n^2)$ memory. The feed-forward grows only with $n$: on short texts it is the larger
part, on long ones attention is.
"""


def figures(result: quadratic_cost.Result) -> list[Figure]:
    """Time, work and memory over length."""
    length = ("positions", result.length)
    return [
        lines(
            "Time of one layer's two parts on one thread",
            length,
            "milliseconds",
            {"attention": 1e3 * result.attention_seconds, "feed-forward": 1e3 * result.feed_forward_seconds},
            "xy",
            "The softmax and the moving of large matrices take time too, which the count beside it leaves out.",
        ),
        lines(
            "Multiplications and additions, counted",
            length,
            "multiply-adds",
            {"attention": result.attention_work, "feed-forward": result.feed_forward_work},
            "xy",
            "Attention counts its four projections too, which grow with n; its n² part has a slope of 2.",
        ),
        lines(
            "Memory of the scores and weights, computed",
            length,
            "MiB in one layer",
            {"scores and weights": result.score_bytes / 2**20},
            "xy",
            "As equation (1) writes it. Fused attention, which this page uses when no map is asked for, never stores "
            "the whole matrix, but computes as much.",
        ),
    ]


SHOWN = Shown(module=quadratic_cost, title="The price: cost grows with n²", claim=CLAIM, figures=figures)
