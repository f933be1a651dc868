"""Sentence pairs to length-bucketed batches of token ids (§5.1)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import datasets
import numpy as np
import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from model.storage.files import replacing
from model.tokenizer import Tokenizer
from training.recipe import Corpus


def load_corpus(corpus: Corpus, languages: tuple[str, str], split: str, data_dir: str | Path) -> datasets.Dataset:
    """The pairs of one split, a column a language, without those that have an empty side.

    Raises:
        ValueError: a file is missing, the files of a pair have different numbers of lines, a line or the data set on
            the Hub lacks a column, or no pair is left.
    """
    split = corpus.split(split)
    if corpus.hub is not None:
        pairs = _load_hub(corpus, corpus.hub, languages, split)
    elif corpus.path is None:
        raise ValueError(f"corpus {corpus.name}: expected files or a data set on the Hub; found a phrasebook")
    elif "{lang}" in corpus.path:
        pairs = _load_aligned(corpus, corpus.path.replace("{split}", split), languages, data_dir)
    else:
        pairs = _load_tab_separated(corpus, corpus.path.format(split=split), languages, data_dir)
    pairs = pairs.filter(
        lambda batch: [all(side and side.strip() for side in pair) for pair in zip(*batch.values(), strict=True)],
        batched=True,
    )
    if not len(pairs):
        raise ValueError(
            f"corpus {corpus.name}: expected pairs in the split {split}; found none with text on each side"
        )
    return pairs


def load_tokenized(corpus: Corpus, language: str, data_dir: str | Path) -> list[str]:
    """The test split's tokenised references in one language.

    Raises:
        ValueError: the corpus names no such file, or it is missing or empty.
    """
    if corpus.tokenized_test is None:
        raise ValueError(f"corpus {corpus.name}: expected tokenized_test; found none in the recipe")
    return _load_lines(corpus, corpus.tokenized_test.format(lang=language), data_dir)["text"][:]


def _load_hub(corpus: Corpus, name: str, languages: tuple[str, str], split: str) -> datasets.Dataset:
    pairs = datasets.load_dataset(name, corpus.hub_config, split=split)
    if "translation" in pairs.column_names:  # the Hub's usual form: one column of {language: text}
        pairs = pairs.select_columns("translation").flatten()
        pairs = pairs.rename_columns({name: name.removeprefix("translation.") for name in pairs.column_names})
    if missing := sorted(set(languages) - set(pairs.column_names)):
        raise ValueError(
            f"corpus {corpus.name}: expected a column {', '.join(missing)}; found {', '.join(pairs.column_names)}"
        )
    return pairs.select_columns(list(languages))


def _load_aligned(corpus: Corpus, path: str, languages: tuple[str, str], data_dir: str | Path) -> datasets.Dataset:
    sides = [_load_lines(corpus, path.format(lang=lang), data_dir).rename_column("text", lang) for lang in languages]
    if len(sides[0]) != len(sides[1]):
        raise ValueError(
            f"corpus {corpus.name}: expected files aligned by line; found {len(sides[0])} and {len(sides[1])} lines"
        )
    return datasets.concatenate_datasets(sides, axis=1)


def _load_tab_separated(
    corpus: Corpus, path: str, languages: tuple[str, str], data_dir: str | Path
) -> datasets.Dataset:
    def columns(batch: dict[str, list[str]]) -> dict[str, list[str]]:
        rows = [line.split("\t") for line in batch["text"]]
        for row in rows:
            if len(row) != len(languages):
                raise ValueError(
                    f"corpus {corpus.name}: expected lines of {len(languages)} columns, {' TAB '.join(languages)}; "
                    f"found {len(row)} in {row}"
                )
        return {lang: list(side) for lang, side in zip(languages, zip(*rows, strict=True), strict=True)}

    lines = _load_lines(corpus, path, data_dir)
    return lines.map(columns, batched=True, remove_columns="text")


def _load_lines(corpus: Corpus, path: str, data_dir: str | Path) -> datasets.Dataset:
    file = Path(data_dir, path)
    if not file.is_file():
        raise ValueError(f"corpus {corpus.name}: expected the file {file}; found none: check --data-dir")
    if not file.stat().st_size:
        raise ValueError(f"corpus {corpus.name}: expected lines of text; found the empty file {file}")
    return datasets.load_dataset("text", data_files=str(file), split="train")


def directions(languages: tuple[str, str]) -> tuple[tuple[str, str], tuple[str, str]]:
    """Both ways between two languages."""
    first, second = languages
    return (first, second), (second, first)


class Example(NamedTuple):
    """One direction of one pair: `src` with language tag and end, `tgt` with end."""

    src: np.ndarray
    tgt: np.ndarray


class Batch(NamedTuple):
    """Examples padded on the right: the decoder reads `tgt` and must predict `labels`, one token further on.

    `src` has the shape (B, S), `tgt` and `labels` (B, T).
    """

    src: Tensor
    tgt: Tensor
    labels: Tensor

    def to(self, device: torch.device) -> Batch:
        """The batch on a device; a GPU fetches it from pinned memory while this process goes on."""
        if device.type != "cuda":
            return Batch(*(tensor.to(device) for tensor in self))
        return Batch(*(tensor.pin_memory().to(device, non_blocking=True) for tensor in self))


def tokenize(
    texts: Mapping[str, Sequence[str]],
    languages: tuple[str, str],
    tokenizer: Tokenizer,
    max_length: int,
    source_tokenizer: Tokenizer | None = None,
    sources: Mapping[str, Sequence[str]] | None = None,
) -> list[Example]:
    """Every pair in both directions, without those that have an empty side or one of more than `max_length` tokens.

    `source_tokenizer` splits the sources in the place of `tokenizer`, into tokens of the same vocabulary; `sources` are
    read in the place of `texts`, which are still what is to be said.
    """
    tgt_ids = {lang: [tokenizer.encode(text) for text in texts[lang]] for lang in languages}
    src_ids = tgt_ids
    if source_tokenizer is not None or sources is not None:
        splitter, read = source_tokenizer or tokenizer, sources or texts
        src_ids = {lang: [splitter.encode(text) for text in read[lang]] for lang in languages}
    examples = []
    for source, target in directions(languages):
        tag, eos = tokenizer.language_id(target), tokenizer.eos_id
        for src, tgt in zip(src_ids[source], tgt_ids[target], strict=True):
            example = Example(np.array([tag, *src, eos], np.int32), np.array([*tgt, eos], np.int32))
            if src and tgt and max(len(example.src), len(example.tgt)) <= max_length:
                examples.append(example)
    return examples


def save_examples(examples: list[Example], path: Path) -> None:
    """Writes examples to a file that `load_examples` reads, whole or not at all."""
    src, tgt = zip(*examples, strict=True)
    src_lengths, tgt_lengths = ([len(side) for side in sides] for sides in (src, tgt))
    with replacing(path) as new, new.open("wb") as file:
        np.savez(
            file, src=np.concatenate(src), tgt=np.concatenate(tgt), src_lengths=src_lengths, tgt_lengths=tgt_lengths
        )


def load_examples(path: Path) -> list[Example]:
    """The examples in a file."""
    with np.load(path) as file:
        sides = [np.split(file[name], np.cumsum(file[f"{name}_lengths"])[:-1]) for name in ("src", "tgt")]
    return [Example(src, tgt) for src, tgt in zip(*sides, strict=True)]


def short_pairs(
    pairs: datasets.Dataset, languages: tuple[str, str], tokenizer: Tokenizer, max_length: int
) -> datasets.Dataset:
    """Those pairs that `tokenize` keeps in both directions.

    Raises:
        ValueError: there are none.
    """
    texts = pairs[:]
    lengths = zip(*([len(tokenizer.encode(text)) for text in texts[lang]] for lang in languages), strict=True)
    short = [i for i, pair in enumerate(lengths) if min(pair) > 0 and max(pair) + 2 <= max_length]
    if not short:
        raise ValueError(f"expected pairs of at most max_length={max_length} tokens a side; found none")
    return pairs.select(short)


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

    An example that is longer than that has a batch of its own. A pure function of its arguments, so that a resumed run
    meets the same batches. Sorting within pools of about a hundred batches, not over the whole epoch, keeps the copies
    of a repeated sentence apart.
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
