"""Patching between two sentences, against the second road, and what must hold of any recovery."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from explain.patching import MAX_TOKENS, Parting, patch
from explain.runner import Runner
from model.translator import Translator
from tests.conftest import tiny_model
from tests.explain.conftest import SETTINGS
from tests.explain.others import open_other
from tests.explain.second_road import _Pass
from tests.explain.shapes import assert_shapes

FIRST, SECOND = "The dog sees the cat.", "The cat sees the cat."


class Patched(_Pass):
    """The second road from two sentences: some vectors of the second one stand in the first one's encoder."""

    def vectors(self, ids):
        """The encoder's input; of a translator with two vocabularies, from the source's own."""
        if self.config.src_vocab_size is None:
            return self.embed(ids, True)
        road = _Pass({"tokens.weight": self.weights["src_tokens.weight"]}, self.config)
        return road.embed(ids, True)

    def encoded(self, ids, point=None, places=(), given=None):
        """The vectors at each point, and the memory; at `point` those at some places are taken from `given`."""
        x, points = self.vectors(ids), []
        for layer in range(self.config.n_encoder_layers + 1):
            if layer:
                at = f"encoder.layers.{layer - 1}"
                x = self.residual(f"{at}.self_attn_add_norm", x, self.attend(f"{at}.self_attn", None, False, []))
                x = self.residual(f"{at}.feed_forward_add_norm", x, self.feed_forward(f"{at}.feed_forward"))
            if layer == point:
                x = x.copy()
                x[list(places)] = given[layer][list(places)]
            points.append(x)
        return points, self.final_norm("encoder.final_norm", x)

    def margin(self, memory, read, pair):
        x = self.embed(read, True)
        for layer in range(self.config.n_decoder_layers):
            at = f"decoder.layers.{layer}"
            x = self.residual(f"{at}.self_attn_add_norm", x, self.attend(f"{at}.self_attn", None, True, []))
            x = self.residual(f"{at}.cross_attn_add_norm", x, self.attend(f"{at}.cross_attn", memory, False, []))
            x = self.residual(f"{at}.feed_forward_add_norm", x, self.feed_forward(f"{at}.feed_forward"))
        last = self.final_norm("decoder.final_norm", x)[-1]
        logits = self.weights["tokens.weight"] @ last + self.weights.get("output_bias", 0)
        return logits[pair[0]] - logits[pair[1]]


def grid(run, other):
    """The recovery of each point and position, patched one after another, and of all positions that differ."""
    weights = {name: value.numpy().astype(np.float64) for name, value in run.network.state_dict().items()}
    road = Patched(weights, run.config)
    first, second = ([token.id for token in each.source] for each in (run, other))
    step = next(i for i, (a, b) in enumerate(zip(run.target_out, other.target_out, strict=False)) if a.id != b.id)
    pair = run.target_out[step].id, other.target_out[step].id
    read = [run.config.bos_id, *run.translation.ids[:step]]
    given, memory = road.encoded(second)
    before, after = road.margin(road.encoded(first)[1], read, pair), road.margin(memory, read, pair)

    def recovery(point, places):
        return (road.margin(road.encoded(first, point, places, given)[1], read, pair) - before) / (after - before)

    places = [[place] for place in range(len(first))]
    places.append([place for place in range(len(first)) if first[place] != second[place]])
    return step, before, after, np.array([[recovery(point, each) for each in places] for point in range(len(given))])


@pytest.fixture(scope="module")
def marian(tmp_path_factory):
    """A translator of OPUS-MT's kind with two vocabularies, in float64."""
    runner = open_other("unshared", tmp_path_factory.mktemp("hub") / "unshared").runner
    runner.network.double()
    return runner


def ending(run, n_tokens, *last):
    """The run with another translation: so many tokens of its own, and then these ids."""
    tokens = (*run.target_out[:n_tokens], *(replace(run.target_out[0], id=each) for each in last))
    return replace(run, translations=(replace(run.translation, tokens=tokens, text="Der Hund"),), chosen=0)


def assert_equals_the_second_road(found):
    step, before, after, recovery = grid(found.first, found.second)
    assert_shapes(found)
    assert found.step == step
    assert (found.first_margin, found.second_margin) == pytest.approx((before, after), abs=1e-9)
    np.testing.assert_allclose(found.recovery, recovery[:, :-1], atol=1e-7)
    np.testing.assert_allclose(found.kept, recovery[:, -1], atol=1e-7)
    assert np.ptp(found.recovery[-1]) > 1e-3


def test_a_grid_equals_the_second_road(runner):
    assert_equals_the_second_road(patch(runner.run(FIRST, SETTINGS), runner.run(SECOND, SETTINGS)))


def test_a_grid_of_a_marian_model_equals_the_second_road(marian):
    settings = marian.default_settings()
    first, second = (marian.run(text, settings) for text in ("A man, a house!", "A house, a man!"))
    assert_equals_the_second_road(patch(ending(first, 0, 7), ending(second, 0, 11)))


def test_all_patched_is_the_second_sentence_and_none_patched_the_first(runner):
    parting = Parting(runner.run(FIRST, SETTINGS), runner.run(SECOND, SETTINGS))
    length = len(parting.first.source)
    both = torch.stack([torch.ones(length), torch.zeros(length)]).bool()
    assert parting.n_points == runner.config.n_encoder_layers + 1
    for point in range(parting.n_points):
        np.testing.assert_allclose(parting.recovery(point, both), [1, 0], atol=1e-9)
        translations = [parting.translation(point, positions).ids for positions in both]
        assert translations == [parting.second.translation.ids, parting.first.translation.ids]


def test_after_the_embedding_all_of_it_is_in_the_word_that_differs(runner):
    found = patch(runner.run(FIRST, SETTINGS), runner.run(SECOND, SETTINGS))
    [place] = found.changed
    assert "dog" in found.first.source[place].text and "cat" in found.second.source[place].text
    expected = np.zeros(len(found.first.source))
    expected[place] = 1
    np.testing.assert_allclose(found.recovery[0], expected, atol=1e-9)
    np.testing.assert_allclose(found.kept, found.recovery[:, place], atol=1e-9)


def test_words_that_change_places_are_patched_together(runner):
    first, second = (runner.run(text, SETTINGS) for text in (FIRST, "The cat sees the dog."))
    found = patch(ending(first, 0, 7), ending(second, 0, 11))
    assert len(found.changed) > 1
    assert found.kept[0] == pytest.approx(1, abs=1e-9)
    assert_equals_the_second_road(found)


def test_where_the_translations_part_they_were_the_same_before(runner):
    found = patch(runner.run(FIRST, SETTINGS), runner.run(SECOND, SETTINGS))
    first, second = found.first.translation.ids, found.second.translation.ids
    assert first[: found.step] == second[: found.step]
    assert (found.token.id, found.other_token.id) == (first[found.step], second[found.step])
    assert found.token.id != found.other_token.id


def test_the_best_translations_are_compared_whatever_is_inspected(runner):
    first, second = runner.run(FIRST, SETTINGS), runner.run(SECOND, SETTINGS)
    other = runner.run(FIRST, SETTINGS, chosen=2)
    forced = runner.run(SECOND, SETTINGS, prefix=[first.translation.ids[0]])
    assert patch(other, forced).first is first
    np.testing.assert_array_equal(patch(other, forced).recovery, patch(first, second).recovery)


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        (FIRST, FIRST, "expected a word that differs; found the same sentence twice: change a word"),
        (FIRST, f" {FIRST} ", "found the same sentence twice"),
        (
            "The dog sees the cat.",
            "The dog sees the whale.",
            r"expected as many pieces in both; found \d+ and \d+\. They differ in “cat.*” \(.*\) against “whale.*” "
            r"\(\d pieces: .* · .*\): choose words of as many pieces",
        ),
        (FIRST, "The dog sees the cat and the dog.", "They differ in nothing against “and the dog” "),
        (FIRST, "The dog sees.", "They differ in “the cat” .* against nothing"),
        (FIRST, "The dog sees the small cat.", "They differ in nothing against “small” "),
        ("dog " * 128, "cat " * 128, rf"expected at most {MAX_TOKENS} tokens in each.*; found 128: take shorter"),
        (FIRST, "cat " * 128, "found 128: take shorter sentences"),
    ],
)
def test_sentences_that_cannot_be_compared_are_refused_with_the_reason(runner, first, second, message):
    settings = replace(SETTINGS, beam_size=1, n_best=1)
    with pytest.raises(ValueError, match=f"two sentences: .*{message}"):
        patch(runner.run(first, settings), runner.run(second, settings))


def test_runs_of_other_models_or_settings_are_refused(runner, tokenizer):
    run = runner.run(FIRST, SETTINGS)
    stranger = Runner(Translator(tiny_model(vocab_size=len(tokenizer)).double(), tokenizer)).run(SECOND, SETTINGS)
    for other in (stranger, runner.run(SECOND, replace(SETTINGS, alpha=0.7))):
        with pytest.raises(ValueError, match="expected two runs of one model with the same settings"):
            patch(run, other)


def test_a_language_model_is_told_what_is_needed(tmp_path):
    run = open_other("gpt2", tmp_path / "gpt2").run()
    with pytest.raises(
        ValueError, match="expected a model with an encoder and cross-attention; found a language model"
    ):
        patch(run, run)


def test_translations_that_do_not_part_are_refused_with_the_reason(runner):
    eos = runner.config.eos_id
    run, other = runner.run(FIRST, SETTINGS), runner.run(SECOND, SETTINGS)
    with pytest.raises(ValueError, match="two translations; found the same one twice, “Der Hund”: change a word"):
        Parting(ending(run, 1, 7, eos), ending(other, 0, run.target_out[0].id, 7, eos))
    for n_tokens in (3, 2):
        with pytest.raises(ValueError, match=f"one that was cut after {n_tokens} tokens, before they do: take shorter"):
            Parting(ending(run, 3), ending(run, n_tokens))


def test_a_sentence_that_the_decoder_does_not_read_changes_nothing(tokenizer):
    network = tiny_model(vocab_size=len(tokenizer), max_positions=211)
    with torch.no_grad():
        for layer in network.decoder.layers:
            layer.cross_attn.out_proj.weight.zero_()
    runner = Runner(Translator(network, tokenizer))
    run, other = runner.run(FIRST, SETTINGS), runner.run(SECOND, SETTINGS)
    with pytest.raises(ValueError, match=r"how the model weighs .* against .*; found no change: choose another word"):
        Parting(run, ending(other, 1, 7))
