"""Kind words about what was typed: how it was read, in which language it seems to be, what to do where nothing came."""

from __future__ import annotations

from typing import Any

import gradio as gr

from explain.run import Run
from explain.runner import MAX_CHARACTERS, MAX_PASSAGE_TOKENS, MAX_SENTENCES, MAX_SOURCE_TOKENS, Runner
from ui.answers import Ask, question
from ui.components import widget
from ui.languages import direction_name, language_name, swapped
from ui.request import Request
from ui.sentence_bar import EXAMPLES, FIRST_EXAMPLE
from ui.which_language import UNKNOWN, other_language

Mend = dict[str, Any]  # a button: its `label`; the `text` and `direction` to translate, or the hypothesis to `choose`


def note_list(ask: Ask) -> gr.HTML:
    """Draws the notes, which take no room where there are none.

    Its `mend` events hold a text and a direction, `choose` a hypothesis; `again` asks for what is typed.
    """
    return widget("notes", ask=ask, elem_id="notes")


@question
def notes(runner: Runner, run: Run) -> dict[str, Any]:
    """What there is to say about a run's text, each with the button that mends it, if any does."""
    found = [_empty(runner, run)]
    if run.translates:
        found = [_read_as(run), _other_language(runner, run), *found]
    return {"request": Request.of(run).to_browser(), "notes": [note for note in found if note]}


def refusal(runner: Runner, text: str, direction: str, error: ValueError) -> dict[str, Any]:
    """Why nothing is translated, in the page's own words where it has some, and what can be instead."""
    if not any(character.isalnum() for character in text):
        return {"problem": "Type a sentence first.", "mend": _example(runner)}
    if beginning := _beginning(runner, text, direction):
        problem = (
            f"This is too long for the model: it reads at most {MAX_SENTENCES} sentences of {MAX_SOURCE_TOKENS} "
            f"word pieces each, and {MAX_PASSAGE_TOKENS:,} in all. Make it shorter, or end sentences with full stops."
        )
        mend = {"label": "Translate its beginning", "text": beginning, "direction": direction}
        return {"problem": problem, "mend": mend}
    return {"problem": str(error)}


def _note(text: str, mend: Mend | None = None) -> dict[str, Any]:
    return {"text": text, "mend": mend}


def _example(runner: Runner) -> Mend | None:
    """The first example that the model can translate, if any; to a language model each is a text to begin with."""
    for text, direction in [FIRST_EXAMPLE, *EXAMPLES]:
        if not runner.translates or direction in runner.directions:
            direction = direction if runner.translates else runner.directions[0]
            return {"label": "Take an example", "text": text, "direction": direction}
    return None


def _read_as(run: Run) -> dict[str, Any] | None:
    return None if run.text in run.passage else _note(f"Read as: {run.text}")


def _other_language(runner: Runner, run: Run) -> dict[str, Any] | None:
    source, _, target = run.settings.direction.partition("-")
    found = other_language(run.passage, source)
    if found is None:
        return None
    if found == target and (back := swapped(run.settings.direction)) in runner.directions:
        mend = {"label": f"Translate {direction_name(back)}", "text": run.passage, "direction": back}
        return _note(f"This looks like {language_name(found)}, and was read as {language_name(source)}.", mend)
    known = " and ".join(map(language_name, (source, target)))
    looks = "These are not Latin letters" if found == UNKNOWN else f"This looks like {language_name(found)}"
    return _note(f"{looks}: the model knows only {known}.", _example(runner))


def _empty(runner: Runner, run: Run) -> dict[str, Any] | None:
    if run.translation.text.strip():
        return None
    words = f"The model wrote nothing for “{run.text}”: its likeliest translation ends before the first word."
    for number, other in enumerate(run.translations):
        if other.text.strip():
            return _note(words, {"label": f"Show its next: “{other.text}”", "choose": number})
    return _note(words, _example(runner))


def _beginning(runner: Runner, text: str, direction: str) -> str:
    """As much of a text as the model takes, to the end of a word where there is one; all of what it takes is none."""

    def fits(n_characters: int) -> bool:
        try:
            for sentence in runner.cut(text[:n_characters], direction).sentences:
                runner.prompt(sentence, direction)
        except ValueError:
            return False
        return True

    low, high = 0, min(len(text), MAX_CHARACTERS) + 1  # fits, does not
    if fits(high - 1):
        return ""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    begun = text[:low]
    if text[low].isspace() or begun[-1:].isspace():
        return begun.strip()
    words = begun.rsplit(maxsplit=1)  # the last is broken
    return words[0] if len(words) > 1 else begun
