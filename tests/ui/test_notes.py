"""What the page says about a text, and the buttons that put it right."""

import gzip
import os
from pathlib import Path

import gradio as gr
import pytest

from explain.run import Settings
from explain.runner import Runner
from model.translator import Translator
from tests.conftest import tiny_translator
from ui.models import Models
from ui.notes import notes, refusal
from ui.page import _Page
from ui.request import Request
from ui.sentence_bar import EXAMPLES
from ui.which_language import UNKNOWN, other_language

CHECKPOINT = Path(__file__).parents[2] / "checkpoints" / "en-de"


@pytest.fixture(scope="module")
def bundled() -> Runner:
    return Runner(Translator.from_pretrained(CHECKPOINT))


def said(runner: Runner, text: str, direction: str = "en-de", chosen: int = 0) -> list[dict]:
    return notes(runner, runner.run_sentence(text, 0, runner.default_settings(direction), chosen))["notes"]


def test_an_ordinary_sentence_needs_no_word(bundled):
    for text, direction in EXAMPLES:
        assert said(bundled, text, direction) == []


def test_capitals_are_read_in_small_letters_and_the_page_says_so(bundled):
    [note] = said(bundled, "I LOVE YOU.")
    assert note == {"text": "Read as: I love you.", "mend": None}
    settings = bundled.default_settings("en-de")
    run = bundled.run_sentence("I LOVE YOU.", 0, settings)
    assert run.passage == Request.of(run).text == "I LOVE YOU."
    assert run.translation == bundled.run("I love you.", settings).translation
    assert bundled.translations("I LOVE YOU. A man!", settings)[0] == run.translation.text
    assert said(bundled, "A man. I LOVE YOU.") == []  # the sentence that is open is no such one


def test_the_wrong_direction_is_offered_the_other_way_round(bundled):
    [note] = said(bundled, "Ich habe den Hund nicht gesehen.")
    assert note["text"] == "This looks like German, and was read as English."
    assert note["mend"] == {
        "label": "Translate German → English", "text": "Ich habe den Hund nicht gesehen.", "direction": "de-en",
    }  # fmt: skip
    assert said(bundled, "Ich habe den Hund nicht gesehen.", "de-en") == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Je ne sais pas pourquoi elle est là.", "This looks like French: the model knows only English and German."),
        ("Я тебя люблю.", "These are not Latin letters: the model knows only English and German."),
    ],
)
def test_another_language_is_named_with_an_example_beside_it(bundled, text, words):
    [note] = [note for note in said(bundled, text) if "model wrote nothing" not in note["text"]]
    assert note["text"] == words
    assert [note["mend"]["text"], note["mend"]["direction"]] in EXAMPLES


def test_an_empty_translation_is_told_with_the_next_that_is_none(monkeypatch):
    runner = Runner(tiny_translator(max_positions=251))
    run = runner.run("A man", Settings(direction="en-de"))
    shift = {run.translations[0].text: "", run.translations[1].text: " "}
    monkeypatch.setattr(
        runner.tokenizer, "decode", lambda ids, decode=runner.tokenizer.decode: shift.get(decode(ids), decode(ids))
    )
    again = Runner(runner.text_model)
    [note] = said(again, "A man")
    assert "The model wrote nothing for “A man”" in note["text"]
    assert note["mend"] == {"label": f"Show its next: “{run.translations[2].text}”", "choose": 2}
    assert said(again, "A man", chosen=2) == []


def test_a_text_without_a_word_asks_for_one(bundled):
    for text in ("", "  \n"):
        found = refusal(bundled, text, "en-de", ValueError("text: …"))
        assert found["problem"] == "Type a sentence first."
        assert [found["mend"]["text"], found["mend"]["direction"]] in EXAMPLES


@pytest.mark.parametrize("text", ["house " * 500, "A man sleeps. " * 400, "x" * 3000, "a house " * 9000])
def test_what_is_too_long_can_be_begun(bundled, text):
    settings = bundled.default_settings("en-de")
    with pytest.raises(ValueError, match="expected at most"):
        bundled.run_sentence(text, 0, settings)
    found = refusal(bundled, text, "en-de", ValueError("text: …"))
    assert found["problem"].startswith("This is too long for the model")
    beginning = found["mend"]["text"]
    assert text.startswith(beginning) and text[len(beginning)].isspace() == (" " in text)
    bundled.cut(beginning, "en-de")
    if beginning.startswith("house"):  # and no word more
        with pytest.raises(ValueError, match="expected at most"):
            bundled.prompt(f"{beginning} house", "en-de")


def test_another_refusal_keeps_its_words(bundled):
    found = refusal(bundled, "A house.", "en-xx", ValueError("direction: expected one of en-de, de-en; found 'en-xx'"))
    assert found == {"problem": "direction: expected one of en-de, de-en; found 'en-xx'"}


class Event:
    def __init__(self, data: object) -> None:
        self._data = data


@pytest.mark.parametrize("data", [{}, {"text": 1, "direction": "en-de"}, {"text": "A man", "direction": "en-xx"}, "x"])
def test_a_mend_that_is_none_of_the_pages_is_refused(data):
    runner = Runner(tiny_translator(max_positions=251))
    with gr.Blocks(analytics_enabled=False):
        page = _Page(Models([runner]), "")
    request = Request.of(runner.run("A man", Settings(direction="en-de"))).to_browser()
    with pytest.raises(gr.Error, match="expected"):
        page.mend(request, Event(data))
    assert page.mend(request, Event({"text": "Ein Mann", "direction": "de-en"})) == ("Ein Mann", "de-en")


def sentences(column: int) -> list[str]:
    path = Path(os.environ["DATA_DIR"]) / "tatoeba" / "valid.en-de.tsv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [line.rstrip("\n").split("\t")[column] for line in lines]


@pytest.mark.skipif("DATA_DIR" not in os.environ, reason="DATA_DIR names no folder of sentence pairs")
@pytest.mark.parametrize(("language", "other", "column"), [("en", "de", 0), ("de", "en", 1)])
def test_of_real_sentences_none_is_doubted_and_most_of_the_wrong_direction_are_seen(language, other, column):
    texts = sentences(column)
    assert not [text for text in texts if other_language(text, language)]
    assert sum(other_language(text, other) == language for text in texts) > 0.7 * len(texts)


@pytest.mark.parametrize(
    ("text", "expected", "found"),
    [
        ("你好", "en", UNKNOWN),
        ("Ram pushed Hari.", "en", None),
        ("OK", "de", None),
        ("", "en", None),
        ("12 + 3", "en", None),
        ("¿Dónde está el perro y por qué no viene?", "en", "es"),
        ("Ich habe den Hund nicht gesehen.", "fi", None),
    ],
)
def test_what_a_text_says_of_its_language(text, expected, found):
    assert other_language(text, expected) == found
