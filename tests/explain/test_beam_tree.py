"""The search as a tree: the list of translations again, re-scored, and against every search by hand."""

from __future__ import annotations

import dataclasses
import json

import pytest
import torch

from explain.beam_tree import Node, beam_tree
from explain.plain import plain
from explain.run import Settings
from explain.runner import Runner
from explain.tokens import Token
from model.decoding import greedy, length_penalty
from tests.explain.conftest import SETTINGS, TEXT


def forced(run, ids):
    """The log-probabilities of `ids` in one pass over all of them; a search computes in single precision."""
    src = torch.tensor([run.prompt.src])
    logits = run.network(src, torch.tensor([[*run.prompt.start, *ids[:-1]]]))[0, len(run.prompt.start) - 1 :]
    return logits.log_softmax(dim=-1)[range(len(ids)), ids].tolist()


def test_the_best_ended_nodes_are_the_list_of_translations(run):
    tree = beam_tree(run)
    shown = [translation.ids for translation in run.translations]
    assert [tree.ids(number) for number in tree.best] == shown
    assert [tree.nodes[number].score for number in tree.best] == pytest.approx([t.score for t in run.translations])
    ended = sorted((node.score for node in tree.nodes if node.state == "ended"), reverse=True)
    assert ended[: len(shown)] == pytest.approx([translation.score for translation in run.translations])


def test_every_sum_is_that_of_a_pass_over_the_whole_beginning(run):
    tree = beam_tree(run)
    for node in tree.nodes:
        ids = tree.ids(node.id)
        log_probs = forced(run, ids)
        assert node.step == len(ids) - 1
        assert node.log_prob == pytest.approx(log_probs[-1], abs=1e-5)
        assert node.total == pytest.approx(sum(log_probs), abs=1e-5)
        assert node.score == pytest.approx(node.total / length_penalty(len(ids), run.settings.alpha), abs=1e-5)


def test_a_beam_of_one_is_greedy(runner):
    run = runner.run(TEXT, Settings(direction="en-de", beam_size=1, n_best=1))
    tree = beam_tree(run)
    [by_hand] = greedy(run.network, torch.tensor([run.prompt.src]), max_length=run.limit, forbidden=run.forbidden_ids)
    assert tree.ids(tree.best[0]) == by_hand.ids
    assert sum(node.state == "alive" for node in tree.nodes) <= len(by_hand.ids)


@pytest.mark.parametrize("beam_size", [2, 3, 5])
def test_the_survivors_are_those_of_a_search_by_hand(translator, beam_size):
    """Every continuation of every survivor is scored by a pass of its own, and the best are taken by sorting."""
    settings = Settings(direction="en-de", beam_size=beam_size, n_best=1)
    run = Runner(translator).run("pizza", settings)
    tree, eos = beam_tree(run), run.tokenizer.eos_id
    live, step = [()], 0
    while any(node.step == step for node in tree.nodes) and step < 4:
        scored = []
        for beginning in live:
            src, tgt = torch.tensor([run.prompt.src]), torch.tensor([[*run.prompt.start, *beginning]])
            log_probs = run.network(src, tgt)[0, -1].log_softmax(dim=-1)
            log_probs[list(run.forbidden_ids)] = float("-inf")
            before = sum(forced(run, list(beginning))) if beginning else 0.0
            scored += [(before + log_prob, (*beginning, i)) for i, log_prob in enumerate(log_probs.tolist())]
        best = [ids for _, ids in sorted(scored, reverse=True)[: 2 * beam_size]]
        found = [node for node in tree.nodes if node.step == step]
        assert [tree.ids(node.id) for node in found] == best
        ended = [ids for ids in best[:beam_size] if ids[-1] == eos]
        live = [ids for ids in best if ids[-1] != eos][:beam_size]
        states = {"ended": ended, "alive": live}
        for state, expected in states.items():
            assert [tree.ids(node.id) for node in found if node.state == state] == expected, state
        step += 1
    assert step >= 2


def test_without_early_stopping_no_rank_is_worse(run):
    early, late = beam_tree(run, early_stopping=True), beam_tree(run, early_stopping=False)
    assert len(late.nodes) >= len(early.nodes)
    scores = [[tree.nodes[number].score for number in tree.best] for tree in (early, late)]
    assert all(b >= a - 1e-12 for a, b in zip(*scores, strict=True))


def test_a_forced_beginning_counts_in_every_sum(runner, run):
    prefix = tuple(token.id for token in run.target_out[:2])
    forced_run = runner.run(TEXT, SETTINGS, prefix=prefix)
    tree = beam_tree(forced_run)
    assert [tree.nodes[number].score for number in tree.best] == pytest.approx(
        sorted((translation.score for translation in forced_run.translations), reverse=True)
    )
    first = tree.nodes[0]
    assert first.step == 0 and first.total == pytest.approx(sum(forced(run, [*prefix, first.token.id])), abs=1e-5)


def test_a_complete_beginning_has_no_search(runner, run):
    whole = tuple(token.id for token in run.target_out)
    if whole[-1] != run.tokenizer.eos_id:
        whole = (*whole[:3], run.tokenizer.eos_id)
    with pytest.raises(ValueError, match="search: expected a beginning that can go on; found one that is complete"):
        beam_tree(runner.run(TEXT, SETTINGS, prefix=whole))


def test_it_is_the_tree_of_a_run_with_those_settings(runner, run):
    settings = dataclasses.replace(run.settings, beam_size=2, alpha=1.3, n_best=2)
    assert beam_tree(run, settings=settings) == beam_tree(runner.run(TEXT, settings)) != beam_tree(run)


def test_a_path_leads_from_the_root_to_its_node_and_what_all_have_in_common_is_in_each(run):
    tree = beam_tree(run)
    for node in tree.nodes:
        path = tree.path(node.id)
        assert path[-1] == node.id and [tree.nodes[number].step for number in path] == list(range(node.step + 1))
        assert [tree.nodes[number].parent for number in path] == [None, *path[:-1]]
    ended = [tree.ids(number) for number in tree.ended]
    assert {ids[: tree.n_common] for ids in ended} == {ended[0][: tree.n_common]}
    longer = {ids[: tree.n_common + 1] for ids in ended}
    assert len(longer) > 1 or len(ended) == 1
    assert tree.path(None) == tree.ids(None) == ()


def test_json_holds_every_number_of_it(run):
    tree = beam_tree(run)
    read = json.loads(json.dumps(plain(tree)))
    assert len(read["nodes"]) == len(tree.nodes) > run.settings.beam_size
    again = [
        Node(**{**node, "token": Token(**node["token"])})  # a name too many or too few is an error
        for node in read["nodes"]
    ]
    assert tuple(again) == tree.nodes
    assert (tuple(read["best"]), tuple(read["penalties"])) == (tree.best, tree.penalties)
