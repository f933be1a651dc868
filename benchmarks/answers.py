"""What the answers cost beyond the recorded pass, on one thread: a sentence of 14 tokens.

python -m benchmarks.answers [checkpoint]
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import torch

from explain.contrast import contrast
from explain.next_token import distribution
from explain.run import Run, Settings
from explain.runner import Runner
from explain.source_words import source_words
from model.translator import Translator

TEXT = "The old woman sees a small house in the forest."  # with its tag and its end
REPEATS = 100


def another(run: Run) -> int:
    """The likeliest token at the third step that was not chosen."""
    return next(c.id for c in distribution(run, 2).candidates if c.id != run.translation.ids[2])


def main(checkpoint: str) -> None:
    """Prints medians and least times in milliseconds."""
    torch.set_num_threads(1)
    run = Runner(Translator.from_pretrained(checkpoint)).run(TEXT, Settings(direction="en-de"))
    rival, _ = another(run), run.trace
    answers: dict[str, Callable[[], object]] = {
        "where each word comes from": lambda: source_words(run),
        "why not another token": lambda: contrast(run, 2, rival),
    }
    print(f"{len(run.source)} source and {len(run.target_out)} target tokens, median (least) of {REPEATS}, in ms")
    for name, answer in answers.items():
        times = []
        for _ in range(REPEATS):
            begin = time.perf_counter()
            answer()
            times.append(1000 * (time.perf_counter() - begin))
        print(f"{name:30} {statistics.median(times):7.2f} ({min(times):.2f})")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "checkpoints/en-de")
