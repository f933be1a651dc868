"""What the five answers cost beyond the search and the recorded pass, on one thread: a sentence of 14 tokens.

python -m benchmarks.answers [checkpoint]
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch

from explain.contrast import contrast
from explain.decoder_lens import ladder
from explain.effects import effects
from explain.head_means import load_head_means
from explain.logit_lens import logit_lens
from explain.next_token import distribution
from explain.patching import patch
from explain.run import Run, Settings
from explain.runner import Runner
from explain.source_words import source_words
from model.translator import Translator

TEXT = "The old woman sees a small house in the forest."  # with its tag and its end
OTHER = TEXT.replace("woman", "man")
LIMITS = {  # ms, repetitions
    "where each word comes from": (10, 100),
    "why not another token": (10, 100),
    "what each head does": (600, 9),
    "the layers in words": (600, 9),
    "which word decided": (800, 9),
}


def another(run: Run) -> int:
    """The likeliest token at the third step that was not chosen."""
    return next(c.id for c in distribution(run, 2).candidates if c.id != run.translation.ids[2])


def main(checkpoint: str) -> None:
    """Prints medians and least times in milliseconds, beside what each answer may take."""
    torch.set_num_threads(1)
    translator = Translator.from_pretrained(checkpoint)
    means = load_head_means(Path(checkpoint), translator.network.config)
    runner, settings = Runner(translator), Settings(direction="en-de")
    run, other = (runner.run(text, settings) for text in (TEXT, OTHER))
    rival, _, _ = another(run), run.trace, other.trace
    answers: list[Callable[[], object]] = [
        lambda: source_words(run),
        lambda: contrast(run, 2, rival),
        lambda: effects(run, means),
        lambda: (ladder(run), logit_lens(run)),
        lambda: patch(run, other),
    ]
    print(f"{len(run.source)} source and {len(run.target_out)} target tokens, in ms: median (least), at most")
    for answer, (name, (limit, repetitions)) in zip(answers, LIMITS.items(), strict=True):
        times = []
        for _ in range(repetitions):
            begin = time.perf_counter()
            answer()
            times.append(1000 * (time.perf_counter() - begin))
        print(f"{name:30} {statistics.median(times):7.2f} ({min(times):.2f}) {limit:4}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "checkpoints/en-de")
