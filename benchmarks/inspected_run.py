"""What looking inside costs: the inspected pass of a 40-token text beside the plain forward pass, in one process.

python -m benchmarks.inspected_run [checkpoint]
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import torch

from explain.attention import attention_maps, head_statistics
from explain.kinds import KINDS
from explain.next_token import steps
from explain.run import Run, Settings
from explain.runner import Runner
from model.translator import Translator

N_TOKENS = 40
REPEATS = 25
SETTINGS = Settings(direction="en-de")


def text_of(translator: Translator, n_tokens: int) -> str:
    """A text of exactly so many tokens."""
    words: list[str] = []
    while (found := len(translator.tokenizer.encode(" ".join(words)))) < n_tokens:
        words.append("a" if found == n_tokens - 1 else "the house")
    assert found == n_tokens
    return " ".join(words)


def views(run: Run) -> int:
    """All that the attention and next-token tabs compute when they open; gives the characters sent for the maps."""
    maps = [attention_maps(run, kind) for kind in KINDS]
    for each in maps:
        head_statistics(each)
    steps(run)
    return sum(len(each.packed().base64) for each in maps)


def main(checkpoint: str) -> None:
    """Prints medians in milliseconds and their ratios to the plain pass."""
    translator = Translator.from_pretrained(checkpoint)
    text = text_of(translator, N_TOKENS)
    # the text itself stands as its translation, so that both sides have 40 tokens and their ends
    target = translator.tokenizer.encode_target(text)
    source = torch.tensor([translator.encode(text, SETTINGS.direction).src])
    decoder_input = torch.tensor([[translator.tokenizer.bos_id, *target[:-1]]])

    def milliseconds(work: Callable[[], object]) -> float:
        begin = time.perf_counter()
        work()
        return 1000 * (time.perf_counter() - begin)

    def plain_pass() -> None:
        with torch.inference_mode():
            translator.network(source, decoder_input)

    times: dict[str, list[float]] = {"plain forward pass": [], "inspected pass": [], "inspected pass and all views": []}
    n_sent = 0
    for repeat in range(REPEATS + 3):  # in turn, so that a busy machine slows all alike; the first three warm up
        run = Runner(translator).run(text, SETTINGS, prefix=target)
        plain = milliseconds(plain_pass)
        inspected = milliseconds(lambda run=run: run.trace)
        begin = time.perf_counter()
        n_sent = views(run)
        viewed = inspected + 1000 * (time.perf_counter() - begin)
        if repeat >= 3:
            for series, value in zip(times.values(), (plain, inspected, viewed), strict=True):
                series.append(value)

    print(f"{N_TOKENS} tokens, {torch.get_num_threads()} thread(s), median (least) of {REPEATS}, in milliseconds")
    reference = statistics.median(times["plain forward pass"])
    for name, series in times.items():
        median = statistics.median(series)
        print(f"{name:30} {median:7.2f} ({min(series):6.2f})  {median / reference:5.2f} x plain")
    print(f"all maps as sent: {n_sent / 1000:.0f} kB in base64")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "checkpoints/en-de")
