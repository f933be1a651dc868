"""The next token's distribution against the second road, and what a forced, sampled or typed token changes."""

import json
import math

import numpy as np
import pytest

from explain.next_token import Sampling, distribution, force, from_prefix, sample_on, steps
from explain.plain import plain
from tests.explain.conftest import SETTINGS, TEXT
from tests.explain.second_road import run_again
from tests.explain.shapes import assert_shapes
from tests.passes import counted

SAMPLINGS = [
    Sampling(),
    Sampling(temperature=0.5),
    Sampling(temperature=3.0, top_k=7),
    Sampling(top_p=0.8),
    Sampling(temperature=1.7, top_k=40, top_p=0.9),
    Sampling(temperature=0),
]


def sampled_again(probs, sampling, forbidden):
    """Temperature, top-k and top-p by sorting and adding up in plain Python."""
    logs = {i: math.log(p) for i, p in enumerate(probs) if i not in forbidden}
    if sampling.temperature == 0:
        return {max(logs, key=logs.get): 1.0}
    top = max(logs.values())
    kept = {i: math.exp((log - top) / sampling.temperature) for i, log in logs.items()}
    ranking = sorted(kept, key=kept.get, reverse=True)
    if sampling.top_k:
        ranking = ranking[: sampling.top_k]
    total = sum(kept[i] for i in ranking)
    nucleus, mass = [], 0.0
    for i in ranking:
        if mass >= sampling.top_p:
            break
        nucleus.append(i)
        mass += kept[i] / total
    total = sum(kept[i] for i in nucleus)
    return {i: kept[i] / total for i in nucleus}


def entropy(probs):
    return -sum(p * math.log2(p) for p in probs if p > 0)


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_every_number_agrees_with_the_second_road_at_every_position(runner, run, sampling):
    all_probs = run_again(run).probs
    forbidden = {0, 1, 3, 4}  # <pad>, <s> and the languages, by training/tokenizer.py
    assert forbidden == set(run.forbidden_ids)
    for position in range(0, len(run.target_out), 7):
        probs = all_probs[position].tolist()
        drawn = sampled_again(probs, sampling, forbidden)
        ranking = sorted(range(len(probs)), key=lambda i: -probs[i])
        shown, rest = ranking[:11], ranking[11:]
        found = distribution(run, position, sampling, n_shown=11)
        assert [candidate.id for candidate in found.candidates] == shown
        for candidate in found.candidates:
            assert candidate.probability == pytest.approx(probs[candidate.id], abs=1e-9)
            assert candidate.sampling_probability == pytest.approx(drawn.get(candidate.id, 0), abs=1e-9)
        assert found.n_rest == len(rest)
        assert found.rest_probability == pytest.approx(sum(probs[i] for i in rest), abs=1e-9)
        assert found.rest_sampling_probability == pytest.approx(sum(drawn.get(i, 0) for i in rest), abs=1e-9)
        assert found.entropy_bits == pytest.approx(entropy(probs), abs=1e-9)
        assert found.sampling_entropy_bits == pytest.approx(entropy(drawn.values()), abs=1e-9)
        chosen = run.translation.ids[position]
        assert found.chosen_rank == 1 + sum(p > probs[chosen] for p in probs)
        assert found.chosen.id == chosen
        assert found.chosen.probability == pytest.approx(probs[chosen], abs=1e-9)
        assert found.chosen.sampling_probability == pytest.approx(drawn.get(chosen, 0), abs=1e-9)


def test_an_improbable_chosen_token_has_its_true_rank(runner, run):
    probs = run_again(run).probs[2].tolist()
    ranking = sorted((i for i in range(5, len(probs))), key=lambda i: -probs[i])
    token_id = ranking[200]
    found = distribution(force(runner, run, 2, token_id), 2)
    assert found.chosen_rank == 1 + sum(p > probs[token_id] for p in probs) > 200
    assert found.chosen.probability == pytest.approx(probs[token_id], abs=1e-9)


def test_all_positions_at_a_glance_are_those_of_the_single_distributions(runner, run):
    overview = steps(run)
    probs = run_again(run).probs
    for position, token_id in enumerate(run.translation.ids):
        row = probs[position].tolist()
        assert overview.probabilities[position] == pytest.approx(row[token_id], abs=1e-9)
        assert overview.ranks[position] == 1 + sum(p > row[token_id] for p in row)
        assert overview.entropies_bits[position] == pytest.approx(entropy(row), abs=1e-9)
    assert_shapes(overview)


def test_candidates_are_named_as_in_the_vocabulary(runner, run):
    found = distribution(run, 0, n_shown=100)
    tokenizer = runner.tokenizer
    assert [candidate.text for candidate in found.candidates] == [tokenizer.token(c.id) for c in found.candidates]
    assert [c.special for c in found.candidates] == [c.id in tokenizer.special_ids for c in found.candidates]
    assert_shapes(found, *found.candidates)
    json.dumps(plain(found), allow_nan=False)


def test_sliders_never_run_the_model(runner):
    run = runner.run(TEXT, SETTINGS)
    with counted(runner.network) as passes:
        distribution(run, 0)
        assert passes.n == 2  # the inspected one, of encoder and decoder
        for sampling in SAMPLINGS:
            for position in (0, 3, len(run.target_out) - 1):
                distribution(run, position, sampling, n_shown=3)
        steps(run)
        assert passes.n == 2


def test_a_forced_token_stands_and_the_search_goes_on_behind_it(runner, run):
    forced = force(runner, run, 4, 100)
    assert forced.translation.ids[:5] == (*run.translation.ids[:4], 100)
    assert forced.translation.ids[5:] != run.translation.ids[5:]
    assert [token.given for token in forced.target_out[:6]] == 5 * [True] + [False]
    assert (forced.text, forced.settings, forced.source) == (run.text, run.settings, run.source)


def test_what_stands_before_the_forced_token_keeps_its_distribution(runner, run):
    forced = force(runner, run, 4, 100)
    for position in range(5):
        before, after = distribution(run, position), distribution(forced, position)
        assert [c.id for c in before.candidates] == [c.id for c in after.candidates]
        assert before.entropy_bits == pytest.approx(after.entropy_bits, abs=1e-9)


def test_forcing_the_end_ends_the_translation(runner, run):
    ended = force(runner, run, 2, runner.tokenizer.eos_id)
    assert ended.translation.ids == (*run.translation.ids[:2], runner.tokenizer.eos_id)


def test_the_last_position_can_be_forced(runner, run):
    last = len(run.target_out) - 1
    assert force(runner, run, last, 100).translation.ids[: last + 1] == (*run.translation.ids[:last], 100)


def test_the_same_seed_draws_the_same_translation_and_another_seed_another(runner, run):
    sampling = Sampling(temperature=1.5)
    first, again, other = (sample_on(runner, run, 3, sampling, seed) for seed in (7, 7, 8))
    assert first is again
    assert first.translation.ids != other.translation.ids
    for sampled in (first, other):
        assert sampled.translation.ids[:3] == run.translation.ids[:3]
        assert len(sampled.translations) == 1
        assert all(token.given for token in sampled.target_out)


def test_a_sampled_translation_can_be_reopened_from_its_ids_alone(runner, run):
    sampled = sample_on(runner, run, 0, Sampling(), seed=11)
    assert runner.run(TEXT, SETTINGS, prefix=sampled.translation.ids) is sampled
    assert sampled.prefix == sampled.translation.ids


def test_sampling_draws_with_the_probabilities_that_are_shown(runner, run):
    sampling = Sampling(temperature=1.3, top_k=3)
    last = len(run.target_out) - 1  # so that one token is drawn at a time
    shown = distribution(run, last, sampling, n_shown=3)
    seeds = range(120)
    drawn = [sample_on(runner, run, last, sampling, seed).translation.ids[last] for seed in seeds]
    for candidate in shown.candidates:
        p = candidate.sampling_probability
        deviation = math.sqrt(p * (1 - p) / len(seeds))
        assert drawn.count(candidate.id) / len(seeds) == pytest.approx(p, abs=4 * deviation)


def test_temperature_0_draws_the_most_probable_token_each_time(runner, run):
    sampled = sample_on(runner, run, 0, Sampling(temperature=0), seed=0)
    probs = run_again(sampled).probs
    probs[:, list(run.forbidden_ids)] = 0
    np.testing.assert_array_equal(probs.argmax(axis=-1), sampled.translation.ids)


def test_a_typed_beginning_is_kept(runner):
    run = from_prefix(runner, TEXT, SETTINGS, "Hari schubste")
    assert run.translation.text.startswith("Hari schubste")
    assert run.prefix == tuple(runner.tokenizer.encode("Hari schubste"))


def test_an_empty_beginning_asks_for_nothing(runner):
    assert from_prefix(runner, TEXT, SETTINGS, "  ") is runner.run(TEXT, SETTINGS)


def test_a_typed_end_token_is_only_text(runner):
    run = from_prefix(runner, TEXT, SETTINGS, "</s>")
    assert runner.tokenizer.eos_id not in run.prefix
    assert run.translation.text.startswith("</s>")


@pytest.mark.parametrize(
    ("view", "message"),
    [
        (lambda runner, run: distribution(run, 61), "position: expected a whole number from 0 to 60; found 61"),
        (lambda runner, run: distribution(run, -1), "position: expected a whole number from 0 to 60; found -1"),
        (
            lambda runner, run: distribution(run, "1"),
            "position: expected a whole number from 0 to 60; found '1'",
        ),
        (lambda runner, run: distribution(run, 0, n_shown=0), "n_shown: expected a whole number from 1 to 100"),
        (lambda runner, run: force(runner, run, 61, 7), "position: expected a whole number from 0 to 60; found 61"),
        (lambda runner, run: force(runner, run, 0, 373), "token: expected a whole number from 0 to 372; found 373"),
        (lambda runner, run: force(runner, run, 0, None), "token: expected a whole number from 0 to 372; found None"),
        (lambda runner, run: force(runner, run, 0, 0), "token: no translation contains <pad>: choose another"),
        (
            lambda runner, run: sample_on(runner, run, 0, Sampling(), -1),
            "seed: expected a whole number from 0 to 4294967",
        ),
        (
            lambda runner, run: sample_on(runner, run, 99, Sampling(), 1),
            "position: expected a whole number from 0 to 60",
        ),
        (lambda runner, run: from_prefix(runner, TEXT, SETTINGS, None), "prefix: expected a text; found NoneType"),
        (lambda runner, run: from_prefix(runner, TEXT, SETTINGS, "a" * 20_001), "prefix: expected at most 20,000 char"),
        (lambda runner, run: from_prefix(runner, TEXT, SETTINGS, "= " * 62), "prefix: expected at most 61 tokens for"),
    ],
)
def test_bad_input_is_answered_with_what_is_wrong(runner, run, view, message):
    with pytest.raises(ValueError, match=message):
        view(runner, run)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (dict(temperature=-1), "temperature: expected a number from 0 to 10; found -1"),
        (dict(temperature=math.inf), "temperature: expected a number from 0 to 10; found inf"),
        (dict(temperature=1e-9), "temperature: expected 0, or 0.01 or more; found 1e-09"),
        (dict(top_k=-1), "top_k: expected a whole number from 0"),
        (dict(top_k=1.5), "top_k: expected a whole number from 0"),
        (dict(top_p=0), "top_p: expected more than 0 and at most 1; found 0"),
        (dict(top_p=1.01), "top_p: expected a number from 0 to 1; found 1.01"),
        (dict(top_p=math.nan), "top_p: expected a number from 0 to 1; found nan"),
    ],
)
def test_sampling_out_of_range_is_refused(values, message):
    with pytest.raises(ValueError, match=message):
        Sampling(**values)
