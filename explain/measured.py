"""How near the ways to choose a source word come to people's alignments, as `benchmarks.alignment` measured it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

from model.storage.files import ALIGNMENT, read_json, weights_digest, write_json

FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class AlignmentFigure:
    """The alignment error rate of a method, 0 (as people align) to 1, and its 95% interval over sentences.

    `method` is `mean-of-heads` (the attention that the page shows), `logit-share`, `logit-share-average` (against the
    average word, the share that the page shows) and others; `direction` such as `en-de`.
    """

    method: str
    direction: str
    error: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class MeasuredAlignment:
    """The figures of one checkpoint on the `n_sentences` pairs of one file, which is named after its text."""

    text: str
    n_sentences: int
    figures: tuple[AlignmentFigure, ...]

    def find(self, method: str, direction: str) -> AlignmentFigure | None:
        """The figure of a method in a direction, or None where it was not measured."""
        return next((each for each in self.figures if (each.method, each.direction) == (method, direction)), None)


def measured_alignment(folder: Path) -> MeasuredAlignment | None:
    """What was measured on the weights in a folder; None where nothing was, or on other weights.

    Raises:
        ValueError: the file is damaged.
    """
    if not (folder / ALIGNMENT).is_file():
        return None
    values = read_json(folder, ALIGNMENT)
    try:
        if values.pop("format") != FORMAT:
            raise ValueError("another format")
        if values.pop("weights") != weights_digest(folder):
            return None
        figures = tuple(AlignmentFigure(**each) for each in values.pop("figures"))
        return MeasuredAlignment(figures=figures, **values)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f"{ALIGNMENT}: expected figures as benchmarks.alignment writes them; found others ({error!r}): "
            "measure again, or delete the file"
        ) from error


def save_measured_alignment(measured: MeasuredAlignment, folder: Path) -> None:
    """Writes the figures beside the weights that were measured."""
    write_json(
        folder / ALIGNMENT, {"format": FORMAT, "weights": weights_digest(folder), **dataclasses.asdict(measured)}
    )
