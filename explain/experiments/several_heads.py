"""Why several heads: one head has one softmax, so to look at two places it must mix them; two heads keep them apart."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from explain.experiments.progress import Progress, result_of
from explain.experiments.seeded import draw_weights, generator_of
from model import TransformerConfig
from model.attention import MultiHeadAttention

D, WORDS, LENGTH = 32, 16, 12
NEAR, FAR = 1, 3  # the two relations: which words stood one and three places before


@dataclass(frozen=True, kw_only=True)
class Result:
    """The share of tokens for which both answers were right, from 0 to 1, over the training steps."""

    step: np.ndarray
    accuracy: dict[str, np.ndarray]
    parameters: dict[str, int]


class TwoQuestions(nn.Module):
    """One attention layer, then one linear map for each of the two questions."""

    def __init__(self, n_heads: int) -> None:
        super().__init__()
        self.words, self.places = nn.Embedding(WORDS, D), nn.Embedding(LENGTH, D)
        self.attention = MultiHeadAttention(TransformerConfig(vocab_size=3, d_model=D, n_heads=n_heads))
        self.answers = nn.Linear(D, 2 * WORDS)

    def forward(self, tokens: Tensor) -> Tensor:
        x = (self.words(tokens) + self.places.weight) * math.sqrt(D)
        return self.answers(self.attention(x, x)).unflatten(-1, (2, WORDS))[:, FAR:]


def run(seed: int = 0, steps: int = 300, heads: tuple[int, ...] = (1, 2, 4)) -> Iterator[Progress | Result]:
    """The same training of models that differ only in how their 32 dimensions are cut into heads."""
    accuracy, parameters = {}, {}
    for i, n_heads in enumerate(heads):
        generator = generator_of(seed)
        model = draw_weights(TwoQuestions(n_heads), generator)
        name = f"{n_heads} head{'s' * (n_heads > 1)} of {D // n_heads}"
        optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
        found = []
        for step in range(steps + 1):
            tokens = torch.randint(WORDS, (64, LENGTH), generator=generator)
            wanted = torch.stack([tokens[:, FAR - NEAR : -NEAR], tokens[:, :-FAR]], dim=-1)  # (B, T, 2)
            logits = model(tokens)
            if step % 20 == 0:
                found.append((logits.argmax(-1) == wanted).all(-1).float().mean().item())
                yield (i + step / (steps + 1)) / len(heads), f"{name}, step {step}"
            optimizer.zero_grad()
            F.cross_entropy(logits.flatten(0, 2), wanted.flatten()).backward()
            optimizer.step()
        accuracy[name] = np.array(found)
        parameters[name] = sum(parameter.numel() for parameter in model.parameters())
    yield Result(step=np.arange(0, steps + 1, 20), accuracy=accuracy, parameters=parameters)


def words(result: Result) -> str:
    """What was found, in a few sentences."""
    found = "; ".join(f"{name}: {100 * values[-1]:.3g}%" for name, values in result.accuracy.items())
    sizes = " and ".join(f"{n:,}" for n in sorted(set(result.parameters.values())))
    return f"After {result.step[-1]} steps, both words were right for {found}. Each model has {sizes} parameters."


if __name__ == "__main__":
    print(words(result_of(run())))
