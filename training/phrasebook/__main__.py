"""Writes the phrasebook to a file: `python -m training.phrasebook OUT.tsv.gz --without VALID TEST …`."""

from __future__ import annotations

import argparse
import gzip
from pathlib import Path

from training.held_out import keys_in, without_held_out
from training.phrasebook import phrasebook


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="the file to write: English TAB German, gzip-compressed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--without",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE",
        help="leave out pairs that share a side with these",
    )
    args = parser.parse_args()
    made = phrasebook(args.seed)
    pairs = without_held_out(made, keys_in(args.without))
    lines = "".join(f"{english}\t{german}\n" for english, german in pairs)
    args.out.write_bytes(gzip.compress(lines.encode(), mtime=0))  # no time of day in it: the same bytes each time
    print(f"{args.out}: {len(pairs):,} pairs; {len(made) - len(pairs):,} left out")


if __name__ == "__main__":
    main()
