"""The story of the first screen: a word of a sentence becomes another, and where the model keeps what hangs on it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch

from explain.patching import Parting, Patching, patch
from explain.plain import plain
from explain.runner import Runner
from explain.tokens import spelled
from ui.two_sentences import fits, names, told, word_at

DIRECTION = "en-de"
# Two sentences that differ in a word, and the word whose translation hangs on it: the first pair that a model tells
# clearly is told.
CANDIDATES = (
    ("I know him.", "I know that.", "know"),
    ("He rides a horse.", "He rides a bike.", "rides"),
    ("Do you know Mary?", "Do you know why?", "know"),
    ("I need you.", "I need to.", "need"),
    ("We know him.", "We know that.", "know"),
)
CLEAR = 0.5  # of the recovery: at least so much has moved, and less has stayed


def first_story(runners: Iterable[Runner]) -> dict[str, Any] | None:
    """What the widget tells: the first candidate that one of the models tells clearly, or None where none does."""
    candidates = ((runner, *candidate) for runner in runners for candidate in CANDIDATES)
    for runner, first, second, verb in candidates:
        if (story := told_by(runner, first, second)) and is_clear(story, verb):
            return story
    return None


def told_by(runner: Runner, first: str, second: str) -> dict[str, Any] | None:
    """The story of two sentences; None where this model cannot compare them or translates them alike."""
    if DIRECTION not in runner.directions:
        return None
    run = runner.run(first, runner.default_settings(DIRECTION))
    if not fits(runner, run, (first, second)):
        return None
    other = runner.run(second, run.settings)
    return None if run.translation.ids == other.translation.ids else story_of(patch(run, other))


def is_clear(story: dict[str, Any], verb: str) -> bool:
    """Whether the decision moved to this word: its vector alone brings the other translation's word, the changed one's
    does not.
    """
    words, [_, other] = story["words"], story["decided"]
    holder = max(words, key=lambda word: word["share"])
    stayed = max(word["share"] for word in words if word["changed"])
    return holder["text"] == verb and holder["share"] >= CLEAR > stayed and other in holder["written"]


def story_of(found: Patching) -> dict[str, Any]:
    """What the widget draws: the pair, what the model writes with the vectors of one word swapped, and the grid."""
    source, parting = found.first.source, Parting(found.first, found.second)
    places = [i for i, token in enumerate(source) if not token.special and not token.is_punctuation]
    words = list(dict.fromkeys(word_at(source, place) for place in places))
    swapped = torch.tensor([[i in word for i in range(len(source))] for word in words])
    last = parting.n_points - 1
    shares = parting.recovery(last, swapped).tolist()
    said = told(found)
    here, there = (names(run.source, found.changed) for run in (found.first, found.second))
    one, other = (f"“{word}”" for word in said["decided"])
    return {
        "model": found.first.model,
        "texts": [run.text for run in (found.first, found.second)],
        **said,
        "title": f"Change {here} to {there}, and the German says {other} instead of {one}.",
        "question": "The decoder writes the German from one vector for each English word: a list of numbers, what the "
        f"encoder found out about it. Which of them tells it to write {one} or {other}?",
        "words": [
            {
                "text": spelled(source[i] for i in word).strip(),
                "changed": not set(word).isdisjoint(found.changed),
                "share": share,
                "written": parting.translation(last, row).text,
            }
            for word, share, row in zip(words, shares, swapped, strict=True)
        ],
        "sources": [plain(run.source) for run in (found.first, found.second)],
        "recovery": plain(found.recovery),
    }
