"""Learning-rate warmup: a deep post-norm stack learns nothing when training begins at the full rate (§5.3)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from explain.experiments.progress import Progress, result_of
from explain.experiments.seeded import draw_weights, generator_of
from model import Transformer, TransformerConfig
from model.config import Norm

WORDS, LENGTH, BATCH = 16, 8, 24
FIRST_WORD = 3
PEAK_RATE = 3e-3
GUESSING = math.log(WORDS)  # the loss of a model that gives every word the same probability
RUNS: dict[str, tuple[Norm, bool]] = {
    "post-norm, no warmup": ("post", False),
    "post-norm, warmup": ("post", True),
    "pre-norm, no warmup": ("pre", False),
}


@dataclass(frozen=True, kw_only=True)
class Result:
    """The learning rate and the cross-entropy in nats at each training step, for each run."""

    step: np.ndarray
    rate: dict[str, np.ndarray]
    loss: dict[str, np.ndarray]

    def end(self, name: str) -> float:
        """The mean loss of the last tenth of the steps."""
        return float(self.loss[name][-max(1, len(self.step) // 10) :].mean())


def run(seed: int = 0, layers: int = 12, steps: int = 100) -> Iterator[Progress | Result]:
    """Encoders learn to copy eight words: the same first weights, data, peak rate and number of steps in all runs."""
    rates, losses = {}, {}
    for i, (name, (norm, warmup)) in enumerate(RUNS.items()):
        generator = generator_of(seed)
        config = TransformerConfig(
            vocab_size=FIRST_WORD + WORDS, d_model=32, d_ff=64, n_heads=4, n_encoder_layers=layers, n_decoder_layers=0,
            dropout=0.0, norm=norm, max_positions=LENGTH,
        )  # fmt: skip
        model = draw_weights(Transformer(config), generator)
        optimizer = torch.optim.Adam(model.parameters(), betas=(0.9, 0.98), eps=1e-9, fused=True)  # §5.3
        rates[name] = PEAK_RATE * rising(steps) if warmup else np.full(steps, PEAK_RATE)
        losses[name] = np.zeros(steps)
        for step, rate in enumerate(rates[name]):
            if step % 5 == 0:
                yield (i + step / steps) / len(RUNS), f"{name}, step {step}"
            optimizer.param_groups[0]["lr"] = rate
            tokens = torch.randint(FIRST_WORD, FIRST_WORD + WORDS, (BATCH, LENGTH), generator=generator)
            loss = F.cross_entropy(model(tokens).flatten(0, 1), tokens.flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses[name][step] = loss.item()
    yield Result(step=np.arange(1, steps + 1), rate=rates, loss=losses)


def rising(steps: int) -> np.ndarray:
    """Warmup: from near 0 up to 1 over the first half of the steps, then 1."""
    return np.minimum(1.0, np.arange(1, steps + 1) / (steps / 2))


def words(result: Result) -> str:
    """What was found, in a few sentences."""
    found = "; ".join(f"{name}: {result.end(name):.3g}" for name in result.loss)
    return f"Mean loss of the last steps: {found}. Guessing gives ln {WORDS} = {GUESSING:.3g}."


if __name__ == "__main__":
    torch.set_num_threads(1)  # as in the app; two wait for each other at these sizes
    print(words(result_of(run())))
