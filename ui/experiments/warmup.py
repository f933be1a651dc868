"""Why the learning rate warms up: the claim, and the charts of what was found."""

from __future__ import annotations

from explain.experiments import warmup
from ui.experiments.charts import Figure, lines
from ui.experiments.shown import Shown, Slider

CLAIM = r"""
The learning rate says how far each training step moves the weights. The paper raises it over the first
$\text{warmup}\_\text{steps}$ steps and then lowers it (§5.3):

$$\begin{array}{l}
\text{lrate} = d_{\text{model}}^{-0.5} \cdot \min(\text{step}\_\text{num}^{-0.5}, \\
\qquad \text{step}\_\text{num} \cdot \text{warmup}\_\text{steps}^{-1.5})
\end{array}$$

A deep post-norm stack, with its LayerNorm after each addition as in the paper, needs this: before training, the
gradients near its output are large, and steps at the full rate spoil it. In a pre-norm stack, with the LayerNorm
before each sub-layer, they are smaller from the start ([Xiong et al. 2020](https://arxiv.org/abs/2002.04745)).

Here three encoders learn to copy eight words. The rate rises over the first half of the steps, or is at its peak from
the first step on; it is not lowered later. The words, the peak and the number of steps are the same for all, and so
are the first weights. With 6 layers the post-norm encoder learns without warmup too.
"""


def figures(result: warmup.Result) -> list[Figure]:
    """The losses, and the learning rates that made them."""
    step = ("training step", result.step)
    note = (
        f"Guessing gives ln {warmup.WORDS} = {warmup.GUESSING:.3g}: a model whose loss stays there has learned nothing."
    )
    rates = {
        "no warmup": result.rate["post-norm, no warmup"],
        "warmup": result.rate["post-norm, warmup"],
    }
    return [
        lines("Loss over the training", step, "cross-entropy, nats", result.loss, note=note),
        lines("The learning rates", step, "learning rate", rates, note="Both have the same peak."),
    ]


SHOWN = Shown(
    module=warmup,
    title="Why the learning rate warms up",
    claim=CLAIM,
    figures=figures,
    sliders=(Slider(name="layers", label="Layers of each model", low=2, high=12, step=1, value=12),),
)
