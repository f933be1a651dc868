"""What could stand in a word's place, against the second road and a greedy search piece by piece."""

import pytest
import torch

from explain.alternatives import alternatives, parts, replace_word
from explain.next_token import from_prefix
from explain.run import Settings
from explain.runner import Runner
from explain.tokens import spelled
from model.decoding import greedy
from tests.conftest import tiny_translator
from tests.explain.conftest import SETTINGS
from tests.explain.others import open_other
from tests.explain.second_road import run_again


def words(run):
    return [part for part in parts(run) if part.tokens]


def test_the_parts_are_the_text_and_each_word_is_what_its_tokens_spell(run):
    assert "".join(part.text for part in parts(run)) == run.translation.text
    assert words(run)
    for word in words(run):
        assert spelled(run.target_out[i] for i in word.tokens).strip() == word.text
        assert any(character.isalnum() for character in word.text)


def test_every_probability_agrees_with_the_second_road(run):
    all_probs = run_again(run).probs
    for word in words(run)[:3]:
        position = word.tokens[0]
        found = alternatives(run, position)
        own = 1.0
        for i in word.tokens:
            own *= all_probs[i][run.translation.ids[i]].item()
        assert found.own.probability == pytest.approx(own, rel=1e-6) and found.own.text == word.text
        assert found.others
        for other in found.others:
            first = all_probs[position][other.ids[0]].item()
            assert other.probability <= first + 1e-12
            if len(other.ids) == 1:
                assert other.probability == pytest.approx(first, rel=1e-6)
        probabilities = [other.probability for other in found.others]
        assert probabilities == sorted(probabilities, reverse=True)
        shown = [found.own, *found.others]
        assert len({each.text for each in shown}) == len({each.ids[0] for each in shown}) == len(shown)
        assert found.rest_probability == pytest.approx(1 - sum(each.probability for each in shown), abs=1e-9)


def test_a_word_of_several_pieces_is_what_the_model_finishes_greedily(runner, run):
    long = [
        (word.tokens[0], other)
        for word in words(run)
        for other in alternatives(run, word.tokens[0], 60).others
        if len(other.ids) > 1
    ]
    assert long
    for position, other in long[:5]:
        read = [token.id for token in run.target_in[: position + 1]]
        src = run.prompt.src
        [again] = greedy(run.network, torch.tensor([src]), start=[*read, other.ids[0]], max_length=len(other.ids) - 1)
        assert again.ids == other.ids[1:]
        forced = runner.run(run.text, SETTINGS, 0, (*run.translation.ids[:position], *other.ids))
        product = 1.0
        for token in forced.target_out[position : position + len(other.ids)]:
            product *= token.probability
        assert other.probability == pytest.approx(product, rel=1e-5)


def test_the_word_chosen_stands_there_and_what_was_before_it_stays(runner, run):
    position = words(run)[1].tokens[0]
    other = alternatives(run, position).others[0]
    changed = replace_word(runner, run, position, list(other.ids))
    assert changed.prefix == (*run.translation.ids[:position], *other.ids)
    assert changed.translation.ids[: len(changed.prefix)] == changed.prefix
    assert changed.own.translation == run.own.translation


@pytest.mark.parametrize("ids", [None, [], "12", [True], ["5"], [10**9]])
def test_what_is_no_word_is_refused(runner, run, ids):
    with pytest.raises(ValueError, match=r"word: expected a list|target token: expected a whole number"):
        replace_word(runner, run, 0, ids)


@pytest.mark.parametrize("position", [-1, 10**6, "1", None])
def test_where_no_word_can_begin_nothing_is_offered(runner, run, position):
    for ask in (lambda: alternatives(run, position), lambda: replace_word(runner, run, position, [5])):
        with pytest.raises(ValueError, match="position: expected a whole number from 0"):
            ask()


def test_the_text_that_a_language_model_continues_stays(tmp_path):
    runner = open_other("gpt2", tmp_path / "gpt2").runner
    run = from_prefix(runner, "The old woman sees", runner.default_settings(), "a house")
    assert "".join(part.text for part in parts(run)) == run.translation.text
    assert words(run) and all(place >= run.n_text for word in words(run) for place in word.tokens)
    with pytest.raises(ValueError, match=f"position: expected a whole number from {run.n_text}"):
        alternatives(run, 0)
    found = alternatives(run, words(run)[0].tokens[0])
    changed = replace_word(runner, run, found.position, found.others[0].ids)
    assert changed.translation.ids[found.position] == found.others[0].ids[0]


def test_a_word_goes_on_no_further_than_the_model_can_write():
    runner = Runner(tiny_translator(max_positions=23))
    run = runner.run("A small house.", Settings(direction="en-de"))
    last = len(run.target_out) - 1
    for other in alternatives(run, last).others:
        assert last + len(other.ids) <= run.limit
