import pytest
import torch

from explain.experiments import gradient_paths
from explain.experiments.seeded import generator_of


def test_the_gradient_of_an_rnn_vanishes_or_explodes(seed, finish):
    result = finish(gradient_paths, seed)
    assert result.left("RNN, weights × 0.5") < 1e-30
    assert result.left("RNN, weights × 1") < 1e-6
    assert result.left("RNN, weights × 3") > 1e6


def test_an_lstm_carries_it_further_the_more_its_forget_gates_are_open(seed, finish):
    result = finish(gradient_paths, seed)
    assert result.left("RNN, weights × 0.5") < 1e-20 * result.left("LSTM, forget bias 1")
    assert result.left("LSTM, forget bias 1") < 1e-4
    assert 0.1 < result.left("LSTM, forget bias 5") < 100


def test_self_attention_carries_it_over_any_distance_alike(seed, finish):
    assert 0.3 < finish(gradient_paths, seed).left("self-attention") < 3


def test_it_is_the_gradient_of_a_recurrence_written_out():
    model = gradient_paths.rnn(2.0, generator_of(0))
    rnn = model.__closure__[0].cell_contents
    x = torch.randn(1, 5, gradient_paths.D, dtype=torch.float64, requires_grad=True)
    h = torch.zeros(1, gradient_paths.D, dtype=torch.float64)
    for t in range(5):
        h = torch.tanh(x[:, t] @ rnn.weight_ih_l0.T + rnn.bias_ih_l0 + h @ rnn.weight_hh_l0.T + rnn.bias_hh_l0)
    (by_hand,) = torch.autograd.grad(h.sum(), x, retain_graph=True)
    (by_model,) = torch.autograd.grad(model(x)[:, -1].sum(), x)
    assert by_model.flatten().tolist() == pytest.approx(by_hand.flatten().tolist(), rel=1e-9)
