"""Parts switched off, against a second road with the same part missing from its arithmetic."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from explain.next_token import Sampling, sample_on
from explain.runner import Runner
from explain.switches import SWITCHES, Switch, compare
from model.translator import Translator
from tests.conftest import tiny_model
from tests.explain.conftest import SETTINGS, TEXT
from tests.explain.second_road import SecondRoad, _Pass, run_again, softmax


class Switched(_Pass):
    """The second road without one part."""

    def __init__(self, weights, config, switch):
        super().__init__(weights, config)
        self.switch = switch
        if switch.name == "scale":  # √d_k back into the queries
            for name in list(weights):
                if ".q_proj." in name:
                    weights[name] = weights[name] * np.sqrt(config.d_head)
        if switch.name == "head":  # nothing of the head passes W^O
            block = "cross_attn" if switch.kind == "cross" else "self_attn"
            side = "encoder" if switch.kind == "encoder" else "decoder"
            projection = weights[f"{side}.layers.{switch.layer}.{block}.out_proj.weight"]
            projection[:, switch.head * config.d_head : (switch.head + 1) * config.d_head] = 0

    def residual(self, at, x, sublayer):
        if self.switch.name != "residual":
            return super().residual(at, x, sublayer)
        if self.config.norm == "post":
            return self.layer_norm(f"{at}.layer_norm", sublayer(x))
        return sublayer(self.layer_norm(f"{at}.layer_norm", x))


def again(run, switch) -> SecondRoad:
    model = run.network
    weights = {name: value.detach().numpy().copy() for name, value in model.state_dict().items()}
    src, tgt = ([token.id for token in tokens] for tokens in (run.source, run.target_in))
    return Switched(weights, model.config, switch).run(src, tgt, switch.name != "positions")


@pytest.mark.parametrize("name", SWITCHES)
@pytest.mark.parametrize("kind", ["encoder", "decoder", "cross"])
def test_maps_and_probabilities_equal_the_second_road_without_the_part(runner, run, name, kind):
    switch, position = Switch(name=name, kind=kind, layer=1, head=6), 3
    found = compare(run, switch, position)
    whole, switched = run_again(run), again(run, switch)
    np.testing.assert_allclose(found.whole_map, getattr(whole, kind)[1][6], atol=1e-9)
    np.testing.assert_allclose(found.switched_map, getattr(switched, kind)[1][6], atol=1e-9)
    for candidate in found.candidates:
        assert candidate.whole == pytest.approx(whole.probs[position, candidate.token.id], abs=1e-9)
        assert candidate.switched == pytest.approx(switched.probs[position, candidate.token.id], abs=1e-9)
    assert abs(whole.probs - switched.probs).max() > 1e-6
    best = {int(found.argmax()) for found in (whole.probs[position], switched.probs[position])}
    assert best <= {candidate.token.id for candidate in found.candidates}


@pytest.mark.parametrize("name", SWITCHES)
def test_the_search_runs_with_the_part_off_too(runner, run, name):
    """With beam 1 each token of the switched translation is the switched model's most probable one."""
    greedy = runner.run(TEXT, replace(SETTINGS, beam_size=1, n_best=1))
    switch = Switch(name=name, kind="decoder", layer=0, head=2)
    found = compare(greedy, switch, 0)
    src, tgt = [token.id for token in greedy.source], [runner.network.config.bos_id]
    model, tokenizer = runner.network, runner.tokenizer
    weights = {key: value.detach().numpy().copy() for key, value in model.state_dict().items()}
    other = Switched(weights, model.config, switch)
    for _ in range(greedy.limit):
        logits = other.run(src, tgt, name != "positions").logits[-1]
        logits[list(run.forbidden_ids)] = -np.inf
        tgt.append(int(logits.argmax()))
        if tgt[-1] == tokenizer.eos_id:
            break
    assert found.switched_text == tokenizer.decode(tgt[1:])


@pytest.mark.parametrize("inspected", ["another hypothesis", "a sampled run"])
def test_both_texts_are_each_models_own_whatever_is_inspected(runner, run, inspected):
    sampled = sample_on(runner, run, 1, Sampling(temperature=2.0), seed=7)
    other = sampled if inspected == "a sampled run" else runner.run(TEXT, SETTINGS, chosen=2)
    assert other.translation.text != run.translation.text
    for name in SWITCHES:
        switch = Switch(name=name)
        found, own = compare(other, switch, 1), compare(run, switch, 1)
        assert found.whole_text == run.translation.text
        assert found.switched_text == own.switched_text
        assert found.rows == other.target_in
        np.testing.assert_allclose(found.whole_map, run_again(other).cross[0][0], atol=1e-9)


def test_nothing_is_switched_for_others_or_afterwards(runner, run):
    expected = softmax(run_again(run).logits)
    seen = []

    def other_visitor():
        for _ in range(5):
            fresh = Runner(runner.text_model).run(TEXT, SETTINGS)
            seen.append(fresh.trace["logits"][0].double().softmax(-1).numpy())

    visitor = threading.Thread(target=other_visitor)
    visitor.start()
    for name in SWITCHES:
        compare(run, Switch(name=name), 0)
    visitor.join()
    other_visitor()
    assert len(seen) == 10
    for probabilities in seen:
        np.testing.assert_allclose(probabilities, expected, atol=1e-9)
    assert runner.run(TEXT, SETTINGS).translation.text == run.translation.text


def test_what_is_not_there_is_named(runner, run, tokenizer):
    for make, message in [
        (lambda: Switch(name="lights"), "switch: expected one of positions, residual, scale, head; found 'lights'"),
        (lambda: Switch(name="head", kind="up"), "attention: expected one of"),
        (
            lambda: compare(run, Switch(name="head", kind="cross", layer=9), 0),
            "layer: expected a whole number from 0 to 1",
        ),
        (
            lambda: compare(run, Switch(name="head", kind="cross", layer=0, head=11), 0),
            "head: expected a whole number from 0 to 10",
        ),
        (lambda: compare(run, Switch(name="scale"), -1), "position: expected a whole number"),
    ]:
        with pytest.raises(ValueError, match=message):
            make()
    blind = Runner(Translator(tiny_model(vocab_size=len(tokenizer), positions="none"), tokenizer))
    with pytest.raises(ValueError, match="expected a model with positions"):
        compare(blind.run("Ram pushed Hari.", SETTINGS), Switch(name="positions"), 0)
