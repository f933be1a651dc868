"""Why residual connections and LayerNorm: the claim, and the charts of what was found."""

from __future__ import annotations

from explain.experiments import depth
from ui.experiments.charts import Figure, lines
from ui.experiments.shown import Shown

CLAIM = r"""
The paper wraps every sub-layer as $\text{LayerNorm}(x + \text{Sublayer}(x))$ (post-norm, §3.1); most
later models use $x + \text{Sublayer}(\text{LayerNorm}(x))$ (pre-norm). Without both, a deep stack
gets no gradient to its first layers.
"""


def figures(result: depth.Result) -> list[Figure]:
    """The gradient that is left at the first layer, over the number of layers."""
    note = (
        "1 is as much gradient at the first layer as at the last. Without both it vanishes; residual connections alone "
        "let it explode; LayerNorm alone rescales it at every layer and, at the start of training, keeps it near 1 "
        "here too: on this measure it is not the residual connection by itself that saves the gradient."
    )
    title = "Gradient at the first layer, against the gradient at the last"
    return [lines(title, ("layers", result.depth), "first layer ÷ last layer", result.ratios, "xy", note)]


SHOWN = Shown(module=depth, title="Why residual connections and LayerNorm", claim=CLAIM, figures=figures)
