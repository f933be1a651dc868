"""A translator and a language model are asked in the same way."""

import pytest

from model.decoding import EXTRA_TOKENS
from model.language_model import MAX_CONTINUATION, LanguageModel
from model.text_model import Prompt, TextModel
from tests.conftest import tiny_model, tiny_translator


def tiny_language_model(**changes) -> LanguageModel:
    tokenizer = tiny_translator().tokenizer
    return LanguageModel(tiny_model(vocab_size=len(tokenizer), n_encoder_layers=0, **changes), tokenizer)


MODELS = {"translator": tiny_translator, "language model": tiny_language_model}
TEXT = "A small house."


@pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)
def test_both_kinds_are_asked_in_the_same_way(make):
    model: TextModel = make()
    ids = tuple(model.tokenizer.encode(TEXT))
    for direction in model.directions:
        prompt = model.encode(TEXT, direction)
        assert (prompt.n_tokens, len(prompt.start + prompt.src)) == (len(ids), len(ids) + (3 if prompt.src else 0))
    with pytest.raises(ValueError, match=f"direction: expected one of {', '.join(model.directions)}; found 'en-fr'"):
        model.encode(TEXT, "en-fr")


def test_a_translator_reads_the_text_as_a_source_with_its_tag_and_end():
    model = tiny_translator()
    tokenizer, ids = model.tokenizer, model.tokenizer.encode(TEXT)
    src = (tokenizer.language_id("de"), *ids, tokenizer.eos_id)
    expected = Prompt(src=src, start=(tokenizer.bos_id,), n_tokens=len(ids), limit=len(src) + EXTRA_TOKENS)
    assert model.encode(TEXT, "en-de") == expected


def test_a_language_model_reads_the_text_as_the_beginning_of_its_target():
    model = tiny_language_model()
    ids = tuple(model.tokenizer.encode(TEXT))
    expected = Prompt(start=ids, n_tokens=len(ids), limit=len(ids) - 1 + MAX_CONTINUATION)
    assert model.encode(TEXT) == model.encode(TEXT, "text") == expected
    assert model.encode("") == Prompt(start=(model.tokenizer.bos_id,), n_tokens=0, limit=MAX_CONTINUATION)


@pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)
def test_no_target_is_longer_than_the_positions(make):
    model = make(max_positions=41)
    assert model.encode(TEXT, model.directions[0]).limit == 41
    with pytest.raises(ValueError, match=r"text: expected at most (39|41) tokens; found \d+: shorten it"):
        model.encode(TEXT * 40, model.directions[0])
