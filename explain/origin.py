"""Of which word of a translation its origin tells most: what the page asks about a sentence, and the answer.

T target, S source words.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from explain.run import Run
from explain.source_words import source_words
from explain.tokens import bare

CLEAR = 0.5  # of all that spoke for a word: its origin is one word


@dataclass(frozen=True, kw_only=True)
class Origin:
    """A word of the translation, by its number, and the source word that spoke most for it.

    `part` is its share of all shares above 0, those of special tokens too: from 0 to 1; `clear` whether that is at
    least as much as of all others together.
    """

    target: int
    target_text: str
    source_text: str
    part: float
    clear: bool


def telling_origin(run: Run) -> Origin | None:
    """The word whose origin a reader could not have told from the order of the words; None where there is no choice.

    Those with a clear origin come first, among them those whose link crosses the most links of other words, among them
    the clearest. Not asked about are words that were given, and those spelled as their source word, as names are.

    Raises:
        ValueError: a language model, which has no source.
    """
    found = source_words(run)
    source = [bare(word.text) for word in found.source if not word.special]
    words = [word for word in found.target if not word.special]
    target = ["" if any(run.target_out[i].given for i in word.tokens) else bare(word.text) for word in words]
    if sum(map(bool, source)) < 2:
        return None
    spoken = np.maximum(found.share, 0)
    links = spoken[: len(target), : len(source)].argmax(axis=1)
    crossed, origins = _crossed(links), []
    for t, s in enumerate(links):
        if target[t] and source[s] and spoken[t, s] > 0 and target[t].casefold() != source[s].casefold():
            part = float(spoken[t, s] / spoken[t].sum())
            origins.append(
                Origin(target=t, target_text=target[t], source_text=source[s], part=part, clear=part >= CLEAR)
            )
    return max(origins, key=lambda each: (each.clear, crossed[each.target], each.part), default=None)


def _crossed(links: Int[np.ndarray, " T"]) -> list[int]:
    """Of each word's link, how many others it crosses."""
    n = len(links)
    return [sum((links[t] - links[u]) * (t - u) < 0 for u in range(n)) for t in range(n)]
