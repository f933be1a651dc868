"""Phrases written by hand, with slots that rules fill."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

Pair = tuple[str, str]  # English, German

_SLOT = re.compile(r"\{(\w+)\}")
_ADDRESS = re.compile(r"www\.|\S*(://|@)")
_SUBJECT = r"\b(I|[Yy]ou|[Ww]e|[Tt]hey|[Hh]e|[Ss]he|[Ii]t)"
_CONTRACTIONS = [
    (r"\bI'm\b", "I am"),
    (r"\b([Yy]ou|[Ww]e|[Tt]hey)'re\b", r"\1 are"),
    (r"\b(I|[Yy]ou|[Ww]e|[Tt]hey|[Hh]e|[Ss]he)'ll\b", r"\1 will"),
    (r"\b(I|[Yy]ou|[Ww]e|[Tt]hey)'ve\b", r"\1 have"),
    (r"\bI'd like\b", "I would like"),
    (rf"{_SUBJECT} (do|does|did|is|are|was|were|have|has|could|should)n't\b", r"\1 \2 not"),
    (rf"{_SUBJECT} can't\b", r"\1 cannot"),
    (rf"{_SUBJECT} won't\b", r"\1 will not"),
]  # fmt: skip


def words(text: str) -> list[str]:
    """The words of a list that is easier to read without quotation marks."""
    return text.split()


def read_phrases(name: str) -> list[Pair]:
    """The pairs of a file of this folder, whose lines read `English | German`, with alternatives after ` / `."""
    pairs = []
    for line in Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            english, german = line.split(" | ")
            pairs += _alternatives(english.split(" / "), german.split(" / "))
    return [*pairs, *((full, german) for english, german in pairs if (full := _in_full(english)) != english)]


def _alternatives(english: list[str], german: list[str]) -> list[Pair]:
    """Each alternative with each of the other side, but "Hello!" with "Hallo!" alone where "Hallo." stands too."""
    return [(e, g) for e in english for g in [g for g in german if g[-1] == e[-1]] or german]


def _in_full(english: str) -> str:
    """A sentence without the contractions that can be written out wherever they stand."""
    for short, full in _CONTRACTIONS:
        english = re.sub(short, full, english)
    return english


def fill(
    templates: Iterable[Pair], slots: Mapping[str, Sequence[Pair]], rng: random.Random, times: int = 6
) -> list[Pair]:
    """Each template once if it has no slot, else `times` over with fillings drawn from `slots`.

    A slot stands on both sides under one name, as `{city}`; its filling is a pair.
    """
    pairs = []
    for english, german in templates:
        names = sorted(set(_SLOT.findall(english + german)))
        for _ in range(times if names else 1):
            drawn = {name: rng.choice(slots[name]) for name in names}
            sides = (
                text.format(**{name: pair[i] for name, pair in drawn.items()})
                for i, text in enumerate((english, german))
            )
            pairs.append(tuple(map(capitalized, sides)) if german[-1] in ".!?," else tuple(sides))
    return pairs


def capitalized(sentence: str) -> str:
    """A sentence whose first letter is a capital, unless it begins with an address."""
    return sentence if _ADDRESS.match(sentence) else sentence[:1].upper() + sentence[1:]
