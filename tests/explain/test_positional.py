"""The position table and its views against `math.sin`, and the shift that is a rotation."""

import base64
import math

import numpy as np
import pytest

from explain.positional import PositionTable, model_table, position_table, rotation, similarity
from model.translator import Translator
from tests.conftest import tiny_model
from tests.explain.shapes import assert_shapes


def angle_of(pos, pair, d_model):
    return pos / 10000 ** (2 * pair / d_model)


@pytest.mark.parametrize(("n_positions", "d_model"), [(1, 2), (37, 22), (101, 6), (512, 512)])
def test_values_are_the_papers_sines_and_cosines(n_positions, d_model):
    values = position_table(n_positions, d_model).values
    assert values.shape == (n_positions, d_model)
    for pos in {0, 1, n_positions // 2, n_positions - 1} & set(range(n_positions)):
        for pair in range(d_model // 2):
            assert values[pos, 2 * pair] == pytest.approx(math.sin(angle_of(pos, pair, d_model)), abs=1e-7)
            assert values[pos, 2 * pair + 1] == pytest.approx(math.cos(angle_of(pos, pair, d_model)), abs=1e-7)


def test_values_are_bounded_however_far_the_position():
    assert np.abs(position_table(512, 512).values).max() <= 1


def test_the_preset_is_what_the_model_adds_to_its_embeddings(translator, run):
    n_source = len(run.source)
    table = model_table(translator.network, 67)
    assert table.values.shape == (67, 22)
    np.testing.assert_array_equal(table.values[:n_source], run.trace["encoder.embedding.position"].numpy())
    np.testing.assert_array_equal(table.values, position_table(67, 22).values)


def test_a_dimension_repeats_after_its_wavelength():
    table = position_table(512, 22)
    for dimension, wavelength in enumerate(table.wavelengths):
        pair = dimension // 2
        assert wavelength == pytest.approx(2 * math.pi * 10000 ** (2 * pair / 22))
        assert angle_of(wavelength, pair, 22) == pytest.approx(2 * math.pi)
    assert table.wavelengths[0] == pytest.approx(6.2832, abs=1e-4)  # low dimensions are fast
    assert (np.diff(table.wavelengths[::2]) > 0).all()


def test_dot_products_and_distances_agree_with_sums_written_out():
    table = position_table(31, 22)
    found = similarity(table)
    for first, second in [(0, 0), (0, 30), (17, 18), (29, 3)]:
        pairs = list(zip(table.values[first].tolist(), table.values[second].tolist(), strict=True))
        assert found.dot[first, second] == pytest.approx(sum(a * b for a, b in pairs), abs=1e-9)
        distance = math.sqrt(sum((a - b) ** 2 for a, b in pairs))
        assert found.distance[first, second] == pytest.approx(distance, abs=1e-9)


def test_the_dot_product_depends_on_the_offset_alone():
    dot = similarity(position_table(31, 22)).dot
    for offset in range(31):
        expected = sum(math.cos(angle_of(offset, pair, 22)) for pair in range(11))
        np.testing.assert_allclose(np.diagonal(dot, offset), expected, atol=1e-5)


@pytest.mark.parametrize(("pair", "offset"), [(0, 1), (3, 5), (10, 40), (2, -7), (0, 0)])
def test_a_shift_is_a_rotation_by_the_offset_times_the_frequency(pair, offset):
    found = rotation(position_table(41, 22), pair, offset)
    angle = offset / 10000 ** (2 * pair / 22)
    assert found.angle == pytest.approx(angle)
    np.testing.assert_allclose(
        found.matrix, [[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]], atol=1e-12
    )
    assert list(found.positions) == [pos for pos in range(41) if 0 <= pos + offset < 41]
    differences = []
    for pos, before, after, rotated in zip(found.positions, found.before, found.after, found.rotated, strict=True):
        for value, shown in [(pos, before), (pos + offset, after)]:
            angle = angle_of(value, pair, 22)
            np.testing.assert_allclose(shown, [math.sin(angle), math.cos(angle)], atol=1e-7)
        (a, b), (c, d) = found.matrix
        expected = [a * before[0] + b * before[1], c * before[0] + d * before[1]]
        np.testing.assert_allclose(rotated, expected, atol=1e-12)
        differences += [abs(x - y) for x, y in zip(expected, after, strict=True)]
    assert found.max_difference == pytest.approx(max(differences), abs=1e-12)
    assert found.max_difference < 1e-6
    assert_shapes(found)


def test_a_table_that_is_no_sinusoid_shows_a_difference():
    table = position_table(41, 22)
    values = table.values + np.linspace(0, 0.1, 41)[:, None]
    spoilt = PositionTable(values=values, wavelengths=table.wavelengths)
    assert rotation(spoilt, 3, 5).max_difference > 1e-3


def test_the_packed_table_is_exact_to_half_a_step():
    table = position_table(37, 22)
    packed = table.packed()
    steps = np.frombuffer(base64.b64decode(packed.base64), dtype=np.uint8).reshape(packed.shape)
    values = packed.low + steps / 255 * (packed.high - packed.low)
    assert (packed.low, packed.high) == (-1, 1)
    assert np.abs(values - table.values).max() <= 1 / 255 + 1e-6
    assert_shapes(table, packed, similarity(table))


def test_learned_positions_have_a_table_but_no_waves_and_no_rotation(tokenizer):
    model = tiny_model(vocab_size=len(tokenizer), positions="learned")
    table = model_table(model, 53)
    np.testing.assert_array_equal(table.values, model.encoder.embedding.positions.weight.detach()[:53])
    assert table.wavelengths is None
    with pytest.raises(ValueError, match="rotation: expected sinusoidal positions; found learned ones"):
        rotation(table, 0, 1)


@pytest.mark.parametrize(
    ("view", "message"),
    [
        (lambda: position_table(0, 22), "positions: expected a whole number from 1 to 512; found 0"),
        (lambda: position_table(513, 22), "positions: expected a whole number from 1 to 512; found 513"),
        (lambda: position_table("7", 22), "positions: expected a whole number from 1 to 512; found '7'"),
        (lambda: position_table(7, 0), "d_model: expected a whole number from 2 to 512; found 0"),
        (lambda: position_table(7, 514), "d_model: expected a whole number from 2 to 512; found 514"),
        (lambda: position_table(7, 23), "d_model: expected an even number, a sine and a cosine a pair; found 23"),
        (lambda: rotation(position_table(7, 22), 11, 1), "pair: expected a whole number from 0 to 10; found 11"),
        (lambda: rotation(position_table(7, 22), 0, 7), "offset: expected a whole number from -6 to 6; found 7"),
    ],
)
def test_bad_input_is_answered_with_what_is_wrong(view, message):
    with pytest.raises(ValueError, match=message):
        view()


def test_the_models_table_ends_where_the_model_ends(translator, tokenizer):
    with pytest.raises(ValueError, match="positions: expected a whole number from 1 to 211; found 212"):
        model_table(translator.network, 212)
    without = Translator(tiny_model(vocab_size=len(tokenizer), positions="none"), tokenizer)
    with pytest.raises(ValueError, match="expected a model with positions; found one with positions='none'"):
        model_table(without.network, 5)
