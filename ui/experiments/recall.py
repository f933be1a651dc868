"""Long-range dependency: who grew up in Nepal …: the claim, and the charts of what was found."""

from __future__ import annotations

from explain.experiments import recall
from ui.experiments.charts import Figure, lines
from ui.experiments.shown import Shown, Slider

CLAIM = r"""
“Shyam grew up in Nepal … he speaks fluent ___”: the word that decides may stand far back. An RNN has to carry it
through every step between; attention looks at it directly, at any distance.
"""


def figures(result: recall.Result) -> list[Figure]:
    """Right answers over distance."""
    percent = {name: 100 * values for name, values in result.accuracy.items()}
    note = (
        f"Guessing gives {100 / recall.COUNTRIES:.3g}%. Both models saw every distance equally often, in the same "
        "number of training steps. What is shown is how soon each learns: with more steps the RNN recalls further too."
    )
    distance = ("places from country to question", result.distance)
    return [lines("Languages recalled", distance, "right answers, %", percent, "x", note)]


SHOWN = Shown(
    module=recall,
    title="Long-range dependency: who grew up in Nepal …",
    claim=CLAIM,
    figures=figures,
    sliders=(Slider(name="steps", label="Training steps of each model", low=70, high=350, step=10, value=210),),
)
