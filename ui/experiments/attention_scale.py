"""Why the scores are divided by √dₖ: the claim, and the charts of what was found."""

from __future__ import annotations

from explain.experiments import attention_scale
from ui.experiments.charts import Figure, lines
from ui.experiments.shown import Shown

CLAIM = r"""
If the components of $q$ and $k$ are independent with variance 1, their dot product $q \cdot k$ has variance $d_k$.
Large scores push the <dfn tabindex="0">softmax</dfn> to where one weight is nearly 1 and all
<dfn tabindex="0" data-term="gradient">gradients</dfn> are nearly 0; dividing by $\sqrt{d_k}$
keeps the variance at 1 for any size (§3.2.1):

$$\text{Attention}(Q, K, V) = \text{softmax}\left(\frac{QK^T}{\sqrt{d_k}}\right)V$$
"""


def figures(result: attention_scale.Result) -> list[Figure]:
    """Entropy, gradient and spread over d_k."""
    measured = [
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
        for title, y, *values, log in measured
    ]


SHOWN = Shown(module=attention_scale, title="Why the scores are divided by √dₖ", claim=CLAIM, figures=figures)
