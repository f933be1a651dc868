"""Probes: short sentences with a word of two senses, and which of them the model's own translation has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from explain.runner import Runner


@dataclass(frozen=True, kw_only=True)
class Sense:
    """One sense of a word, and the words of the target language that tell it, as a pattern."""

    name: str
    pattern: str


@dataclass(frozen=True, kw_only=True)
class Probe:
    """A sentence whose `word` has several senses; `right` is the place of the one meant, or None if nothing tells.

    `other` is the same sentence with another word, to compare it with.
    """

    text: str
    word: str
    senses: tuple[Sense, ...]
    right: int | None
    other: str


@dataclass(frozen=True, kw_only=True)
class Found:
    """What the model wrote for a text, and the place of its sense, or None where it has none of them or several."""

    text: str
    written: str
    sense: int | None


_BANK = (Sense(name="for money", pattern="Bank(en)?"), Sense(name="of a river", pattern=r"\w*[Uu]fers?"))
_LIGHT = (
    Sense(name="bright", pattern=r"\w*[Ll]icht(er|es|s)?|Lampen?|Ampeln?|hell\w*"),
    Sense(name="not heavy", pattern="leicht(e|er|es|en)?"),
)
PROBES = {
    "en-de": (
        Probe(text="Which bank?", word="bank", senses=_BANK, right=None, other="River bank?"),
        Probe(text="Which light?", word="light", senses=_LIGHT, right=0, other="Red light?"),
        Probe(
            text="The suitcase is very light.",
            word="light",
            senses=_LIGHT,
            right=1,
            other="The room is very light.",
        ),
    ),
    "de-en": (
        Probe(
            text="Das Gericht war lecker.",
            word="Gericht",
            senses=(
                Sense(name="a dish", pattern="dish(es)?|meals?|food"),
                Sense(name="a court", pattern="courts?|tribunal"),
            ),
            right=0,
            other="Das Essen war lecker.",
        ),
        Probe(
            text="Der Strauß ist ein Vogel.",
            word="Strauß",
            senses=(
                Sense(name="an ostrich", pattern="ostrich(es)?"),
                Sense(name="a bouquet", pattern="bouquets?|bunch"),
            ),
            right=0,
            other="Der Strauß ist ein Geschenk.",
        ),
    ),
}
MAN, WOMAN = range(2)
GENDERS = (
    Sense(name="a man", pattern="Arzt|Doktor|Mediziner|(Kranken)?[Pp]fleger"),
    Sense(name="a woman", pattern="Ärztin|Doktorin|Medizinerin|(Kranken)?[Ss]chwester|(Kranken)?[Pp]flegerin"),
)
# The cells: each work with “he” and with “she”.
PEOPLE = {work: (f"He is a {work}.", f"She is a {work}.") for work in ("doctor", "nurse")}


def sense_of(text: str, senses: Sequence[Sense]) -> int | None:
    """The place of the only sense of which the text has a word."""
    told = [place for place, sense in enumerate(senses) if re.search(rf"\b(?:{sense.pattern})\b", text, re.IGNORECASE)]
    return told[0] if len(told) == 1 else None


def probe(runner: Runner, direction: str, text: str, senses: Sequence[Sense]) -> Found:
    """Translates a text in the model's own way to search.

    Raises:
        ValueError: as `Runner.run`.
    """
    written = runner.run(text, runner.default_settings(direction)).translation.text
    return Found(text=text, written=written, sense=sense_of(written, senses))
