"""What a film shows, and that the page's words about the bundled one are true of its numbers."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from explain.frames import load_frames
from explain.learning import Sign, mean_of, nearness, signs
from explain.run import Settings
from explain.runner import Runner
from model.translator import Translator
from tests.conftest import tiny_translator
from tests.explain.films import MOMENTS, made_up_film

BUNDLED = Path(os.environ.get("CHECKPOINT", Path(__file__).parents[2] / "checkpoints" / "en-de"))


@pytest.fixture(scope="module")
def translator() -> Translator:
    return tiny_translator(max_positions=251)


def film_with(translator, **changes):
    """The film with other figures at some moments, `loss_2` for the loss at moment 2."""
    columns = ["tokens", "apart", "loss", "bleu", "error", "written"]
    moments = [list(moment) for moment in MOMENTS]
    for name, value in changes.items():
        column, moment = name.split("_")
        moments[int(moment)][columns.index(column)] = value
    return made_up_film(translator, tuple(map(tuple, moments)))


def test_each_sign_is_told_at_the_first_frame_that_shows_it(translator):
    found = signs(film_with(translator))
    assert found == (
        Sign(name="language", frame=2),
        Sign(name="words", frame=3),
        Sign(name="sentences", frame=4),
    )


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"loss_2": 7.1}, ["words", "sentences"]),  # not much less loss
        ({"error_2": 0.84}, ["words", "sentences"]),  # attention knows something already
        ({"bleu_2": 1.5}, ["words", "sentences"]),  # it translates already
        ({"error_3": 0.78}, ["language", "sentences"]),  # attention knows nothing yet
        ({"bleu_3": 19.0}, ["language", "sentences"]),  # as good as in the end
        ({"bleu_4": 20.0}, ["language", "words", "sentences"]),
        ({"written_3": 6, "bleu_3": 30.0, "error_3": 0.8}, ["language", "sentences"]),
    ],
)
def test_a_sign_that_the_numbers_do_not_show_is_not_told(translator, changes, names):
    assert [sign.name for sign in signs(film_with(translator, **changes))] == names


def test_signs_in_another_order_are_not_told_at_all(translator):
    """The words say first, then, at last."""
    early = film_with(translator, loss_1=5.0, error_1=0.7, loss_2=5.0, error_2=0.88)
    assert signs(early) == ()


def test_nearness_is_one_of_the_last_frame_and_counts_tokens_in_their_order(translator):
    film = film_with(translator)
    near = nearness(film)
    assert near[-1] == 1 and near[-2] == 1
    n_common = sum(3 for _ in film.sentences)
    lengths = sum(3 + len(each.ids) for each in film.frames[-1].translations)
    assert near[3] == pytest.approx(2 * n_common / lengths)


def test_a_mean_of_what_was_not_measured_is_no_number(translator):
    frame = film_with(translator).frames[0]
    assert mean_of(frame, "valid_loss") == 10 and np.isnan(mean_of(frame, "other"))


# ---- the bundled film ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bundled():
    film = load_frames(BUNDLED)
    if film is None:
        pytest.skip("the bundled weights have no frames")
    return film


def test_the_bundled_film_shows_all_that_the_page_can_tell(bundled):
    assert [sign.name for sign in signs(bundled)] == ["language", "words", "sentences"]


def test_the_bundled_film_begins_with_babble_and_with_nothing_learned(bundled):
    """The line under the curves: an alignment error of about 0.9 where attention knows nothing."""
    first = bundled.frames[0]
    assert first.tokens_seen == 0
    assert mean_of(first, "alignment_error") == pytest.approx(0.9, abs=0.05)
    assert mean_of(first, "valid_bleu") < 0.5


def test_the_last_bundled_frame_equals_the_live_run(bundled):
    runner = Runner(Translator.from_pretrained(BUNDLED))
    for sentence, kept in zip(bundled.sentences, bundled.frames[-1].translations, strict=True):
        live = runner.run(sentence.text, Settings(direction=sentence.direction))
        assert [token.id for token in live.source] == list(sentence.ids)
        assert live.translation.ids == kept.ids and live.translation.text == kept.text
        probabilities = [token.probability for token in live.translation.tokens]
        assert probabilities == pytest.approx(np.exp(kept.log_probs), abs=1e-3)
        for kind, maps in kept.maps.items():
            side = "encoder" if kind == "encoder" else "decoder"
            block = {"encoder": "self_attn", "decoder": "self_attn", "cross": "cross_attn"}[kind]
            for layer, array in enumerate(maps):
                weights = live.trace[f"{side}.layers.{layer}.{block}.weights"][0].numpy()
                rows = array.shape[1]
                columns = array.shape[2]
                assert np.abs(array / 255 - weights[:, :rows, :columns]).max() <= 0.5 / 255 + 1e-3
