"""Pairs as they stand in the files, and batches that hold each of them once."""

from __future__ import annotations

import datasets
import numpy as np
import pytest

from tests.training.conftest import write_lines
from training.data import (
    Example,
    bucketed_batches,
    collate,
    load_corpus,
    load_examples,
    load_tokenized,
    save_examples,
    short_pairs,
    tokenize,
)
from training.recipe import Corpus
from training.tokenizer import train_tokenizer, with_dropout

LANGUAGES = ("en", "de")
ALIGNED = Corpus(name="aligned", path="{split}.{lang}")
TABLE = Corpus(name="table", path="{split}.tsv", splits={"train": "all"})
PAIRS = [("A dog.", "Ein Hund."), ('"Yes", he said.', "„Ja“, sagte er.\u2028Und ging."), ("NA", "null"), ("red", "rot")]


def _sides(pairs: datasets.Dataset) -> list[tuple[str, str]]:
    return list(zip(pairs["en"], pairs["de"], strict=True))


def test_files_aligned_by_line_are_read_as_they_stand(tmp_path):
    for i, lang in enumerate(LANGUAGES):
        write_lines(tmp_path / f"train.{lang}", [pair[i] for pair in PAIRS])
    assert _sides(load_corpus(ALIGNED, LANGUAGES, "train", tmp_path)) == PAIRS


def test_a_tab_separated_file_is_read_as_it_stands(tmp_path):
    write_lines(tmp_path / "all.tsv", ["\t".join(pair) for pair in PAIRS])
    assert _sides(load_corpus(TABLE, LANGUAGES, "train", tmp_path)) == PAIRS


@pytest.mark.parametrize("form", ["a translation column", "a column a language"])
def test_a_data_set_in_the_hubs_form_is_read(tmp_path, form):
    """A local folder of parquet files with a card stands in for the Hub, which tests do not reach."""
    rows = [{"id": i, "translation": {"de": de, "en": en}} for i, (en, de) in enumerate(PAIRS)]
    if form == "a column a language":
        rows = [{"id": row["id"], **row["translation"]} for row in rows]
    (tmp_path / "de-en").mkdir()
    datasets.Dataset.from_list(rows).to_parquet(tmp_path / "de-en/train-00000-of-00001.parquet")
    (tmp_path / "README.md").write_text("---\nconfigs:\n- config_name: de-en\n  data_dir: de-en\n---\n")
    corpus = Corpus(name="hub", hub=str(tmp_path), hub_config="de-en")
    assert _sides(load_corpus(corpus, LANGUAGES, "train", "unused")) == PAIRS
    with pytest.raises(ValueError, match="corpus hub: expected a column fr; found "):
        load_corpus(corpus, ("en", "fr"), "train", "unused")


def test_pairs_with_an_empty_side_are_left_out(tmp_path):
    write_lines(tmp_path / "train.en", ["one", "", "three", "four"])
    write_lines(tmp_path / "train.de", ["eins", "zwei", "  ", "vier"])
    assert _sides(load_corpus(ALIGNED, LANGUAGES, "train", tmp_path)) == [("one", "eins"), ("four", "vier")]


def test_misaligned_files_are_refused(tmp_path):
    write_lines(tmp_path / "train.en", ["one", "two", "three"])
    write_lines(tmp_path / "train.de", ["eins", "zwei"])
    with pytest.raises(ValueError, match="corpus aligned: expected files aligned by line; found 3 and 2 lines"):
        load_corpus(ALIGNED, LANGUAGES, "train", tmp_path)


def test_a_line_with_another_number_of_columns_is_refused(tmp_path):
    write_lines(tmp_path / "all.tsv", ["one\teins", "two\tzwei\tCC BY 2.0"])
    with pytest.raises(ValueError, match=r"table: expected lines of 2 columns, en TAB de; found 3 in .*CC BY"):
        load_corpus(TABLE, LANGUAGES, "train", tmp_path)


def test_a_missing_or_empty_file_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"corpus table: expected the file .*all\.tsv; found none: check --data-dir"):
        load_corpus(TABLE, LANGUAGES, "train", tmp_path)
    (tmp_path / "all.tsv").touch()
    with pytest.raises(ValueError, match=r"corpus table: expected lines of text; found the empty file .*all\.tsv"):
        load_corpus(TABLE, LANGUAGES, "train", tmp_path)


def test_tokenized_references_keep_every_line(tmp_path):
    write_lines(tmp_path / "tok.de", ["ein hund .", "", "zwei"])
    corpus = Corpus(name="c", path="x", tokenized_test="tok.{lang}")
    assert load_tokenized(corpus, "de", tmp_path) == ["ein hund .", "", "zwei"]


@pytest.fixture(scope="module")
def tokenizer():
    return train_tokenizer((text for pair in PAIRS for text in pair), LANGUAGES, vocab_size=350)


def test_each_pair_is_an_example_in_both_directions(tokenizer):
    pairs = datasets.Dataset.from_dict({"en": ["red", "A dog."], "de": ["rot", "Ein Hund."]})
    examples = tokenize(pairs[:], LANGUAGES, tokenizer, max_length=50)
    assert [(list(e.src), list(e.tgt)) for e in examples] == [
        (tokenizer.encode_source("red", "de"), tokenizer.encode_target("rot")),
        (tokenizer.encode_source("A dog.", "de"), tokenizer.encode_target("Ein Hund.")),
        (tokenizer.encode_source("rot", "en"), tokenizer.encode_target("red")),
        (tokenizer.encode_source("Ein Hund.", "en"), tokenizer.encode_target("A dog.")),
    ]


def test_pairs_beyond_the_length_limit_are_left_out(tokenizer):
    pairs = datasets.Dataset.from_dict({"en": ["red", "red"], "de": ["rot", "rot rot rot"]})
    limit = len(tokenizer.encode("rot rot rot")) + 1
    assert len(tokenize(pairs[:], LANGUAGES, tokenizer, limit - 1)) == 2
    assert len(tokenize(pairs[:], LANGUAGES, tokenizer, limit + 1)) == 4
    assert len(short_pairs(pairs, LANGUAGES, tokenizer, limit)) == 1
    assert len(short_pairs(pairs, LANGUAGES, tokenizer, limit + 1)) == 2


def test_a_batch_is_padded_and_the_decoder_reads_one_token_behind(tokenizer):
    pad, bos, eos = tokenizer.pad_id, tokenizer.bos_id, tokenizer.eos_id
    examples = [
        Example(np.array([7, 8, eos]), np.array([9, eos])),
        Example(np.array([7, eos]), np.array([9, 8, 7, eos])),
    ]
    batch = collate(examples, tokenizer)
    assert batch.src.tolist() == [[7, 8, eos], [7, eos, pad]]
    assert batch.labels.tolist() == [[9, eos, pad, pad], [9, 8, 7, eos]]
    assert batch.tgt[:, 0].tolist() == [bos, bos]
    assert batch.tgt[0, :2].tolist() == [bos, 9]
    assert batch.tgt[1].tolist() == [bos, 9, 8, 7]


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    lengths = np.random.default_rng(5).integers(2, 30, size=(1500, 2))
    return [Example(np.ones(src, np.int32), np.ones(tgt, np.int32)) for src, tgt in lengths]


def test_batches_hold_every_example_exactly_once(examples):
    batches = bucketed_batches(examples, 200, seed=1, epoch=0)
    assert sorted(i for batch in batches for i in batch) == list(range(1500))


def test_batches_respect_the_token_limit_and_hold_little_padding(examples):
    real, padded = 0, []
    for batch in bucketed_batches(examples, 600, seed=1, epoch=0):
        src, tgt = ([len(examples[i][side]) for i in batch] for side in (0, 1))
        real += sum(src) + sum(tgt)
        padded.append(len(batch) * (max(src) + max(tgt)))
    assert max(padded) <= 600
    assert real / sum(padded) > 0.8, "in an arbitrary order about 0.55"


def test_batches_depend_on_seed_and_epoch_alone(examples):
    first = bucketed_batches(examples, 200, seed=1, epoch=0)
    assert bucketed_batches(examples, 200, seed=1, epoch=0) == first
    assert bucketed_batches(examples, 200, seed=1, epoch=1) != first
    assert bucketed_batches(examples, 200, seed=2, epoch=0) != first


def test_lengths_come_in_mixed_order(examples):
    widths = [len(examples[batch[0]].tgt) for batch in bucketed_batches(examples, 200, seed=1, epoch=0)]
    assert widths != sorted(widths) and widths != sorted(widths, reverse=True)


def test_an_example_beyond_the_limit_is_alone(examples):
    huge = Example(np.ones(300, np.int32), np.ones(5, np.int32))
    batches = bucketed_batches([*examples, huge], 200, seed=1, epoch=0)
    assert [len(examples)] in batches


def test_sources_alone_are_split_by_a_tokenizer_of_their_own(tmp_path):
    tokenizer = train_tokenizer([side for pair in PAIRS for side in pair] * 3, LANGUAGES, vocab_size=400)
    tokenizer.save(tmp_path / "tokenizer.json")
    texts = {lang: [pair[i] for pair in PAIRS] for i, lang in enumerate(LANGUAGES)}
    whole = tokenize(texts, LANGUAGES, tokenizer, 50)
    split = tokenize(texts, LANGUAGES, tokenizer, 50, with_dropout(tmp_path / "tokenizer.json", 0.9))
    assert [example.tgt.tolist() for example in split] == [example.tgt.tolist() for example in whole]
    assert sum(len(example.src) for example in split) > sum(len(example.src) for example in whole)
    decoded = [[tokenizer.decode(example.src.tolist()) for example in examples] for examples in (split, whole)]
    assert decoded[0] == decoded[1]


def test_examples_in_a_file_are_the_same_again(tmp_path):
    examples = [
        Example(np.array([5, 7, 2], np.int32), np.array([8, 2], np.int32)),
        Example(np.array([6, 2], np.int32), np.array([9, 10, 11, 2], np.int32)),
    ]
    save_examples(examples, tmp_path / "epoch-3.npz")
    loaded = load_examples(tmp_path / "epoch-3.npz")
    assert [[side.tolist() for side in example] for example in loaded] == [
        [[5, 7, 2], [8, 2]],
        [[6, 2], [9, 10, 11, 2]],
    ]
    assert all(side.dtype == np.int32 for example in loaded for side in example)
    assert [path.name for path in tmp_path.iterdir()] == ["epoch-3.npz"]
