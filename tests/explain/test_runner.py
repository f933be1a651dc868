"""The service that makes runs: what it searches, that it computes once, and what it refuses."""

import math
import threading

import numpy as np
import pytest

from explain.run import Settings
from explain.runner import MAX_CHARACTERS, MAX_SOURCE_TOKENS, Runner
from tests.explain.conftest import SETTINGS, TEXT
from tests.explain.second_road import run_again


def chosen_log_probs(log_probs, ids):
    return [log_probs[t, token_id] for t, token_id in enumerate(ids)]


def test_the_inspected_pass_gives_the_probabilities_that_beam_search_saw(runner):
    hypotheses = runner.text_model.hypotheses([TEXT], "en-de", beam_size=3, alpha=0.6, n_best=3)[0]
    for chosen, hypothesis in enumerate(hypotheses):
        run = runner.run(TEXT, SETTINGS, chosen)
        log_probs = run.trace["logits"][0].log_softmax(dim=-1).numpy()
        assert run.translation.ids == hypothesis.ids
        np.testing.assert_allclose(chosen_log_probs(log_probs, hypothesis.ids), hypothesis.log_probs, atol=1e-4)
        assert run.translation.score == pytest.approx(hypothesis.score)


def test_the_same_request_gives_the_same_run_without_the_model(runner, uses):
    first = runner.run(TEXT, SETTINGS)
    assert uses == ["search"]
    assert runner.run(TEXT, SETTINGS) is first
    assert first.trace is first.trace
    assert uses == ["search", "inspect"]


def test_another_hypothesis_costs_an_inspected_pass_and_no_search(runner, uses):
    first, second = runner.run(TEXT, SETTINGS), runner.run(TEXT, SETTINGS, chosen=1)
    assert uses == ["search"]
    assert second.trace is not first.trace
    assert uses == ["search", "inspect", "inspect"]
    assert second.translation == first.translations[1]


def test_what_differs_in_a_setting_is_another_run(runner, uses):
    runner.run(TEXT, SETTINGS)
    runner.run(TEXT, Settings(direction="en-de", beam_size=3, alpha=0.7, n_best=3))
    runner.run(TEXT, Settings(direction="de-en", beam_size=3, alpha=0.6, n_best=3))
    assert uses == 3 * ["search"]


def test_only_the_last_runs_are_kept(translator, uses):
    runner = Runner(translator, capacity=2)
    for text in ("Ram", "Hari", "the dog", "Hari", "Ram"):
        runner.run(text, SETTINGS)
    assert uses == 4 * ["search"]  # "Hari" was still there, "Ram" was not


def test_threads_that_ask_for_one_run_share_it(runner, uses):
    seen, barrier = [], threading.Barrier(6)

    def ask():
        barrier.wait(timeout=60)
        run = runner.run(TEXT, SETTINGS)
        seen.append((run, run.trace))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 6
    assert all(run is seen[0][0] and trace is seen[0][1] for run, trace in seen)
    assert uses == ["search", "inspect"]


def test_threads_with_different_texts_never_mix_their_traces(runner):
    texts = ["Ram pushed Hari.", "Hari pushed Ram.", "The dog sees the cat.", "I love eating pizza!"]
    runs, barrier = {}, threading.Barrier(len(texts))

    def ask(text):
        barrier.wait(timeout=60)
        runs[text] = runner.run(text, SETTINGS)
        runs[text].trace  # noqa: B018 (computes it)

    threads = [threading.Thread(target=ask, args=[text]) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for text in texts:
        np.testing.assert_allclose(runs[text].trace["logits"][0], run_again(runs[text]).logits, atol=1e-9)


def test_a_prefix_is_kept_and_the_search_goes_on_behind_it(runner):
    prefix = runner.tokenizer.encode("Hari schubste")
    run = runner.run(TEXT, SETTINGS, prefix=prefix)
    for translation in run.translations:
        assert list(translation.ids[: len(prefix)]) == prefix
        assert len(translation.ids) > len(prefix)
        assert [token.given for token in translation.tokens[:3]] == [True, True, False]
    assert run.translation.text.startswith("Hari schubste")


def test_with_a_prefix_every_token_has_its_probability_and_the_score_counts_all(runner):
    run = runner.run(TEXT, SETTINGS, prefix=runner.tokenizer.encode("Hari schubste"))
    expected = chosen_log_probs(np.log(run_again(run).probs), run.translation.ids)
    log_probs = [math.log(token.probability) for token in run.target_out]
    np.testing.assert_allclose(log_probs, expected, atol=1e-4)
    penalty = ((5 + len(expected)) / 6) ** SETTINGS.alpha
    assert run.translation.score == pytest.approx(sum(expected) / penalty, abs=1e-4)
    scores = [translation.score for translation in run.translations]
    assert scores == sorted(scores, reverse=True)


def test_a_prefix_that_ends_the_sentence_is_the_translation(runner):
    tokenizer = runner.tokenizer
    ids = tokenizer.encode_target("Hari schubste Ram.")
    run = runner.run(TEXT, SETTINGS, prefix=ids)
    assert [translation.ids for translation in run.translations] == [tuple(ids)]
    assert run.translation.text == "Hari schubste Ram."
    assert all(token.given for token in run.target_out)
    expected = chosen_log_probs(run_again(run).probs, ids)
    np.testing.assert_allclose([token.probability for token in run.target_out], expected, rtol=1e-4)


def test_a_translation_is_at_most_50_tokens_longer_than_its_source(runner):
    n_source = len(runner.run("Ram", SETTINGS).source)
    full = runner.tokenizer.encode("dog") * (n_source + 50)
    assert len(full) == n_source + 50
    assert runner.run("Ram", SETTINGS, prefix=full).translation.ids == tuple(full)
    with pytest.raises(ValueError, match="target prefix: expected at most 53 tokens for this text; found 54"):
        runner.run("Ram", SETTINGS, prefix=[*full, full[0]])
    longest = max(len(t.ids) for t in runner.run("Ram", SETTINGS, prefix=full[:-2]).translations)
    assert longest <= n_source + 50


@pytest.mark.parametrize("text", ["</s>", "<img src=x onerror=alert(1)>", "${7*7} {{value}}", "\x00", "😀", "="])
def test_markup_and_signs_are_only_text(runner, text):
    run = runner.run(text, SETTINGS)
    assert [token.special for token in run.source] == [True] + (len(run.source) - 2) * [False] + [True]
    assert runner.tokenizer.decode([token.id for token in run.source]) == text


def test_the_longest_text_runs_and_one_token_more_is_refused(runner):
    run = runner.run("dog " * MAX_SOURCE_TOKENS, SETTINGS)
    assert run.trace["encoder.layers.0.self_attn.weights"].shape[2:] == (130, 130)
    with pytest.raises(ValueError, match="text: expected at most 128 tokens; found 129"):
        runner.run("dog " * (MAX_SOURCE_TOKENS + 1), SETTINGS)


def test_a_text_of_very_many_characters_is_refused_before_it_is_tokenised(runner, monkeypatch):
    monkeypatch.setattr(runner.text_model, "encode", None)  # a call would be a TypeError
    with pytest.raises(ValueError, match="text: expected at most 20,000 characters; found 20,001"):
        runner.run("x" * (MAX_CHARACTERS + 1), SETTINGS)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(text=""), "text: expected a word or a sentence; found none: type something"),
        (dict(text=" \n\t\u3000"), "text: expected a word or a sentence; found none: type something"),
        (dict(text=None), "text: expected a text; found NoneType"),
        (dict(text="\ud83d"), "text: expected Unicode text; found half a surrogate pair"),
        (dict(settings=Settings(direction="en-fr")), "direction: expected one of en-de, de-en; found 'en-fr'"),
        (dict(chosen=3), r"hypothesis: expected a whole number from 0 to 2; found 3"),
        (dict(chosen=-1), r"hypothesis: expected a whole number from 0 to 2; found -1"),
        (dict(chosen="0"), r"hypothesis: expected a whole number from 0 to 2; found '0'"),
        (dict(chosen=1, prefix=[80, 2]), r"hypothesis: expected a whole number from 0 to 0 \(those found\); found 1"),
        (dict(prefix=[10_000]), "target token: expected a whole number from 0 to 372; found 10000"),
        (dict(prefix=[-1]), "target token: expected a whole number from 0 to 372; found -1"),
        (dict(prefix=[7.0]), "target token: expected a whole number from 0 to 372; found 7.0"),
        (dict(prefix=[0]), "target token: no translation contains <pad>: choose another"),
        (dict(prefix=[2, 7]), "target prefix: expected nothing after </s>"),
    ],
)
def test_bad_input_is_answered_with_what_is_wrong(runner, arguments, message):
    with pytest.raises(ValueError, match=message):
        runner.run(**{"text": TEXT, "settings": SETTINGS, **arguments})


def test_refused_requests_leave_the_kept_runs_alone(translator, uses):
    runner = Runner(translator, capacity=1)
    runner.run("Ram", SETTINGS)
    for chosen in (1, 2):
        with pytest.raises(ValueError, match="those found"):
            runner.run("Ram", SETTINGS, chosen, prefix=[80, 2])
    assert uses == 2 * ["search"]  # the first, and one behind the prefix
    runner.run("Ram", SETTINGS)
    assert uses == 2 * ["search"]
