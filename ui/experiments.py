"""The experiments of the tab "Why attention": what each claims, and what its charts show of its result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from explain.experiments import attention_scale, gradient_paths
from explain.plain import plain

Figure = dict[str, Any]


@dataclass(frozen=True)
class Shown:
    """An experiment on the page: `claim` is Markdown with formulas, `figures` gives the charts of a result."""

    module: ModuleType
    title: str
    claim: str
    figures: Callable[[Any], list[Figure]]

    @property
    def id(self) -> str:
        """Its name in the page."""
        return self.module.__name__.rpartition(".")[2].replace("_", "-")

    @property
    def code(self) -> str:
        """The whole file that runs when Run is pressed."""
        return Path(self.module.__file__).read_text(encoding="utf-8")


def lines(
    title: str,
    x: tuple[str, np.ndarray],
    y: str,
    series: dict[str, np.ndarray],
    log: str = "",
    note: str = "",
) -> Figure:
    """A chart of several lines over the same numbers; `log` names the logarithmic axes, such as "xy"."""
    name, numbers = x
    return {
        "kind": "lines",
        "title": title,
        "note": note,
        "x": {"name": name, "log": "x" in log},
        "y": {"name": y, "log": "y" in log},
        "series": [{"name": name, "x": plain(numbers), "y": plain(values)} for name, values in series.items()],
    }


def scale_figures(result: attention_scale.Result) -> list[Figure]:
    """Entropy, gradient and spread over d_k."""
    pairs = [
        (
            "How much choice the weights keep",
            "entropy of the weights, bits",
            result.entropy,
            result.entropy_divided,
            "x",
        ),
        (
            "How much gradient reaches the scores",
            "length of the gradient of one row",
            result.gradient,
            result.gradient_divided,
            "xy",
        ),
        ("How far the scores spread", "standard deviation of the scores", result.spread, result.spread_divided, "xy"),
    ]
    names = ("without the division", "divided by √d_k")
    return [
        lines(title, ("d_k", result.d_k), y, dict(zip(names, values, strict=True)), log)
        for title, y, *values, log in pairs
    ]


def gradient_figures(result: gradient_paths.Result) -> list[Figure]:
    """The gradient that is left over distance."""
    title = "The gradient that arrives, against the distance it travelled"
    distance = ("steps back from the last", result.distance)
    note = (
        "1 is the gradient one step back. A straight line on this logarithmic axis is a constant factor at every step: "
        "downwards it vanishes, upwards it explodes. Self-attention stays level, because every distance is one step. "
        "An LSTM lies between, and how far it carries depends on how open its forget gates start."
    )
    return [lines(title, distance, "gradient (one step back = 1)", result.gradients, "y", note)]


EXPERIMENTS = [
    Shown(
        attention_scale,
        "Why the scores are divided by √d_k",
        "If the components of $q$ and $k$ are independent with variance 1, their dot product $q \\cdot k$ has variance "
        "$d_k$. Large scores push the softmax to where one weight is nearly 1 and all gradients are nearly 0; dividing "
        "by $\\sqrt{d_k}$ keeps the variance at 1 for any size (§3.2.1):\n\n"
        "$$\\mathrm{Attention}(Q, K, V) = \\mathrm{softmax}\\left(\\frac{QK^T}{\\sqrt{d_k}}\\right)V$$",
        scale_figures,
    ),
    Shown(
        gradient_paths,
        "Vanishing and exploding gradients",
        "In a recurrent network the last step learns from step $t$ through $T - t$ multiplications by much the same "
        "matrix, $\\frac{\\partial h_T}{\\partial h_t} = \\prod_{i=t+1}^{T} \\frac{\\partial h_i}{\\partial h_{i-1}}$, "
        "so the gradient vanishes or explodes with distance. An LSTM's gates slow this down. In self-attention every "
        "position is one step away from every other.",
        gradient_figures,
    ),
]
