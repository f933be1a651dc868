"""The price of attention: every position looks at every position, so time and memory grow with n² (§4, Table 1)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from explain.experiments.progress import Progress, result_of
from explain.experiments.seeded import draw_weights, generator_of
from model import TransformerConfig
from model.attention import MultiHeadAttention
from model.layers import FeedForward
from model.taps import name_taps, record

CONFIG = TransformerConfig(vocab_size=3, d_model=64, d_ff=256, n_heads=4)
BYTES = 4  # of a 32-bit float


@dataclass(frozen=True, kw_only=True)
class Result:
    """For each length, seconds of one thread (the least of several runs) and multiply-adds of two parts, and bytes.

    `score_bytes` is computed, not measured: one n × n matrix of scores and one of weights for each head.
    """

    length: np.ndarray
    attention_seconds: np.ndarray
    feed_forward_seconds: np.ndarray
    attention_work: np.ndarray
    feed_forward_work: np.ndarray
    score_bytes: np.ndarray
    time_exponent: float
    crossing: float | None  # positions from which attention does more work than the feed-forward


def run(seed: int = 0, longest: int = 2048, repeats: int = 3) -> Iterator[Progress | Result]:
    """Attention as equation (1) writes it, and the feed-forward, on 32, 64, … up to `longest` positions."""
    generator = generator_of(seed)
    attention = draw_weights(MultiHeadAttention(CONFIG), generator)
    feed_forward = draw_weights(FeedForward(CONFIG), generator)
    name_taps(attention)
    lengths = np.array([2**i for i in range(5, int(np.log2(longest)) + 1)])
    rows = []
    for i, n in enumerate(lengths):
        x = torch.randn(1, int(n), CONFIG.d_model, generator=generator)
        yield i / len(lengths), f"{n} positions, attention"
        attention_part, feed_forward_part = lambda x=x: by_the_formula(attention, x), lambda x=x: feed_forward(x)
        row = [seconds(attention_part, repeats), multiply_adds(attention_part)]
        yield (i + 0.5) / len(lengths), f"{n} positions, feed-forward"
        rows.append([*row, seconds(feed_forward_part, repeats), multiply_adds(feed_forward_part)])
    attention_seconds, attention_work, feed_forward_seconds, feed_forward_work = np.array(rows).T
    score_bytes = 2 * CONFIG.n_heads * lengths.astype(float) ** 2 * BYTES
    exponent = float(np.polyfit(np.log(lengths[-3:]), np.log(attention_seconds[-3:]), 1)[0])
    crossing = where_it_crosses(lengths, np.log(attention_work / feed_forward_work))
    yield Result(
        length=lengths,
        attention_seconds=attention_seconds,
        feed_forward_seconds=feed_forward_seconds,
        attention_work=attention_work,
        feed_forward_work=feed_forward_work,
        score_bytes=score_bytes,
        time_exponent=exponent,
        crossing=crossing,
    )


def by_the_formula(attention: MultiHeadAttention, x: torch.Tensor) -> None:
    """While its insides are recorded, attention computes the whole matrix, as in equation (1)."""
    with record():
        attention(x, x)


@torch.no_grad()
def seconds(work: Callable[[], object], repeats: int) -> float:
    """Processor time of this thread, the least of several runs: what else the machine does can only add to it."""
    times = []
    for _ in range(repeats):
        start = time.thread_time()
        work()
        times.append(time.thread_time() - start)
    return min(times)


@torch.enable_grad()  # else the linear layers compute by their layouts, of which the counter knows nothing
def multiply_adds(work: Callable[[], object]) -> int:
    """Counted by PyTorch at every matrix product."""
    with FlopCounterMode(display=False) as counter:
        work()
    return counter.get_total_flops() // 2


def where_it_crosses(lengths: np.ndarray, log_ratio: np.ndarray) -> float | None:
    """The length at which the logarithm of a growing ratio crosses 0, between the two lengths around it."""
    if log_ratio[0] > 0 or log_ratio[-1] < 0:
        return None
    return float(np.exp(np.interp(0.0, log_ratio, np.log(lengths))))


def words(result: Result) -> str:
    """What was found, in a few sentences."""
    crossing = "Feed-forward and attention do not change places at these lengths."
    if result.crossing is not None:
        crossing = (
            f"Up to about {result.crossing:.0f} positions the feed-forward does more work than attention, then less."
        )
    return (
        f"Attention's time grows with n to the power {result.time_exponent:.3g} over the last three lengths. Its "
        f"scores and weights take {result.score_bytes[-1] / 2**20:.3g} MiB at {result.length[-1]} positions in one "
        f"layer (computed: 2 matrices × {CONFIG.n_heads} heads × n² × {BYTES} bytes). {crossing}"
    )


if __name__ == "__main__":
    torch.set_num_threads(1)  # as in the app
    print(words(result_of(run())))
