"""Greedy, beam search and sampling (§6.1)."""

import itertools
import math

import pytest
import torch

from model.cache import KeyValueCache
from model.decoding import beam_search, greedy, length_penalty, sample
from model.sampling import sampling_distribution
from tests.conftest import tiny_model

SRC = torch.tensor([[5, 9, 20, 2, 0, 0, 0], [7, 8, 9, 10, 11, 12, 2], [4, 2, 0, 0, 0, 0, 0]])


def without_padding(row):
    return row[row != 0][None]


def lively_model(**changes):
    """A model whose decisions are close, so that searches differ and end at different lengths."""
    model = tiny_model(norm="pre", **changes)
    with torch.no_grad():
        model.decoder.final_norm.weight.mul_(2)
        model.decoder.final_norm.bias.add_(8 * model.tokens.weight[model.config.eos_id])
    return model


def test_greedy_takes_the_most_probable_token_of_the_full_pass():
    model = lively_model()
    for hypothesis in greedy(model, SRC[1:2], max_length=9):
        tgt = torch.tensor([[1, *hypothesis.ids[:-1]]])
        log_probs = model(SRC[1:2], tgt)[0].log_softmax(dim=-1)
        assert log_probs.argmax(dim=-1).tolist() == list(hypothesis.ids)
        expected = log_probs.max(dim=-1).values.tolist()
        assert list(hypothesis.log_probs) == pytest.approx(expected, abs=1e-5)
        assert hypothesis.score == pytest.approx(sum(expected), abs=1e-4)


def test_a_beam_of_one_is_greedy(model):
    by_beam = [hypotheses[0] for hypotheses in beam_search(model, SRC, beam_size=1, alpha=0.6, max_length=13)]
    assert [hypothesis.ids for hypothesis in by_beam] == [
        hypothesis.ids for hypothesis in greedy(model, SRC, max_length=13)
    ]


@pytest.fixture(scope="module")
def every_hypothesis():
    """A source, and the log-probability of each target of at most four tokens, of all that a vocabulary of 5 allows."""
    model = lively_model(vocab_size=5)
    src, max_length, eos = torch.tensor([[3, 4, 4, 2]]), 4, 2
    totals = {}
    for n in range(1, max_length + 1):
        for ids in itertools.product(range(5), repeat=n):
            if eos in ids[:-1] or (ids[-1] != eos and n < max_length):
                continue
            log_probs = model(src, torch.tensor([[1, *ids[:-1]]]))[0].log_softmax(dim=-1)
            totals[ids] = sum(log_probs[t, token].item() for t, token in enumerate(ids))
    return model, src, totals


@pytest.mark.parametrize("alpha", [0.0, 0.6, 1.5])
def test_a_wide_beam_finds_the_exhaustive_optimum(every_hypothesis, alpha):
    model, src, totals = every_hypothesis
    scores = {ids: total / ((5 + len(ids)) / 6) ** alpha for ids, total in totals.items()}
    ranking = sorted(scores, key=scores.get, reverse=True)
    found = beam_search(model, src, beam_size=4**4 * 5, alpha=alpha, n_best=7, max_length=4)[0]
    assert [hypothesis.ids for hypothesis in found] == ranking[:7]
    assert [hypothesis.score for hypothesis in found] == pytest.approx([scores[ids] for ids in ranking[:7]], abs=1e-4)


def test_hypotheses_carry_the_models_own_log_probs():
    model = lively_model()
    for row, hypotheses in zip(SRC, beam_search(model, SRC, beam_size=4, n_best=4, max_length=11), strict=True):
        assert [h.score for h in hypotheses] == sorted((h.score for h in hypotheses), reverse=True)
        for hypothesis in hypotheses:
            tgt = torch.tensor([[1, *hypothesis.ids[:-1]]])
            log_probs = model(without_padding(row), tgt)[0].log_softmax(dim=-1)
            expected = [log_probs[t, token].item() for t, token in enumerate(hypothesis.ids)]
            assert list(hypothesis.log_probs) == pytest.approx(expected, abs=1e-4)
            assert hypothesis.score == pytest.approx(sum(expected) / length_penalty(len(expected), 0.6), abs=1e-4)


@pytest.mark.parametrize("search", [greedy, beam_search, sample])
def test_a_sentence_decodes_the_same_alone_and_in_a_batch(search):
    model = lively_model()
    together = search(model, SRC, max_length=12)
    settings = {"seed": 2} if search is sample else {}  # sentence i of a batch draws with seed + i
    alone = search(model, without_padding(SRC[2]), max_length=12, **settings)
    get_ids = (lambda found: found[0].ids) if search is beam_search else (lambda found: found.ids)
    assert get_ids(together[2]) == get_ids(alone[0])


def test_finished_sentences_leave_the_batch():
    model = lively_model()
    rows = []
    model.decoder.register_forward_pre_hook(lambda module, arguments: rows.append(len(arguments[0])))
    lengths = sorted(len(hypothesis.ids) for hypothesis in sample(model, SRC, max_length=23))
    assert lengths[0] < lengths[-1], "the sentences must end at different steps for this test to say anything"
    assert rows == [sum(length > step for length in lengths) for step in range(lengths[-1])]


def test_sentences_whose_beams_are_done_leave_the_batch():
    model = lively_model()
    rows = []
    model.decoder.register_forward_pre_hook(lambda module, arguments: rows.append(len(arguments[0])))
    for row in SRC:
        beam_search(model, without_padding(row), beam_size=2, max_length=23)
    one_by_one = sum(rows)
    rows.clear()
    beam_search(model, SRC, beam_size=2, max_length=23)
    assert rows[-1] < max(rows), "the sentences must end at different steps for this test to say anything"
    assert sum(rows) == one_by_one


def test_caches_are_reordered_only_where_the_beams_are(monkeypatch):
    model, orders, parents = lively_model(), [], []
    select = KeyValueCache.select
    monkeypatch.setattr(
        KeyValueCache, "select", lambda cache, rows: (orders.append(rows.tolist()), select(cache, rows))
    )
    beam_search(
        model,
        SRC[:1, :4],
        beam_size=3,
        max_length=23,
        watch=lambda step: parents.append([b.parent for b in step.lives]),
    )
    in_order = [order for order in parents if order == [0, 1, 2]]
    assert in_order, "a step must keep the beams as they are for this test to say anything"
    assert [0, 1, 2] not in orders
    assert len(parents) - len(in_order) - len(orders) in (0, 1)  # after the last step nothing is read again


def test_who_watches_sees_the_beams_and_changes_nothing():
    model, steps = lively_model(), []
    settings = dict(beam_size=3, n_best=3, max_length=11)
    assert beam_search(model, SRC, **settings, watch=steps.append) == beam_search(model, SRC, **settings)
    beams = {sentence: [()] for sentence in range(len(SRC))}
    for step in steps:
        for beam in step.candidates:
            assert beam.ids[:-1] == beams[step.sentence][beam.parent]
            assert beam.total == pytest.approx(sum(beam.log_probs), abs=1e-4)
        assert [beam.total for beam in step.candidates] == sorted((b.total for b in step.candidates), reverse=True)
        assert all(beam.ids[-1] == model.config.eos_id for beam in step.ended)
        assert all(beam in step.candidates for beam in (*step.lives, *step.ended))
        beams[step.sentence] = [beam.ids for beam in step.lives]


def test_the_length_limit_cuts():
    assert all(len(hypothesis.ids) <= 3 for hypothesis in greedy(lively_model(), SRC, max_length=3))
    found = beam_search(lively_model(), SRC, max_length=3, n_best=4)
    assert all(len(hypothesis.ids) <= 3 for hypotheses in found for hypothesis in hypotheses)


def test_decoding_goes_on_from_a_given_start():
    model = lively_model()
    whole = greedy(model, SRC[:1], max_length=9)[0]
    rest = greedy(model, SRC[:1], start=[1, *whole.ids[:3]], max_length=6)[0]
    assert rest.ids == whole.ids[3:9]
    forced = beam_search(model, SRC[:1], start=[1, 17, 23], max_length=6)[0][0]
    log_probs = model(SRC[:1], torch.tensor([[1, 17, 23]]))[0, -1].log_softmax(dim=-1)
    assert forced.log_probs[0] == pytest.approx(log_probs[forced.ids[0]].item(), abs=1e-5)


def test_forbidden_tokens_are_never_chosen():
    model = lively_model()
    used = {token for hypothesis in greedy(model, SRC, max_length=9) for token in hypothesis.ids} - {2}
    for search in (greedy, sample):
        found = search(model, SRC, max_length=9, forbidden=sorted(used))
        assert used.isdisjoint(token for hypothesis in found for token in hypothesis.ids)
    for hypotheses in beam_search(model, SRC, max_length=9, n_best=4, forbidden=sorted(used)):
        assert used.isdisjoint(token for hypothesis in hypotheses for token in hypothesis.ids)


def test_renormalized_probabilities_are_shared_out_among_the_allowed_ids():
    model, forbidden = lively_model(), [3, 4, 5, 6, 7, 8, 9]
    for row, hypotheses in zip(
        SRC, beam_search(model, SRC, max_length=7, forbidden=forbidden, renormalize=True), strict=True
    ):
        ids = hypotheses[0].ids
        logits = model(without_padding(row), torch.tensor([[1, *ids[:-1]]]))[0]
        logits[:, forbidden] = float("-inf")
        expected = [logits.log_softmax(dim=-1)[t, token].item() for t, token in enumerate(ids)]
        assert list(hypotheses[0].log_probs) == pytest.approx(expected, abs=1e-4)


def test_without_early_stopping_the_search_finds_no_worse_hypotheses():
    model, settings = lively_model(), dict(beam_size=3, alpha=2.0, length_offset=0, max_length=17)
    stopped, went_on = (
        [found[0].score for found in beam_search(model, SRC, early_stopping=stop, **settings)] for stop in (True, False)
    )
    rounding = 1e-6  # a product rounds otherwise when another number of sentences is still in the batch
    assert all(later >= sooner - rounding for sooner, later in zip(stopped, went_on, strict=True))
    assert went_on != pytest.approx(stopped, abs=1e-3)


def test_a_decoder_only_model_decodes_from_its_prompt():
    model = lively_model(n_encoder_layers=0)
    hypothesis = greedy(model, None, start=[1, 7, 8], max_length=5)[0]
    expected = model(torch.tensor([[1, 7, 8, *hypothesis.ids[:-1]]]))[0, 2:].argmax(dim=-1).tolist()
    assert list(hypothesis.ids) == expected


def test_the_same_seed_draws_the_same_tokens():
    model = lively_model()
    first, again, other = (sample(model, SRC, seed=seed, max_length=12) for seed in (3, 3, 40))
    assert first == again
    assert first != other


def test_samples_follow_the_models_distribution():
    model = lively_model(vocab_size=7)
    src = torch.tensor([[5, 3, 2]]).repeat(3000, 1)
    drawn = [hypothesis.ids[0] for hypothesis in sample(model, src, max_length=1, temperature=0.7)]
    expected = (model(src[:1], torch.tensor([[1]]))[0, 0].log_softmax(dim=-1) / 0.7).softmax(dim=-1)
    frequencies = torch.bincount(torch.tensor(drawn), minlength=7) / len(drawn)
    assert (frequencies - expected).abs().max() < 0.03


def test_sampling_distribution_agrees_with_numbers_worked_out_by_hand():
    log_probs = torch.tensor([0.5, 0.25, 0.15, 0.1]).log()
    close = dict(abs=1e-6)
    assert sampling_distribution(log_probs).tolist() == pytest.approx([0.5, 0.25, 0.15, 0.1], **close)
    squares = [0.25, 0.0625, 0.0225, 0.01]
    expected = [square / sum(squares) for square in squares]
    assert sampling_distribution(log_probs, temperature=0.5).tolist() == pytest.approx(expected, **close)
    assert sampling_distribution(log_probs, top_k=2).tolist() == pytest.approx([2 / 3, 1 / 3, 0, 0], **close)
    # 0.5 is not yet 0.6, so the second is kept too
    assert sampling_distribution(log_probs, top_p=0.6).tolist() == pytest.approx([2 / 3, 1 / 3, 0, 0], **close)
    assert sampling_distribution(log_probs, top_p=0.5).tolist() == pytest.approx([1, 0, 0, 0], **close)
    # top-k first: of its two, the first alone has 2/3
    assert sampling_distribution(log_probs, top_k=2, top_p=0.6).tolist() == pytest.approx([1, 0, 0, 0], **close)
    assert sampling_distribution(log_probs, temperature=0).tolist() == [1, 0, 0, 0]


def test_length_penalty_is_that_of_wu_et_al():
    assert length_penalty(7, 0.6) == pytest.approx(2**0.6)
    assert length_penalty(123, 0) == 1
    assert length_penalty(7, 0.6, offset=0) == pytest.approx(7**0.6)


@pytest.mark.parametrize(
    ("search", "settings", "message"),
    [
        (beam_search, {"beam_size": 0}, "beam_size: expected 1 or more; found 0"),
        (beam_search, {"alpha": 1e4}, "alpha: expected -10.0 to 10.0; found 10000.0"),
        (beam_search, {"alpha": float("nan")}, "alpha: expected -10.0 to 10.0; found nan"),
        (beam_search, {"forbidden": (37,)}, r"forbidden: expected ids from 0 to 36; found \[37\]"),
        (greedy, {"forbidden": (-1,)}, r"forbidden: expected ids from 0 to 36; found \[-1\]"),
        (beam_search, {"beam_size": 2, "n_best": 3}, "n_best: expected 1 to beam_size=2; found 3"),
        (greedy, {"max_length": 0}, "max_length: expected 1 or more; found 0"),
        (greedy, {"start": []}, "start: expected one or more ids from 0 to 36; found"),
        (greedy, {"start": [37]}, "start: expected one or more ids from 0 to 36; found"),
        (greedy, {"start": [1] * 72}, "start: expected at most 71 tokens; found 72"),
        (sample, {"temperature": -1}, "temperature: expected 0 or more; found -1"),
        (sample, {"temperature": math.nan}, "temperature: expected 0 or more; found nan"),
        (sample, {"top_k": -1}, r"top_k: expected 0 \(all\) or more; found -1"),
        (sample, {"top_p": 0}, "top_p: expected more than 0 and at most 1; found 0"),
    ],
)
def test_a_setting_out_of_range_is_named(search, settings, message):
    with pytest.raises(ValueError, match=message):
        search(tiny_model(), SRC, **settings)
