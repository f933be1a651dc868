"""The pruning race: the claim, and the charts of what was found."""

from __future__ import annotations

import numpy as np

from explain.experiments import pruning
from ui.experiments.charts import Figure, lines
from ui.experiments.shown import Shown, Slider

CLAIM = r"""
$\text{MultiHead}(Q, K, V) = \text{Concat}(\text{head}_1, \dots, \text{head}_h)W^O$ (§3.2.2): does the bundled model
need all of its heads? Here their outputs become zero, more and more of them, and at each number the model translates
60 sentences that it was not trained on. The least useful heads go first, as in Michel et al. (2019), “Are Sixteen Heads
Really Better than One?”; beside them the same race in random order.
"""


def figures(result: pruning.Result) -> list[Figure]:
    """Both races, and what each head is worth alone."""
    race = (
        "How useful a head is was found on 30 other sentences, with each head off alone. Two heads that do the same "
        "both look useless that way, though one of them is needed: so this order need not be the best one. The "
        "translations are greedy and end after 20 tokens. Sentences: tatoeba.org, by way of manythings.org/anki, "
        "CC BY 2.0 FR."
    )
    alone = (
        "Above zero are heads without which the right translations of those 30 sentences become likelier. That a head "
        "is not missed here does not say that it does nothing: later layers make up for some of it."
    )
    heads = ("heads, the least useful first", np.arange(1, len(result.effect) + 1))
    return [
        lines("BLEU on 60 sentences", ("heads that are off", result.off), "BLEU", result.bleu, note=race),
        lines(
            "What each head is worth, alone",
            heads,
            "change of log p per token, nats",
            {"without that head": result.effect},
            note=alone,
        ),
    ]


SHOWN = Shown(
    module=pruning,
    title="Are all heads needed?",
    claim=CLAIM,
    figures=figures,
    sliders=(Slider(name="seed", label="Which random order", low=0, high=9, step=1, value=0),),
)
