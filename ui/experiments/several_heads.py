"""Why several heads: the claim, and the charts of what was found."""

from __future__ import annotations

from explain.experiments import several_heads
from ui.experiments.charts import Figure, lines
from ui.experiments.shown import Shown

CLAIM = r"""
One head has one row of weights for each token: to look at two places it has to average them.
$\text{Concat}(\text{head}_1, \dots, \text{head}_h)W^O$ (§3.2.2) lets each head look somewhere else, for the
same number of parameters. The task here needs two relations at once: which word stood one place before, and which one
three places before?
"""


def figures(result: several_heads.Result) -> list[Figure]:
    """Both answers right, over the training."""
    percent = {name: 100 * values for name, values in result.accuracy.items()}
    note = (
        "With one head, one row of weights has to serve both questions, so both words arrive as one mixture that is "
        "hard to take apart. Two heads look at one place each. Each model has the same number of parameters."
    )
    title = "Tokens for which both answers are right"
    return [lines(title, ("training step", result.step), "both right, %", percent, note=note)]


SHOWN = Shown(module=several_heads, title="Why several heads", claim=CLAIM, figures=figures)
