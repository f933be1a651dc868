"""The Translate tab: the translation, how sure each token was, and the other hypotheses."""

from __future__ import annotations

from typing import Any

import gradio as gr

from explain.attention import alignment
from explain.plain import plain
from explain.run import Run
from ui.components import widget
from ui.tabs import TabView


def translate_tab(run: Run) -> TabView:
    """Draws the tab; `choose` events of its widget carry the number of a hypothesis."""
    with gr.Tab("Translate", id="translate") as tab:
        view = widget("translation", translation_value(run), elem_id="translation")
    return TabView(tab, [view], lambda run: [translation_value(run)])


def translation_value(run: Run) -> dict[str, Any]:
    """What the widget draws of a run: a translation, or a text that a language model continues, with no source."""
    return {
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
