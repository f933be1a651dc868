"""The bundled model, and sentence pairs to try it on that it never learned from.

`pairs.tsv`, which `training/race_pairs.py` writes, has English TAB German in each line; lines that begin with # say
where they are from.
"""

from __future__ import annotations

from pathlib import Path

from model import Translator

_HERE = Path(__file__).parent
CHECKPOINT = _HERE.parents[1] / "checkpoints" / "en-de"
PAIRS = _HERE / "pairs.tsv"


def bundled_translator() -> Translator:
    """The model of this project, as the page opens with unless its operator chose another."""
    return Translator.from_pretrained(CHECKPOINT)


def bundled_pairs() -> list[tuple[str, str]]:
    """English sentences with their German translations."""
    lines = PAIRS.read_text(encoding="utf-8").splitlines()
    sides = [line.split("\t") for line in lines if not line.startswith("#")]
    return [(english, german) for english, german in sides]
