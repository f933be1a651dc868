"""`python -m training.calibration CHECKPOINT --data-dir …`: how often the model is right when it is so sure.

`calibration.json` holds `weights`, the SHA-256 of `model.safetensors`; `beam_size` and `alpha` of the search; and
`corpora`, each with `name`, `n_sentences` and two lists of `N_BINS` bins of probability, equally wide, both directions
together:

- `teacher_forced`: after each beginning of the reference, the model's likeliest next token; right if the reference
  goes on with it.
- `free_running`: each token that the model writes by itself, but the end; right if it is one of those that translation
  and reference have in common, in their order (their longest common subsequence, as where tokens are judged by edit
  distance: Wang et al. 2020). Another good word counts as wrong: there is one reference.

A bin has `n` tokens, of which so many are `right`, and the `mean` of their probabilities. The pairs are the first of
the valid files, never of a test file. Corpora that the recipe only holds against come first: text as visitors bring it.
`explain/calibration.py` reads the file.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from model.storage.files import CALIBRATION, TOKENIZER, weights_digest, write_json
from model.tokenizer import Tokenizer
from model.transformer import Transformer
from model.translator import Translator
from training.card import load_facts
from training.data import Example, bucketed_batches, collate, load_corpus, short_pairs, tokenize
from training.recipe import Recipe

FORMAT = 1
N_BINS = 10
BATCH_TOKENS = 2048  # a batch's probabilities of all tokens are held at once


class Judged(NamedTuple):
    """A token, how sure the model was of it, and whether it was right."""

    probability: float
    right: bool


@torch.inference_mode()
def teacher_forced(network: Transformer, tokenizer: Tokenizer, examples: list[Example]) -> Iterator[Judged]:
    """The likeliest token after each beginning of the references, their ends too."""
    for indices in bucketed_batches(examples, BATCH_TOKENS, seed=0, epoch=0):
        batch = collate([examples[i] for i in indices], tokenizer).to(network.device)
        best = network(batch.src, batch.tgt).float().softmax(dim=-1).max(dim=-1)
        real = batch.labels != tokenizer.pad_id
        right = (best.indices == batch.labels)[real].tolist()
        yield from map(Judged, best.values[real].tolist(), right)


def free_running(
    translator: Translator, sources: Sequence[str], references: Sequence[str], direction: str
) -> Iterator[Judged]:
    """Each token of the translations but their ends, as the translator searches by itself."""
    tokenizer = translator.tokenizer
    for [found], reference in zip(translator.hypotheses(sources, direction), references, strict=True):
        written = [token for token in zip(found.ids, found.log_probs, strict=True) if token[0] != tokenizer.eos_id]
        right = in_common([token_id for token_id, _ in written], tokenizer.encode(reference))
        yield from (Judged(float(np.exp(log_prob)), place in right) for place, (_, log_prob) in enumerate(written))


def in_common(written: Sequence[int], reference: Sequence[int]) -> set[int]:
    """The places in `written` of a longest common subsequence of both; of several, the one that begins first."""
    longest = np.zeros((len(written) + 1, len(reference) + 1), int)  # from (i, j) on
    for i in reversed(range(len(written))):
        for j in reversed(range(len(reference))):
            same = written[i] == reference[j]
            longest[i, j] = longest[i + 1, j + 1] + 1 if same else max(longest[i + 1, j], longest[i, j + 1])
    places, i, j = set(), 0, 0
    while longest[i, j]:
        if written[i] == reference[j]:
            places.add(i)
            i, j = i + 1, j + 1
        elif longest[i, j + 1] == longest[i, j]:
            j += 1
        else:
            i += 1
    return places


def in_bins(judged: Sequence[Judged]) -> list[dict[str, Any]]:
    """How many tokens there are in each bin of probability, how many of them are right, and their mean probability."""
    probabilities, right = (np.array(each, float) for each in zip(*judged, strict=True))
    places = np.minimum((probabilities * N_BINS).astype(int), N_BINS - 1)
    n, n_right, total = (
        np.bincount(places, weights, N_BINS) for weights in (np.ones_like(right), right, probabilities)
    )
    return [
        {"n": int(n[i]), "right": int(n_right[i]), "mean": float(total[i] / n[i]) if n[i] else None}
        for i in range(N_BINS)
    ]


def measure(
    translator: Translator, tokenizer: Tokenizer, recipe: Recipe, data_dir: Path, n_pairs: int
) -> Iterator[dict[str, Any]]:
    """Each corpus with valid pairs, those that are only held against first."""
    for corpus in sorted(recipe.with_split("valid"), key=lambda corpus: corpus.repeat > 0):
        pairs = load_corpus(corpus, recipe.languages, "valid", data_dir)
        pairs = short_pairs(pairs, recipe.languages, tokenizer, recipe.max_length)[:n_pairs]
        forced = teacher_forced(
            translator.network, tokenizer, tokenize(pairs, recipe.languages, tokenizer, recipe.max_length)
        )
        free = (
            judged
            for direction in translator.directions
            for source, target in [direction.split("-")]
            for judged in free_running(translator, pairs[source], pairs[target], direction)
        )
        yield {
            "name": corpus.name,
            "n_sentences": len(translator.directions) * len(pairs[recipe.languages[0]]),
            "teacher_forced": in_bins(list(forced)),
            "free_running": in_bins(list(free)),
        }


def main(arguments: list[str] | None = None) -> None:
    """Reads the command line, measures, and writes the file."""
    parser = argparse.ArgumentParser(
        prog="python -m training.calibration", description="Measure how often a checkpoint is right when it is so sure."
    )
    parser.add_argument("checkpoint", type=Path, help="folder that training.train exported")
    parser.add_argument("--data-dir", type=Path, default=Path("data"), help="folder of the recipe's local files")
    parser.add_argument("--pairs", type=int, default=300, help="of each corpus that has a valid file")
    args = parser.parse_args(arguments)
    if args.pairs < 1:
        parser.error(f"--pairs: expected 1 or more; found {args.pairs}")

    translator = Translator.from_pretrained(args.checkpoint)
    recipe = Recipe.from_dict(load_facts(args.checkpoint)["recipe"])
    corpora = []
    for corpus in measure(translator, Tokenizer.load(args.checkpoint / TOKENIZER), recipe, args.data_dir, args.pairs):
        corpora.append(corpus)
        for name in ("teacher_forced", "free_running"):
            shares = " ".join(f"{b['right'] / b['n']:.2f}" if b["n"] else "-" for b in corpus[name])
            print(f"{corpus['name']}, {name}: {sum(b['n'] for b in corpus[name]):,} tokens; right by bin: {shares}")
    facts = {"format": FORMAT, "weights": weights_digest(args.checkpoint)}
    search = {"beam_size": translator.beam.beam_size, "alpha": translator.beam.alpha}
    write_json(args.checkpoint / CALIBRATION, {**facts, **search, "corpora": corpora})


if __name__ == "__main__":
    main()
