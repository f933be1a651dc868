"""The walk against the second road, which knows only the weights."""

from pathlib import Path

import numpy as np
import pytest

from explain.stages.code import lines_of
from explain.stages.stage import Step
from explain.stages.walk import STAGES, nearest_step, stage_view, walk
from model.attention import MultiHeadAttention
from tests.conftest import tiny_model
from tests.explain.second_road import _Pass, run_again, softmax
from tests.passes import counted

ROOT = Path(__file__).parents[3]


class Recorder(_Pass):
    """The second road, which also notes what goes into each sub-layer, what it adds, and its queries and keys."""

    def __init__(self, weights, config):
        super().__init__(weights, config)
        self.seen = {}

    def linear(self, at, x):
        self.seen[at] = (x, super().linear(at, x))
        return self.seen[at][1]

    def layer_norm(self, at, x):
        self.seen[at] = (x, super().layer_norm(at, x))
        return self.seen[at][1]


@pytest.fixture(scope="module")
def other(translator, run):
    weights = {name: value.detach().numpy() for name, value in translator.network.state_dict().items()}
    recorder = Recorder(weights, translator.network.config)
    config = translator.network.config
    recorder.result = recorder.run([token.id for token in run.source], [config.bos_id, *run.translation.ids[:-1]], True)
    return recorder


def views(run, stage, head=0):
    return [(step, stage_view(run, index, head)) for index, step in enumerate(walk(run.config)) if step.stage == stage]


def test_the_walk_begins_with_a_token_and_ends_with_the_next_and_visits_every_layer(translator):
    config = translator.network.config
    steps = walk(config)
    assert (steps[0].stage, steps[-1].stage) == ("token", "next")
    assert len(set(steps)) == len(steps)
    for side, n_layers in [("encoder", config.n_encoder_layers), ("decoder", config.n_decoder_layers)]:
        assert sorted({step.layer for step in steps if step.side == side and step.layer is not None}) == list(
            range(n_layers)
        )
    first = [step.stage for step in steps if (step.side, step.layer, step.block) == ("encoder", 0, "self_attn")]
    assert first.index("norm") == (0 if config.norm == "pre" else len(first) - 1)
    assert {step.side for step in steps if step.block == "cross_attn"} == {"decoder"}


def test_every_step_has_values_and_code_and_costs_no_run_of_the_model(run):
    run.trace  # noqa: B018 (computes it)
    with counted(run.network) as passes:
        for index, step in enumerate(walk(run.config)):
            view = stage_view(run, index)
            assert view.step == step and view.shapes and view.maps and view.code
            for shown in view.maps:
                assert shown.values.shape[0] == len(shown.rows)
                assert shown.columns is None or shown.values.shape[1] == len(shown.columns)
    assert passes.n == 0


def test_the_lines_shown_stand_in_the_source(runner, run):
    for index in range(len(walk(run.config))):
        for code in stage_view(run, index).code:
            lines = (ROOT / code.file).read_text(encoding="utf-8").splitlines()
            assert code.file.startswith("model/") and code.lines
            for number, text in code.lines:
                assert lines[number - 1] == text


def test_queries_keys_values_and_scores_equal_the_second_road(runner, run, other):
    size, head = run.network.config.d_head, 5
    part = slice(head * size, (head + 1) * size)
    for step, view in views(run, "qkv", head):
        at = f"{step.side}.layers.{step.layer}.{step.block}"
        for shown, name in zip(view.maps, ("q_proj", "k_proj", "v_proj"), strict=True):
            np.testing.assert_allclose(shown.values, other.seen[f"{at}.{name}"][1][:, part], atol=1e-9)
    for step, view in views(run, "scores", head):
        at = f"{step.side}.layers.{step.layer}.{step.block}"
        q, k = (other.seen[f"{at}.{name}"][1][:, part] for name in ("q_proj", "k_proj"))
        np.testing.assert_allclose(view.maps[0].values, q @ k.T / np.sqrt(size), atol=1e-9)


def test_masked_scores_give_the_weights_by_softmax(runner, run):
    again = run_again(run)
    maps = {"self_attn": {"encoder": again.encoder, "decoder": again.decoder}, "cross_attn": {"decoder": again.cross}}
    for (step, masked), (_, weights) in zip(views(run, "mask", 3), views(run, "softmax", 3), strict=True):
        expected = maps[step.block][step.side][step.layer][3]
        np.testing.assert_allclose(weights.maps[0].values, expected, atol=1e-9)
        np.testing.assert_allclose(softmax(masked.maps[0].values), expected, atol=1e-9)


def test_mixed_values_and_joined_heads_equal_the_second_road(runner, run, other):
    size = run.network.config.d_head
    for (step, mixed), (_, joined), (_, projected) in zip(
        views(run, "heads", 2), views(run, "concat"), views(run, "w_o"), strict=True
    ):
        into, out = other.seen[f"{step.side}.layers.{step.layer}.{step.block}.out_proj"]
        np.testing.assert_allclose(joined.maps[0].values, into, atol=1e-9)
        np.testing.assert_allclose(mixed.maps[0].values, into[:, 2 * size : 3 * size], atol=1e-9)
        np.testing.assert_allclose(projected.maps[0].values, out, atol=1e-9)


def test_sums_norms_and_feed_forward_equal_the_second_road(runner, run, other):
    pre_norm = run.network.config.norm == "pre"
    for step, view in views(run, "norm"):
        at = f"{step.side}.layers.{step.layer}.{step.block}_add_norm.layer_norm"
        np.testing.assert_allclose(view.maps[0].values, other.seen[at][1], atol=1e-9)
    for step, view in views(run, "add"):
        layer = f"{step.side}.layers.{step.layer}"
        last = "linear_2" if step.block == "feed_forward" else "out_proj"
        change = other.seen[f"{layer}.{step.block}.{last}"][1]
        before = other.seen[f"{layer}.{step.block}_add_norm.layer_norm"][0]
        np.testing.assert_allclose(view.maps[0].values, change, atol=1e-9)
        np.testing.assert_allclose(view.maps[1].values, before + change if pre_norm else before, atol=1e-9)
    for step, view in views(run, "hidden"):
        into = other.seen[f"{step.side}.layers.{step.layer}.feed_forward.linear_2"][0]
        np.testing.assert_allclose(view.maps[0].values, into, atol=1e-9)


def test_embeddings_equal_the_second_road(runner, run, other):
    d_model = run.network.config.d_model
    for stage, factor in [("token", 1), ("embedding", np.sqrt(d_model))]:
        for (step, view), tokens in zip(views(run, stage), (run.source, run.target_in), strict=True):
            rows = other.weights["tokens.weight"][[token.id for token in tokens]]
            np.testing.assert_allclose(view.maps[0].values, rows * factor, atol=1e-9, err_msg=step.side)
    for (_, view), tokens in zip(views(run, "position"), (run.source, run.target_in), strict=True):
        np.testing.assert_allclose(view.maps[1].values, other.embed([t.id for t in tokens], True), atol=1e-9)


def test_logits_probabilities_and_the_best_tokens_equal_the_second_road(runner, run, other):
    logits, probs = other.result.logits, softmax(other.result.logits)
    for stage, expected in [("linear", logits), ("probabilities", probs)]:
        [(_, view)] = views(run, stage)
        columns = view.maps[0].columns
        ids = [next(i for i in range(logits.shape[1]) if run.tokens([i])[0].text == text) for text in columns]
        np.testing.assert_allclose(view.maps[0].values, expected[:, ids], atol=1e-9)
        assert {token.text for token in run.target_out} <= set(columns) or len(columns) == 48
    [(_, view)] = views(run, "next")
    np.testing.assert_allclose(view.maps[0].values, np.sort(probs)[:, ::-1][:, :5], atol=1e-9)
    best = [run.tokens([int(row.argmax())])[0].text for row in probs]
    assert [names[0] for names in view.maps[0].cells] == best


def test_no_such_step_or_head(runner, run):
    n_steps = len(walk(run.config))
    with pytest.raises(ValueError, match=f"step: expected a whole number from 0 to {n_steps - 1}; found {n_steps}"):
        stage_view(run, n_steps)
    with pytest.raises(ValueError, match="head: expected a whole number from 0 to 10; found 11"):
        stage_view(run, 3, 11)
    assert STAGES["qkv"].by_head and not STAGES["concat"].by_head


def test_a_step_of_another_model_leads_to_the_nearest_of_this_one(run):
    steps = walk(run.config)
    assert [nearest_step(run.config, step) for step in steps] == list(range(len(steps)))
    last = run.config.n_decoder_layers - 1
    found = steps[nearest_step(run.config, Step(side="decoder", layer=99, block="cross_attn", stage="concat"))]
    assert found == Step(side="decoder", layer=last, block="cross_attn", stage="concat")
    other = Step(side="encoder", layer=1, block="cross_attn", stage="concat")  # no encoder has it
    assert steps[nearest_step(run.config, other)].side == "encoder"


def test_every_stage_is_somewhere_in_the_walk_and_has_a_name_of_its_own():
    pre_norm = walk(tiny_model(norm="pre").config)
    assert {step.stage for step in pre_norm} == set(STAGES)
    assert all(stage.name == name for name, stage in STAGES.items())


def test_a_line_that_is_gone_from_the_source_is_named():
    message = "model/attention.py: expected a line that begins with 'return nothing' in MultiHeadAttention.forward"
    with pytest.raises(ValueError, match=message):
        lines_of(MultiHeadAttention.forward, "return nothing")
