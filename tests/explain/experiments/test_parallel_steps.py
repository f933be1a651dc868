import pytest
import torch

from explain.experiments import parallel_steps


def test_the_rnn_s_chain_grows_with_length_and_attention_s_does_not(seed, finish):
    result = finish(parallel_steps, seed, longest=256, repeats=3)
    assert result.rnn_steps[-1] / result.rnn_steps[0] > 0.8 * result.length[-1] / result.length[0]
    assert len(set(result.attention_steps)) == 1
    assert result.rnn_steps[-1] > 20 * result.attention_steps[-1]


def test_the_rnn_s_time_grows_with_its_chain_and_attention_s_hardly_at_first(seed, finish):
    result = finish(parallel_steps, seed, longest=128, repeats=25)  # many: a busy neighbour slows most of them
    rnn, attention = (seconds[-1] / seconds[0] for seconds in (result.rnn_seconds, result.attention_seconds))
    assert rnn > 2 * attention  # from 16 to 128 positions; later attention's work counts, which grows with n²


@pytest.mark.parametrize("n", [1, 2, 7])
def test_a_chain_is_counted_operation_by_operation(n):
    x = torch.ones(1, requires_grad=True)
    y = x
    for _ in range(n):
        y = y * 2
    assert parallel_steps.longest_chain(y + x) == n + 2  # the leaf and the sum are links too
