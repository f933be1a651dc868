"""What an experiment yields: how far it is, and at last its result."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

Progress = tuple[float, str]  # the fraction that is done, from 0 to 1, and words
Result = TypeVar("Result")


def result_of(steps: Iterable[Progress | Result]) -> Result:
    """Runs an experiment to its end.

    Raises:
        ValueError: it ended without a result.
    """
    *_, last = steps
    if isinstance(last, tuple):
        raise ValueError(f"experiment: expected a result at its end; found {last!r}")
    return last
