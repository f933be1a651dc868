"""The Translate tab: the translation, how sure of it the model was, where its words come from, what else it found."""

from __future__ import annotations

from typing import Any

import gradio as gr

from explain.alternatives import alternatives, parts
from explain.attention import alignment
from explain.origin import telling_origin
from explain.plain import plain
from explain.run import Run
from explain.runner import Runner
from explain.source_words import source_words
from explain.tokens import bare, words_of
from ui.answers import Ask, question, question_to_the_model
from ui.components import widget
from ui.request import Request


def translate_tab(run: Run, ask: Ask, story: dict[str, Any] | None) -> tuple[gr.Tab, gr.HTML, gr.HTML, gr.HTML]:
    """Draws the tab and gives three of its widgets: the translation, the choice of another word, the search as a tree.

    A search hands the first what it found; its `choose` events name a hypothesis, `undo` goes back to the model's own.
    Events `replace` of the second hold a position and the ids of the word that is put there; `force` of the third, the
    ids of a beginning.
    """
    with gr.Tab("Translate", id="translate") as tab:
        view = widget("translation", translation(run), ask=ask, elem_id="translation")
        words = widget("word_choices", ask=ask, elem_id="word-choices")
        widget("verdict", ask=ask, elem_id="verdict")
        widget("origin", ask=ask, elem_id="origin")
        if story:
            widget("story", story, elem_id="story")
        widget("word_sources", ask=ask, elem_id="word-sources")
        widget("hypotheses", elem_id="hypotheses")
        tree = widget("beam_tree", ask=ask, elem_id="beam-tree")
    return tab, view, words, tree


@question
def translation(run: Run) -> dict[str, Any]:
    """What the widget draws of a run: a translation, or a text that a language model continues."""
    return {
        "request": Request.of(run).to_browser(),
        "translates": run.translates,
        "text": run.text,
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
def sureness(runner: Runner, run: Run) -> dict[str, Any]:
    """How sure the model was of each token, and how often that was right on held-out text, where that was measured.

    `least` is the place of the token that it was least sure of, or None where it wrote none by itself; the end does not
    count.
    """
    about = {"request": Request.of(run).to_browser()}
    if (calibration := runner.calibration) is None:
        return {**about, "measured": None, "tokens": [], "doubtful": [], "least": None}
    spelled = {place: bare(word.text) for word in words_of(run.target_out) for place in word.tokens}
    own = [i for i, token in enumerate(run.target_out) if not (token.given or token.special)]
    tokens = []
    for place, token in enumerate(run.target_out):
        found = calibration.bin_of(token.probability)
        word = None if token.is_punctuation else spelled[place]
        told = {"word": word, "right": found.share, "n": found.n, "low": found.low, "high": found.high}
        tokens.append({**plain(token), **told})
    return {
        **about,
        "measured": {
            "text": calibration.corpora[0].name,
            "n_sentences": calibration.corpora[0].n_sentences,
            "beam_size": calibration.beam_size,
            "alpha": calibration.alpha,
        },
        "tokens": tokens,
        "doubtful": [i for i in own if run.target_out[i].probability < calibration.doubtful_below],
        "least": min(own, key=lambda i: run.target_out[i].probability, default=None),
    }


@question
def origin(runner: Runner, run: Run) -> dict[str, Any]:
    """The word that the page asks about, with what made it; None without a source, or where there is no choice."""
    found = telling_origin(run) if run.translates else None
    return {
        "request": Request.of(run).to_browser(),
        "origin": plain(found),
        "measured": _measured(runner, run.settings.direction),
    }


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
