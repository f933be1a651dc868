"""Runs of OPUS-MT and GPT-2 models, and every view of them, beside what `transformers` computes from the same files."""

import math

import numpy as np
import pytest
import torch

from explain.attention import attention_maps, head_statistics
from explain.cell import attention_cell, logit_parts
from explain.depth import movement, shift
from explain.kinds import KINDS
from explain.next_token import Sampling, distribution, force, sample_on, steps
from explain.order import naive_comparison, order_experiment
from explain.positional import model_table, rotation
from explain.run import Settings
from explain.stages.walk import stage_view, walk
from explain.switches import SWITCHES, Switch, compare
from model.language_model import MAX_CONTINUATION
from tests.explain.others import TEXT, open_other

NAMES = ["shared", "unshared", "untied", "gpt2"]


@pytest.fixture(scope="module", params=NAMES)
def other(request, tmp_path_factory):
    return open_other(request.param, tmp_path_factory.mktemp("hub") / request.param)


@pytest.fixture(scope="module")
def gpt2(tmp_path_factory):
    return open_other("gpt2", tmp_path_factory.mktemp("hub") / "gpt2")


@pytest.fixture(scope="module")
def unshared(tmp_path_factory):
    return open_other("unshared", tmp_path_factory.mktemp("hub") / "unshared")


def generated(other, run, beam_size=None, prefix=()):
    """The ids that `transformers` itself finds for a run's text, without what stands before them."""
    translates = run.translates
    read = [run.target_in[0].id, *run.translation.ids[: run.n_text], *prefix]
    if translates:
        inputs = dict(
            input_ids=torch.tensor([[t.id for t in run.source]]), decoder_input_ids=torch.tensor([read]),
            forced_eos_token_id=None, max_new_tokens=run.limit - len(prefix),
        )  # fmt: skip
        inputs |= {} if beam_size is None else {"num_beams": beam_size}
    else:
        # a GPT-2 repository says nothing of beams: ours are as many as LanguageModel has, the rest is transformers'
        inputs = dict(
            input_ids=torch.tensor([read]), max_new_tokens=MAX_CONTINUATION - len(prefix), num_beams=beam_size or 4,
            pad_token_id=other.runner.config.eos_id, do_sample=False,
        )  # fmt: skip
    [found] = other.theirs.generate(**inputs)
    found = found[len(read) :].tolist()
    end = other.runner.config.eos_id
    return found[: found.index(end) + 1] if end in found else found


@pytest.mark.parametrize("text", [TEXT, "A man, a dog!", "Is it cold today?"])
def test_the_best_hypothesis_is_that_of_generate(other, text):
    run = other.run(text)
    assert list(run.translation.ids[run.n_text :]) == generated(other, run)
    assert len(run.translations) == run.settings.n_best > 1


def test_probabilities_are_the_models_own_whatever_the_search_counts(other):
    run = other.run()
    probabilities = other.outputs(run).logits[0].softmax(dim=-1)
    expected = [probabilities[t, token.id].item() for t, token in enumerate(run.target_out)]
    assert [token.probability for token in run.target_out] == pytest.approx(expected, rel=1e-4)
    np.testing.assert_allclose(steps(run).probabilities, expected, rtol=1e-4)


def test_the_score_is_that_of_the_search(other):
    """The mean log-probability of what was searched, over the tokens that may be chosen if the search says so."""
    run, beam = other.run(), other.runner.text_model.beam
    logits = other.outputs(run).logits[0].clone()
    if beam.renormalize:
        assert beam.forbidden
        logits[:, list(beam.forbidden)] = -math.inf
    log_probs = logits.log_softmax(dim=-1)
    searched = [log_probs[t, token.id].item() for t, token in enumerate(run.target_out)][run.n_text :]
    assert run.translation.score == pytest.approx(sum(searched) / len(searched) ** beam.alpha, rel=1e-4)


def test_a_forced_token_is_kept_and_the_search_goes_on_behind_it(other):
    runner, own = other.runner, other.run()
    run = runner.run(TEXT, Settings(direction=own.settings.direction, beam_size=1, alpha=own.settings.alpha, n_best=1))
    position = run.n_text + 1
    token = distribution(run, position, n_shown=7).candidates[5].id
    forced = force(runner, run, position, token)
    kept = [*run.translation.ids[run.n_text : position], token]
    assert list(forced.prefix) == kept
    assert list(forced.translation.ids[run.n_text :]) == [*kept, *generated(other, run, 1, kept)]
    assert [t.given for t in forced.target_out[: position + 2]] == [True] * (position + 1) + [False]
    expected = other.outputs(forced).logits[0].softmax(dim=-1)[position, token].item()
    assert forced.target_out[position].probability == pytest.approx(expected, rel=1e-4)


def test_what_is_sampled_can_be_reopened(other):
    runner, run = other.runner, other.run()
    drawn = sample_on(runner, run, run.n_text + 1, Sampling(temperature=1.3, top_k=20), seed=5)
    assert drawn.translation.ids[: run.n_text + 1] == run.translation.ids[: run.n_text + 1]
    assert len(drawn.target_out) <= run.limit
    assert drawn.translation.ids[-1] == runner.config.eos_id or len(drawn.target_out) == run.limit
    assert runner.run(TEXT, run.settings, 0, drawn.prefix) is drawn


def test_attention_equals_that_of_transformers(other):
    run, outputs = other.run(), None
    outputs = other.outputs(run)
    if not run.translates:
        assert run.kinds == ("decoder",)
        expected = {"decoder": outputs.attentions}
    else:
        assert run.kinds == KINDS
        expected = {
            "encoder": outputs.encoder_attentions, "decoder": outputs.decoder_attentions,
            "cross": outputs.cross_attentions,
        }  # fmt: skip
    for kind, layers in expected.items():
        maps = attention_maps(run, kind)
        np.testing.assert_allclose(maps.weights, torch.cat(layers).numpy(), atol=1e-5)
        assert maps.weights.shape[2:] == (len(maps.rows), len(maps.columns))
        entropy = torch.stack([torch.special.entr(layer[0]).sum(-1).mean(-1) for layer in layers]) / math.log(2)
        np.testing.assert_allclose(head_statistics(maps).entropy_bits, entropy, atol=1e-4)


def test_a_cell_and_the_parts_of_a_logit_equal_transformers(other):
    run = other.run()
    outputs = other.outputs(run)
    attentions = outputs.cross_attentions if run.translates else outputs.attentions
    cell = attention_cell(run, run.kinds[-1], 1, 7, 3, 2)
    assert cell.weight == pytest.approx(attentions[1][0, 7, 3, 2].item(), abs=1e-5)
    for position in (0, len(run.target_out) - 1):
        found, logits = logit_parts(run, position), outputs.logits[0, position]
        bound = 1e-4 * logits.abs().max().item()
        assert found.total == pytest.approx(logits[found.token.id].item(), abs=bound)
        assert ("output bias" in {part.name for part in found.parts}) == run.translates
        assert any(part.name == "cross-attention" for part in found.parts) == run.translates


def test_every_stage_of_the_walk_can_be_shown(other):
    runner, run = other.runner, other.run()
    stages = walk(runner.config)
    for index in range(len(stages)):
        view = stage_view(run, index, head=4)
        assert view.maps and view.shapes and view.code
        for shown in view.maps:
            assert shown.values.shape == (len(shown.rows), shown.values.shape[1])
            assert shown.columns is None or len(shown.columns) == shown.values.shape[1]
    assert {step.side for step in stages} == (
        {"encoder", "decoder", "output"} if run.translates else {"decoder", "output"}
    )
    assert {step.block for step in stages if step.side == "decoder"} >= ({"cross_attn"} if run.translates else set())
    assert run.translates or not any(step.block == "cross_attn" for step in stages)
    probabilities = other.outputs(run).logits[0].softmax(dim=-1)
    np.testing.assert_allclose(view.maps[0].values[:, 0], probabilities.max(dim=-1).values, rtol=1e-4)


def test_the_walk_says_what_is_different_in_this_model(unshared, gpt2):
    def said(other):
        run = other.run()
        views = [stage_view(run, i) for i in range(len(walk(other.runner.config)))]
        return {(view.step.side, view.step.stage): view for view in views}

    gpt2_says, marian_says = said(gpt2), said(unshared)
    assert gpt2_says["decoder", "embedding"].shapes[0] == "factor 1: none"
    assert gpt2_says["decoder", "position"].maps[0].name == "position vectors, learned"
    assert "below 0 (gelu_tanh)" in gpt2_says["decoder", "hidden"].shapes[-1]
    assert r"\sqrt{d_{\text{model}}}" in marian_says["encoder", "embedding"].shapes[0]
    assert "a bias for each" in marian_says["output", "linear"].shapes[-1]
    source, target = unshared.runner.config.src_vocab_size, unshared.runner.config.vocab_size
    assert source != target
    assert f"E: {source} × 22" in marian_says["encoder", "token"].shapes[1]
    assert f"E: {target} × 22" in marian_says["decoder", "token"].shapes[1]


def test_movement_equals_that_of_transformers(other):
    run = other.run()
    outputs = other.outputs(run)
    if run.translates:
        sides = {"encoder": outputs.encoder_hidden_states, "decoder": outputs.decoder_hidden_states}
    else:
        sides = {"decoder": outputs.hidden_states[:-1]}  # the last of them has gone through the final LayerNorm
    for side, states in sides.items():
        states = torch.cat(states)
        change = (states[1:] - states[:-1]).norm(dim=-1) / states[:-1].norm(dim=-1)
        np.testing.assert_allclose(movement(run, side).distance[: len(change)], change, rtol=1e-3)


def test_a_word_in_two_sentences_is_followed_on_the_side_that_reads_it(other):
    texts = ("The old woman sees a dog.", "A man sees a small house.")
    found = shift(other.runner, "sees", *texts, other.runner.default_settings())
    states = []
    for run, places in zip((found.first, found.second), found.places, strict=True):
        read = run.source or run.target_in
        assert "".join(read[place].text for place in places) == "▁sees"
        outputs = other.outputs(run)
        points = torch.cat(outputs.encoder_hidden_states if run.translates else outputs.hidden_states[:-1])
        states.append(points[:, list(places)].mean(dim=1))
    expected = torch.cosine_similarity(*states, dim=-1)
    np.testing.assert_allclose(found.cosine[: len(expected)], expected, atol=1e-4)
    assert found.side == ("encoder" if other.runner.translates else "decoder")


def test_the_neighbours_of_a_source_word_are_source_tokens(unshared):
    runner = unshared.runner
    texts = ("The old woman sees a dog.", "A man sees a small house.")
    found = shift(runner, "sees", *texts, runner.default_settings())
    table = runner.network.encoder.embedding.tokens.weight
    vector = found.first.trace["encoder.layers.2.feed_forward_add_norm.normalized"][0, list(found.places[0])].mean(
        dim=0
    )
    best = torch.cosine_similarity(table, vector[None], dim=-1).topk(3).indices.tolist()
    assert found.neighbours[0][-1] == tuple(runner.tokenizer.source_token(i) for i in best)
    assert all(
        place == runner.tokenizer.source_token(token.id) for token in found.first.source for place in [token.text]
    )


def test_the_position_table_is_that_of_the_model(other):
    table = model_table(other.runner.network, 41)
    if not other.runner.translates:
        np.testing.assert_array_equal(table.values, other.theirs.transformer.wpe.weight[:41].detach())
        assert table.wavelengths is None
        with pytest.raises(ValueError, match="found learned ones, where a shift is no rotation"):
            rotation(table, 0, 1)
        return
    theirs = other.theirs.model.encoder.embed_positions.weight[:41].detach().numpy()
    np.testing.assert_allclose(table.values, theirs.reshape(41, 2, 11).swapaxes(1, 2).reshape(41, 22), atol=1e-5)
    # a dimension of the table repeats after its wavelength
    angles = 2 * np.pi * np.arange(41)[:, None] / table.wavelengths
    np.testing.assert_allclose(table.values[:, 0::2], np.sin(angles[:, 0::2]), atol=1e-5)
    np.testing.assert_allclose(table.values[:, 1::2], np.cos(angles[:, 1::2]), atol=1e-5)
    assert rotation(table, 3, 5).max_difference < 1e-5


def test_raw_numbers_are_compared_with_the_models_own_embeddings(other):
    runner, run = other.runner, other.run()
    found = naive_comparison(run, 64)
    read = run.source or run.target_in
    embedding = other.theirs.get_encoder().embed_tokens if run.translates else other.theirs.transformer.wte
    scale = math.sqrt(22) if runner.config.scale_embeddings else 1
    expected = scale * embedding(torch.tensor([token.id for token in read])).norm(dim=-1).detach()
    np.testing.assert_allclose(found.token_norms, expected, rtol=1e-4)
    assert found.tokens == read
    assert found.vocabulary_max == pytest.approx(scale * embedding.weight.norm(dim=-1).max().item(), rel=1e-4)


def test_order_is_seen_with_positions_alone_or_the_page_says_why_not(other):
    runner = other.runner
    texts = ("A man sees a dog.", "A dog sees a man.")
    if not runner.translates:
        with pytest.raises(ValueError, match="order: expected a model with an encoder; found a language model"):
            order_experiment(runner, *texts, runner.default_settings())
        return
    found = order_experiment(runner, *texts, runner.default_settings())
    assert found.largest_without < 1e-4 < 1e-2 < found.largest_with


@pytest.mark.parametrize("name", SWITCHES)
def test_every_part_can_be_switched_off(other, name):
    run = other.run()
    kind = run.kinds[-1]
    found = compare(run, Switch(name=name, kind=kind, layer=1, head=3), 2)
    if name != "head":  # whose own weights are computed as before
        assert np.abs(found.switched_map - found.whole_map).max() > 1e-6
    assert max(abs(each.whole - each.switched) for each in found.candidates) > 1e-6
    assert found.whole_text == run.translation.text and isinstance(found.switched_text, str)


def test_without_positions_the_candidates_are_those_of_transformers_without_them(other):
    run = other.run()
    found = compare(run, Switch(name="positions", kind=run.kinds[-1]), 2)
    tables = [p for name, p in other.theirs.named_parameters() if "embed_positions" in name or "wpe" in name]
    before = [table.detach().clone() for table in tables]
    with torch.no_grad():
        for table in tables:
            table.zero_()
        expected = other.outputs(run).logits[0, 2].softmax(dim=-1)
        for table, values in zip(tables, before, strict=True):
            table.copy_(values)
    assert len(tables) == (2 if run.translates else 1)
    for candidate in found.candidates:
        assert candidate.switched == pytest.approx(expected[candidate.token.id].item(), rel=1e-3, abs=1e-7)


def test_the_pages_settings_start_as_the_repository_searches(unshared, gpt2):
    assert unshared.runner.default_settings() == Settings(direction="en-de", beam_size=3, alpha=0.7, n_best=3)
    assert gpt2.runner.default_settings() == Settings(direction="text", beam_size=4, alpha=1.0, n_best=4)
    assert unshared.runner.directions == ("en-de",) and gpt2.runner.directions == ("text",)


def test_a_source_token_is_named_by_the_sources_vocabulary(unshared):
    run = unshared.run()
    assert "".join(token.text for token in run.source[:-1]).replace("▁", " ").strip() == TEXT
    assert [token.special for token in run.source] == [False] * (len(run.source) - 1) + [True]
    assert run.source[-1].text == "</s>" and run.target_in[0].text == "<pad>"
