import pytest

from explain.experiments import depth


@pytest.fixture(scope="module", params=range(5))
def ratios(request, finish):
    """What is left of the gradient after 24 layers, with the default seed and four others."""
    found = finish(depth, request.param, depths=(24,)).ratios
    return {name: values[-1] for name, values in found.items()}


def test_without_both_the_gradient_vanishes(ratios):
    assert ratios["neither"] < 1e-3


@pytest.mark.parametrize("name", ["post-norm (the paper)", "pre-norm"])
def test_with_both_it_arrives(ratios, name):
    assert 0.05 < ratios[name] < 50
    assert ratios[name] > 1000 * ratios["neither"]


def test_residual_connections_alone_let_it_explode(ratios):
    assert ratios["residual, no LayerNorm"] > 1e6


def test_layer_norm_alone_keeps_it_as_the_page_says(ratios):
    assert 0.005 < ratios["LayerNorm, no residual"] < 200
