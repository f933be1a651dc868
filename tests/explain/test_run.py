"""What a run holds, of its model and of its text."""

import json
import math

import numpy as np
import pytest

from explain.plain import plain
from explain.run import Settings
from explain.runner import Runner
from model.language_model import LanguageModel
from tests.conftest import tiny_model
from tests.explain.conftest import SETTINGS, TEXT
from tests.explain.second_road import run_again


@pytest.fixture(scope="module")
def continued(tokenizer):
    """A language model's run."""
    network = tiny_model(vocab_size=len(tokenizer), n_encoder_layers=0, max_positions=211)
    runner = Runner(LanguageModel(network, tokenizer), "decoder-only")
    return runner.run("the dog", runner.default_settings())


def test_a_run_knows_the_model_that_made_it(translator):
    runner = Runner(translator, "mine")
    run = runner.run(TEXT, SETTINGS)
    assert run.model == "mine"
    assert run.text_model is translator and run.network is translator.network
    assert run.config is translator.network.config and run.tokenizer is translator.tokenizer
    assert run.forbidden_ids == translator.beam.forbidden and run.directions == ("en-de", "de-en")
    assert "Translator" not in repr(run)


def test_which_side_reads_the_text_is_asked_once(run, continued):
    assert (run.sides, run.reading_side, run.translates) == (("encoder", "decoder"), "encoder", True)
    assert (continued.sides, continued.reading_side, continued.translates) == (("decoder",), "decoder", False)
    assert run.stack("encoder") is run.network.encoder
    with pytest.raises(ValueError, match="side: expected decoder; found 'encoder'"):
        continued.stack("encoder")


def test_who_looks_and_who_is_looked_at(run, continued):
    assert (run.queries("encoder"), run.keys("encoder")) == (run.source, run.source)
    assert (run.queries("decoder"), run.keys("decoder")) == (run.target_in, run.target_in)
    assert (run.queries("cross"), run.keys("cross")) == (run.target_in, run.source)
    assert continued.queries("decoder") == continued.keys("decoder") == continued.target_in


def test_what_was_typed_is_not_what_the_model_added(run, continued):
    assert run.typed == run.source
    assert [token.text for token in continued.typed] == ["▁the", "▁dog"]
    assert len(continued.target_in) > len(continued.typed) == continued.n_text + 1


def test_what_the_model_does_by_itself(runner):
    own = runner.run(TEXT, SETTINGS)
    assert own.own is own
    forced = runner.run(TEXT, SETTINGS, prefix=runner.tokenizer.encode("Hari"))
    assert forced.own is own and runner.run(TEXT, SETTINGS, chosen=1).own is own


def test_token_probabilities_agree_with_the_second_road(runner, run):
    probs = run_again(run).probs
    expected = [probs[t, token_id] for t, token_id in enumerate(run.translation.ids)]
    np.testing.assert_allclose([token.probability for token in run.target_out], expected, rtol=1e-4)


def test_tokens_stand_as_in_the_vocabulary_and_make_words(run):
    expected = [">>de<<", "▁Ram", "▁pushed", "▁Hari", ",", "▁and", "▁the", "▁dog", "▁ran", ".", "</s>"]
    assert [token.text for token in run.source] == expected
    assert [token.word for token in run.source] == [0, 1, 2, 3, 3, 4, 5, 6, 7, 7, 8]
    assert [token.special for token in run.source] == [True] + 9 * [False] + [True]


def test_a_special_token_is_a_word_of_its_own(run):
    tokens = run.tokens([1, 170, 171, 2, 170])  # bytes, which start no word by themselves
    assert [token.word for token in tokens] == [0, 1, 1, 2, 3]


def test_the_decoder_reads_each_token_one_position_after_predicting_it(run):
    assert run.target_in[0].text == "<s>"
    assert [token.id for token in run.target_in[1:]] == [token.id for token in run.target_out[:-1]]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (dict(direction=None), "direction: expected a text such as en-de; found None"),
        (dict(beam_size=0), "beam_size: expected a whole number from 1 to 8; found 0"),
        (dict(beam_size=9), "beam_size: expected a whole number from 1 to 8; found 9"),
        (dict(beam_size=2.5), "beam_size: expected a whole number from 1 to 8; found 2.5"),
        (dict(beam_size=True), "beam_size: expected a whole number from 1 to 8; found True"),
        (dict(beam_size=3), r"n_best: expected a whole number from 1 to 3 \(the beam size\); found 4"),
        (dict(n_best=0), "n_best: expected a whole number from 1 to 4"),
        (dict(alpha=-0.1), "alpha: expected a number from 0 to 2; found -0.1"),
        (dict(alpha=2.1), "alpha: expected a number from 0 to 2; found 2.1"),
        (dict(alpha=math.nan), "alpha: expected a number from 0 to 2; found nan"),
        (dict(alpha="1"), "alpha: expected a number from 0 to 2; found '1'"),
    ],
)
def test_settings_out_of_range_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        Settings(**{"direction": "en-de", **settings})


def test_a_run_without_its_tensors_is_json(run):
    value = json.loads(json.dumps(plain(run)))
    assert value["translations"][0]["tokens"][0]["probability"] == run.target_out[0].probability
    assert value["settings"]["beam_size"] == 3
    assert "_trace" not in value


def test_what_json_cannot_hold_is_an_error():
    with pytest.raises(TypeError, match="found set"):
        plain({"a": [{1, 2}]})
