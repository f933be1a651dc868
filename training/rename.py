"""New names and numbers in the place of old ones, so that the model learns to copy what it has never met."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

Texts = Mapping[str, Sequence[str]]  # language -> sentences; those of one index translate one another

_WORD = re.compile(r"[^\W\d_]+|\d+")


class Renamer:
    """Puts other names and numbers into sentence pairs, the same on both sides.

    A name is a word of three letters or more that both sides write alike with a capital, and that no text in either
    language writes without; a number is a run of two digits or more.
    """

    def __init__(self, corpora: Iterable[Texts]) -> None:
        lower: set[str] = set()
        shared: Counter[str] = Counter()
        for texts in corpora:
            for pair in zip(*texts.values(), strict=True):
                words = [Counter(_WORD.findall(side)) for side in pair]
                lower.update(word for side in words for word in side if word.islower())
                shared.update(_written_alike(*words))
        self.names = sorted(word for word in shared if len(word) > 2 and word.istitle() and word.lower() not in lower)
        self._known = frozenset(self.names)

    def __call__(self, texts: Texts, share: float, rng: np.random.Generator) -> dict[str, list[str]]:
        """The texts, with another name or number for each that both sides of a pair hold, in `share` of the pairs."""
        renamed: dict[str, list[str]] = {language: [] for language in texts}
        chosen = rng.random(len(next(iter(texts.values())))) < share
        for change, *pair in zip(chosen, *texts.values(), strict=True):
            if change:
                pair = self._rename(pair, rng)
            for sentences, side in zip(renamed.values(), pair, strict=True):
                sentences.append(side)
        return renamed

    def _rename(self, pair: list[str], rng: np.random.Generator) -> list[str]:
        alike = _written_alike(*(Counter(_WORD.findall(side)) for side in pair))
        new = {word: self._another(word, rng) for word in sorted(alike) if self._may_change(word)}
        return [_WORD.sub(lambda found: new.get(found[0], found[0]), side) for side in pair] if new else pair

    def _may_change(self, word: str) -> bool:
        return word in self._known or (word.isdecimal() and len(word) > 1)

    def _another(self, word: str, rng: np.random.Generator) -> str:
        if word.isdecimal():
            first, *others = rng.integers([1, *[0] * (len(word) - 1)], 10)
            return "".join(map(str, (first, *others)))
        # the head of one name and the tail of another: there are as many as names squared
        head, tail = (self.names[i] for i in rng.integers(0, len(self.names), 2))
        return head if rng.random() < 0.5 else head[: (len(head) + 1) // 2] + tail[len(tail) // 2 :]


def _written_alike(first: Counter[str], second: Counter[str]) -> set[str]:
    """The words that both sides hold equally often."""
    return {word for word, n in first.items() if second[word] == n}
