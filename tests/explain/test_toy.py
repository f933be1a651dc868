"""The toy against plain NumPy."""

import numpy as np
import pytest

from explain.toy import MATRICES, SIZES, starting_matrices, toy
from tests.explain.second_road import softmax
from tests.explain.shapes import assert_shapes


@pytest.mark.parametrize("d_model", SIZES)
@pytest.mark.parametrize("n_heads", [1, 2])
def test_every_matrix_equals_numpy(d_model, n_heads):
    matrices = starting_matrices(d_model)
    found = toy(matrices, d_model, n_heads)
    assert_shapes(found)
    x, w_q, w_k, w_v, w_o = (np.array(matrices[name]) for name in MATRICES)
    size, joined = d_model // n_heads, []
    for head in range(n_heads):
        part = slice(head * size, (head + 1) * size)
        q, k, v = x @ w_q[:, part], x @ w_k[:, part], x @ w_v[:, part]
        weights = softmax(q @ k.T / np.sqrt(size))
        joined.append(weights @ v)
        for name, expected in [("q", q), ("k", k), ("v", v), ("weights", weights), ("heads", joined[-1])]:
            np.testing.assert_allclose(getattr(found, name)[head], expected, atol=1e-12)
        np.testing.assert_allclose(found.scores[head], q @ k.T / np.sqrt(size), atol=1e-12)
        np.testing.assert_allclose(found.row_sums[head], weights.sum(axis=-1), atol=1e-12)
    np.testing.assert_allclose(found.joined, np.concatenate(joined, axis=-1), atol=1e-12)
    np.testing.assert_allclose(found.output, np.concatenate(joined, axis=-1) @ w_o, atol=1e-12)


def test_rows_sum_to_one_at_the_largest_entries():
    huge = {name: np.full((3 if name == "X" else 4, 4), 1000.0).tolist() for name in MATRICES}
    np.testing.assert_allclose(toy(huge, 4, 1).row_sums, 1)


def test_typed_numbers_are_numbers():
    typed = {
        name: [[str(entry).replace("-", "−") for entry in row] for row in rows]
        for name, rows in starting_matrices(4).items()
    }
    np.testing.assert_array_equal(toy(typed, 4, 2).output, toy(starting_matrices(4), 4, 2).output)


@pytest.mark.parametrize("entry", ["nan", "inf", "-inf", "1e9", "word", "", None, True, [1], 10**400])
def test_a_bad_entry_is_named_with_its_place(entry):
    matrices = starting_matrices(4)
    matrices["W_K"][2][1] = entry
    with pytest.raises(ValueError, match=r"W_K, row 3, column 2: expected a number"):
        toy(matrices, 4, 1)


def test_bad_sizes_and_forms_are_named():
    for matrices, d_model, n_heads, message in [
        (starting_matrices(4), 5, 1, "d_model: expected one of 4, 6, 8; found 5"),
        (starting_matrices(4), 4, 3, "heads: expected a whole number from 1 to 2; found 3"),
        (starting_matrices(4), 6, 1, "X: expected 3 rows of 6 numbers"),
        ({}, 4, 1, "X: expected 3 rows of 4 numbers"),
        ({**starting_matrices(4), "W_O": "all"}, 4, 1, "W_O: expected 4 rows of 4 numbers"),
    ]:
        with pytest.raises(ValueError, match=message):
            toy(matrices, d_model, n_heads)
