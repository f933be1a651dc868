"""The `[frames]` table of a recipe: what is watched while the model learns, and at which moments."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import pairwise

from model.checks import is_number

FEWEST_SENTENCES, MOST_SENTENCES, MOST_MOMENTS = 1, 6, 24


@dataclass(frozen=True, kw_only=True)
class FrameSentence:
    """A sentence that every frame translates; `direction` is such as `en-de`."""

    text: str
    direction: str


@dataclass(frozen=True, kw_only=True)
class Frames:
    """Which sentences the frames show, and when one is kept.

    `moments` are millions of tokens seen, source and target without padding, over all runs that led to the weights;
    the end of the run has a frame in any case. `alignment` names a file below the data folder, such as
    `news.de-en.tsv`: a German sentence TAB the English one TAB links `i-j`, word i of the first with word j of the
    second, counted from 0, all of them sure.

    Raises:
        ValueError: a field is of the wrong type or out of range.
    """

    sentences: tuple[FrameSentence, ...]
    moments: tuple[float, ...]
    alignment: str | None = None

    def __post_init__(self) -> None:
        if not FEWEST_SENTENCES <= len(self.sentences) <= MOST_SENTENCES:
            raise ValueError(
                f"frames: sentences: expected {FEWEST_SENTENCES} to {MOST_SENTENCES}; found {len(self.sentences)}"
            )
        for sentence in self.sentences:
            if not isinstance(sentence.text, str) or not sentence.text.strip():
                raise ValueError(f"frames: sentences: expected a text; found {sentence.text!r}")
        if not 1 <= len(self.moments) <= MOST_MOMENTS:
            raise ValueError(f"frames: moments: expected 1 to {MOST_MOMENTS}; found {len(self.moments)}")
        for moment in self.moments:
            if not is_number(moment) or not 0 <= moment < math.inf:
                raise ValueError(f"frames: moments: expected millions of tokens, 0 or more; found {moment!r}")
        if any(later <= earlier for earlier, later in pairwise(self.moments)):
            raise ValueError(f"frames: moments: expected each to be later than the one before; found {self.moments}")
        if self.alignment is not None and not isinstance(self.alignment, str):
            raise ValueError(f"frames: alignment: expected the path of a file; found {self.alignment!r}")

    def check_languages(self, languages: tuple[str, str]) -> None:
        """Holds the directions and the alignment's name against the recipe's languages.

        Raises:
            ValueError: one of them does not fit.
        """
        directions = ["-".join(languages), "-".join(languages[::-1])]
        for sentence in self.sentences:
            if sentence.direction not in directions:
                raise ValueError(f"frames: direction: expected {' or '.join(directions)}; found {sentence.direction!r}")
        if self.alignment is not None and self.alignment_direction not in directions:
            raise ValueError(
                f"frames: alignment: expected a file whose name says the order of its languages, "
                f"NAME.{directions[0]}.tsv or NAME.{directions[1]}.tsv; found {self.alignment}"
            )

    @property
    def alignment_direction(self) -> str:
        """The languages of the alignment's two columns, such as `de-en`; empty if its name does not say."""
        return alignment_direction(self.alignment or "")


def alignment_direction(name: str) -> str:
    """The languages of an alignment file's two columns by its name, `de-en` of `news.de-en.tsv`; empty without."""
    found = re.search(r"\.(\w+-\w+)\.tsv$", name)
    return found[1] if found else ""
