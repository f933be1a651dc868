"""The experiments' own BLEU against sacreBLEU."""

import numpy as np
import pytest
import sacrebleu

from explain.experiments.bleu import bleu, counted

REFERENCES = ["Ein Hund rennt durch den Schnee.", 'Es kostet 3.50 Euro, "nicht" mehr!', "Tom & Maria sind da, oder?"]
TRANSLATIONS = {
    "the same": REFERENCES,
    "good": ["Ein Hund läuft durch den Schnee.", "Es kostet 3,50 Euro - nicht mehr.", "Tom &amp; Maria sind da?"],
    "short": ["Ein Hund rennt.", "Es kostet.", "Tom sind da"],
    "no four words in a row": ["Ein Hund im Schnee durch", "Euro kostet es", "Maria Tom 10-12"],
    "long": [f"{text} und {text}" for text in REFERENCES],
    "nothing right": ["x", "y z", "a b c d e"],
    "nothing": ["", "", ""],
}


@pytest.mark.parametrize("name", TRANSLATIONS)
def test_it_is_what_sacrebleu_gives(name):
    texts = TRANSLATIONS[name]
    rows = np.array([counted(text, reference) for text, reference in zip(texts, REFERENCES, strict=True)])
    expected = sacrebleu.corpus_bleu(texts, [REFERENCES]).score
    assert bleu(rows) == pytest.approx(expected, abs=1e-9)
    assert (expected > 0) == (not name.startswith("nothing"))
