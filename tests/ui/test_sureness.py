"""How sure the model was, and what that is worth: the verdict's numbers."""

import json

import pytest

from explain.calibration import Bin, Calibration, MeasuredText
from explain.runner import Runner
from tests.conftest import tiny_translator
from ui.tabs.translate import sureness

TEXT = "The old woman sees a small house."


def calibration(*shares: float) -> Calibration:
    """Of bins of 100 tokens each."""
    n = len(shares)
    bins = tuple(
        Bin(low=i / n, high=(i + 1) / n, n=100, right=round(100 * share), mean=(i + 0.5) / n)
        for i, share in enumerate(shares)
    )
    text = MeasuredText(name="held out", n_sentences=12, teacher_forced=bins, free_running=bins)
    return Calibration(beam_size=4, alpha=0.6, corpora=(text,))


def asked(calibration=None, prefix=()):
    runner = Runner(tiny_translator(max_positions=251), calibration=calibration)
    run = runner.run(TEXT, runner.default_settings(), prefix=prefix)
    found = sureness(runner, run)
    json.dumps(found, allow_nan=False)
    return run, found


def test_each_token_gets_the_share_of_its_own_bin():
    run, found = asked(calibration(*(i / 20 for i in range(20))))
    for token, told in zip(run.target_out, found["tokens"], strict=True):
        assert told["low"] <= token.probability < told["high"]
        assert told["right"] == pytest.approx(told["low"], abs=1e-9)
    own = [(token.probability, i) for i, token in enumerate(run.target_out) if not token.special]
    assert found["least"] == min(own)[1]


def test_the_threshold_is_that_of_the_measurement_whatever_the_sentence_is():
    run, found = asked(calibration(0.1, 0.9))
    assert found["doubtful"] == [
        i for i, token in enumerate(run.target_out) if token.probability < 0.5 and not token.special
    ]
    assert found["doubtful"]
    _, found = asked(calibration(0.6, 0.9))
    assert found["doubtful"] == []


def test_what_was_forced_is_no_sureness_of_the_models():
    run, _ = asked()
    prefix = run.translation.ids[:3]
    _, found = asked(calibration(0.1, 0.9), prefix)
    assert not set(found["doubtful"]) & {0, 1, 2}
    assert found["least"] not in (0, 1, 2)
    without_end = [token.id for token in run.target_out if not token.special]
    _, found = asked(calibration(0.1, 0.9), without_end[:1] * run.limit)
    assert found["least"] is None and found["doubtful"] == []


def test_without_a_measurement_nothing_is_told():
    _, found = asked()
    assert found["measured"] is None and found["doubtful"] == [] and found["tokens"] == []
