"""Every tab on three models: ours, one of OPUS-MT's kind with two vocabularies, and one of GPT-2's."""

import json
import re
from pathlib import Path

import gradio as gr
import numpy as np
import pytest

import ui.components
from explain.attention import attention_maps
from explain.run import Settings
from explain.runner import Runner
from explain.walk import walk
from tests.conftest import tiny_translator
from tests.explain.others import open_other
from ui.answers import answering
from ui.models import Models
from ui.request import Request
from ui.tabs.attention import attention_tab, exact_weights, tab_value
from ui.tabs.inside import cell, depth_value, diagram, inside_tab, stage, switches_value
from ui.tabs.next_token import bars_value, next_token_tab, steps_value
from ui.tabs.positions import naive_value, positions_tab
from ui.tabs.translate import translate_tab, translation_value

TEXT = "The old woman sees a small house."
NAMES = ["ours", "marian", "gpt2"]
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


def test_each_tab_draws_and_renders_every_model(models, opened):
    """The page is drawn on one model and then shows another; what a widget gets is JSON."""
    first = models.default.run(TEXT, Settings("en-de"))
    for drawn_on in (first, opened[1]):
        with gr.Blocks(analytics_enabled=False):
            request = gr.JSON(Request.of(drawn_on).to_browser(), visible=False)
            tabs = (attention_tab, next_token_tab, positions_tab)
            with gr.Tabs():
                views = [translate_tab(drawn_on), *(tab(models, drawn_on, request) for tab in tabs)]
                views.append(inside_tab(models, drawn_on, request, answering(models)))
        for view in views:
            values = view.render(opened[1])
            assert len(values) == len(view.outputs)
            for value in values:
                assert isinstance(value, gr.components.Component) or json.dumps(value)


def test_the_translation_is_aligned_where_there_is_a_source(opened):
    runner, run = opened
    value = translation_value(run)
    assert value["translates"] == runner.translates
    assert (value["alignment"] is None) == (value["source"] == []) == (not runner.translates)
    if runner.translates:
        assert np.shape(value["alignment"]) == (len(run.target_out), len(run.source))
    written = [value["start"], *value["hypotheses"][0]["tokens"]]
    assert [token["id"] for token in written] == [run.target_in[0].id, *run.translation.ids]


def test_the_attention_tab_offers_the_kinds_of_the_model(opened):
    runner, run = opened
    value = json.loads(tab_value(run)["json"])
    assert list(value["kinds"]) == kinds(runner)
    assert (value["languages"] is None) == (not runner.translates)
    for kind, maps in value["kinds"].items():
        rows, columns = maps["weights"]["shape"][2:]
        assert rows == len(value["tokens"]["source" if kind == "encoder" else "target_in"])
        assert columns == len(value["tokens"]["target_in" if kind == "decoder" else "source"])
    assert exact_weights(attention_maps(run, kinds(runner)[-1]), [0])["kind"] == kinds(runner)[-1]


def test_inside_offers_what_the_model_has(opened):
    runner, run = opened
    sides = ["encoder", "decoder"] if runner.translates else ["decoder"]
    assert list(depth_value(run)["moves"]) == sides
    assert list(switches_value(run)["layers"]) == kinds(runner)
    assert {step["side"] for step in diagram(run)["steps"]} == {*sides, "output"}
    value = cell(run, kinds(runner)[-1], 0, 0, 1, 1)
    assert list(value["layers"]) == kinds(runner)
    total = sum(part["value"] for part in value["parts"]["parts"])
    assert total == pytest.approx(value["parts"]["logit"], abs=1e-4 * abs(value["parts"]["logit"]) + 1e-4)


def test_every_stage_has_a_formula_on_the_page(opened):
    runner, run = opened
    page = (Path(ui.components.__file__).parent / "inside_stage" / "inside_stage.html").read_text(encoding="utf-8")
    formulas = set(re.findall('data-stage="([^"]+)"', page))
    asked = {stage(run, i, 0)["view"]["formula"] for i in range(len(walk(runner.config)))}
    assert asked <= formulas
    variants = {"ours": set(), "marian": {"linear_bias"}}
    variants["gpt2"] = {"embedding_unscaled", "position_learned", "next_text"}
    assert variants[run.model] == {name for name in asked if "_" in name} - {"w_o", "feed_forward", "final_norm"}


def test_the_positions_tab_says_whether_the_table_was_learned(opened):
    _, run = opened
    value = naive_value(run)
    assert value["learned"] == (run.model == "gpt2")
    assert value["model"] == run.model
    assert len(value["token_norms"]) == len(run.source or run.target_in)


def test_nothing_can_be_forced_inside_the_text_that_is_continued(gpt2):
    _, run = gpt2
    assert run.n_text > 1
    assert [bars_value(run, position)["in_text"] for position in (0, run.n_text - 1, run.n_text)] == [1, 1, 0]
    value = steps_value(run, None)
    assert not value["translates"] and value["n_text"] == run.n_text
    assert value["start"]["id"] == run.target_in[0].id
