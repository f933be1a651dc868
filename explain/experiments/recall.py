"""Long-range recall: "grew up in Nepal … speaks fluent ___" is one step for attention and many for an RNN."""

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
from model import Transformer, TransformerConfig

D, COUNTRIES, FILLERS = 32, 16, 16
QUESTION = 1
FIRST_COUNTRY, FIRST_LANGUAGE = 3, 3 + COUNTRIES
FIRST_FILLER = FIRST_LANGUAGE + COUNTRIES
VOCABULARY = FIRST_FILLER + FILLERS


@dataclass(frozen=True, kw_only=True)
class Result:
    """For each distance from country to question, the share of right languages from 0 to 1; guessing gives 1/16."""

    distance: np.ndarray
    accuracy: dict[str, np.ndarray]


class RecurrentNetwork(nn.Module):
    """A plain RNN over the same tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens = nn.Embedding(VOCABULARY, D)
        self.rnn = nn.RNN(D, D, batch_first=True)
        self.output = nn.Linear(D, VOCABULARY)

    def forward(self, tokens: Tensor) -> Tensor:
        return self.output(self.rnn(self.tokens(tokens) * math.sqrt(D))[0])


def run(
    seed: int = 0, steps: int = 210, distances: tuple[int, ...] = (2, 4, 8, 16, 32, 64, 128)
) -> Iterator[Progress | Result]:
    """Both models learn the languages of sixteen countries at all distances alike, in the same number of steps."""
    generator = generator_of(seed)
    config = TransformerConfig(
        vocab_size=VOCABULARY, d_model=D, d_ff=2 * D, n_heads=2, n_encoder_layers=0, n_decoder_layers=2, dropout=0.0,
        norm="pre",
    )  # fmt: skip
    models = {"RNN": RecurrentNetwork(), "Transformer": Transformer(config)}
    accuracy = {}
    for i, (name, model) in enumerate(models.items()):
        draw_weights(model, generator)
        optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
        for step in range(steps):
            if step % 10 == 0:
                yield (i + step / steps) / len(models), f"{name}, step {step}"
            tokens, languages = sentences(distances[step % len(distances)], 32, generator)
            optimizer.zero_grad()
            F.cross_entropy(model(tokens)[:, -1], languages).backward()
            optimizer.step()
        accuracy[name] = np.array([share_right(model, distance, generator) for distance in distances])
    yield Result(distance=np.array(distances), accuracy=accuracy)


def sentences(distance: int, count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Sentences "country, filler words, question", the question `distance` places after the country; and answers."""
    country = torch.randint(COUNTRIES, (count,), generator=generator)
    tokens = torch.randint(FIRST_FILLER, VOCABULARY, (count, distance + 1), generator=generator)
    tokens[:, 0], tokens[:, -1] = FIRST_COUNTRY + country, QUESTION
    return tokens, FIRST_LANGUAGE + country


@torch.no_grad()
def share_right(model: nn.Module, distance: int, generator: torch.Generator) -> float:
    """The share of 256 new sentences whose most likely next token is the country's language."""
    tokens, languages = sentences(distance, 256, generator)
    return (model(tokens)[:, -1].argmax(-1) == languages).float().mean().item()


def words(result: Result) -> str:
    """What was found, in a few sentences."""
    rnn, transformer = (100 * result.accuracy[name] for name in ("RNN", "Transformer"))
    return (
        f"{result.distance[0]} places after the country the RNN names {rnn[0]:.3g}% of the languages and the "
        f"Transformer {transformer[0]:.3g}%; {result.distance[-1]} places after it {rnn[-1]:.3g}% and "
        f"{transformer[-1]:.3g}%. "
        f"Guessing gives {100 / COUNTRIES:.3g}%."
    )


if __name__ == "__main__":
    print(words(result_of(run())))
