"""x Wᵀ + b, whichever way the weights lie."""

import copy

import pytest
import torch
import torch.nn.functional as F

from model.linear import Layout, Linear


@pytest.fixture(autouse=True)
def no_product_is_too_small(monkeypatch):
    monkeypatch.setattr("model.linear.FEW", 0)  # those of these tests are


@pytest.fixture
def layer():
    torch.manual_seed(0)
    return Linear(5, 7)


def assert_right(layer, x):
    expected = F.linear(x, layer.weight, layer.bias)
    with torch.inference_mode():
        torch.testing.assert_close(layer(x), expected.detach())


@pytest.mark.parametrize("shape", [(5,), (0, 5), (1, 5), (4, 1, 5), (1, 9, 5), (3, 70, 5)])
@pytest.mark.parametrize("bias", [True, False])
def test_it_is_the_linear_layer_of_pytorch(layer, shape, bias):
    if not bias:
        layer.bias = None
    assert_right(layer, torch.randn(shape))
    assert_right(layer, torch.randn(*shape[:-1], 10)[..., ::2])  # not contiguous


def test_the_layout_is_what_computes_where_no_gradient_is_asked_for(layer, monkeypatch):
    if not torch.backends.mkldnn.is_available():
        pytest.skip("this PyTorch comes without oneDNN")
    x = torch.randn(4, 5)
    expected = F.linear(x, layer.weight, layer.bias).detach()
    monkeypatch.setattr(F, "linear", None)
    with torch.no_grad():
        torch.testing.assert_close(layer(x), expected)


@pytest.mark.parametrize("intel", [True, False])
@pytest.mark.parametrize("n_rows", [2, 4])
def test_on_an_intel_a_product_of_few_multiply_adds_goes_the_common_way(layer, monkeypatch, intel, n_rows):
    if not torch.backends.mkldnn.is_available():
        pytest.skip("this PyTorch comes without oneDNN")
    x = torch.randn(n_rows, 5)
    expected = F.linear(x, layer.weight, layer.bias).detach()
    monkeypatch.setattr("model.linear.FEW", 3 * 5 * 7)
    monkeypatch.setattr("model.linear._is_intel", lambda: intel)
    common = []
    monkeypatch.setattr(F, "linear", lambda *args: common.append(args) or expected)
    with torch.inference_mode():
        torch.testing.assert_close(layer(x), expected)
    assert bool(common) == (intel and n_rows == 2)


def test_a_layout_is_made_once_and_anew_when_the_weight_has_changed(layer):
    layout = Layout()
    first = layout.of(layer.weight)
    if first is None:
        pytest.skip("this PyTorch comes without oneDNN")
    assert layout.of(layer.weight) is first
    with torch.no_grad():
        layer.weight.mul_(2)
    assert layout.of(layer.weight) is not first


def in_place(layer):
    with torch.no_grad():
        layer.weight.add_(1)


def loaded(layer):
    layer.load_state_dict(Linear(5, 7).state_dict())


def assigned(layer):
    layer.load_state_dict(Linear(5, 7).state_dict(), assign=True)


def replaced(layer):
    layer.weight = torch.nn.Parameter(torch.randn(7, 5))


def trained(layer):
    optimizer = torch.optim.AdamW(layer.parameters(), lr=0.1)
    layer(torch.randn(4, 5)).square().sum().backward()
    optimizer.step()


@pytest.mark.parametrize("change", [in_place, loaded, assigned, replaced, trained])
def test_a_weight_that_has_changed_is_the_one_that_counts(layer, change):
    x = torch.randn(4, 5)
    assert_right(layer, x)
    before = layer(x).detach()
    change(layer)
    assert_right(layer, x)
    assert not torch.allclose(layer(x), before)


def test_the_copy_of_a_layer_has_weights_of_its_own(layer):
    x = torch.randn(4, 5)
    assert_right(layer, x)
    other = copy.deepcopy(layer)
    in_place(other)
    assert_right(other, x)
    assert_right(layer, x)


def test_other_numbers_and_weights_without_a_history_go_the_common_way(layer):
    assert_right(copy.deepcopy(layer).double(), torch.randn(4, 5).double())
    assert Layout().of(layer.weight.double()) is None
    with torch.inference_mode():
        within = Linear(5, 7)
        torch.testing.assert_close(within(torch.ones(4, 5)), F.linear(torch.ones(4, 5), within.weight, within.bias))
        within.weight.add_(1)
        torch.testing.assert_close(within(torch.ones(4, 5)), F.linear(torch.ones(4, 5), within.weight, within.bias))


def test_autocast_chooses_the_numbers(layer):
    x = torch.randn(4, 5)
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        found, expected = layer(x), F.linear(x, layer.weight, layer.bias)
        assert found.dtype == torch.bfloat16 and torch.equal(found, expected)
        assert torch.equal(layer(x.bfloat16()), expected)


def test_it_can_be_compiled(layer):
    x = torch.randn(4, 5)
    with torch.inference_mode():
        torch.testing.assert_close(torch.compile(layer, backend="eager", fullgraph=True)(x), layer(x))


def test_gradients_go_through(layer):
    x = torch.randn(4, 5)
    assert_right(layer, x)
    found = torch.autograd.grad(layer(x).square().sum(), [layer.weight, layer.bias])
    expected = torch.autograd.grad(F.linear(x, layer.weight, layer.bias).square().sum(), [layer.weight, layer.bias])
    torch.testing.assert_close(found, expected)
