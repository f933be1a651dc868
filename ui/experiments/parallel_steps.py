"""Sequential against parallel: the claim, and the charts of what was found."""

from __future__ import annotations

from explain.experiments import parallel_steps
from ui.experiments.charts import Figure, lines
from ui.experiments.shown import Shown

CLAIM = r"""
An RNN computes $h_t$ from $h_{t-1}$, so $n$ positions take $O(n)$ steps one after another. Self-attention computes
all positions at once, in $O(1)$ steps (Table 1).
"""


def figures(result: parallel_steps.Result) -> list[Figure]:
    """Chains of operations and times over length."""
    length = ("positions", result.length)
    steps = {"RNN": result.rnn_steps, "attention": result.attention_steps}
    milliseconds = {"RNN": 1e3 * result.rnn_seconds, "attention": 1e3 * result.attention_seconds}
    return [
        lines(
            "Operations that must wait for one another",
            length,
            "longest chain of operations",
            steps,
            "xy",
            "Counted in PyTorch's own graph of the computation.",
        ),
        lines(
            "Time of a forward pass on one thread",
            length,
            "milliseconds",
            milliseconds,
            "xy",
            "A processor with thousands of parallel units, such as a GPU, is held up by the chain alone. One thread "
            "also pays for attention's work, which grows with n², so on long enough sequences the RNN would win here.",
        ),
    ]


SHOWN = Shown(module=parallel_steps, title="Sequential against parallel", claim=CLAIM, figures=figures)
