"""What is said of a search beside its tree, on the bundled weights, and what a browser may ask for."""

import re
from dataclasses import replace

import pytest
import torch

from explain.beam_tree import beam_tree
from explain.run import Settings
from explain.runner import Runner
from model.decoding import greedy
from model.translator import Translator
from tests.browser.conftest import CHECKPOINT
from ui.beam_tree import begun, search_tree
from ui.events import Fields
from ui.sentence_bar import EXAMPLES

SIZES = (4, 8)  # the page's own, and the largest


@pytest.fixture(scope="module")
def runner() -> Runner:
    return Runner(Translator.from_pretrained(CHECKPOINT))


@pytest.fixture(scope="module")
def runs(runner):
    """Each example of the page, with each beam size, and the answers with and without going on."""
    found = []
    for text, direction in EXAMPLES:
        for beam_size in SIZES:
            run = runner.run(text, Settings(direction=direction, beam_size=beam_size))
            found.append((run, search_tree(run, goes_on=False), search_tree(run, goes_on=True)))
    return found


@pytest.fixture
def run(runs):
    return runs[0][0]


def numbers(text):
    return [float(number.replace("−", "-")) for number in re.findall(r"−?\d+\.?\d*", text)]


def by_hand(run):
    """The greedy translation's ids."""
    [found] = greedy(run.network, torch.tensor([run.prompt.src]), max_length=run.limit, forbidden=run.forbidden_ids)
    return found.ids


def test_the_list_is_the_one_that_the_page_shows(runs):
    for run, shown, _ in runs:
        assert [each["text"] for each in shown["best"]] == [each.text for each in run.translations]
        assert [each["score"] for each in shown["best"]] == pytest.approx([each.score for each in run.translations])


def test_going_on_only_adds_steps(runs):
    for _, early, late in runs:
        assert late["penalties"][: len(early["penalties"])] == early["penalties"]
        for name, column in early["nodes"].items():
            assert late["nodes"][name][: len(column)] == column


def test_the_words_tell_why_the_search_ended_and_what_it_would_have_found(runs):
    for run, early, late in runs:
        n_steps, n_ended = len(early["penalties"]), early["nodes"]["state"].count("ended")
        ending, going_on, _ = early["words"]
        if n_ended >= run.settings.beam_size:
            assert numbers(ending) == [n_steps, n_ended, run.settings.beam_size]
        n_more = len(late["penalties"]) - n_steps
        lists = [[(each["text"], each["score"]) for each in answer["best"]] for answer in (early, late)]
        if not n_more:
            assert going_on.startswith("Told to keep searching, it ends there too") and lists[0] == lists[1]
        elif lists[0] == lists[1]:
            assert numbers(going_on) == [n_more] and "would stay the same" in going_on
        else:
            rank = next(i for i, (lost, found) in enumerate(zip(*lists, strict=True)) if lost != found)
            assert f"rank {rank + 1} would be “{lists[1][rank][0]}”" in going_on
            assert f"instead of “{lists[0][rank][0]}”" in going_on
            assert lists[1][rank][1] >= lists[0][rank][1]


def test_among_the_examples_is_one_where_greedy_and_beam_part_and_the_words_say_where(runs):
    parted = 0
    for run, early, _ in runs:
        ours, theirs, words = run.translation.ids, by_hand(run), early["words"][2]
        assert ("finds the same best translation" in words) == (ours == theirs)
        if ours == theirs:
            continue
        parted += 1
        step = next(i for i, (one, other) in enumerate(zip(ours, theirs, strict=False)) if one != other)
        assert f"departs from the best translation at step {step + 1}:" in words
        assert f"“{run.tokenizer.decode(theirs)}”" in words
        score = numbers(words)[-1]
        assert ("has lost it" in words) == (score > run.translation.score)
    assert parted, "expected an example that greedy search translates otherwise: put one among EXAMPLES"


def test_one_size_alone_is_greedy(run):
    shown = search_tree(run, beam_size=1)
    assert len(shown["best"]) == 1 and "finds the same best translation" in shown["words"][2]


def test_the_length_limit_is_named_where_it_ended_the_search(run):
    short = replace(run, prompt=replace(run.prompt, limit=3))
    assert "After 3 steps there was no room for more" in search_tree(short)["words"][0]


def test_behind_a_beginning_steps_are_counted_on(runner, run):
    prefix = run.translation.ids[:2]
    shown = search_tree(runner.run(run.text, run.settings, prefix=prefix))
    assert (shown["n_before"], shown["prefix"]) == (2, list(prefix))
    assert all(each["text"].startswith(shown["start"]) for each in shown["best"])


def test_a_nodes_beginning_leads_to_its_run(runner, run):
    tree = beam_tree(run)
    node = next(node.id for node in tree.nodes if node.state == "pruned" and node.step == 2)
    forced = begun(runner, run, Fields(prefix=list(tree.ids(node))))
    assert forced.prefix == tree.ids(node) and forced.translation.ids[:3] == tree.ids(node)


@pytest.mark.parametrize(
    ("prefix", "message"),
    [
        (None, "beginning: expected the tokens of a node; found something else"),
        ("5", "beginning: expected the tokens of a node; found something else"),
        ([-1], "target token: expected"),
        (["5"], "target token: expected"),
        ([10**9], "target token: expected"),
        ([5] * 999, "target prefix: expected at most"),
    ],
)
def test_a_beginning_that_no_node_has_is_refused_in_words(runner, run, prefix, message):
    with pytest.raises(ValueError, match=message):
        begun(runner, run, Fields(prefix=prefix))


@pytest.mark.parametrize("fields", [{"beam_size": 9}, {"beam_size": 0}, {"alpha": 2.1}, {"alpha": -1.0}])
def test_settings_out_of_range_are_refused_in_words(run, fields):
    [name] = fields
    with pytest.raises(ValueError, match=f"{name}: expected"):
        search_tree(run, **fields)
