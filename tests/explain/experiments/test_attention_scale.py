import math

import pytest

from explain.experiments import attention_scale


def test_without_the_division_the_softmax_saturates(seed, finish):
    result = finish(attention_scale, seed, largest=1024, n_queries=512)
    assert result.spread[-1] == pytest.approx(math.sqrt(1024), rel=0.1)
    assert result.entropy[-1] < 0.4
    assert result.gradient_divided[-1] > 3 * result.gradient[-1]


def test_with_the_division_size_does_not_matter(seed, finish):
    result = finish(attention_scale, seed, largest=1024, n_queries=512)
    assert result.spread_divided == pytest.approx([1] * 9, rel=0.2)
    assert result.entropy_divided.min() > 4
    assert result.gradient_divided.max() < 1.3 * result.gradient_divided.min()


def test_the_undivided_scores_are_the_same_ones_times_the_root(finish):
    result = finish(attention_scale, 0, largest=64, n_queries=16)
    assert result.spread == pytest.approx(result.d_k**0.5 * result.spread_divided, rel=1e-4)
