"""The Translate tab: the translation, where its words come from, how sure the model was, what else it found."""

from __future__ import annotations

from typing import Any

import gradio as gr

from explain.alternatives import alternatives, parts
from explain.attention import alignment
from explain.plain import plain
from explain.run import Run
from explain.runner import Runner
from explain.source_words import source_words
from ui.answers import Ask, question, question_to_the_model
from ui.components import widget
from ui.request import Request


def translate_tab(run: Run, ask: Ask) -> tuple[gr.Tab, gr.HTML, gr.HTML]:
    """Draws the tab and gives two of its widgets, the translation and the choice of another word.

    A search hands the first what it found; its `choose` events name a hypothesis, `undo` goes back to the model's own.
    Events `replace` of the second hold a position and the ids of the word that is put there.
    """
    with gr.Tab("Translate", id="translate") as tab:
        view = widget("translation", translation(run), ask=ask, elem_id="translation")
        words = widget("word_choices", ask=ask, elem_id="word-choices")
        widget("word_sources", ask=ask, elem_id="word-sources")
        widget("hypotheses", elem_id="hypotheses")
    return tab, view, words


@question
def translation(run: Run) -> dict[str, Any]:
    """What the widget draws of a run: a translation, or a text that a language model continues."""
    return {
        "request": Request.of(run).to_browser(),
        "translates": run.translates,
        "start": plain(run.target_in[0]),
        "n_source": len(run.source),
        "n_text": run.n_text,
        "hypotheses": plain(run.translations),
        "chosen": run.chosen,
        "parts": plain(parts(run)),
        "own_text": None if run.own is run else run.own.translation.text,
        "n_given": len(run.prefix),
        "seconds": run.seconds,
    }


@question_to_the_model
def word_choices(run: Run, position: int) -> dict[str, Any]:
    """What could have come instead of the word at a position; the model finishes words that have several pieces."""
    return {"request": Request.of(run).to_browser(), **plain(alternatives(run, position))}


@question
def word_sources(runner: Runner, run: Run) -> dict[str, Any]:
    """Which source words each word of the translation comes from, in words and in pieces; nothing without a source."""
    if not run.translates:
        return {"translates": False}
    found = source_words(run)
    return {
        "request": Request.of(run).to_browser(),
        "translates": True,
        "words": plain(found),
        "links": found.links,
        "attention_layer": alignment(run).layer,
        "head": plain(run.text_model.alignment_head),
        "measured": _measured(runner, run.settings.direction),
    }


def _measured(runner: Runner, direction: str) -> dict[str, Any] | None:
    """How often the ribbons and attention part from people's alignments; None where that was not measured."""
    if (measured := runner.measured) is None:
        return None
    share, attention = (measured.find(method, direction) for method in ("logit-share-average", "mean-of-heads"))
    if share is None or attention is None:
        return None
    return {
        "text": measured.text,
        "n_sentences": measured.n_sentences,
        "share": plain(share),
        "attention": plain(attention),
    }
