"""Vanishing and exploding gradients: the claim, and the charts of what was found."""

from __future__ import annotations

from explain.experiments import gradient_paths
from ui.experiments.charts import Figure, lines
from ui.experiments.shown import Shown

CLAIM = r"""
In a recurrent network the last step learns from step $t$ through $T - t$ multiplications by much the same matrix,
$\frac{\partial h_T}{\partial h_t} = \prod_{i=t+1}^{T} \frac{\partial h_i}{\partial h_{i-1}}$, so the gradient
vanishes or explodes with distance. An LSTM's gates slow this down. In self-attention every position is one step away
from every other.
"""


def figures(result: gradient_paths.Result) -> list[Figure]:
    """The gradient that is left over distance."""
    title = "The gradient that arrives, against the distance it travelled"
    distance = ("steps back from the last", result.distance)
    note = (
        "1 is the gradient one step back. A straight line on this logarithmic axis is a constant factor at every step: "
        "downwards it vanishes, upwards it explodes. Self-attention stays level, because every distance is one step. "
        "An LSTM lies between, and how far it carries depends on how open its forget gates start."
    )
    return [lines(title, distance, "gradient (one step back = 1)", result.gradients, "y", note)]


SHOWN = Shown(module=gradient_paths, title="Vanishing and exploding gradients", claim=CLAIM, figures=figures)
