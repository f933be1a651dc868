"""Pairs that share no side with a valid or test file."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from pathlib import Path


def key(text: str) -> str:
    """Letters and digits alone, case ignored: two texts with one key count as one sentence."""
    return "".join(filter(str.isalnum, text.casefold()))


def keys_of(texts: Iterable[str]) -> set[str]:
    """Their keys; a line of signs alone is no sentence to hold out."""
    return {key(text) for text in texts} - {""}


def keys_in(paths: Iterable[str | Path]) -> set[str]:
    """The keys of every column of tab-separated text files, gzip-compressed where the name ends in `.gz`.

    Raises:
        ValueError: a file is missing.
    """
    keys: set[str] = set()
    for path in map(Path, paths):
        if not path.is_file():
            raise ValueError(f"expected a file of held-out text; found none at {path}")
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
            keys |= keys_of(side for line in lines for side in line.split("\t"))
    return keys


def without_held_out(pairs: Iterable[tuple[str, str]], keys: set[str]) -> list[tuple[str, str]]:
    """The pairs neither side of which has its key among `keys`."""
    return [pair for pair in pairs if not any(key(side) in keys for side in pair)]
