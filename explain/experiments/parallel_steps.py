"""Sequential against parallel: an RNN takes n steps one after another, attention a fixed number for any n (Table 1)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from explain.experiments.progress import Progress, result_of
from explain.experiments.seeded import draw_weights, generator_of
from model import TransformerConfig
from model.attention import MultiHeadAttention

D = 64


@dataclass(frozen=True, kw_only=True)
class Result:
    """For each length, operations on the longest chain, and seconds of one thread (the least of several passes)."""

    length: np.ndarray
    rnn_steps: np.ndarray
    attention_steps: np.ndarray
    rnn_seconds: np.ndarray
    attention_seconds: np.ndarray


def run(seed: int = 0, longest: int = 1024, repeats: int = 5) -> Iterator[Progress | Result]:
    """One sequence of 16, 32, … up to `longest` vectors through an RNN and through self-attention."""
    generator = generator_of(seed)
    rnn = draw_weights(nn.RNN(D, D, batch_first=True), generator)
    attention = draw_weights(MultiHeadAttention(TransformerConfig(vocab_size=3, d_model=D, n_heads=4)), generator)
    lengths = [2**i for i in range(4, int(np.log2(longest)) + 1)]
    rows = []
    for i, n in enumerate(lengths):
        yield i / len(lengths), f"{n} positions"
        x = torch.randn(1, n, D, generator=generator)
        row = [longest_chain(rnn(x)[0]), longest_chain(attention(x, x))]
        row += [seconds(lambda x=x: rnn(x), repeats), seconds(lambda x=x: attention(x, x), repeats)]
        rows.append(row)
    rnn_steps, attention_steps, rnn_seconds, attention_seconds = np.array(rows).T
    yield Result(
        length=np.array(lengths),
        rnn_steps=rnn_steps,
        attention_steps=attention_steps,
        rnn_seconds=rnn_seconds,
        attention_seconds=attention_seconds,
    )


def longest_chain(output: Tensor) -> int:
    """Operations on the longest path of the autograd graph: each has to wait for the one before it."""
    lengths: dict[Any, int] = {}
    stack: list[Any] = [output.grad_fn]
    while stack:
        earlier = [node for node, _ in stack[-1].next_functions if node is not None]
        unknown = [node for node in earlier if node not in lengths]
        if unknown:
            stack.extend(unknown)
        else:
            lengths[stack.pop()] = 1 + max((lengths[node] for node in earlier), default=0)
    return lengths[output.grad_fn]


def seconds(work: Callable[[], object], repeats: int) -> float:
    """Processor time of this thread, the least of several runs: what else the machine does can only add to it."""
    times = []
    with torch.no_grad():
        work()
        for _ in range(repeats):
            start = time.thread_time()
            work()
            times.append(time.thread_time() - start)
    return min(times)


def words(result: Result) -> str:
    """What was found, in a few sentences."""
    ratio = result.rnn_seconds / result.attention_seconds
    return (
        f"At {result.length[-1]} positions the longest chain of operations that wait for one another is "
        f"{result.rnn_steps[-1]:.0f} for the RNN and {result.attention_steps[-1]:.0f} for attention; at "
        f"{result.length[0]} it is {result.rnn_steps[0]:.0f} and {result.attention_steps[0]:.0f}. On one thread of "
        f"this processor the RNN takes between {ratio.min():.3g} and {ratio.max():.3g} times as long, {ratio[-1]:.3g} "
        f"times at {result.length[-1]} positions."
    )


if __name__ == "__main__":
    torch.set_num_threads(1)  # as in the app
    print(words(result_of(run())))
