"""The k largest, held against `torch.topk`."""

import pytest
import torch

from model.top_k import GROUP, top_k


@pytest.mark.parametrize("n", [1, 7, GROUP, 8 * GROUP, 8 * GROUP + 1, 16_000, 50_257])
@pytest.mark.parametrize("k", [1, 8])
def test_as_torch_does(n, k):
    numbers = torch.randn(5, n, generator=torch.Generator().manual_seed(n))
    largest, places = top_k(numbers, k)
    expected = numbers.topk(min(k, n), dim=-1)
    assert torch.equal(largest, expected.values)
    assert torch.equal(places, expected.indices)


@pytest.mark.parametrize("largest_first", [True, False])
def test_wherever_they_stand(largest_first):
    """All in one group, all in what no group holds, and one a group."""
    n = 20 * GROUP + 5
    for places in (range(GROUP, GROUP + 4), range(n - 4, n), range(3, n, 5 * GROUP)):
        numbers = torch.full((1, n), float("-inf"))
        ranked = list(places) if largest_first else list(places)[::-1]
        numbers[0, ranked] = torch.arange(len(ranked), 0, -1, dtype=torch.float)
        assert top_k(numbers, len(ranked))[1].tolist() == [ranked]


def test_a_row_that_is_a_view():
    """The last position of several, as a search reads it."""
    numbers = torch.randn(3, 2, 16_001, generator=torch.Generator().manual_seed(0))[:, -1]
    assert torch.equal(top_k(numbers, 8)[1], numbers.topk(8, dim=-1).indices)
