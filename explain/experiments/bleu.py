"""BLEU (Papineni et al. 2002) as sacreBLEU computes it by default, for experiments: the Space has no sacreBLEU."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from jaxtyping import Int

MAX_N = 4  # the longest n-grams that count
# The tokenisation "13a": signs stand alone, but for a point or comma between digits.
_RULES = (
    (re.compile(r"([{-~[-` -&(-+:-@/])"), r" \1 "),
    (re.compile(r"([^0-9])([.,])"), r"\1 \2 "),
    (re.compile(r"([.,])([^0-9])"), r" \1 \2"),
    (re.compile(r"([0-9])(-)"), r"\1 \2 "),
)
_ENTITIES = {"&quot;": '"', "&amp;": "&", "&lt;": "<", "&gt;": ">"}


def bleu(counts: Int[np.ndarray, "S N"]) -> float:
    """The BLEU, from 0 to 100, of sentences whose `counted` numbers are the rows."""
    n_words, n_reference, *pairs = counts.sum(axis=0).tolist()
    found, possible = pairs[:MAX_N], pairs[MAX_N:]
    if not any(found) or not all(possible):
        return 0.0
    logs, halved = 0.0, 1
    for right, total in zip(found, possible, strict=True):
        if not right:  # n-grams of which none is right count as a half, then a quarter, and so on
            halved *= 2
        logs += math.log((right or 1 / halved) / total)
    brevity = min(0.0, 1 - n_reference / n_words)
    return 100 * math.exp(brevity + logs / MAX_N)


def counted(translation: str, reference: str) -> list[int]:
    """Of one sentence: words, words of the reference; right n-grams for n = 1 to 4; all n-grams for these."""
    words, wanted = _words(translation), _words(reference)
    grams = [(_grams(words, n), _grams(wanted, n)) for n in range(1, MAX_N + 1)]
    right = [sum((here & there).values()) for here, there in grams]
    return [len(words), len(wanted), *right, *(sum(here.values()) for here, _ in grams)]


def _grams(words: Sequence[str], n: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))


def _words(text: str) -> list[str]:
    for entity, sign in _ENTITIES.items():
        text = text.replace(entity, sign)
    text = f" {text} "
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text.split()
