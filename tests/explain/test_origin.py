"""The word whose origin is asked about: chosen by the shares alone, its part recomputed from the weights."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import explain.origin
from explain.origin import Origin, telling_origin
from explain.run import Run, Settings
from explain.runner import Runner
from explain.source_words import source_words
from explain.tokens import bare, words_of
from model.translator import Translator
from tests.explain.others import open_other
from tests.explain.second_parts import second_parts

CHECKPOINT = Path(__file__).parents[2] / "checkpoints" / "en-de"


@pytest.fixture(scope="module")
def bundled() -> Runner:
    return Runner(Translator.from_pretrained(CHECKPOINT))


def with_shares(monkeypatch, run: Run, share) -> Origin | None:
    """What is chosen where these are the shares, target words in rows."""
    found = source_words(run)
    whole = np.zeros_like(found.share)
    share = np.array(share, dtype=float)
    whole[: share.shape[0], : share.shape[1]] = share
    monkeypatch.setattr(explain.origin, "source_words", lambda run: replace(found, share=whole))
    return telling_origin(run)


def test_the_part_is_that_of_the_second_road(exact_run):
    chosen = telling_origin(exact_run)
    expected = second_parts(exact_run)
    output = expected.output[list(exact_run.translation.ids)] - expected.output.mean(axis=0)
    tokens = expected.heads("cross", output).sum(axis=(0, 1))
    source = words_of(exact_run.source)
    target = [word for word in words_of(exact_run.target_out) if not word.special][chosen.target]
    spoken = [max(0.0, tokens[list(target.tokens)][:, list(word.tokens)].sum(axis=1).mean()) for word in source]
    best = max((part, word.text) for part, word in zip(spoken, source, strict=True) if not word.special)
    assert chosen.part == pytest.approx(best[0] / sum(spoken), abs=1e-9)
    assert (chosen.source_text, chosen.target_text) == (bare(best[1]), bare(target.text))
    assert chosen.clear == (chosen.part >= 0.5)


@pytest.fixture(scope="module")
def dog(bundled) -> Run:
    run = bundled.run("The dog is big.", Settings(direction="en-de"))
    assert run.translation.text == "Der Hund ist groß."
    return run


def test_a_word_that_crossed_others_comes_before_a_clearer_one_in_its_place(monkeypatch, dog):
    in_order = [[9, 1, 0, 0], [0, 9, 0, 0], [1, 0, 8, 0], [0, 0, 1, 7]]
    assert with_shares(monkeypatch, dog, in_order).target_text == "Hund"
    crossing = [[0, 0, 0, 6], [9, 1, 0, 0], [0, 9, 0, 0], [0, 1, 8, 0]]
    chosen = with_shares(monkeypatch, dog, crossing)
    assert (chosen.target, chosen.target_text, chosen.source_text, chosen.part) == (0, "Der", "big", 1)


def test_a_clear_origin_comes_before_one_that_crossed(monkeypatch, dog):
    chosen = with_shares(monkeypatch, dog, [[2, 2, 2, 3], [9, 1, 0, 0], [4, 4, 4, 0], [1, 1, 1, 0]])
    assert (chosen.target_text, chosen.source_text, chosen.clear) == ("Hund", "The", True)
    unclear = with_shares(monkeypatch, dog, [[2, 2, 2, 3], [3, 3, 3, 0], [4, 4, 4, 0], [1, 1, 1, 0]])
    assert (unclear.target_text, unclear.clear) == ("Der", False)


def test_what_speaks_against_a_word_is_no_part_of_it(monkeypatch, dog):
    chosen = with_shares(monkeypatch, dog, [[-5, 3, 1, -9], [0, 0, 0, 0], [-1, -1, -1, -1], [0, 0, 0, 0]])
    assert (chosen.source_text, chosen.part) == ("dog", 0.75)
    assert with_shares(monkeypatch, dog, -np.ones((4, 4))) is None


def test_names_are_not_asked_about_and_one_word_is_no_question(bundled):
    settings = Settings(direction="en-de")
    asked = telling_origin(bundled.run("My name is Anna.", settings))
    assert asked.target_text != "Anna" and asked.source_text in ("My", "name", "is")
    assert telling_origin(bundled.run("house", settings)) is None
    assert telling_origin(bundled.run("Anna, Anna.", settings)) is None


def test_what_was_given_was_made_by_nobody(bundled, dog):
    forced = bundled.run(dog.text, dog.settings, prefix=dog.translation.ids[:3])
    assert forced.translation.ids == dog.translation.ids
    assert telling_origin(dog).target_text == "Hund"
    assert telling_origin(forced).target_text == "groß"


def test_a_language_model_has_nothing_to_be_asked(tmp_path):
    with pytest.raises(ValueError, match="there is no source to have a share"):
        telling_origin(open_other("gpt2", tmp_path / "gpt2").run())
