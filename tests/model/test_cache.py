"""What the decoder remembers between steps."""

import pytest
import torch

from model.cache import ROOM, AttentionCache


def positions(n, rows=3):
    return torch.randn(rows, 2, n, 5), torch.randn(rows, 2, n, 5)


def test_a_full_cache_grows_and_keeps_what_it_held():
    torch.manual_seed(0)
    cache, steps = AttentionCache(), [positions(n) for n in (2, ROOM - 3, 1, 1, ROOM + 2, 1)]
    for n, (k, v) in enumerate(steps, start=1):
        expected = [torch.cat(column, dim=2) for column in zip(*steps[:n], strict=True)]
        for found in (cache.append(k, v), cache.held()):
            assert [part.tolist() for part in found] == [part.tolist() for part in expected]
    assert cache.length == 2 * ROOM + 4


def test_rows_are_kept_in_the_order_asked_for():
    torch.manual_seed(0)
    cache, (k, v), rows = AttentionCache(), positions(4), torch.tensor([2, 0, 2, 2])
    cache.append(k, v)
    cache.select(rows)
    assert torch.equal(cache.held()[0], k[rows])
    assert torch.equal(cache.held()[1], v[rows])
    # rows that were one are two from now on
    more_k, more_v = positions(1, rows=4)
    assert torch.equal(cache.append(more_k, more_v)[0], torch.cat([k[rows], more_k], dim=2))


def test_an_empty_cache_says_that_it_is():
    with pytest.raises(ValueError, match="cache: expected keys and values; found none: append some first"):
        AttentionCache().held()
