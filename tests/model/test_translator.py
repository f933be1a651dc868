"""The front door: text in, translations out."""

import threading

import pytest

from model.decoding import beam_search
from model.translator import BATCH_SIZE, Translator
from tests.conftest import tiny_translator
from tests.threads import n_threads


@pytest.fixture(scope="module")
def translator() -> Translator:
    return tiny_translator()


def test_a_text_gives_a_text_and_a_list_gives_a_list(translator):
    one = translator.translate("A small house.", direction="en-de")
    assert isinstance(one, str)
    assert translator.translate(["A small house."], direction="en-de") == [one]
    assert translator.translate([], direction="en-de") == []


def test_the_direction_decides_the_translation(translator):
    first_log_probs = {
        translator.hypotheses(["Hand"], direction, beam_size=1)[0][0].log_probs[0]
        for direction in translator.directions
    }
    assert len(first_log_probs) == 2


def test_a_long_list_keeps_its_order_and_equals_one_by_one(translator):
    texts = [" ".join(["house"] * (1 + i % 5)) + f" {i}" for i in range(BATCH_SIZE + 3)]
    together = translator.translate(texts, direction="en-de")
    for i in (0, 4, BATCH_SIZE, BATCH_SIZE + 2):
        assert together[i] == translator.translate(texts[i], direction="en-de")


def test_each_thread_translates_batches_of_its_own(translator, monkeypatch):
    texts = [f"house {i}" for i in range(2 * BATCH_SIZE)]
    expected = translator.translate(texts, direction="en-de")
    together = threading.Barrier(2, timeout=20)  # breaks, and raises, where one batch waits for the other

    def search(*args, **kwargs):
        together.wait()
        return beam_search(*args, **kwargs)

    monkeypatch.setattr("model.translator.beam_search", search)
    with n_threads(2):
        assert translator.translate(texts, direction="en-de") == expected


def test_a_text_of_several_sentences_is_translated_sentence_by_sentence(translator):
    first, second, third = translator.translate(["A small house.", "The hand of a man.", "A man"], direction="en-de")
    assert translator.translate("A small house. The hand of a man.\n\nA man", "en-de") == f"{first} {second}\n\n{third}"
    texts = ["A man", "A small house.  The hand of a man.", "A small house."]
    assert translator.translate(texts, direction="en-de") == [third, f"{first}  {second}", first]


def test_a_sentence_can_be_translated_as_it_stands(translator):
    two = "A small house. The hand of a man."
    [hypothesis] = translator.hypotheses([two], "en-de", beam_size=2)[0]
    together = translator.translate_sentences([two], "en-de", beam_size=2)
    assert together == [translator.tokenizer.decode(hypothesis.ids)]
    assert together != [translator.translate(two, "en-de", beam_size=2)]
    assert translator.translate_sentences(["A man"], "en-de") == [translator.translate("A man", "en-de")]


def test_many_sentences_are_no_text_too_long_but_one_of_them_may_be(translator):
    many = "The hand of a man. " * 200
    translated = translator.translate("The hand of a man.", "en-de", beam_size=1)
    assert translator.translate(many, "en-de", beam_size=1) == " ".join([translated] * 200)
    with pytest.raises(ValueError, match=r"text: expected at most 69 tokens; found \d+: shorten it"):
        translator.translate("A man. " + "house " * 300 + ". A man.", direction="en-de")


def test_a_checkpoint_translates_as_before(translator, tmp_path):
    # not word for word: half precision on disk may turn a close call
    translator.save_pretrained(tmp_path)
    again = Translator.from_pretrained(tmp_path)
    assert again.directions == translator.directions == ("en-de", "de-en")
    before, after = (
        t.hypotheses(["A small house."], "en-de", beam_size=1)[0][0].log_probs[0] for t in (translator, again)
    )
    assert after == pytest.approx(before, abs=1e-2)


@pytest.mark.parametrize(
    "text",
    [
        "😀🎉",
        "a\x00b\x07",
        "مرحبا بالعالم",
        "<img src=x onerror=alert(1)>",
        "${1+1} {{7*7}}",
        "</s> >>de<<",
        "日本語",
        "​",
    ],
)
def test_any_text_gets_a_translation(translator, text):
    assert isinstance(translator.translate(text, direction="en-de"), str)


@pytest.mark.parametrize("text", ["", "   ", "\n\t "])
def test_empty_text_is_refused_kindly(translator, text):
    with pytest.raises(ValueError, match="text: expected at least one character; found none: type something"):
        translator.translate(text, direction="en-de")


def test_a_text_too_long_is_refused_with_the_limit_in_tokens(translator):
    with pytest.raises(ValueError, match=r"text: expected at most 69 tokens; found \d+: shorten it"):
        translator.translate("house " * 20_000, direction="en-de")


@pytest.mark.parametrize("direction", ["en-fr", "de", "", "en-en"])
def test_an_unknown_direction_lists_the_known_ones(translator, direction):
    with pytest.raises(ValueError, match=f"direction: expected one of en-de, de-en; found '{direction}'"):
        translator.translate("house", direction=direction)


def test_special_tokens_are_never_translated_to(translator):
    hypotheses = translator.hypotheses(["A small house."] * 3, "en-de", n_best=4)
    used = {token for found in hypotheses for hypothesis in found for token in hypothesis.ids}
    assert used & translator.tokenizer.special_ids <= {translator.tokenizer.eos_id}
