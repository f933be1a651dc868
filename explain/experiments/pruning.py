"""Are all heads needed? They are switched off one after the other, the least useful first (Michel et al. 2019).

H heads in all; B sentences, S and T their longest source and target.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from explain.effects import Part, parts_of
from explain.experiments.bleu import bleu, counted
from explain.experiments.bundled import bundled_pairs, bundled_translator
from explain.experiments.progress import Progress, result_of
from explain.experiments.seeded import generator_of
from explain.kinds import PLACES
from model import Translator
from model.decoding import greedy
from model.taps import Change, intervene

DIRECTION = "en-de"
N_RACE = 60  # sentences that are translated; the order is found on the others
MOST_TOKENS = 20  # of a translation: a model without heads may never end one
BY_EFFECT, AT_RANDOM = "least useful first", "in random order"


@dataclass(frozen=True, kw_only=True)
class Result:
    """BLEU over the number of heads that are off, for the two orders, and what each head alone is worth.

    `effect`, sorted, the least useful first: the change of the log-probability a token of the right translation, in
    nats, without that head. `low` and `high`: between them lie 95% of the whole model's BLEUs on sentences drawn anew.
    """

    off: np.ndarray
    bleu: dict[str, np.ndarray]
    effect: np.ndarray
    low: float
    high: float


def run(seed: int = 0, step: int = 6, n_race: int = N_RACE, n_order: int = 30) -> Iterator[Progress | Result]:
    """Every `step` heads the race sentences are translated anew, with these heads' outputs zero."""
    translator, pairs = bundled_translator(), bundled_pairs()
    race, others = pairs[:n_race], pairs[N_RACE : N_RACE + n_order]
    heads = [part for part in parts_of(translator.network.config) if part.name == "head"]
    whole = log_prob(translator, others)
    effects = []
    for i, head in enumerate(heads):
        yield 0.4 * i / len(heads), f"what head {i + 1} of {len(heads)} is worth, alone"
        effects.append(log_prob(translator, others, [head]) - whole)
    by_effect = np.argsort(-np.array(effects), kind="stable").tolist()
    orders = {BY_EFFECT: by_effect, AT_RANDOM: torch.randperm(len(heads), generator=generator_of(seed)).tolist()}

    off = [*range(0, len(heads), step), len(heads)]
    found: dict[frozenset[int], np.ndarray] = {}  # both orders begin and end alike
    scores: dict[str, list[float]] = {name: [] for name in orders}
    stops = [(name, n) for name in orders for n in off]
    for i, (name, n) in enumerate(stops):
        yield 0.4 + 0.6 * i / len(stops), f"{name}: {n} of {len(heads)} heads are off"
        if (those := frozenset(orders[name][:n])) not in found:
            found[those] = counts(translator, race, [heads[head] for head in those])
        scores[name].append(bleu(found[those]))
    low, high = interval(found[frozenset()], seed)
    yield Result(
        off=np.array(off),
        bleu={name: np.array(values) for name, values in scores.items()},
        effect=np.array(effects)[by_effect],
        low=low,
        high=high,
    )


def without(heads: Collection[Part]) -> dict[str, Change]:
    """What `intervene` takes to put zero in the place of these heads' outputs, before W^O."""
    by_path: dict[str, list[int]] = defaultdict(list)
    for head in heads:
        by_path[f"{PLACES[head.kind].path(head.layer)}.heads"].append(head.head)
    return {path: partial(_zeroed, heads=those) for path, those in by_path.items()}


def _zeroed(outputs: Tensor, heads: list[int]) -> Tensor:
    changed = outputs.clone()  # (B, heads, T, d_head)
    changed[:, heads] = 0
    return changed


@torch.inference_mode()
def log_prob(translator: Translator, pairs: Sequence[tuple[str, str]], off: Collection[Part] = ()) -> float:
    """The mean log-probability, in nats, of the tokens of the right translations, each given those before it."""
    network, tokenizer = translator.network, translator.tokenizer
    begin, end = network.config.bos_id, tokenizer.eos_id
    tgt = padded([[begin, *tokenizer.encode(german), end] for _, german in pairs], tokenizer.pad_id)
    with intervene(without(off)):
        logits = network(sources(translator, pairs), tgt[:, :-1])  # (B, T, V)
    chosen = logits.gather(-1, tgt[:, 1:, None])[..., 0] - logits.logsumexp(dim=-1)
    return chosen[tgt[:, 1:] != tokenizer.pad_id].mean().item()


@torch.inference_mode()
def counts(translator: Translator, pairs: Sequence[tuple[str, str]], off: Collection[Part]) -> np.ndarray:
    """What BLEU counts in each greedy translation, a row a sentence."""
    src = sources(translator, pairs)
    with intervene(without(off)):
        found = greedy(translator.network, src, max_length=MOST_TOKENS, forbidden=translator.beam.forbidden)
    texts = [translator.tokenizer.decode(hypothesis.ids) for hypothesis in found]
    return np.array([counted(text, german) for text, (_, german) in zip(texts, pairs, strict=True)])


def sources(translator: Translator, pairs: Sequence[tuple[str, str]]) -> Tensor:
    """The English sides as the encoder reads them, (B, S)."""
    return padded([translator.encode(english, DIRECTION).src for english, _ in pairs], translator.tokenizer.pad_id)


def padded(rows: Sequence[Sequence[int]], pad_id: int) -> Tensor:
    """Rows of ids, all as long as the longest."""
    return pad_sequence([torch.tensor(row) for row in rows], batch_first=True, padding_value=pad_id)


def interval(rows: np.ndarray, seed: int, n_draws: int = 1000) -> tuple[float, float]:
    """Where 95% of the BLEUs lie if as many sentences are drawn from these, again and again."""
    draws = np.random.default_rng(seed).integers(len(rows), size=(n_draws, len(rows)))
    low, high = np.percentile([bleu(rows[draw]) for draw in draws], [2.5, 97.5])
    return float(low), float(high)


def words(result: Result) -> str:
    """What was found, in a few sentences."""
    n_heads, quarter = int(result.off[-1]), len(result.off) // 4
    by_effect, at_random = result.bleu[BY_EFFECT], result.bleu[AT_RANDOM]
    left = {name: int(result.off[scores >= scores[0] / 2].max()) for name, scores in result.bleu.items()}
    between = slice(1, -1)  # at both ends the orders are the same
    ahead = int((by_effect[between] > at_random[between]).sum())
    useless = int((result.effect >= -0.005).sum())
    return (
        f"With all {n_heads} heads BLEU is {by_effect[0]:.1f}; other sentences of this sort would give "
        f"{result.low:.0f} to {result.high:.0f}, so a few points mean nothing. Without the {result.off[quarter]} least "
        f"useful heads it is {by_effect[quarter]:.1f}, without as many drawn at random {at_random[quarter]:.1f}. Half "
        f"of it is left with {left[BY_EFFECT]} heads off, at random with {left[AT_RANDOM]}. The order by usefulness is "
        f"ahead at {ahead} of {len(result.off) - 2} numbers between none and all. Alone, {useless} of {n_heads} heads "
        "can be switched off for less than 0.005 nats per token."
    )


if __name__ == "__main__":
    print(words(result_of(run())))
