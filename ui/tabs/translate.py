"""The Translate tab: the translation, how sure each token was, and the other hypotheses."""

from __future__ import annotations

from typing import Any

import gradio as gr

from explain.attention import alignment
from explain.run import Run
from ui.components import widget


def translate_tab(run: Run) -> gr.HTML:
    """Draws the tab, showing `run`; `choose` events of the widget it returns carry the number of a hypothesis."""
    return widget("translation", translation_value(run))


def translation_value(run: Run) -> dict[str, Any]:
    """What the widget draws of a run."""
    return {
        "source": [token_value(token) for token in run.source],
        "hypotheses": [
            {
                "text": hypothesis.text,
                "score": hypothesis.score,
                "tokens": [
                    {**token_value(token), "probability": probability}
                    for token, probability in zip(hypothesis.tokens, hypothesis.probabilities, strict=True)
                ],
            }
            for hypothesis in run.hypotheses
        ],
        "chosen": run.chosen,
        "alignment": alignment(run).tolist(),
        "seconds": run.seconds,
    }
