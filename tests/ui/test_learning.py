"""What the Learning tab draws: the frames, their maps, and what is known of the model."""

import base64
import json

import numpy as np
import pytest

from explain.runner import Runner
from tests.conftest import tiny_translator
from tests.explain.films import made_up_film
from tests.ui.test_sureness import calibration
from ui.tabs.learning import film, film_maps, has_learning, scores


@pytest.fixture(scope="module")
def runner() -> Runner:
    translator = tiny_translator(max_positions=251)
    return Runner(translator, film=made_up_film(translator), calibration=calibration(0.1, 0.4, 0.7, 0.9))


def test_the_film_is_told_without_its_maps(runner):
    found = film(runner)
    json.dumps(found, allow_nan=False)
    assert [each["tokens_seen"] for each in found["frames"]] == [each.tokens_seen for each in runner.film.frames]
    assert [each["apart"] for each in found["frames"]] == [True] * 4 + [False] * 2
    for told, kept in zip(found["frames"], runner.film.frames, strict=True):
        for one, other in zip(told["translations"], kept.translations, strict=True):
            assert one["text"] == other.text and len(one["tokens"]) == len(other.ids)
    assert found["signs"][0] == {"name": "language", "frame": 2}


@pytest.mark.parametrize("kind", ["encoder", "decoder", "cross"])
def test_the_maps_are_those_of_the_frames(runner, kind):
    found = film_maps(runner, 1, kind)
    for told, kept in zip(found["frames"], runner.film.frames, strict=True):
        array = np.frombuffer(base64.b64decode(told["base64"]), np.uint8).reshape(told["shape"])
        assert np.array_equal(array, kept.translations[1].maps[kind])


def test_a_sentence_that_the_film_lacks_is_its_last_and_no_attention_at_all_is_refused(runner):
    assert film_maps(runner, 50, "cross")["sentence"] == 1
    with pytest.raises(ValueError, match="attention: expected one of"):
        film_maps(runner, 0, "side")
    with pytest.raises(ValueError, match="sentence"):
        film_maps(runner, -1, "cross")


def test_the_scores_are_those_of_the_measurement(runner):
    found = scores(runner)
    json.dumps(found, allow_nan=False)
    [corpus] = found["calibration"]["corpora"]
    bins = corpus["ways"]["free_running"]["bins"]
    assert [each["share"] for each in bins] == [0.1, 0.4, 0.7, 0.9]
    assert all(each["interval"][0] < each["share"] < each["interval"][1] for each in bins)
    means = [0.125, 0.375, 0.625, 0.875]
    expected = sum(abs(share - mean) for share, mean in zip((0.1, 0.4, 0.7, 0.9), means, strict=True)) / 4
    assert corpus["ways"]["free_running"]["error"] == pytest.approx(expected)
    assert found["calibration"]["doubtful_below"] == 0.5


def test_a_cards_scores_are_told_as_they_stand_there():
    translator = tiny_translator()
    translator.card = """---
model-index:
- name: own
  results:
  - task:
      type: translation
    dataset:
      name: table test
      type: table
      config: en-de
      split: test
    metrics:
    - type: bleu
      value: 12.34
      name: BLEU, sacreBLEU default
---
# own
"""
    expected = {
        "kind": "table",
        "data": "table test",
        "direction": "en-de",
        "metric": "BLEU, sacreBLEU default",
        "value": 12.34,
    }
    assert scores(Runner(translator))["card"] == [expected]
    assert scores(Runner(tiny_translator()))["card"] == []


def test_a_model_of_which_nothing_is_kept_has_no_such_tab():
    bare = Runner(tiny_translator())
    assert not has_learning(bare)
    assert film(bare) == {"frames": []} and film_maps(bare, 0, "cross") == {"frames": []}
    assert scores(bare)["calibration"] is None
    assert has_learning(Runner(tiny_translator(), calibration=calibration(0.1, 0.9)))
