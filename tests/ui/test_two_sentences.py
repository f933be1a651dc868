"""What is said of two sentences: only what the numbers say; and pairs that the model at hand can compare."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from explain.patching import MAX_TOKENS, Patching, patch
from explain.runner import Runner
from model.translator import Translator
from tests.conftest import tiny_translator
from ui.tabs.what_if import two_sentences
from ui.two_sentences import PAIRS, PARTNERS, opening_pair, ready_pairs, story, told

CHECKPOINT = Path(__file__).parents[2] / "checkpoints" / "en-de"


@pytest.fixture(scope="module")
def bundled() -> Runner:
    return Runner(Translator.from_pretrained(CHECKPOINT))


@pytest.fixture(scope="module")
def found(bundled) -> Patching:
    settings = bundled.default_settings("en-de")
    return patch(bundled.run("I know him.", settings), bundled.run("I know that.", settings))


def with_shares(found, know, him):
    """The same pair with other shares: of “know”, and of “him”, after each layer."""
    words = [token.text for token in found.first.source]
    recovery = np.zeros((len(know), len(words)))
    recovery[:, words.index("▁know")], recovery[:, words.index("▁him")] = know, him
    return replace(found, recovery=recovery, kept=np.array(him))


@pytest.mark.parametrize(
    ("know", "him", "expected"),
    [
        ([0, 0.2, 0.3, 0.86], [1, 0.9, 0.6, 0.114], "86% of it sits in “know”, and 11% is left in “him”: it moved."),
        ([0, 0.7, 0.3, 1.02], [1, 0.6, 0.6, -0.05], "102% of it sits in “know”, and −5% is left in “him”: it moved."),
        ([0, 0.7, 0.3, 1.02], [1, 0.6, 0.6, 0.05], "From layer 3 on, “know” has more of it than “him”."),
        ([0, 0.7, 0.8, 0.9], [1, 0.6, 0.4, 0.1], "From layer 1 on, “know” has more of it than “him”."),
        (
            [0, 0.1, 0.1, 0.2],
            [1, 0.9, 0.8, 0.76],
            "76% of it still sits there, and at most 20% in another, “know”",
        ),
        (
            [0, 0.1, 0.2, 0.3],
            [1, 0.8, 0.6, 0.4],
            "40% of it still sits there, and 30% in “know”: it has spread",
        ),
    ],
)
def test_the_story_is_that_of_the_numbers(found, know, him, expected):
    words = story(with_shares(found, know, him))
    assert words.startswith("After the embedding, before any layer, all that decides sits in “him”. After the last ")
    assert expected in words
    assert "careful" not in words


def test_a_second_sentence_that_does_not_favour_its_own_word_is_told_so(found):
    turned = replace(found, second_margin=found.first_margin + 1)
    assert "the second sentence makes its own word no likelier here" in story(turned)


def test_sentences_without_a_word_in_common_are_told_so(found):
    everywhere = replace(found, changed=tuple(range(len(found.first.source))))
    assert "it sits there still: no word is the same in both sentences" in story(everywhere)


def test_the_word_where_the_translations_part_stands_between_what_is_around_it(found):
    said = told(found)
    texts = [run.translation.text for run in (found.first, found.second)]
    assert ["".join(parts) for parts in said["translations"]] == texts
    assert said["decided"] == [parts[1] for parts in said["translations"]]
    ends = replace(found, step=len(found.first.target_out) - 1)
    assert told(ends)["decided"] == ["</s>", "</s>"]


def test_every_pair_offered_is_told_on_the_bundled_weights_some_move_and_some_stay(bundled):
    for direction, language in (("en-de", "en"), ("de-en", "de")):
        settings = bundled.default_settings(direction)
        offered = ready_pairs(bundled, bundled.run("Tom.", settings))
        assert len(offered) >= 5 and set(offered) <= set(PAIRS[language])
        stories = [story(patch(*(bundled.run(text, settings) for text in pair))) for pair in offered]
        for told_of in ("it moved", "it stays"):
            assert any(told_of in each for each in stories), stories


def test_a_visitors_own_sentence_comes_first_with_a_word_changed(bundled):
    run = bundled.run("The old man sees a river.", bundled.default_settings("en-de"))
    assert ready_pairs(bundled, run)[0] == ("The old man sees a river.", "The old woman sees a river.")
    long = bundled.run("The man and " * MAX_TOKENS + "I.", replace(run.settings, beam_size=1, n_best=1))
    assert ready_pairs(bundled, long) == ready_pairs(bundled, bundled.run("Tom.", run.settings))


def test_a_pair_that_does_not_fit_the_vocabulary_is_not_offered():
    runner = Runner(tiny_translator(max_positions=251))
    run = runner.run("A small house.", runner.default_settings("en-de"))
    for first, second in ready_pairs(runner, run):
        assert len(runner.prompt(first, "en-de").src) == len(runner.prompt(second, "en-de").src)
    assert ready_pairs(runner, run) != list(PAIRS["en"])


def test_nothing_is_compared_at_first_where_no_pair_has_two_translations(bundled, monkeypatch):
    run = bundled.run("I know him.", bundled.default_settings("en-de"))
    assert opening_pair(bundled, run, [("I know him.", "I know him."), ("I know him.", "I know that.")]) == (
        "I know him.", "I know that.",
    )  # fmt: skip
    monkeypatch.setattr("ui.two_sentences.PAIRS", {})
    monkeypatch.setattr("ui.two_sentences.PARTNERS", {})
    assert two_sentences(bundled, run) == {
        "pairs": [],
        "own": "I know him.",
        "texts": {"first": "I know him.", "second": ""},
    }


def test_one_text_left_out_is_refused_as_one_left_empty(bundled, found):
    with pytest.raises(ValueError, match="text: expected a word or a sentence; found none"):
        two_sentences(bundled, found.first, first="I know him.")


def test_no_partner_is_a_word_of_another_language_or_its_own():
    for pairs in PARTNERS.values():
        assert all(here != there and here.isalpha() and there.isalpha() for here, there in pairs)
