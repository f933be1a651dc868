"""Lines of `model/`, read from the source as it stands now."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class Code:
    """Lines of one file: `lines` are (number from 1, text)."""

    file: str
    name: str
    lines: tuple[tuple[int, str], ...]


def lines_of(function: Callable[..., Any], *beginnings: str) -> Code:
    """The first line of a function that begins with each of these texts.

    Raises:
        ValueError: a line that is to be shown is not in the source any more.
    """
    function = inspect.unwrap(function)
    source, first = inspect.getsourcelines(function)
    file = Path(inspect.getfile(function)).relative_to(_ROOT).as_posix()
    numbered = list(enumerate((line.rstrip("\n") for line in source), start=first))
    shown = []
    for beginning in beginnings:
        found = [(number, line) for number, line in numbered if line.lstrip().startswith(beginning)]
        if not found:
            raise ValueError(
                f"{file}: expected a line that begins with {beginning!r} in {function.__qualname__}; found none"
            )
        shown.append(found[0])
    return Code(file=file, name=function.__qualname__, lines=tuple(shown))
