"""The sense that is told is the sense of what the model wrote, read here word by word."""

from pathlib import Path

import pytest

from explain.probes import GENDERS, MAN, PEOPLE, PROBES, WOMAN, Found, Sense, probe, sense_of
from explain.runner import Runner
from model.translator import Translator
from ui.probes import people, verdict

CHECKPOINT = Path(__file__).parents[2] / "checkpoints" / "en-de"
# Written once more, in small letters: beginnings of words by sense.
WORDS = {"for money": ["bank"], "of a river": ["ufer", "flussufer"], "bright": ["licht", "hell", "lampe", "ampel"],
         "not heavy": ["leicht"], "a dish": ["dish", "food", "meal"], "a court": ["court"], "an ostrich": ["ostrich"],
         "a bouquet": ["bouquet", "bunch"]}  # fmt: skip


@pytest.fixture(scope="module")
def translator():
    return Translator.from_pretrained(CHECKPOINT)


@pytest.mark.parametrize("direction", PROBES)
def test_the_sense_told_is_that_of_the_translation(translator, direction):
    runner = Runner(translator)
    for asked in PROBES[direction]:
        written = translator.translate(asked.text, direction)
        found = probe(runner, direction, asked.text, asked.senses)
        assert found.written == written
        words = written.lower().strip(".?!").split()
        told = [s.name for s in asked.senses if any(w.startswith(tuple(WORDS[s.name])) for w in words)]
        assert told == ([] if found.sense is None else [asked.senses[found.sense].name])


def test_a_text_with_both_senses_or_none_has_no_sense():
    senses = (Sense(name="one", pattern="Bank"), Sense(name="other", pattern=r"\w*ufer"))
    texts = ["Die Bank.", "Das Flussufer.", "Die Bank am Ufer.", "Der Hund.", "Bankett"]
    assert [sense_of(text, senses) for text in texts] == [0, 1, None, None, None]
    texts = ["Er ist Arzt.", "Sie ist Ärztin.", "Er ist Krankenpfleger.", "Sie ist Krankenschwester."]
    assert [sense_of(text, GENDERS) for text in texts] == [MAN, WOMAN, MAN, WOMAN]


def found(sense):
    return Found(text="", written="", sense=sense)


def test_the_verdict_is_that_of_the_numbers():
    asked = PROBES["de-en"][0]
    assert "and that is what is meant" in verdict(asked, found(asked.right))
    assert "here the model is wrong" in verdict(asked, found(1 - asked.right))
    assert "something else" in verdict(asked, found(None))
    free = PROBES["en-de"][0]
    assert "Nothing in the sentence says" in verdict(free, found(1))


@pytest.mark.parametrize(
    ("doctor", "nurse", "expected"),
    [
        ((MAN, WOMAN), (MAN, WOMAN), "In 4 of 4 the German noun has the gender of the pronoun."),
        (
            (MAN, MAN),
            (MAN, WOMAN),
            "In 3 of 4 the German noun has the gender of the pronoun; "
            "“doctor” is written as a man with either pronoun.",
        ),
        (
            (None, WOMAN),
            (WOMAN, WOMAN),
            "In 2 of 4 the German noun has the gender of the pronoun; "
            "“nurse” is written as a woman with either pronoun.",
        ),
        ((None, None), (WOMAN, MAN), "In 0 of 4 the German noun has the gender of the pronoun."),
    ],
)
def test_the_sentence_about_people_is_that_of_the_cells(doctor, nurse, expected):
    cells = dict(zip(PEOPLE, ([found(s) for s in doctor], [found(s) for s in nurse]), strict=True))
    assert people(cells) == expected
