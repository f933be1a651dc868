"""Both lenses against the second road in post-norm, pre-norm and a Marian model, and GPT-2's against `transformers`."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from explain.decoder_lens import decoded, ladder, memories, settling
from explain.depth import stream_paths
from explain.logit_lens import lens_logits, logit_lens
from explain.next_token import steps
from explain.runner import Runner
from tests.explain.conftest import SETTINGS, TEXT
from tests.explain.others import open_other
from tests.explain.second_road import road_through, run_again, softmax
from tests.explain.shapes import assert_shapes


@pytest.fixture(scope="module")
def marian(tmp_path_factory) -> Runner:
    return open_other("unshared", tmp_path_factory.mktemp("hub") / "unshared").runner


@pytest.fixture(scope="module")
def gpt2(tmp_path_factory):
    return open_other("gpt2", tmp_path_factory.mktemp("hub") / "gpt2")


@pytest.fixture(params=["ours", "marian"])
def runs(request, runner, marian):
    """A runner and its settings: ours in both norms, and a Marian model, which is post-norm."""
    runner = runner if request.param == "ours" else marian
    return runner, SETTINGS if request.param == "ours" else runner.default_settings()


def said_by_the_second_road(run, depth):
    """The ids that greedy decoding finds from one depth of the encoder."""
    road = road_through(run.network)
    road.encode([token.id for token in run.source])
    memory = road.final_norm("encoder.final_norm", road.streams["encoder"][depth])
    ids: list[int] = []
    while len(ids) < run.limit and ids[-1:] != [run.config.eos_id]:
        logits = road.decode([run.target_in[0].id, *ids], memory)[-1]
        logits[list(run.forbidden_ids)] = -np.inf
        ids.append(int(logits.argmax()))
    return tuple(ids)


def test_what_each_depth_says_is_what_the_second_road_says(runs):
    """With beam 1 the search takes the most probable token each time."""
    runner, settings = runs
    run = runner.run(TEXT, replace(settings, beam_size=1, n_best=1))
    expected = [said_by_the_second_road(run, depth) for depth in range(run.config.n_encoder_layers + 1)]
    assert list(decoded(run, memories(run))) == expected
    assert len(set(expected)) > 1
    found = ladder(run)
    assert_shapes(found, *found.rungs)
    assert [rung.layer for rung in found.rungs] == list(range(len(expected)))
    assert [rung.text for rung in found.rungs] == [run.tokenizer.decode(ids) for ids in expected]
    assert [rung.cut for rung in found.rungs] == [ids[-1] != run.config.eos_id for ids in expected]


def test_the_memory_of_all_layers_is_the_encoders_own_to_the_bit(runs):
    runner, settings = runs
    run = runner.run(TEXT, settings)
    found = memories(run)
    assert torch.equal(found[-1], run.trace["encoder.output"][0])
    states = run_again(run).streams["encoder"]
    final_norm = road_through(run.network).final_norm
    expected = [final_norm("encoder.final_norm", state) for state in states]
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-5 if found.dtype == torch.float32 else 1e-9)


@pytest.mark.parametrize("chosen", [0, 1, 2])
def test_decoded_with_the_batch_the_last_depth_says_what_the_run_says(runs, chosen):
    """The ladder takes the run's own words for it; here it is decoded beside the others."""
    runner, settings = runs
    run = runner.run(TEXT, settings, chosen)
    assert decoded(run, memories(run))[-1] == run.translation.ids
    assert ladder(run).rungs[-1].text == run.translation.text


def test_the_batch_says_what_each_depth_says_alone(runs):
    runner, settings = runs
    run = runner.run(TEXT, settings)
    together = decoded(run, memories(run))
    assert list(together) == [decoded(run, memory[None])[0] for memory in memories(run)]


def test_every_depth_begins_with_what_was_forced_and_a_finished_beginning_is_all_it_says(runner):
    free = runner.run(TEXT, SETTINGS)
    prefix = runner.tokenizer.encode("Ram schubste")
    run = runner.run(TEXT, SETTINGS, 0, prefix)
    said = decoded(run, memories(run))
    assert {ids[: len(prefix)] for ids in said} == {tuple(prefix)}
    assert said[-1] == run.translation.ids
    whole = runner.run(TEXT, SETTINGS, 0, (*prefix, free.config.eos_id))
    found = ladder(whole)
    assert {rung.text for rung in found.rungs} == {"Ram schubste"}
    assert found.since == (0, 0)
    full = runner.run(TEXT, SETTINGS, 0, (prefix * free.limit)[: free.limit])
    assert {rung.text for rung in ladder(full).rungs} == {full.translation.text}


def test_a_text_of_128_tokens_has_its_ladder(runner):
    text = " ".join(["dog"] * 128)
    while (too_many := runner.text_model.encode(text, "en-de").n_tokens - 128) > 0:
        text = text.rsplit(" ", max(1, too_many // 4))[0]
    run = runner.run(text, replace(SETTINGS, beam_size=1, n_best=1))
    assert len(ladder(run).rungs) == run.config.n_encoder_layers + 1
    assert logit_lens(run).written_ranks.shape == (run.config.n_decoder_layers + 1, len(run.target_out))


@pytest.mark.parametrize("text", ["Ram schubste Hari.", "", "Don’t, she said: 3.5 U-Bahnen – and “é”…", "…", " a  b "])
def test_the_words_of_a_sentence_are_the_sentence(text):
    [words], since = settling([text])
    assert "".join(word.text for word in words) == text.strip()
    assert [word.final for word in words] == list(range(len(since)))
    assert set(since) <= {0}


def test_a_word_is_settled_from_the_depth_on_from_which_no_sentence_lacks_it():
    words, since = settling(["Ich kenne, das.", "Ich weiß ihn.", "Ich kenne ihn ihn.", "Ich kenne ihn."])
    assert [[(word.text, word.final) for word in sentence] for sentence in words] == [
        [("Ich", 0), (" kenne", 1), (",", None), (" das", None), (".", 3)],
        [("Ich", 0), (" weiß", None), (" ihn", 2), (".", 3)],
        [("Ich", 0), (" kenne", 1), (" ihn", 2), (" ihn", None), (".", 3)],
        [("Ich", 0), (" kenne", 1), (" ihn", 2), (".", 3)],
    ]
    assert since == (0, 2, 1, 0)  # what it was before it was lost does not count
    assert settling(["", "Ja."])[1] == (1, 1)


def test_the_logit_lens_equals_the_second_road(runs):
    runner, settings = runs
    run = runner.run(TEXT, settings)
    found, road, tolerance = logit_lens(run), road_through(run.network), 1e-9 if runs[1] is SETTINGS else 1e-5
    assert_shapes(found)
    written = run.translation.ids
    for depth, state in enumerate(run_again(run).streams["decoder"]):
        probs = softmax(road.project(road.final_norm("decoder.final_norm", state)))
        for step, row in enumerate(probs):
            assert found.guesses[depth][step].id == row.argmax()
            assert found.probabilities[depth, step] == pytest.approx(row.max(), abs=tolerance)
            assert found.written_probabilities[depth, step] == pytest.approx(row[written[step]], abs=tolerance)
            assert found.written_ranks[depth, step] == 1 + (row > row[written[step]]).sum()
    assert depth == run.config.n_decoder_layers
    assert [token.id for token in found.reads] == [run.target_in[0].id, *written[:-1]]


def test_the_last_layers_lens_is_the_models_own_output_to_the_bit(runs):
    runner, settings = runs
    run = runner.run(TEXT, settings)
    assert torch.equal(lens_logits(run, stream_paths(run, "decoder")[-1]), run.trace["logits"])
    found, own = logit_lens(run), steps(run)
    np.testing.assert_array_equal(found.written_ranks[-1], own.ranks)
    np.testing.assert_allclose(found.written_probabilities[-1], own.probabilities, rtol=1e-12)


@torch.no_grad()
def test_a_language_model_has_a_lens_and_no_ladder(gpt2):
    run = gpt2.run()
    found, network = logit_lens(run), gpt2.theirs
    states = gpt2.outputs(run).hidden_states
    for depth, state in enumerate(states):
        last = depth == len(states) - 1  # theirs comes through the final LayerNorm already
        probs = network.lm_head(state if last else network.transformer.ln_f(state))[0].softmax(dim=-1)
        assert [token.id for token in found.guesses[depth]] == probs.argmax(dim=-1).tolist()
        np.testing.assert_allclose(found.probabilities[depth], probs.amax(dim=-1), atol=1e-5)
    with pytest.raises(ValueError, match="decoder lens: expected a model with an encoder; found a decoder alone"):
        ladder(run)
