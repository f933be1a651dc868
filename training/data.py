"""Sentence pairs to length-bucketed batches of token ids (§5.1)."""

from __future__ import annotations

import math
from pathlib import Path
from typing import NamedTuple

import datasets
import numpy as np
import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from model.tokenizer import Tokenizer
from training.recipe import Corpus, Recipe


def load_corpus(corpus: Corpus, languages: tuple[str, str], split: str, data_dir: str | Path) -> datasets.Dataset:
    """The pairs of one split, a column a language.

    Raises:
        ValueError: the files of a pair have different numbers of lines, or a column is missing.
    """
    split = corpus.split(split)
    if corpus.hub is not None:
        pairs = datasets.load_dataset(corpus.hub, split=split)
        if "translation" in pairs.column_names:  # the Hub's usual form: one column of {language: text}
            pairs = pairs.flatten().rename_columns({f"translation.{lang}": lang for lang in languages})
        if missing := sorted(set(languages) - set(pairs.column_names)):
            raise ValueError(
                f"corpus {corpus.name}: expected a column {', '.join(missing)}; found {pairs.column_names}"
            )
        return pairs.select_columns(list(languages))
    if "{lang}" not in corpus.path:
        file = str(Path(data_dir, corpus.path.format(split=split)))
        return datasets.load_dataset(
            "csv", data_files=file, split="train", delimiter="\t", column_names=list(languages), quoting=3,
            keep_default_na=False,
        )  # fmt: skip
    sides = []
    for lang in languages:
        file = str(Path(data_dir, corpus.path.format(split=split, lang=lang)))
        sides.append(datasets.load_dataset("text", data_files=file, split="train").rename_column("text", lang))
    if len(sides[0]) != len(sides[1]):
        raise ValueError(
            f"corpus {corpus.name}: expected files aligned by line; found {len(sides[0])} and {len(sides[1])} lines"
        )
    return datasets.concatenate_datasets(sides, axis=1)


def directions(languages: tuple[str, str]) -> tuple[tuple[str, str], tuple[str, str]]:
    """Both ways between two languages."""
    return languages, languages[::-1]


class Example(NamedTuple):
    """One direction of one pair: `src` with language tag and end, `tgt` with end."""

    src: np.ndarray
    tgt: np.ndarray


class Batch(NamedTuple):
    """Examples padded on the right: the decoder reads `tgt` and must predict `labels`, one token further on."""

    src: Tensor
    tgt: Tensor
    labels: Tensor


def tokenize(
    pairs: datasets.Dataset, languages: tuple[str, str], tokenizer: Tokenizer, max_length: int
) -> list[Example]:
    """Every pair in both directions, without those that have an empty side or one of more than `max_length` tokens."""
    ids = {lang: [tokenizer.encode(text) for text in pairs[lang]] for lang in languages}
    examples = []
    for source, target in directions(languages):
        tag, eos = tokenizer.language_id(target), tokenizer.eos_id
        for src, tgt in zip(ids[source], ids[target], strict=True):
            example = Example(np.array([tag, *src, eos], np.int32), np.array([*tgt, eos], np.int32))
            if src and tgt and max(len(example.src), len(example.tgt)) <= max_length:
                examples.append(example)
    return examples


def collate(examples: list[Example], tokenizer: Tokenizer) -> Batch:
    """One padded batch."""
    src, labels = (
        pad_sequence([torch.from_numpy(side).long() for side in sides], True, tokenizer.pad_id)
        for sides in zip(*examples, strict=True)
    )
    bos = torch.full((len(examples), 1), tokenizer.bos_id)
    # behind a shorter sentence's end `tgt` reads eos where padding would do: no label there counts
    return Batch(src, torch.cat([bos, labels[:, :-1]], dim=1), labels)


def bucketed_batches(examples: list[Example], batch_tokens: int, seed: int, epoch: int) -> list[list[int]]:
    """Indices of all examples in batches of like lengths, at most `batch_tokens` of source and target with padding.

    A pure function of its arguments, so that a resumed run meets the same batches. Sorting within pools of about a
    hundred batches, not over the whole epoch, keeps the copies of a repeated sentence apart.
    """
    rng = np.random.default_rng((seed, epoch))
    src_lengths = np.array([len(example.src) for example in examples])
    tgt_lengths = np.array([len(example.tgt) for example in examples])
    order = rng.permutation(len(examples))
    n_pools = math.ceil((src_lengths.sum() + tgt_lengths.sum()) / (100 * batch_tokens))
    batches = []
    for pool in np.array_split(order, n_pools):
        pool = pool[np.lexsort((src_lengths[pool], tgt_lengths[pool]))]
        batch: list[int] = []
        longest_src = longest_tgt = 0
        for i in pool.tolist():
            widest_src, widest_tgt = max(longest_src, src_lengths[i]), max(longest_tgt, tgt_lengths[i])
            if batch and (len(batch) + 1) * (widest_src + widest_tgt) > batch_tokens:
                batches.append(batch)
                batch, widest_src, widest_tgt = [], src_lengths[i], tgt_lengths[i]
            batch.append(i)
            longest_src, longest_tgt = widest_src, widest_tgt
        batches.append(batch)
    return [batches[i] for i in rng.permutation(len(batches))]
