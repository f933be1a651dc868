"""What the race says of heads, recomputed, and that its claims hold of the bundled weights."""

import re

import numpy as np
import pytest
import sacrebleu
import torch

from explain.effects import Part
from explain.experiments import pruning
from explain.experiments.bundled import bundled_pairs, bundled_translator
from explain.experiments.pruning import AT_RANDOM, BY_EFFECT, Result, counts, log_prob, words


@pytest.fixture(scope="module")
def translator():
    return bundled_translator()


@pytest.fixture(scope="module")
def result(finish):
    """The race as the page runs it, with fewer stops."""
    return finish(pruning, 0, step=12)


HEADS = [Part(name="head", kind="encoder", layer=2, head=1), Part(name="head", kind="cross", layer=1, head=3)]
MATRICES = ["encoder.layers.2.self_attn", "decoder.layers.1.cross_attn"]


def test_a_head_that_is_off_is_one_that_w_o_lets_nothing_through_of(translator):
    """The second road: weights changed for good, in a model of its own, without any tap."""
    pairs, cut = bundled_pairs()[:5], bundled_translator()
    with torch.no_grad():
        for head, path in zip(HEADS, MATRICES, strict=True):
            weight = cut.network.get_parameter(f"{path}.out_proj.weight")
            weight.unflatten(1, (cut.network.config.n_heads, -1))[:, head.head] = 0
    off = log_prob(translator, pairs, HEADS)
    assert off == pytest.approx(log_prob(cut, pairs), abs=1e-5)
    assert off != pytest.approx(log_prob(translator, pairs), abs=1e-3)
    np.testing.assert_array_equal(counts(translator, pairs, HEADS), counts(cut, pairs, []))


def test_a_tokens_log_probability_is_that_of_each_sentence_by_itself(translator):
    """Padding counts nowhere."""
    pairs = bundled_pairs()[60:64]
    total, n_tokens = 0.0, 0
    for english, german in pairs:
        ids = [*translator.tokenizer.encode(german), translator.tokenizer.eos_id]
        src = torch.tensor([translator.encode(english, "en-de").src])
        with torch.no_grad():
            logits = translator.network(src, torch.tensor([[1, *ids[:-1]]]))[0]
        total += logits.log_softmax(dim=-1)[range(len(ids)), ids].sum().item()
        n_tokens += len(ids)
    assert log_prob(translator, pairs) == pytest.approx(total / n_tokens, abs=1e-5)


def test_the_whole_model_translates_as_ever(translator, result):
    pairs = bundled_pairs()[:60]
    # none of these has a translation so long that the race would have cut it
    texts = translator.translate_sentences([english for english, _ in pairs], "en-de", beam_size=1)
    expected = sacrebleu.corpus_bleu(texts, [[german for _, german in pairs]]).score
    assert result.bleu[BY_EFFECT][0] == result.bleu[AT_RANDOM][0] == pytest.approx(expected, abs=1e-6)
    assert result.low < expected < result.high


def test_the_order_is_by_effect_and_found_on_other_sentences(result, monkeypatch):
    assert (np.diff(result.effect) <= 0).all() and len(result.effect) == result.off[-1]
    used: list[list[tuple[str, str]]] = []
    monkeypatch.setattr(pruning, "log_prob", lambda translator, pairs, off=(): used.append(list(pairs)) or 0.0)
    next(iter(pruning.run()))
    assert used and not set(used[0]) & set(bundled_pairs()[: pruning.N_RACE])
    assert len(used[0]) == 30  # as the page says


def test_the_race_shows_what_the_page_asks(result):
    """Some heads can go, not all, and the order matters."""
    by_effect, at_random = result.bleu[BY_EFFECT], result.bleu[AT_RANDOM]
    assert by_effect[1] > 2 / 3 * by_effect[0]  # a quarter of the heads costs less than a third
    assert by_effect[-1] == at_random[-1] < by_effect[0] / 4
    assert by_effect.sum() > at_random.sum()
    assert result.effect[0] > result.effect[-1] and result.effect[-1] < -0.02


def test_the_words_follow_the_numbers():
    """Scores made up so that all that is said would be otherwise."""
    made_up = Result(
        off=np.array([0, 2, 4, 6, 8]),
        bleu={BY_EFFECT: np.array([40.0, 10.0, 30.0, 1.0, 0.0]), AT_RANDOM: np.array([40.0, 35.0, 25.0, 21.0, 0.0])},
        effect=np.array([0.3, -0.004, -0.006, -0.1, -0.1, -0.1, -0.1, -0.2]),
        low=31.2,
        high=48.9,
    )
    assert re.findall(r"[\d.]*\d", words(made_up)) == [
        "8", "40.0", "31", "49", "2", "10.0", "35.0", "4", "6", "1", "3", "2", "8", "0.005",
    ]  # fmt: skip
