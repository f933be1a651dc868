"""What a film of a training shows: how good each frame is, and where to look for what was learned first and last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from explain.frames import Film, Frame

SignName = Literal["language", "words", "sentences"]


@dataclass(frozen=True, kw_only=True)
class Sign:
    """Something to look for, and the number of the first frame that shows it."""

    name: SignName
    frame: int


def mean_of(frame: Frame, figure: str) -> float:
    """A figure such as `valid_loss`, over all corpora and directions that it was measured on; NaN where it was not."""
    values = [value for name, value in frame.metrics.items() if name.split("/")[0] == figure]
    return sum(values) / len(values) if values else float("nan")


def nearness(film: Film) -> list[float]:
    """How much of each frame's translations stands, in the same order, in those of the last, 0 to 1.

    Twice the tokens of the longest common subsequences over all tokens of both.
    """
    last = [translation.ids for translation in film.frames[-1].translations]
    found = []
    for frame in film.frames:
        pairs = [(translation.ids, final) for translation, final in zip(frame.translations, last, strict=True)]
        n_common = sum(_n_common(*pair) for pair in pairs)
        found.append(2 * n_common / sum(len(one) + len(other) for one, other in pairs))
    return found


def signs(film: Film) -> tuple[Sign, ...]:
    """What the frames show of these, in this order; the page tells of no other.

    - `language`: the loss has fallen by 30% and more while attention is hardly nearer to people's alignments than at
      the beginning, and nothing is translated (BLEU below 1).
    - `words`: the alignment error has fallen by 15% and more, and BLEU is below half of that of the last frame.
    - `sentences`: four fifths of the last frame's BLEU, and four fifths of its translations in their order.
    """
    loss, bleu, error = (
        [mean_of(frame, figure) for frame in film.frames] for figure in ("valid_loss", "valid_bleu", "alignment_error")
    )
    near = nearness(film)
    shows: dict[SignName, list[bool]] = {
        "language": [
            now <= 0.7 * loss[0] and e >= 0.95 * error[0] and b < 1 for now, b, e in zip(loss, bleu, error, strict=True)
        ],
        "words": [e <= 0.85 * error[0] and b < bleu[-1] / 2 for b, e in zip(bleu, error, strict=True)],
        "sentences": [b >= 0.8 * bleu[-1] and n >= 0.8 for b, n in zip(bleu, near, strict=True)],
    }
    found = [Sign(name=name, frame=at.index(True)) for name, at in shows.items() if True in at]
    places = [sign.frame for sign in found]
    return tuple(found) if places == sorted(set(places)) else ()


def _n_common(one: Sequence[int], other: Sequence[int]) -> int:
    """The length of a longest common subsequence."""
    row = [0] * (len(other) + 1)
    for each in one:
        above, row = row, [0]
        for j, its in enumerate(other):
            row.append(above[j] + 1 if each == its else max(above[j + 1], row[-1]))
    return row[-1]
