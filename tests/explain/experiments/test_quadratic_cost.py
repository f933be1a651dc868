import numpy as np
import pytest

from explain.experiments import quadratic_cost


def test_time_grows_faster_than_length_and_near_its_square(seed, finish):
    result = finish(quadratic_cost, seed, longest=2048, repeats=2)
    assert 1.4 < result.time_exponent < 3.2
    of_attention, of_feed_forward = (
        seconds[-1] / seconds[0] for seconds in (result.attention_seconds, result.feed_forward_seconds)
    )
    assert of_attention > 6 * of_feed_forward


def test_feed_forward_is_the_larger_part_only_of_short_texts(finish):
    result = finish(quadratic_cost, 0, longest=512, repeats=1)
    # 4nd² + 2n²d multiply-adds against 8nd²: equal at n = 2d
    assert result.crossing == pytest.approx(2 * quadratic_cost.CONFIG.d_model, rel=0.01)
    d, n = quadratic_cost.CONFIG.d_model, result.length.astype(float)
    assert result.attention_work == pytest.approx(4 * n * d**2 + 2 * n**2 * d)
    assert result.feed_forward_work == pytest.approx(8 * n * d**2)


def test_doubling_the_length_takes_four_times_the_memory(finish):
    result = finish(quadratic_cost, 0, longest=128, repeats=1)
    assert np.diff(np.log2(result.score_bytes)) == pytest.approx([2, 2])
    assert result.score_bytes[0] == 2 * quadratic_cost.CONFIG.n_heads * 32 * 32 * 4


def test_without_a_crossing_it_says_so(finish):
    result = finish(quadratic_cost, 0, longest=64, repeats=1)
    assert result.crossing is None
    assert "do not change places" in quadratic_cost.words(result)
