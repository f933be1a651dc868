"""`python -m training.race_pairs --data-dir …`: the pairs on which the page's experiment switches heads off.

The first of Tatoeba's valid file that are short; never of a test file, which nothing may be chosen by.
"""

from __future__ import annotations

import argparse
import gzip
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from model.storage.files import replacing

FILE = Path(__file__).parents[1] / "explain" / "experiments" / "pairs.tsv"
SOURCE = Path("tatoeba") / "valid.en-de.tsv.gz"
N_PAIRS, MOST_WORDS = 90, 8
CREDIT = """\
# The first 90 pairs with at most 8 words a side of the valid split of this project: sentences from https://tatoeba.org,
# by way of https://www.manythings.org/anki/. Licence: CC BY 2.0 FR. Credit: tatoeba.org and manythings.org/anki.
"""


def race_pairs(lines: Iterable[str]) -> list[str]:
    """The lines that are kept of a tab-separated file."""
    stripped = map(str.strip, lines)
    short = (line for line in stripped if all(len(side.split()) <= MOST_WORDS for side in line.split("\t")))
    return list(islice(short, N_PAIRS))


def main(arguments: list[str] | None = None) -> None:
    """Reads the command line and writes the file."""
    parser = argparse.ArgumentParser(
        prog="python -m training.race_pairs", description="Choose the pairs of the experiment about heads."
    )
    parser.add_argument("--data-dir", type=Path, default=Path("data"), help="folder of the recipe's local files")
    args = parser.parse_args(arguments)
    path = args.data_dir / SOURCE
    if not path.is_file():
        parser.error(f"--data-dir: expected {SOURCE} in it; found no such file")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        kept = race_pairs(lines)
    with replacing(FILE) as new:
        new.write_text(CREDIT + "".join(f"{line}\n" for line in kept), encoding="utf-8")
    print(f"{FILE.name}: {len(kept)} pairs")


if __name__ == "__main__":
    main()
