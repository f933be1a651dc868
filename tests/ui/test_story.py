"""The story of the first screen: told by the bundled weights, clearly, and only of a model that tells it."""

from pathlib import Path

import pytest

from explain.patching import patch
from explain.runner import Runner
from model.translator import Translator
from tests.conftest import tiny_translator
from tests.explain.others import open_other
from ui.story import CANDIDATES, CLEAR, first_story, is_clear, story_of
from ui.two_sentences import story as words_about

CHECKPOINT = Path(__file__).parents[2] / "checkpoints" / "en-de"


@pytest.fixture(scope="module")
def bundled() -> Runner:
    return Runner(Translator.from_pretrained(CHECKPOINT), "en-de")


@pytest.fixture(scope="module")
def told(bundled):
    return first_story([bundled])


def test_the_bundled_weights_tell_one_of_the_candidates(told, bundled):
    [verb] = [verb for *pair, verb in CANDIDATES if pair == told["texts"]]
    runs = [bundled.run(text, bundled.default_settings("en-de")) for text in told["texts"]]
    first, second = (run.translation.text.split() for run in runs)
    one, other = told["decided"]
    assert one != other and one in first and other in second
    found = patch(*runs)
    last = found.recovery[-1]
    [place] = [i for i, token in enumerate(found.first.source) if token.text == f"▁{verb}"]
    assert place not in found.changed
    assert found.recovery[0, place] == pytest.approx(0, abs=1e-3) and found.kept[0] == pytest.approx(1)
    assert last[place] == last.max() >= CLEAR > found.kept[-1]
    assert ": it moved." in told["story"] == words_about(found)


def test_each_word_is_swapped_alone_after_the_last_layer(told, bundled):
    found = patch(*(bundled.run(text, bundled.default_settings("en-de")) for text in told["texts"]))
    assert [word["text"] for word in told["words"]] == told["texts"][0].rstrip(".?").split()
    shares = dict(zip((token.text.removeprefix("▁") for token in found.first.source), found.recovery[-1], strict=True))
    assert [word["share"] for word in told["words"]] == pytest.approx(
        [shares[word["text"]] for word in told["words"]], abs=1e-4
    )
    holder = max(told["words"], key=lambda word: word["share"])
    assert told["decided"][1] in holder["written"] and not holder["changed"]
    [changed] = [word for word in told["words"] if word["changed"]]
    assert told["decided"][0] in changed["written"]
    assert all(f"“{word}”" in told["title"] and f"“{word}”" in told["question"] for word in told["decided"])


def test_a_pair_in_which_the_decision_stays_is_no_story(bundled):
    settings = bundled.default_settings("en-de")
    stays = story_of(patch(*(bundled.run(f"The {animal} is big.", settings) for animal in ("dog", "cat"))))
    assert not any(is_clear(stays, word["text"]) for word in stays["words"])


def test_the_story_is_told_by_the_first_model_that_tells_it(told, bundled, tmp_path):
    gpt2 = open_other("gpt2", tmp_path / "gpt2").runner
    assert first_story([gpt2]) is None
    assert first_story([Runner(tiny_translator(max_positions=251))]) is None
    assert first_story([gpt2, bundled]) == told
