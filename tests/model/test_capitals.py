"""A sentence in capitals alone is read in small letters, and nothing else is."""

from pathlib import Path

import pytest

from model.capitals import in_small_letters
from model.translator import Translator
from tests.conftest import tiny_translator

CHECKPOINT = Path(__file__).parents[2] / "checkpoints" / "en-de"


@pytest.mark.parametrize(
    ("language", "sentence", "read"),
    [
        ("en", "I LOVE YOU.", "I love you."),
        ("en", "WHAT DID I DO?", "What did I do?"),
        ("en", "“I'M HERE,” HE SAID.", "“I'm here,” he said."),
        ("en", "HELLO!", "Hello!"),
        ("en", "3 BIG CATS", "3 big cats"),
        ("de", "ICH LIEBE DICH.", "Ich liebe dich."),
        ("de", "DIE STRAßE IST LANG.", "Die straße ist lang."),
        ("de", "ÄPFEL UND BIRNEN", "Äpfel und birnen"),
    ],
)
def test_a_sentence_in_capitals_alone_is_read_in_small_letters(language, sentence, read):
    assert in_small_letters(sentence, language) == read


@pytest.mark.parametrize("sentence", ["I love you.", "USA", "OK", "NATO!", "I", "A B C", "THIS iS", "", "12 %", "你好"])
def test_every_other_sentence_stays_as_it_is(sentence):
    assert in_small_letters(sentence, "en") == sentence


def test_the_translator_reads_each_sentence_so():
    translator = tiny_translator()
    text = "A SMALL HOUSE. The hand!"
    assert translator.translate(text, "en-de") == translator.translate("A small house. The hand!", "en-de")
    assert translator.translate([text, "A SMALL HOUSE."], "en-de")[1] == translator.translate("A small house.", "en-de")
    assert translator.translate_sentences(["A SMALL HOUSE."], "en-de") != translator.translate_sentences(
        ["A small house."], "en-de"
    )


def test_the_bundled_weights_understand_capitals_so():
    translator = Translator.from_pretrained(CHECKPOINT)
    assert translator.translate("I LOVE YOU.", "en-de") == translator.translate("I love you.", "en-de")
