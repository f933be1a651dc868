"""A text of several sentences under the sentence bar: each with its translation, and one of them open in the tabs."""

from __future__ import annotations

from typing import Any

import gradio as gr

from explain.passage import passage
from explain.run import Run
from explain.runner import Runner
from ui.answers import Ask, question
from ui.components import widget
from ui.request import Request


def sentence_list(ask: Ask) -> gr.HTML:
    """Draws the list, which is empty where the text is one sentence; its `open` events hold which to open."""
    return widget("sentences", ask=ask, elem_id="sentences")


@question
def sentences(runner: Runner, run: Run) -> dict[str, Any]:
    """What the widget draws of the text around a run."""
    found = passage(runner, run)
    return {
        "request": Request.of(run).to_browser(),
        "sentences": list(found.sentences),
        "gaps": list(found.gaps),
        "translations": list(found.translations),
        "translation": found.translation,
    }
