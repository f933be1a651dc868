"""The two BLEU scores are those of anchors: sacreBLEU's default, and the one on the data set's own tokens."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from training.bleu import bleu, moses_lowercase, tokenized_bleu


def test_moses_tokens_by_the_known_rules():
    text = 'Ein »Mann« isst "Pommes-frites", & trinkt Peters\' Tee.'
    assert moses_lowercase([text], "de") == [
        "ein &quot; mann &quot; isst &quot; pommes-frites &quot; , &amp; trinkt peters &apos; tee ."
    ]
    assert moses_lowercase(["The dog's 2,000 T-Shirts."], "en") == ["the dog &apos;s 2,000 t-shirts ."]


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_raw_test_captions_become_the_authors_tokens(language):
    folder = Path(os.environ.get("DATA_DIR", "data"), "multi30k")
    if not folder.is_dir():
        pytest.skip("the data folder is absent: name it in DATA_DIR")
    raw = _lines(folder / f"test_2016.{language}.gz")
    theirs = _lines(folder / f"tok/test_2016.lc.norm.tok.{language}.gz")
    ours = moses_lowercase(raw, language)
    assert ours == theirs


def test_the_signatures_say_what_was_computed():
    texts = ["A dog runs in the park ."]
    assert bleu(texts, texts).value == pytest.approx(100)
    assert "case:mixed" in bleu(texts, texts).signature and "tok:13a" in bleu(texts, texts).signature
    assert "tok:none" in tokenized_bleu(texts, texts, "en").signature


def test_only_the_tokenized_score_ignores_case():
    translation, reference = ["A dog's toys are in the park."], ["a dog &apos;s toys are in the park ."]
    assert tokenized_bleu(translation, reference, "en").value == pytest.approx(100)
    assert bleu(translation, ["a dog's toys are in the park."]).value < 100


def test_a_score_by_hand():
    # 4 words; matches: 4/4 words, 3/3 pairs, 2/2 triples, 1/1 fours; brevity penalty exp(1 - 6/4)
    assert bleu(["one two three four"], ["one two three four five six"]).value == pytest.approx(100 * 2.718281828**-0.5)


def test_a_missing_reference_is_refused():
    with pytest.raises(ValueError, match="expected a reference for each of 2 translations; found 1"):
        bleu(["a", "b"], ["a"])


def _lines(path: Path) -> list[str]:
    return gzip.decompress(path.read_bytes()).decode("utf-8").splitlines()
