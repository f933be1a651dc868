"""Any text goes in and comes out; what a visitor types is never a special token."""

from __future__ import annotations

import random
import sys
import unicodedata

import pytest
from transformers import PreTrainedTokenizerFast

from model.tokenizer import Tokenizer
from tests.training.conftest import word_pairs
from training.tokenizer import train_tokenizer, with_dropout

HARD_TEXTS = [
    "Ein Hund, zwei Katzen!",
    "He said: \"It's 5 o'clock\" – isn't it?",
    "naïve café, Straße, ÆØÅ",
    "emoji 😀👍🏽 and a family 👨‍👩‍👧‍👦, a flag 🇳🇵",
    "राम ने हरि को धक्का दिया।",
    "שלום עולם, مرحبا بالعالم",
    "中文字符 and ひらがな",
    "</s> <s> <pad> >>de<< >>en<<",
    "<0xE2><0x80>",
    "bell \x07 and null \x00 and replacement \ufffd",
    "1234567890 3.14 -5% #tag a_b @home <b>bold</b> {x} \\n",
]


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    english, german = word_pairs(200, (2, 6))
    return train_tokenizer(english + german, ("en", "de"), vocab_size=400)


@pytest.mark.parametrize("text", HARD_TEXTS)
def test_any_text_comes_back_from_its_ids(tokenizer, text):
    assert tokenizer.decode(tokenizer.encode(text)) == text


def test_any_characters_come_back_from_their_ids(tokenizer):
    rng = random.Random(3)
    characters = [c for c in map(chr, range(0x20, sys.maxunicode)) if unicodedata.category(c) not in ("Cs", "Cn", "Co")]
    for _ in range(300):
        text = "".join(rng.choices(characters, k=9))
        expected = " ".join(unicodedata.normalize("NFC", text).replace("▁", " ").split())
        assert " ".join(tokenizer.decode(tokenizer.encode(text)).split()) == expected, ascii(text)


def test_text_is_composed_and_its_spaces_made_single(tokenizer):
    assert tokenizer.decode(tokenizer.encode("  Ko\u0308ln \t\n am\u00a0 Rhein ")) == "Köln am Rhein"


def test_a_character_never_seen_is_spelled_in_its_bytes(tokenizer):
    tokens = [tokenizer.token(i) for i in tokenizer.encode("€")]
    assert tokens == ["▁", "<0xE2>", "<0x82>", "<0xAC>"]


def test_typed_special_tokens_stay_text(tokenizer):
    for text in ("</s>", ">>de<<", "a <pad> b"):
        assert not tokenizer.special_ids & set(tokenizer.encode(text))


def test_words_that_were_seen_are_few_tokens(tokenizer):
    assert len(tokenizer.encode("red Hund moon Mond")) == 4


def test_the_vocabulary_has_the_size_asked_for_or_less(tokenizer):
    english, german = word_pairs(200, (2, 6))
    assert len(train_tokenizer(english + german, ("en", "de"), vocab_size=320)) == 320
    assert len(tokenizer) < 400, "twelve words a language are learned before there are so many"


def test_transformers_opens_the_file_and_gives_the_same_ids(tokenizer, tmp_path):
    tokenizer.save(tmp_path / "tokenizer.json")
    theirs = PreTrainedTokenizerFast(tokenizer_file=str(tmp_path / "tokenizer.json"), split_special_tokens=True)
    for text in HARD_TEXTS:
        assert theirs(text)["input_ids"] == tokenizer.encode_target(text), text
        assert theirs.decode(tokenizer.encode(text), clean_up_tokenization_spaces=False) == text
    assert len(theirs) == len(tokenizer)


def test_dropout_splits_a_word_in_several_ways_that_all_read_the_same(tokenizer, tmp_path):
    tokenizer.save(tmp_path / "tokenizer.json")
    dropping, whole = with_dropout(tmp_path / "tokenizer.json", 0.3), with_dropout(tmp_path / "tokenizer.json", 0.0)
    splits = {tuple(dropping.encode("green Katze")) for _ in range(50)}
    assert len(splits) > 5
    assert {tokenizer.decode(split) for split in splits} == {"green Katze"}
    assert whole.encode("green Katze") == tokenizer.encode("green Katze")
