import numpy as np
import pytest

from explain.experiments import warmup


@pytest.fixture(scope="module", params=range(5))
def result(request, finish):
    """The default settings, with the default seed and four others."""
    return finish(warmup, request.param)


def test_a_deep_post_norm_stack_learns_with_warmup_alone(result):
    assert result.end("post-norm, no warmup") > 0.9 * warmup.GUESSING
    assert result.end("post-norm, warmup") < 0.3 * warmup.GUESSING


def test_a_pre_norm_stack_learns_without_it(result):
    assert result.end("pre-norm, no warmup") < 0.05 * warmup.GUESSING


def test_all_else_is_equal(result):
    first = {name: loss[0] for name, loss in result.loss.items()}
    assert first["post-norm, no warmup"] == first["post-norm, warmup"]  # the same weights and data, before any step
    assert {rate.max() for rate in result.rate.values()} == {warmup.PEAK_RATE}


def test_a_shallower_post_norm_stack_learns_without_it(finish):
    assert finish(warmup, 0, layers=6).end("post-norm, no warmup") < 0.1 * warmup.GUESSING


def test_the_rate_rises_evenly_over_the_first_half():
    assert warmup.rising(8) == pytest.approx([0.25, 0.5, 0.75, 1, 1, 1, 1, 1])
    assert np.all(warmup.rising(1) == 1)
