"""Attention maps, their statistics and views, against the second road and against sums written out."""

import base64
import json
import math

import numpy as np
import pytest

from explain.attention import alignment, attention_maps, head_statistics
from explain.kinds import KINDS
from explain.plain import plain
from explain.run import Settings
from explain.tokens import Token
from tests.explain.conftest import SETTINGS, TEXT
from tests.explain.second_road import run_again
from tests.explain.shapes import assert_shapes
from tests.passes import counted


@pytest.fixture(params=KINDS)
def maps(request, run):
    return attention_maps(run, request.param)


def test_weights_agree_with_the_second_road(runner, run, maps):
    expected = getattr(run_again(run), maps.kind)
    assert maps.weights.shape == expected.shape
    np.testing.assert_allclose(maps.weights, expected, atol=1e-9)


def test_rows_and_columns_are_labelled_with_what_stands_there(run):
    encoder, decoder, cross = (attention_maps(run, kind) for kind in KINDS)
    assert (encoder.rows, encoder.predicts, encoder.columns) == (run.source, None, run.source)
    assert (decoder.rows, decoder.predicts, decoder.columns) == (run.target_in, run.target_out, run.target_in)
    assert (cross.rows, cross.predicts, cross.columns) == (run.target_in, run.target_out, run.source)
    for maps in (encoder, decoder, cross):
        assert maps.weights.shape[2:] == (len(maps.rows), len(maps.columns))


def test_the_packed_weights_are_the_exact_ones_to_half_a_step(maps):
    packed = maps.packed()
    values = np.frombuffer(base64.b64decode(packed.base64), dtype=np.uint8).reshape(packed.shape) / 255
    assert np.abs(values - maps.weights).max() <= 0.5 / 255 + 1e-9
    assert (packed.low, packed.high) == (0, 1)


def test_one_head_is_given_exactly(maps):
    for layer, head in np.ndindex(maps.weights.shape[:2]):
        assert np.array_equal(maps.head(layer, head), maps.weights[layer, head])


def rows_of(maps, layer, head):
    return [[float(weight) for weight in row] for row in maps.weights[layer, head]]


def test_entropy_is_that_of_the_rows_in_bits(runner, run, maps):
    expected = getattr(run_again(run), maps.kind)
    found = head_statistics(maps).entropy_bits
    for layer, head in np.ndindex(expected.shape[:2]):
        rows = expected[layer, head]
        entropies = [-sum(weight * math.log2(weight) for weight in row if weight > 0) for row in rows]
        assert found[layer, head] == pytest.approx(sum(entropies) / len(rows), abs=1e-9)
    assert (found >= 0).all()


def test_neighbour_masses_are_means_over_the_rows_that_have_the_neighbour(runner, run):
    again = run_again(run)
    for kind in ("encoder", "decoder"):
        statistics, expected = head_statistics(attention_maps(run, kind)), getattr(again, kind)
        size = expected.shape[2]
        for layer, head in np.ndindex(expected.shape[:2]):
            rows = expected[layer, head]
            previous = [rows[i][i - 1] for i in range(1, size)]
            same = [rows[i][i] for i in range(size)]
            following = [rows[i][i + 1] for i in range(size - 1)]
            assert statistics.previous[layer, head] == pytest.approx(sum(previous) / len(previous), abs=1e-9)
            assert statistics.same[layer, head] == pytest.approx(sum(same) / len(same), abs=1e-9)
            if kind == "encoder":
                assert statistics.next[layer, head] == pytest.approx(sum(following) / len(following), abs=1e-9)
    assert statistics.next is None  # the decoder is blind to what follows


def test_cross_attention_has_no_neighbours(run):
    statistics = head_statistics(attention_maps(run, "cross"))
    assert (statistics.previous, statistics.same, statistics.next) == (None, None, None)


def test_masses_on_punctuation_start_and_end_are_means_over_all_rows(runner, run):
    again = run_again(run)
    for kind in ("encoder", "cross"):
        statistics, expected = head_statistics(attention_maps(run, kind)), getattr(again, kind)
        for layer, head in np.ndindex(expected.shape[:2]):
            rows = expected[layer, head]
            assert [run.source[i].text for i in (4, 9)] == [",", "."]
            assert statistics.punctuation[layer, head] == pytest.approx(
                sum(row[4] + row[9] for row in rows) / len(rows), abs=1e-9
            )
            assert statistics.start[layer, head] == pytest.approx(sum(row[0] for row in rows) / len(rows), abs=1e-9)
            assert statistics.end[layer, head] == pytest.approx(sum(row[10] for row in rows) / len(rows), abs=1e-9)


def test_the_decoder_reads_no_end(runner, run):
    statistics = head_statistics(attention_maps(run, "decoder"))
    assert statistics.end is None
    expected = run_again(run).decoder
    np.testing.assert_allclose(statistics.start, expected[..., 0].mean(axis=-1), atol=1e-9)


@pytest.mark.parametrize(
    ("text", "is_punctuation"),
    [(".", True), ("▁!", True), ("…", True), ("„", True), ("▁", False), ("a", False), ("</s>", False), ("$", False)],
)
def test_punctuation_is_what_unicode_calls_so(text, is_punctuation):
    assert Token(id=7, text=text, special=text == "</s>", word=0).is_punctuation == is_punctuation


def test_a_text_of_one_token_has_statistics_too(runner):
    run = runner.run("=", Settings(direction="en-de", beam_size=1, n_best=1), prefix=[runner.tokenizer.eos_id])
    statistics = [head_statistics(attention_maps(run, kind)) for kind in KINDS]
    assert statistics[1].previous is None  # the decoder reads <s> alone
    assert (statistics[1].same == 1).all()
    json.dumps(plain(statistics), allow_nan=False)


def test_alignment_is_the_cross_attention_of_the_last_layer_but_one_averaged_over_heads(runner, run):
    found, expected = alignment(run), run_again(run).cross
    assert found.layer == 0  # of two
    np.testing.assert_allclose(found.weights, sum(expected[0]) / len(expected[0]), atol=1e-9)
    np.testing.assert_allclose(alignment(run, layer=1).weights, sum(expected[1]) / len(expected[1]), atol=1e-9)
    assert (found.target, found.source) == (run.target_out, run.source)


def test_shapes_are_those_promised(run):
    maps = [attention_maps(run, kind) for kind in KINDS]
    assert_shapes(*maps, *map(head_statistics, maps), alignment(run), maps[0].packed())


def test_no_view_of_a_run_runs_the_model(runner):
    run = runner.run(TEXT, SETTINGS)
    with counted(runner.network) as passes:
        alignment(run)
        assert passes.n == 2  # the inspected one, of encoder and decoder
        for kind in KINDS:
            maps = attention_maps(run, kind)
            head_statistics(maps), maps.packed(), maps.head(0, 0)
        alignment(run, layer=1)
        assert passes.n == 2


@pytest.mark.parametrize(
    ("view", "message"),
    [
        (lambda run: attention_maps(run, "self"), "attention: expected one of encoder, decoder, cross; found 'self'"),
        (lambda run: attention_maps(run, []), r"attention: expected one of encoder, decoder, cross; found \[\]"),
        (lambda run: attention_maps(run, "encoder").head(3, 0), "layer: expected a whole number from 0 to 2; found 3"),
        (lambda run: attention_maps(run, "cross").head(0, 11), "head: expected a whole number from 0 to 10; found 11"),
        (lambda run: attention_maps(run, "cross").head(-1, 0), "layer: expected a whole number from 0 to 1; found -1"),
        (
            lambda run: attention_maps(run, "cross").head("0", 0),
            "layer: expected a whole number from 0 to 1; found '0'",
        ),
        (lambda run: alignment(run, 2), "layer: expected a whole number from 0 to 1; found 2"),
    ],
)
def test_bad_input_is_answered_with_what_is_wrong(run, view, message):
    with pytest.raises(ValueError, match=message):
        view(run)
