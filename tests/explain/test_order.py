"""Two orders of the same words, with positions and without, against the second road."""

import numpy as np
import pytest

from explain.order import naive_comparison, order_experiment
from explain.runner import Runner
from model.translator import Translator
from tests.conftest import tiny_model
from tests.explain.conftest import SETTINGS, TEXT
from tests.explain.second_road import run_again, sinusoid
from tests.explain.shapes import assert_shapes

FIRST, SECOND = "Ram pushed Hari.", "Hari pushed Ram."


@pytest.fixture
def experiment(runner):
    return order_experiment(runner, FIRST, SECOND, SETTINGS)


def test_without_positions_the_outputs_are_the_same_vectors_permuted(experiment):
    assert experiment.largest_without < 1e-12
    assert experiment.largest_with > 0.1


def test_every_difference_agrees_with_the_second_road(runner, experiment):
    for with_positions, found, pairs, largest in [
        (True, experiment.map_with, experiment.differences_with, experiment.largest_with),
        (False, experiment.map_without, experiment.differences_without, experiment.largest_without),
    ]:
        first = run_again(experiment.first, with_positions).memory
        second = run_again(experiment.second, with_positions).memory
        expected = [[max(abs(a - b) for a, b in zip(u, v, strict=True)) for v in second] for u in first]
        np.testing.assert_allclose(found, expected, atol=1e-9)
        in_pairs = [expected[i][j] for i, j in enumerate(experiment.pairing)]
        np.testing.assert_allclose(pairs, in_pairs, atol=1e-9)
        assert largest == pytest.approx(max(in_pairs), abs=1e-9)


def test_tokens_are_paired_with_themselves(experiment):
    assert experiment.pairing == (0, 3, 2, 1, 4, 5)
    for token, place in zip(experiment.first.source, experiment.pairing, strict=True):
        assert token.id == experiment.second.source[place].id


def test_repeated_words_are_paired_in_order(runner):
    experiment = order_experiment(runner, "the dog and the cat", "and the cat the dog", SETTINGS)
    texts = [token.text for token in experiment.first.source]
    assert texts.count("▁the") == 2
    paired = dict(zip(range(len(texts)), experiment.pairing, strict=True))
    assert sorted(paired.values()) == list(range(len(texts)))
    first_the, second_the = (i for i, text in enumerate(texts) if text == "▁the")
    assert paired[first_the] < paired[second_the]
    assert experiment.largest_without < 1e-12


def test_both_translations_are_those_of_the_translate_tab(runner, experiment):
    assert experiment.first is runner.run(FIRST, SETTINGS)
    assert experiment.second is runner.run(SECOND, SETTINGS)
    assert_shapes(experiment)


def test_leaving_positions_out_does_not_last(runner, experiment):
    again = Runner(runner.text_model).run(FIRST, SETTINGS)
    np.testing.assert_allclose(again.trace["encoder.output"][0], run_again(again).memory, atol=1e-9)


def test_different_words_are_named(runner, uses):
    message = (
        "order: expected two texts of the same tokens; found ▁pushed only in the first and ▁sees only in the second"
    )
    with pytest.raises(ValueError, match=message):
        order_experiment(runner, FIRST, "Hari sees Ram.", SETTINGS)
    with pytest.raises(ValueError, match=r"found \. only in the first and none only in the second"):
        order_experiment(runner, FIRST, "Hari pushed Ram", SETTINGS)
    assert not uses


def test_a_model_without_positions_has_none_to_leave_out(tokenizer):
    runner = Runner(Translator(tiny_model(vocab_size=len(tokenizer), positions="none"), tokenizer))
    with pytest.raises(ValueError, match="expected a model with positions; found one with positions='none'"):
        order_experiment(runner, FIRST, SECOND, SETTINGS)


def test_norms_are_those_of_the_models_own_vectors(runner, run):
    found = naive_comparison(run, n_positions=23)
    embeddings = runner.network.state_dict()["tokens.weight"].numpy() * np.sqrt(22)
    norms = [np.sqrt(sum(value * value for value in row)) for row in embeddings.tolist()]
    np.testing.assert_allclose(found.token_norms, [norms[token.id] for token in run.source], atol=1e-9)
    assert found.vocabulary_min == pytest.approx(min(norms))
    assert found.vocabulary_median == pytest.approx(sorted(norms)[(len(norms) - 1) // 2])
    assert found.vocabulary_max == pytest.approx(max(norms))
    np.testing.assert_allclose(found.position_norms, np.sqrt((sinusoid(23, 22) ** 2).sum(axis=-1)), atol=1e-6)
    naive = [np.linalg.norm(np.full(22, pos)) for pos in range(23)]
    np.testing.assert_allclose(found.naive_norms, naive, atol=1e-9)
    assert found.tokens == run.source
    assert_shapes(found)


def test_a_position_beyond_the_table_is_refused(runner):
    run = runner.run(TEXT, SETTINGS)
    with pytest.raises(ValueError, match="positions: expected a whole number from 1 to 211; found 212"):
        naive_comparison(run, 212)
