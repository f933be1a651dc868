"""How often tokens of a sureness were right, as `training/calibration.py`, which describes the file, measured it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.checks import is_whole_number
from model.storage.files import CALIBRATION, read_json, weights_digest

FORMAT = 1
FEWEST = 30  # tokens of a bin, for a share of them to say something


@dataclass(frozen=True, kw_only=True)
class Bin:
    """The `n` tokens whose probability was from `low` to below `high`: how many were `right`, and its mean."""

    low: float
    high: float
    n: int
    right: int
    mean: float | None

    @property
    def share(self) -> float | None:
        """How many of them were right, 0 to 1; None of too few tokens."""
        return self.right / self.n if self.n >= FEWEST else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The share's 95% interval (Wilson 1927); None of too few tokens."""
        if (share := self.share) is None:
            return None
        z = 1.96
        middle = (share + z**2 / (2 * self.n)) / (1 + z**2 / self.n)
        half = z / (1 + z**2 / self.n) * math.sqrt(share * (1 - share) / self.n + z**2 / (4 * self.n**2))
        return middle - half, middle + half


@dataclass(frozen=True, kw_only=True)
class MeasuredText:
    """The bins of one corpus, from probability 0 to 1: the likeliest tokens behind references, and those written."""

    name: str
    n_sentences: int
    teacher_forced: tuple[Bin, ...]
    free_running: tuple[Bin, ...]


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """What was measured of a checkpoint; the first of the `corpora` is what the page goes by."""

    beam_size: int
    alpha: float
    corpora: tuple[MeasuredText, ...]

    @property
    def doubtful_below(self) -> float:
        """Below this probability tokens that the model wrote were mostly wrong, in each bin from 0 on; 0 for never."""
        edge = 0.0
        for each in self.corpora[0].free_running:
            if each.share is None or each.share >= 0.5:
                break
            edge = each.high
        return edge

    def bin_of(self, probability: float) -> Bin:
        """Where a token that the model wrote belongs."""
        bins = self.corpora[0].free_running
        return next((each for each in bins if probability < each.high), bins[-1])


def expected_error(bins: tuple[Bin, ...]) -> float:
    """How far sureness is from the share that was right, on average over the tokens (Guo et al. 2017), 0 to 1."""
    n_tokens = sum(each.n for each in bins)
    return sum(abs(each.right - each.n * each.mean) for each in bins if each.mean is not None) / n_tokens


def load_calibration(folder: Path) -> Calibration | None:
    """What was measured of the weights in a folder; None where nothing was, or of other weights.

    Raises:
        ValueError: the file is damaged.
    """
    if not (folder / CALIBRATION).is_file():
        return None
    values = read_json(folder, CALIBRATION)
    try:
        if values["format"] != FORMAT:
            raise ValueError("another format")
        if values["weights"] != weights_digest(folder):
            return None
        found = Calibration(
            beam_size=values["beam_size"],
            alpha=values["alpha"],
            corpora=tuple(
                MeasuredText(
                    name=each["name"],
                    n_sentences=each["n_sentences"],
                    teacher_forced=_bins(each["teacher_forced"]),
                    free_running=_bins(each["free_running"]),
                )
                for each in values["corpora"]
            ),
        )
        if not found.corpora:
            raise ValueError("no corpora")
        return found
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f"{CALIBRATION}: expected figures as training.calibration writes them; found others ({error!r}): "
            "measure again, or delete the file"
        ) from error


def _bins(entries: list[dict[str, Any]]) -> tuple[Bin, ...]:
    bins = tuple(Bin(low=i / len(entries), high=(i + 1) / len(entries), **each) for i, each in enumerate(entries))
    for each in bins:
        if not (is_whole_number(each.n) and is_whole_number(each.right) and 0 <= each.right <= each.n):
            raise ValueError(f"{each.right} right of {each.n}")
        if (each.mean is None) != (each.n == 0) or not each.low - 1e-6 <= (each.mean or each.low) <= each.high + 1e-6:
            raise ValueError(f"a mean of {each.mean} from {each.low} to {each.high}")
    if not sum(each.n for each in bins):
        raise ValueError("bins without a token")
    return bins
