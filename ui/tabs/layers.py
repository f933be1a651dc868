"""The Layers tab: the layers in words, what they do to each token, and to one word in two sentences."""

from __future__ import annotations

from typing import Any

import gradio as gr

from explain.decoder_lens import ladder
from explain.depth import movement, shift
from explain.logit_lens import logit_lens
from explain.plain import plain
from explain.run import Run
from explain.runner import Runner
from ui.answers import Ask, question, question_to_the_model
from ui.components import widget

# A word with two meanings, by the language that is translated from.
WORDS = {
    "en": ("like", "I like my dog.", "She sings like a bird."),
    "de": ("Bank", "Eine Frau sitzt auf einer Bank im Park.", "Ich bringe mein Geld zur Bank."),
    "fr": ("livre", "Il a lu ce livre hier soir.", "Le sac pèse une livre."),
}


def layers_tab(ask: Ask) -> gr.Tab:
    """Draws the tab."""
    with gr.Tab("Layers", id="layers") as tab:
        widget("layer_words", ask=ask, elem_id="layer-words")
        widget("layer_moves", ask=ask, elem_id="layer-moves")
        widget("word_shift", ask=ask, elem_id="word-shift")
    return tab


@question_to_the_model
def in_words(run: Run) -> dict[str, Any]:
    """What the decoder says after each encoder layer, if there are any, and would write next after each of its own."""
    return {
        "chosen": run.chosen,
        "n_given": len(run.prefix),
        "norm": run.config.norm,
        "ladder": plain(ladder(run)) if run.translates else None,
        "lens": plain(logit_lens(run)),
    }


@question
def layer_moves(run: Run) -> dict[str, Any]:
    """How far each layer moves each token, by the side of the model."""
    return {side: plain(movement(run, side)) for side in run.sides}


@question_to_the_model
def word_shift(
    runner: Runner, run: Run, word: str | None = None, first: str | None = None, second: str | None = None
) -> dict[str, Any]:
    """A word in two sentences, searched as the page's run was.

    Without the three an example in the page's language, or nothing where the model has no such language or cannot
    spell it.

    Raises:
        ValueError: as `explain.depth.shift`.
    """
    example = word is first is second is None
    if example:
        language = run.settings.direction.split("-")[0] if run.translates else "en"
        word, first, second = WORDS.get(language, ("", "", ""))
    word, first, second = word or "", first or "", second or ""  # one left out is refused as one left empty
    answer = {"texts": {"word": word, "first": first, "second": second}, "translates": run.translates}
    if example and not (word and all(runner.knows(text, run.settings.direction) for text in (first, second))):
        return answer
    result = shift(runner, word, first, second, run.settings)
    both = (result.first, result.second)
    return {
        **answer,
        **{name: plain(getattr(result, name)) for name in ("cosine", "distance", "neighbours", "plane", "kept")},
        "translations": [each.translation.text for each in both],
    }
