"""A text as ids."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """The source, what the decoder reads before it is asked anything, and how many tokens it may write at most."""

    src: tuple[int, ...]
    start: tuple[int, ...]
    limit: int
