"""Sources as people type them, so that case, punctuation and slips do not change what is understood."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

import numpy as np

_END = re.compile(r"[.!?…]+$")
_ROWS = ("qwertzuiopü", "asdfghjklöä", "yxcvbnm")
_NEIGHBOURS = {letter: right for row in _ROWS for letter, right in pairwise(row)}
# what a translation carries over as it stands: links, addresses, tags, emoticons
_CARRIED = re.compile(r"://|www\.|@|#|[:;<]\S")
WITHOUT_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


def as_typed(text: str, rng: np.random.Generator) -> str:
    """The sentence typed in a hurry: one of the ways below, drawn by how common it is.

    A sentence with a link, an address and the like stays as it is: who copies those does not type them.
    """
    if _CARRIED.search(text):
        return text
    ways, weights = zip(*_WAYS, strict=True)
    return ways[rng.choice(len(ways), p=np.array(weights) / sum(weights))](text, rng)


def _lower(text: str, rng: np.random.Generator) -> str:
    return text.lower()


def _upper(text: str, rng: np.random.Generator) -> str:
    return text.upper()


def _without_end(text: str, rng: np.random.Generator) -> str:
    return _END.sub("", text) or text


def _hurried(text: str, rng: np.random.Generator) -> str:
    return _without_end(text.lower(), rng)


def _small_start(text: str, rng: np.random.Generator) -> str:
    return text[:1].lower() + text[1:]


def _other_end(text: str, rng: np.random.Generator) -> str:
    end = "?" if text.endswith("?") else "!"
    return _without_end(text, rng) + str(rng.choice([2 * end, 3 * end, " " + end, "...", end, "."]))


def _without_small_signs(text: str, rng: np.random.Generator) -> str:
    return text.replace(",", "").replace("'", "").replace("’", "")


def _without_umlauts(text: str, rng: np.random.Generator) -> str:
    return text.translate(WITHOUT_UMLAUTS)


def _slip(text: str, rng: np.random.Generator) -> str:
    """Two letters swapped, one left out, doubled, or its neighbour on the keyboard, inside a word of four or more.

    Not in a word with a capital: it may be a name, which a translation copies.
    """
    words = [found for found in re.finditer(r"[^\W\d_]{4,}", text) if found[0].islower()]
    if not words:
        return text
    word = words[rng.integers(len(words))]
    at = int(rng.integers(word.start() + 1, word.end() - 1))
    before, letter, after = text[:at], text[at], text[at + 1 :]
    slips = [after[:1] + letter + after[1:], after, 2 * letter + after, _NEIGHBOURS.get(letter, "") + after]
    return before + slips[rng.integers(len(slips))]


_WAYS: list[tuple[Callable[[str, np.random.Generator], str], float]] = [
    (_hurried, 4), (_lower, 3), (_without_end, 4), (_small_start, 1), (_other_end, 3), (_upper, 2),
    (_without_small_signs, 1), (_without_umlauts, 1), (_slip, 4),
]  # fmt: skip
