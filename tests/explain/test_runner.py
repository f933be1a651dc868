"""The service that makes runs: what it searches, that it computes once, and what it refuses."""

import math
import threading
from dataclasses import replace

import numpy as np
import pytest

from explain.cache import size_of
from explain.passage import passage
from explain.run import Settings
from explain.runner import MAX_CHARACTERS, MAX_SOURCE_TOKENS, Runner
from explain.search import search
from model.language_model import LanguageModel
from tests.conftest import tiny_model
from tests.explain.conftest import SETTINGS, TEXT
from tests.explain.second_road import run_again


def chosen_log_probs(log_probs, ids):
    return [log_probs[t, token_id] for t, token_id in enumerate(ids)]


def sizes_of(translator, *texts):
    """Bytes of the searches of some texts."""
    prompts = [translator.encode(text, "en-de") for text in texts]
    return [size_of(search(translator, prompt, SETTINGS)) for prompt in prompts]


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
    sizes = sizes_of(translator, "Ram", "Hari", "the dog")
    runner = Runner(translator, run_bytes=sum(sizes) - min(sizes) // 2)  # any two, and not all three
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
    runner = Runner(translator, run_bytes=max(sizes_of(translator, "Ram")) * 2)
    runner.run("Ram", SETTINGS)
    for chosen in (1, 2):
        with pytest.raises(ValueError, match="those found"):
            runner.run("Ram", SETTINGS, chosen, prefix=[80, 2])
    assert uses == 2 * ["search"]  # the first, and one behind the prefix
    runner.run("Ram", SETTINGS)
    assert uses == 2 * ["search"]


PASSAGE = "Ram pushed Hari. the dog ran\n\nHari pushed Ram!"


def test_a_sentence_of_a_text_runs_as_it_would_alone(runner, uses):
    alone = runner.run("the dog ran", SETTINGS, chosen=1, prefix=[80])
    within = runner.run_sentence(PASSAGE, 1, SETTINGS, chosen=1, prefix=[80])
    assert uses == ["search"]
    assert within == replace(alone, passage=PASSAGE, sentence=1)
    assert within.text == "the dog ran" and within.own.text == "the dog ran"
    assert within.trace is alone.trace
    assert runner.run_sentence("the dog ran", 0, SETTINGS) is runner.run("the dog ran", SETTINGS)


def test_a_passage_has_every_sentence_as_it_comes_out_best_and_the_open_one_as_its_run_has_it(runner):
    best = [runner.run(text, SETTINGS).translation.text for text in runner.cut(PASSAGE, "en-de").sentences]
    third = runner.run_sentence(PASSAGE, 2, SETTINGS, chosen=2)
    found = passage(runner, third)
    assert found.sentences == ("Ram pushed Hari.", "the dog ran", "Hari pushed Ram!")
    assert found.translations == (*best[:2], third.translation.text)
    assert found.translation == f"{best[0]} {best[1]}\n\n{third.translation.text}"
    one = passage(runner, runner.run(TEXT, SETTINGS, chosen=1))
    assert one.translations == (one.translation,) == (runner.run(TEXT, SETTINGS).translations[1].text,)


def test_a_passage_is_translated_once_whichever_of_it_is_open(runner, uses):
    for sentence in (0, 2, 1, 0):
        passage(runner, runner.run_sentence(PASSAGE, sentence, SETTINGS))
    passage(runner, runner.run(TEXT, SETTINGS))
    assert len(uses) == 3 + 3 + 1  # the three runs, the best of each sentence, and the one that is all of its text


def test_what_a_language_model_continues_is_not_cut(translator):
    tokenizer = translator.tokenizer
    network = tiny_model(vocab_size=len(tokenizer), n_encoder_layers=0, max_positions=211)
    continues = Runner(LanguageModel(network, tokenizer))
    run = continues.run_sentence(PASSAGE, 0, continues.default_settings())
    assert run.text == run.passage == PASSAGE
    assert passage(continues, run).translation == run.translation.text


@pytest.mark.parametrize(
    ("text", "sentence", "message"),
    [
        ("\n \n", 0, "text: expected a word or a sentence; found none: type something to translate"),
        ("Ram.", 1, r"sentence: expected a whole number from 0 to 0 \(those of the text\); found 1"),
        (PASSAGE, 3, r"sentence: expected a whole number from 0 to 2 \(those of the text\); found 3"),
        (PASSAGE, -1, "sentence: expected a whole number from 0 to 2"),
        (PASSAGE, 1.0, "sentence: expected a whole number from 0 to 2"),
        ("Ram. " * 1000, 0, "text: expected at most 50 sentences; found 1,000: translate it in parts"),
        (
            f"Ram. {'the dog ' * 70}. Hari.",
            0,
            "sentence 2 of 3: expected at most 128 tokens; found 142: translate it in parts",
        ),
        (f"{'the dog ' * 60}. " * 20, 0, "text: expected at most 1,024 tokens; found 2,4.0: translate it in parts"),
        (f"Ram. {'the dog ' * 150}.", 0, "sentence 2 of 2: expected at most 209 tokens; found 302: shorten it"),
        ("Ram. " * 5000, 0, "text: expected at most 20,000 characters; found 25,000"),
        (None, 0, "text: expected a text; found NoneType"),
    ],
)
def test_a_text_of_many_sentences_has_its_bounds(runner, text, sentence, message):
    with pytest.raises(ValueError, match=message):
        runner.run_sentence(text, sentence, SETTINGS)
