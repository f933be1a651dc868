"""Weights for another vocabulary: what both know stays, what is new begins as what spells it."""

from __future__ import annotations

import pytest
import tokenizers
import torch

from model.storage.checkpoint import Checkpoint
from model.translator import Translator
from training.card import load_facts
from training.new_vocabulary import main, spelled_by, with_vocabulary
from training.tokenizer import train_tokenizer


def _read(path) -> tokenizers.Tokenizer:
    return tokenizers.Tokenizer.from_file(str(path))


@pytest.fixture(scope="module")
def start(trained):
    return trained.run_dir / "checkpoint"


@pytest.fixture(scope="module")
def larger(tmp_path_factory):
    """A vocabulary of the toy languages and of words that they lack."""
    path = tmp_path_factory.mktemp("larger") / "tokenizer.json"
    texts = [
        "red green blue one two three dog cat bird sun moon star",
        "rot grün blau Hund Katze Vogel Sonne Mond Stern",
    ]
    train_tokenizer([*texts * 9, *["moonbird starcat"] * 40], ("en", "de"), vocab_size=420).save(path)
    return path


def test_a_token_that_both_know_keeps_its_embedding_and_a_new_one_is_the_mean_of_its_parts(start, larger):
    old, new = _read(start / "tokenizer.json"), _read(larger)
    before = Checkpoint.load(start).network.tokens.weight
    after = with_vocabulary(Checkpoint.load(start).network, old, new).tokens.weight
    n_new = 0
    for token, i in new.get_vocab().items():
        if (known := old.token_to_id(token)) is not None:
            assert torch.equal(after[i], before[known]), token
        else:
            parts = old.encode(token.replace("▁", " "), add_special_tokens=False) if token.startswith("▁") else None
            if parts is not None:
                torch.testing.assert_close(after[i], before[parts.ids].mean(dim=0), msg=token)
                n_new += 1
    assert n_new and "▁moonbird" in new.get_vocab()


def test_it_still_translates_what_both_vocabularies_spell_alike(start, larger, tmp_path):
    main([str(start), str(larger), str(tmp_path)])
    old, new = (Translator.from_pretrained(folder) for folder in (start, tmp_path))
    assert len(new.tokenizer) == _read(larger).get_vocab_size() != len(old.tokenizer)
    assert load_facts(tmp_path) == load_facts(start)
    sentence = "red dog"
    assert new.translate(sentence, direction="en-de") == old.translate(sentence, direction="en-de")


def test_a_vocabulary_onto_itself_changes_nothing(start):
    tokenizer, network = _read(start / "tokenizer.json"), Checkpoint.load(start).network
    same = with_vocabulary(network, tokenizer, tokenizer)
    assert all(torch.equal(a, b) for a, b in zip(same.parameters(), network.parameters(), strict=True))


def test_a_language_that_the_old_vocabulary_has_no_tag_for_is_refused(start, tmp_path):
    train_tokenizer(["red dog chien rouge"] * 9, ("en", "fr"), vocab_size=300).save(tmp_path / "tokenizer.json")
    with pytest.raises(ValueError, match=r"expected a vocabulary that can spell '>>fr<<'; found none of its parts"):
        spelled_by(_read(start / "tokenizer.json"), _read(tmp_path / "tokenizer.json"))
