"""The Translate tab: the translation, how sure each token was, and the other hypotheses."""

from __future__ import annotations

from typing import Any

import gradio as gr

from explain.attention import alignment
from explain.plain import plain
from explain.run import Run
from ui.answers import Ask, question
from ui.components import widget
from ui.request import Request


def translate_tab(run: Run, ask: Ask) -> tuple[gr.Tab, gr.HTML]:
    """Draws the tab and gives its widget: a search hands it what it found, and its `choose` events a hypothesis."""
    with gr.Tab("Translate", id="translate") as tab:
        view = widget("translation", translation(run), ask=ask, elem_id="translation")
    return tab, view


@question
def translation(run: Run) -> dict[str, Any]:
    """What the widget draws of a run: a translation, or a text that a language model continues, with no source."""
    return {
        "request": Request.of(run).to_browser(),
        "translates": run.translates,
        "source": plain(run.source),
        "start": plain(run.target_in[0]),
        "n_text": run.n_text,
        "hypotheses": plain(run.translations),
        "chosen": run.chosen,
        "alignment": plain(alignment(run).weights) if run.translates else None,
        "alignment_layer": alignment(run).layer if run.translates else None,
        "seconds": run.seconds,
    }
