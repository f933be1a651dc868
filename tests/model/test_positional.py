"""Sinusoidal positions (§3.5)."""

import math

import pytest
import torch

from model.positional import sinusoidal_encoding


def test_the_table_agrees_with_the_papers_formula():
    table = sinusoidal_encoding(7, 6)
    for position in range(7):
        for i in range(3):
            angle = position / 10000 ** (2 * i / 6)
            assert table[position, 2 * i].item() == pytest.approx(math.sin(angle), abs=1e-7)
            assert table[position, 2 * i + 1].item() == pytest.approx(math.cos(angle), abs=1e-7)


def test_values_are_bounded_and_each_position_has_the_same_norm():
    table = sinusoidal_encoding(512, 512)
    assert table.abs().max() <= 1
    torch.testing.assert_close(table.norm(dim=1), torch.full((512,), 16.0))


@pytest.mark.parametrize(("n_positions", "d_model"), [(0, 4), (3, 5), (3, 0)])
def test_bad_sizes_are_refused(n_positions, d_model):
    with pytest.raises(ValueError, match=f"expected positions >= 1 and an even d_model >= 2; found {n_positions}"):
        sinusoidal_encoding(n_positions, d_model)
