"""Every tab on three models: ours, one of OPUS-MT's kind with two vocabularies, and one of GPT-2's."""

import json

import numpy as np
import pytest

import ui.page  # noqa: F401  (every question of the page)
from explain.runner import Runner
from explain.source_words import source_words
from explain.stages.walk import walk
from explain.toy import starting_matrices
from tests.conftest import tiny_translator
from tests.explain.others import open_other
from tests.loops import finished
from ui.answers import _QUESTIONS, answering
from ui.formulas import mathml, typeset
from ui.models import Models
from ui.request import Request
from ui.stages import words_of
from ui.tabs.attention import attention, exact_attention
from ui.tabs.inside import cell, diagram, stage
from ui.tabs.layers import layer_moves
from ui.tabs.next_token import bars_value, walk_value, why_not
from ui.tabs.positions import raw_numbers
from ui.tabs.translate import translation, word_sources
from ui.tabs.what_if import switched

TEXT = "The old woman sees a small house."
NAMES = ["ours", "marian", "gpt2"]
ORDERS = ("Ram pushed Hari.", "Hari pushed Ram.")
ALL_KINDS = ["encoder", "decoder", "cross"]


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> Models:
    folder = tmp_path_factory.mktemp("hub")
    translators = {
        "ours": tiny_translator(max_positions=251),
        "marian": open_other("unshared", folder / "marian").runner.text_model,
        "gpt2": open_other("gpt2", folder / "gpt2").runner.text_model,
    }
    return Models([Runner(translator, name) for name, translator in translators.items()])


@pytest.fixture(params=NAMES)
def opened(request, models):
    """A runner, and its run of the text."""
    runner = models.runner(request.param)
    return runner, runner.run(TEXT, runner.default_settings())


@pytest.fixture
def gpt2(models):
    runner = models.runner("gpt2")
    return runner, runner.run(TEXT, runner.default_settings())


def kinds(runner):
    return ALL_KINDS if runner.translates else ["decoder"]


# What each widget asks when it is first seen.
FIRST = {
    "sentences": {},
    "notes": {},
    "translation": {},
    "word_choices": {"position": 0},
    "word_sources": {},
    "origin": {},
    "exercise": {"number": 1},
    "sureness": {},
    "search_tree": {},
    "attention": {},
    "exact_attention": {"kind": None, "layers": [0]},
    "head_effects": {},
    "text_without_part": {"name": "head", "kind": "cross", "layer": 1, "head": 7, "baseline": "zero"},
    "next_token": {"position": None},
    "why_not": {"position": 0, "rival": None, "typed": None},
    "position_table": {"positions": 64, "dimensions": 0, "own": True},
    "position_rotation": {"positions": 64, "dimensions": 0, "own": True, "pair": 0, "offset": 3},
    "raw_numbers": {},
    "two_orders": {"first": ORDERS[0], "second": ORDERS[1], "direction": None},
    "diagram": {},
    "stage": {"step": 0, "head": 0},
    "cell": {},
    "toy_attention": {"d_model": 4, "n_heads": 1, "matrices": starting_matrices(4)},
    "in_words": {},
    "film": {},
    "film_maps": {"sentence": 0, "kind": "cross"},
    "scores": {},
    "layer_moves": {},
    "word_shift": {},
    "two_sentences": {},
    "switched": {"name": "positions"},
    "probes": {},
}
# What a language model has not.
REFUSED = {
    "gpt2": {
        "word_choices": "position: expected a whole number",
        "position_rotation": "learned",
        "two_orders": "order: expected a model with an encoder",
        "two_sentences": "two sentences: expected a model with an encoder and cross-attention",
        "probes": "probes: expected a model that translates",
    },
}


@pytest.mark.parametrize("name", FIRST)
def test_each_widget_is_answered_on_every_model_when_it_is_first_seen(models, opened, name):
    _, run = opened
    asked = {"request": Request.of(run).to_browser(), "questions": [{"name": name, "fields": FIRST[name]}]}
    [answer] = json.loads(finished(answering(models)(asked)).body)["answers"]
    assert REFUSED.get(run.model, {}).get(name, "") in answer.get("problem", "")
    assert ("problem" in answer) == (name in REFUSED.get(run.model, {}))


def test_every_question_of_the_page_is_asked_above():
    assert set(_QUESTIONS) == set(FIRST)


def test_the_words_have_sources_where_there_is_a_source(opened, monkeypatch):
    runner, run = opened
    assert translation(run)["translates"] == word_sources(runner, run)["translates"] == runner.translates
    written = [translation(run)["start"], *translation(run)["hypotheses"][0]["tokens"]]
    assert [token["id"] for token in written] == [run.target_in[0].id, *run.translation.ids]
    if not runner.translates:
        return
    value, found = word_sources(runner, run), source_words(run)
    pieces = value["words"]["pieces"]
    assert np.shape(pieces["share"]) == (len(run.target_out), len(run.source))
    assert value["words"]["share"] == found.share.tolist() and value["links"] == found.links
    assert value["head"] is None and pieces["aligned"] is None
    monkeypatch.setattr(runner.text_model, "alignment_head", (1, 0))
    assert word_sources(runner, run)["head"] == [1, 0]
    aligned = source_words(run).aligned
    assert aligned is not None and word_sources(runner, run)["words"]["aligned"] == aligned.tolist()


def test_a_rival_is_the_likeliest_other_token_one_of_an_id_or_one_as_it_is_written(opened):
    _, run = opened
    position = len(run.target_out) - 1
    chosen = run.target_out[position].id
    found = why_not(run, position)
    logits = run.trace["logits"][0, position]
    assert found["rival"]["id"] == next(i for i in logits.argsort(descending=True, stable=True).tolist() if i != chosen)
    other = next(i for i in range(5, 99) if i not in (chosen, found["rival"]["id"]))
    [token] = run.tokens([other])
    assert why_not(run, position, other)["rival"]["text"] == token.text
    typed = why_not(run, position, typed=token.text)
    assert typed["difference"] == pytest.approx(sum(part["value"] for part in typed["parts"]), abs=1e-4)
    with pytest.raises(ValueError, match="rival: expected another token"):
        why_not(run, position, chosen)


def test_the_attention_tab_offers_the_kinds_of_the_model(opened):
    runner, run = opened
    value = attention(run)
    assert list(value["kinds"]) == kinds(runner)
    assert (value["languages"] is None) == (not runner.translates)
    for kind, maps in value["kinds"].items():
        rows, columns = maps["weights"]["shape"][2:]
        assert rows == len(value["tokens"]["source" if kind == "encoder" else "target_in"])
        assert columns == len(value["tokens"]["target_in" if kind == "decoder" else "source"])
    assert exact_attention(run, None, [0])["kind"] == kinds(runner)[-1]


def test_inside_offers_what_the_model_has(opened):
    runner, run = opened
    sides = ["encoder", "decoder"] if runner.translates else ["decoder"]
    assert list(layer_moves(run)) == sides
    assert list(switched(run, "residual")["layers"]) == kinds(runner)
    assert {step["side"] for step in diagram(run)["steps"]} == {*sides, "output"}
    value = cell(run, kinds(runner)[-1], 0, 0, 1, 1)
    assert list(value["layers"]) == kinds(runner)
    total = sum(part["value"] for part in value["parts"]["parts"])
    assert total == pytest.approx(value["parts"]["logit"], abs=1e-4 * abs(value["parts"]["logit"]) + 1e-4)


def test_every_stage_is_shown_with_its_words_typeset(opened):
    _, run = opened
    for index, step in enumerate(walk(run.config)):
        shown = stage(run, index, 0)
        words = words_of(step.stage, run.config)
        assert shown["steps"][index]["name"] == words.name
        assert shown["view"]["title"] == typeset(words.title)
        assert shown["view"]["formula"] == [{"math": mathml(words.formula, display=True)}]


def test_the_positions_tab_says_whether_the_table_was_learned(opened):
    _, run = opened
    value = raw_numbers(run)
    assert value["learned"] == (run.model == "gpt2")
    assert len(value["token_norms"]) == len(run.source or run.target_in)


def test_nothing_can_be_forced_inside_the_text_that_is_continued(gpt2):
    _, run = gpt2
    assert run.n_text > 1
    assert [bars_value(run, position)["in_text"] for position in (0, run.n_text - 1, run.n_text)] == [1, 1, 0]
    value = walk_value(run)
    assert not value["translates"] and value["n_text"] == run.n_text
    assert value["start"]["id"] == run.target_in[0].id
