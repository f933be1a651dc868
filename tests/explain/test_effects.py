"""Effects of parts switched off, against a second road with the same part missing from its arithmetic."""

from dataclasses import replace

import numpy as np
import pytest
import torch

import explain.effects
from explain.attention import attention_maps, head_statistics
from explain.effects import Effects, Part, effects, parts_of, switched_off, text_without
from explain.head_means import HeadMeans
from explain.run import Run, Settings
from explain.runner import Runner
from explain.switches import Switch, compare
from model.taps import intervene
from model.translator import Translator
from tests.conftest import tiny_model
from tests.explain.conftest import SETTINGS, TEXT
from tests.explain.others import open_other
from tests.explain.second_road import _Pass, softmax
from tests.explain.shapes import assert_shapes

THREE_HEADS = [
    Part(name="head", kind="encoder", layer=1, head=6),
    Part(name="head", kind="decoder", layer=0, head=2),
    Part(name="head", kind="cross", layer=1, head=9),
]
BLOCKS = {
    "encoder": "encoder.layers.{}.self_attn",
    "decoder": "decoder.layers.{}.self_attn",
    "cross": "decoder.layers.{}.cross_attn",
}


# in `transformers`
THEIRS = {
    "encoder": ("encoder", "self_attn"),
    "decoder": ("decoder", "self_attn"),
    "cross": ("decoder", "encoder_attn"),
}


class Without(_Pass):
    """The second road without one part: its outputs are zero, or a head's the vector `fill`."""

    def __init__(self, weights, config, part, fill=None):
        super().__init__(weights, config)
        self.off = []
        if part.name == "head":
            # the head is cut out of W^O, and what it would always give goes into the bias
            at = BLOCKS[part.kind].format(part.layer) + ".out_proj"
            columns = slice(part.head * config.d_head, (part.head + 1) * config.d_head)
            if fill is not None:
                weights[f"{at}.bias"] = weights[f"{at}.bias"] + weights[f"{at}.weight"][:, columns] @ fill
            weights[f"{at}.weight"][:, columns] = 0
        elif part.name == "cross_attention":
            self.off = [BLOCKS["cross"].format(layer) for layer in range(config.n_decoder_layers)]
        else:
            blocks = ["self_attn", "cross_attn", "feed_forward"] if part.name == "layer" else ["feed_forward"]
            self.off = [f"{part.kind}.layers.{part.layer}.{block}" for block in blocks]

    def attend(self, at, memory, causal, maps):
        sublayer = super().attend(at, memory, causal, maps)
        return lambda x: sublayer(x) * (at not in self.off)

    def feed_forward(self, at):
        sublayer = super().feed_forward(at)
        return lambda x: sublayer(x) * (at not in self.off)


def log_probs(run: Run, part: Part | None = None, fill=None) -> np.ndarray:
    """log p of each token that the run has chosen, by the second road."""
    weights = {name: value.detach().numpy().astype(float) for name, value in run.network.state_dict().items()}
    road = Without(weights, run.config, part, fill) if part else _Pass(weights, run.config)
    src, tgt = ([token.id for token in tokens] for tokens in (run.source, run.target_in))
    probs = softmax(road.run(src, tgt, True).logits)
    return np.log([probs[t, token.id] for t, token in enumerate(run.target_out)])


def some_means(config) -> HeadMeans:
    draw = torch.Generator().manual_seed(3)
    n_layers = {
        "encoder": config.n_encoder_layers,
        "decoder": config.n_decoder_layers,
        "cross": config.n_decoder_layers,
    }
    shape = (config.n_heads, config.d_head)
    return HeadMeans(
        by_kind={kind: torch.randn((n, *shape), generator=draw) for kind, n in n_layers.items() if n}, n_sentences=7
    )


def by_part(found: Effects, baseline: str) -> dict[Part, np.ndarray]:
    return dict(zip(found.parts, getattr(found, baseline), strict=baseline == "zero"))


@pytest.mark.parametrize("part", THREE_HEADS, ids=lambda part: part.kind)
def test_three_heads_equal_the_second_road_with_both_baselines(run, part):
    means = some_means(run.config)
    found, whole = effects(run, means), log_probs(run)
    fill = means.by_kind[part.kind][part.layer, part.head].numpy().astype(float)
    for baseline, vector in (("zero", None), ("mean", fill)):
        expected = log_probs(run, part, vector) - whole
        assert abs(expected).max() > 1e-4
        np.testing.assert_allclose(by_part(found, baseline)[part], expected, atol=1e-9)
    assert_shapes(found)


@pytest.mark.parametrize("name", ["shared", "untied"])
def test_three_heads_of_a_marian_model_equal_the_second_road(tmp_path, name):
    run = open_other(name, tmp_path / name).run()
    means = some_means(run.config)
    found, whole = effects(run, means), log_probs(run)
    for part in (replace(part, head=part.head % run.config.n_heads) for part in THREE_HEADS):
        fill = means.by_kind[part.kind][part.layer, part.head].numpy().astype(float)
        for baseline, vector in (("zero", None), ("mean", fill)):
            expected = log_probs(run, part, vector) - whole
            assert abs(expected).max() > 1e-4
            np.testing.assert_allclose(by_part(found, baseline)[part], expected, atol=1e-5)


def test_every_other_part_equals_the_second_road(run):
    found, whole = by_part(effects(run), "zero"), log_probs(run)
    others = [part for part in found if part.name != "head"]
    assert len(others) == 2 * (3 + 2) + 1
    for part in others:
        np.testing.assert_allclose(found[part], log_probs(run, part) - whole, atol=1e-9)


@pytest.mark.parametrize("name", ["shared", "unshared", "untied", "gpt2"])
def test_heads_of_other_models_equal_their_own_transformers_without_them(tmp_path, name):
    """Three heads in `transformers`' model of the same files, their columns of its W^O cut out."""
    other = open_other(name, tmp_path / name)
    run, config = other.run(), other.runner.config
    found = by_part(effects(run), "zero")
    labels = [token.id for token in run.target_out]

    def theirs() -> np.ndarray:
        logits = other.outputs(run).logits[0].double()
        return logits.log_softmax(-1)[range(len(labels)), labels].numpy()

    whole = theirs()
    for kind, layer, head in [(kind, 1, 2) for kind in run.kinds] + [(run.kinds[-1], 0, 7)]:
        columns = slice(head * config.d_head, (head + 1) * config.d_head)
        if name == "gpt2":
            projection = other.theirs.transformer.h[layer].attn.c_proj.weight.T  # a Conv1D, the other way round
        else:
            stack = getattr(other.theirs.model, THEIRS[kind][0]).layers[layer]
            projection = getattr(stack, THEIRS[kind][1]).out_proj.weight
        with torch.no_grad():
            kept = projection[:, columns].clone()
            projection[:, columns] = 0
            expected = theirs() - whole
            projection[:, columns] = kept
        part = Part(name="head", kind=kind, layer=layer, head=head)
        np.testing.assert_allclose(found[part], expected, atol=1e-5)
        assert abs(expected).max() > 1e-4


@pytest.mark.parametrize("max_logits", [1, explain.effects.MAX_LOGITS])
def test_the_batch_equals_the_parts_one_by_one(run, monkeypatch, max_logits):
    monkeypatch.setattr(explain.effects, "MAX_LOGITS", max_logits)
    means = some_means(run.config)
    found = effects(run, means)
    labels = [token.id for token in run.target_out]
    whole = run.trace["logits"][0].log_softmax(-1)[range(len(labels)), labels]
    for baseline, of in (("zero", None), ("mean", means)):
        for part, by_step in by_part(found, baseline).items():
            with intervene(switched_off(run.config, part, of)):
                logits = run.inspected(only=["logits"])["logits"][0]
            alone = logits.log_softmax(-1)[range(len(labels)), labels] - whole
            np.testing.assert_allclose(by_step, alone.numpy(), atol=1e-9)


def test_a_head_equals_its_switch(run):
    """Of the candidates at a step, the chosen token is as likely as the switch "head" says."""
    found = by_part(effects(run), "zero")
    for part in THREE_HEADS:
        switch = Switch(name="head", kind=part.kind, layer=part.layer, head=part.head)
        compared = compare(run, switch, 2)
        [chosen] = [c for c in compared.candidates if c.token.id == run.target_out[2].id]
        assert found[part][2] == pytest.approx(np.log(chosen.switched / chosen.whole), abs=1e-9)
        assert text_without(run, part) == compared.switched_text


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_head_that_nothing_lets_through_scores_exactly_zero(translator, dtype):
    network = tiny_model(vocab_size=len(translator.tokenizer), norm=translator.network.config.norm, max_positions=211)
    silent = [replace(part, head=5) for part in THREE_HEADS]
    with torch.no_grad():
        for part in silent:
            columns = slice(5 * network.config.d_head, 6 * network.config.d_head)
            network.get_submodule(BLOCKS[part.kind].format(part.layer)).out_proj.weight[:, columns] = 0
    run = Runner(Translator(network.to(dtype), translator.tokenizer)).run(TEXT, SETTINGS)
    found = effects(run, some_means(run.config))
    for baseline in ("zero", "mean"):
        effect = by_part(found, baseline)
        assert all((effect[part] == 0).all() for part in silent)
        assert sum((by_step == 0).all() for by_step in effect.values()) == len(silent)


def test_totals_are_of_what_the_model_wrote(run, tmp_path):
    found = effects(run)
    np.testing.assert_allclose(found.total(found.zero), found.zero.sum(axis=1))
    other = open_other("gpt2", tmp_path / "gpt2")
    continued = other.run()
    found = effects(continued)
    assert {part.kind for part in found.parts} == {"decoder"} and found.mean is None
    assert continued.n_text > 1 and abs(found.zero[:, : continued.n_text]).max() > 1e-4
    np.testing.assert_allclose(found.total(found.zero), found.zero[:, continued.n_text :].sum(axis=1))


def test_entropies_stand_beside_their_heads(run):
    found = effects(run)
    for part, entropy in zip(found.parts, found.entropy_bits, strict=False):
        assert entropy == head_statistics(attention_maps(run, part.kind)).entropy_bits[part.layer, part.head]


def test_another_hypothesis_a_prefix_and_one_word_are_answered(runner):
    for text, chosen, prefix in ((TEXT, 2, ()), (TEXT, 0, (300, 301)), ("a", 0, ())):
        run = runner.run(text, SETTINGS, chosen, prefix)
        found = effects(run)
        assert found.zero.shape == (len(parts_of(run.config)), len(run.target_out))
        assert np.isfinite(found.zero).all()


def test_the_text_without_a_part_is_the_models_own_search_without_it(run):
    means = some_means(run.config)
    whole = run.translation.text
    texts = {part: text_without(run, part) for part in (*THREE_HEADS, *parts_of(run.config)[-3:])}
    assert any(text != whole for text in texts.values())
    assert any(text_without(run, part, means) != text for part, text in texts.items() if part.name == "head")
    assert run.translation.text == whole


def test_what_is_not_there_or_too_much_is_named(run, runner, monkeypatch):
    with pytest.raises(ValueError, match="part: expected one that the model has; found Part"):
        text_without(run, Part(name="head", kind="cross", layer=2, head=0))
    monkeypatch.setattr(explain.effects, "MAX_WORK", 10**7)
    long = runner.run("Ram pushed Hari. " * 8, Settings(direction="en-de"))
    with pytest.raises(ValueError, match=r"effects: expected a text and its translation of at most .* take a shorter"):
        effects(long)
