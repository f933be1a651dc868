"""Files of any length, line by line: shown as it goes, and gone on with where it was stopped."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from interop.ctranslate2 import BulkTranslator
from model.sentences import cut

CHUNK = 4096  # lines that are translated at once, and done again if it is stopped among them

logger = logging.getLogger(__name__)


def translate_lines(translator: BulkTranslator, lines: Sequence[str], direction: str) -> list[str | None]:
    """The translation of each line, sentence by sentence; of an empty line an empty one.

    None stands for a line with a sentence that is too long for the model.

    Raises:
        ValueError: the direction is unknown.
    """
    language = direction.partition("-")[0]
    texts = [cut(line, language) if line.strip() else None for line in lines]
    fit = [
        text is not None and all(translator.fits(sentence, direction) for sentence in text.sentences) for text in texts
    ]
    chosen = [text for text, fits in zip(texts, fit, strict=True) if text and fits]
    found = iter(translator.translate([sentence for text in chosen for sentence in text.sentences], direction))
    translations = iter([text.join(islice(found, len(text.sentences))) for text in chosen])
    return [next(translations) if fits else (None if text else "") for text, fits in zip(texts, fit, strict=True)]


def translate_file(translator: BulkTranslator, source: Path, target: Path, direction: str) -> Iterator[int]:
    """Translates a file into another, behind the lines that it holds already; tells each time how many are done.

    A line with a sentence that is too long becomes an empty one, and the log says so.

    Raises:
        ValueError: the target holds more lines than the source, or the direction is unknown.
    """
    with open(target, "ab+") as out, open(source, encoding="utf-8", newline="\n") as file:
        done = _whole_lines(out)
        if sum(1 for _ in islice(file, done)) < done:
            raise ValueError(f"{target}: expected at most as many lines as {source} has; found {done:,}: delete it")
        yield done
        while lines := [line.rstrip("\r\n") for line in islice(file, CHUNK)]:
            found = translate_lines(translator, lines, direction)
            for i, line in enumerate(found):
                if line is None:
                    logger.warning("line %d: a sentence is too long for the model: left empty", done + i + 1)
            out.write("".join(f"{line or ''}\n" for line in found).encode())
            out.flush()
            done += len(lines)
            yield done


def _whole_lines(file: BinaryIO) -> int:
    """How many lines a file holds, without one that was begun, which is cut off."""
    n, end = 0, 0
    file.seek(0)
    for line in file:
        if line.endswith(b"\n"):
            n, end = n + 1, end + len(line)
    file.truncate(end)
    file.seek(0, os.SEEK_END)
    return n
