"""Why a Transformer needs positions (§3.5): the same words in two orders, and what a naive numbering would do.

S source positions, n positions, D d_model.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float

from explain.passes import batch_of
from explain.positional import model_table
from explain.run import Run, Settings
from explain.runner import Runner
from explain.tokens import Token, tokens_of
from model.taps import intervene, record

POSITION, OUTPUT = "encoder.embedding.position", "encoder.output"


@dataclass(frozen=True, kw_only=True)
class NaiveComparison:
    """Lengths (Euclidean norms) of what could be added to a token's embedding, beside that of the embedding itself.

    `token_norms`: the scaled embedding of each source token, or of each token that a language model reads.
    `position_norms`: the model's own position vectors. `naive_norms`: the position's number written into all D
    dimensions, pos * √D. `vocabulary_*`: the scaled embeddings of the whole vocabulary.
    """

    tokens: tuple[Token, ...]
    token_norms: Float[np.ndarray, " S"]
    position_norms: Float[np.ndarray, " n"]
    naive_norms: Float[np.ndarray, " n"]
    vocabulary_min: float
    vocabulary_median: float
    vocabulary_max: float


def naive_comparison(run: Run, n_positions: int = 64) -> NaiveComparison:
    """What raw position numbers would do to this model's embeddings, at the first `n_positions` positions.

    Raises:
        ValueError: the number of positions is out of range, or the model has no positions.
    """
    side = run.reading_side
    embedding, table = run.stack(side).embedding, model_table(run.network, n_positions)
    with torch.inference_mode():
        vocabulary = embedding.tokens.weight.norm(dim=-1) * embedding.scale
    return NaiveComparison(
        tokens=run.read_by(side),
        token_norms=run.trace[f"{side}.embedding.embedded"][0].norm(dim=-1).numpy(),
        position_norms=np.linalg.norm(table.values, axis=-1),
        naive_norms=np.arange(n_positions) * np.sqrt(table.values.shape[1]),
        vocabulary_min=vocabulary.min().item(),
        vocabulary_median=vocabulary.median().item(),
        vocabulary_max=vocabulary.max().item(),
    )


@dataclass(frozen=True, kw_only=True)
class OrderExperiment:
    """The encoder's outputs for two orders of the same tokens, with positions and without.

    Token i of `first` is token `pairing[i]` of `second`. Cell (i, j) of a map is the largest |difference|, over the D
    dimensions, between the output vectors of token i of `first` and token j of `second`; `differences_*` are the cells
    of the pairs, and `largest_*` the largest of them. Without positions only rounding is left of them.
    """

    first: Run
    second: Run
    pairing: tuple[int, ...]
    map_with: Float[np.ndarray, "S S"]
    map_without: Float[np.ndarray, "S S"]
    differences_with: Float[np.ndarray, " S"]
    differences_without: Float[np.ndarray, " S"]
    largest_with: float
    largest_without: float


def order_experiment(runner: Runner, first: str, second: str, settings: Settings) -> OrderExperiment:
    """Two texts of the same tokens, such as "Ram pushed Hari." and "Hari pushed Ram.", through the encoder.

    Raises:
        ValueError: a text is refused, the tokens are not the same, or the model has no encoder or no positions to
            leave out.
    """
    if not runner.translates:
        raise ValueError(
            "order: expected a model with an encoder; found a language model, which knows something of the order even "
            "without positions: each token sees only those before it"
        )
    texts = (first, second)
    pairing = _pairing(
        *(tokens_of(runner.prompt(text, settings.direction).src, runner.tokenizer, "encoder") for text in texts)
    )
    runs = [runner.run(text, settings) for text in texts]
    if runs[0].config.positions == "none":
        raise ValueError("expected a model with positions; found one with positions='none'")
    with_positions = [_encoded(run) for run in runs]
    with intervene({POSITION: torch.zeros_like}):
        without_positions = [_encoded(run) for run in runs]
    map_with, map_without = _difference_map(*with_positions), _difference_map(*without_positions)
    rows = np.arange(len(pairing))
    differences_with, differences_without = map_with[rows, pairing], map_without[rows, pairing]
    return OrderExperiment(
        first=runs[0],
        second=runs[1],
        pairing=pairing,
        map_with=map_with,
        map_without=map_without,
        differences_with=differences_with,
        differences_without=differences_without,
        largest_with=differences_with.max().item(),
        largest_without=differences_without.max().item(),
    )


@torch.inference_mode()
def _encoded(run: Run) -> torch.Tensor:
    """The encoder's output; recorded, so that both are computed the same way, by equation (1)."""
    with record(only=(OUTPUT,)) as trace:
        run.network.encode(batch_of(run.network, run.prompt.src))
    return trace[OUTPUT][0].cpu()


def _difference_map(first: torch.Tensor, second: torch.Tensor) -> np.ndarray:
    return torch.cdist(first, second, p=torch.inf).numpy()


def _pairing(first: tuple[Token, ...], second: tuple[Token, ...]) -> tuple[int, ...]:
    """Where each token of `first` stands in `second`: the first "the" is the first there, the second the second."""
    places: dict[int, list[int]] = defaultdict(list)
    for place, token in enumerate(second):
        places[token.id].append(place)
    pairing, only_first = [], []
    for token in first:
        if places[token.id]:
            pairing.append(places[token.id].pop(0))
        else:
            only_first.append(token.text)
    only_second = [second[place].text for place in sorted(place for left in places.values() for place in left)]
    if only_first or only_second:
        raise ValueError(
            f"order: expected two texts of the same tokens; found {_some(only_first)} only in the first "
            f"and {_some(only_second)} only in the second: use the same words, and the same capitals"
        )
    return tuple(pairing)


def _some(tokens: list[str]) -> str:
    return (" ".join(tokens[:5]) or "none") + (" …" if len(tokens) > 5 else "")
