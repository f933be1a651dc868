"""What the page shows of itself is done well by the bundled weights: its examples, and the words with two meanings."""

from pathlib import Path

import pytest

from explain.runner import Runner
from model.translator import Translator
from ui.sentence_bar import EXAMPLES
from ui.tabs.layers import WORDS

CHECKPOINT = Path(__file__).parents[2] / "checkpoints" / "en-de"
# Words without which no translation of a text is right.
NEEDED = {
    "Ram pushed Hari.": ("Ram", "Hari"),
    "I love eating pizza.": ("Ich", "Pizza"),
    "She was born in a small village in Nepal.": ("Sie", "kleinen Dorf", "Nepal", "geboren"),
    "A young woman is reading a book under a big tree.": ("junge Frau", "liest", "Buch", "großen Baum"),
    "Zwei Hunde spielen im Schnee.": ("wo dogs", "play", "in the snow"),
    "Wenn es morgen regnet, bleiben wir zu Hause.": ("If it rains tomorrow", "we'll stay", "home"),
    "I like my dog.": ("mag", "meinen Hund"),
    "She sings like a bird.": ("singt wie", "Vogel"),
    "Eine Frau sitzt auf einer Bank im Park.": ("woman", "bench", "park"),
    "Ich bringe mein Geld zur Bank.": ("my money", "to the bank"),
}
SHOWN = [tuple(example) for example in EXAMPLES]
SHOWN += [(text, direction) for code, direction in (("en", "en-de"), ("de", "de-en")) for text in WORDS[code][1:]]


@pytest.fixture(scope="module")
def bundled() -> Runner:
    return Runner(Translator.from_pretrained(CHECKPOINT), "en-de")


@pytest.mark.parametrize(("text", "direction"), SHOWN)
def test_a_showcase_is_translated_well(bundled, text, direction):
    translation = bundled.run(text, bundled.default_settings(direction)).translation.text
    missing = [words for words in NEEDED[text] if words not in translation]
    assert not missing, f"{translation!r} lacks {missing}: take another showcase"
