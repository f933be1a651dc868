"""x Wᵀ + b, whichever way it is multiplied."""

import pytest
import torch
import torch.nn.functional as F

from model.linear import FEW_ROWS, Linear, linear


@pytest.mark.parametrize("rows", [1, FEW_ROWS.start, FEW_ROWS.stop - 1, FEW_ROWS.stop])
@pytest.mark.parametrize("shape", ["flat", "one position", "one row"])
def test_few_rows_give_what_many_give(rows, shape):
    torch.manual_seed(0)
    x = torch.randn({"flat": (rows, 5), "one position": (rows, 1, 5), "one row": (1, rows, 5)}[shape])
    layer = Linear(5, 7)
    expected = F.linear(x, layer.weight, layer.bias)
    torch.testing.assert_close(layer(x), expected)
    assert layer(x).is_contiguous()
    torch.testing.assert_close(linear(x, layer.weight), expected - layer.bias)


def test_gradients_go_through_few_rows_as_through_many():
    torch.manual_seed(0)
    x, layer = torch.randn(FEW_ROWS.stop - 1, 5), Linear(5, 7)
    found = torch.autograd.grad(layer(x).square().sum(), [layer.weight, layer.bias])
    expected = torch.autograd.grad(F.linear(x, layer.weight, layer.bias).square().sum(), [layer.weight, layer.bias])
    torch.testing.assert_close(found, expected)
