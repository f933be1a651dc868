"""What only a language model has, and what it has not: runs of a small GPT-2."""

import pytest
import torch

from explain.attention import alignment, attention_maps
from explain.cell import attention_cell
from explain.depth import movement
from explain.next_token import Sampling, force, from_prefix, sample_on
from explain.run import Settings
from explain.runner import Runner
from explain.switches import Switch, compare
from model.language_model import MAX_CONTINUATION
from tests.explain.others import TEXT, open_other


@pytest.fixture(scope="module")
def gpt2(tmp_path_factory):
    return open_other("gpt2", tmp_path_factory.mktemp("hub") / "gpt2")


def test_a_language_model_continues_the_text(gpt2):
    run, tokenizer = gpt2.run(), gpt2.runner.tokenizer
    ids = tokenizer.encode(TEXT)
    assert run.source == () and run.n_text == len(ids) - 1
    assert [token.id for token in run.target_in[: len(ids)]] == ids
    assert [token.given for token in run.target_out] == [True] * run.n_text + [False] * (
        len(run.target_out) - run.n_text
    )
    assert run.translation.text.startswith(TEXT)
    assert run.translation.text == tokenizer.decode([ids[0], *run.translation.ids])
    assert run.limit == run.n_text + MAX_CONTINUATION


def test_the_continuation_stays_within_the_models_positions(gpt2):
    text = " ".join(["house"] * 80)
    ids = gpt2.runner.tokenizer.encode(text)
    text = gpt2.runner.tokenizer.decode(ids[:69])
    assert len(gpt2.runner.tokenizer.encode(text)) == 69
    run = gpt2.run(text)
    assert run.limit == 71 and run.n_text == 68
    assert len(run.target_in) <= 71 and run.trace["logits"].shape[1] == len(run.target_in)
    with pytest.raises(ValueError, match="text: expected at most 71 tokens; found 72: shorten it"):
        gpt2.run(gpt2.runner.tokenizer.decode(ids[:72]))


def test_a_typed_beginning_comes_behind_the_text_and_a_space(gpt2):
    runner, settings = gpt2.runner, gpt2.runner.default_settings()
    for text, prefix in [("The old", "woman"), ("The old ", "woman"), ("The old", " woman")]:
        run = from_prefix(runner, text, settings, prefix)
        assert run.translation.text.startswith("The old woman")
        assert list(run.prefix) == runner.tokenizer.encode(prefix if " " in text[-1:] + prefix else " woman")


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda runner, run: attention_maps(run, "encoder"), "attention: expected decoder, all that a language"),
        (lambda runner, run: attention_cell(run, "cross", 0, 0, 0, 0), "attention: expected decoder, all that"),
        (lambda runner, run: compare(run, Switch(name="head"), 0), "attention: expected decoder, .* found 'cross'"),
        (lambda runner, run: movement(run, "encoder"), "side: expected decoder; found 'encoder'"),
        (lambda runner, run: alignment(run), "alignment: a language model continues its text; there is no source"),
        (lambda runner, run: force(runner, run, 0, 5), r"position: expected .* from \d+ to .* the text itself"),
        (lambda runner, run: sample_on(runner, run, 1, Sampling(), 0), "position: expected .* the text itself"),
        (lambda runner, run: runner.run("", run.settings), "text: expected a word or a sentence; found none"),
        (lambda runner, run: runner.run("A", Settings(direction="en-de")), "expected one of text; found 'en-de'"),
        (lambda runner, run: runner.run("A", run.settings, 0, [5] * 41), "target prefix: expected at most 40 tokens"),
    ],
)  # fmt: skip
def test_what_a_language_model_has_not_is_said(gpt2, ask, message):
    with pytest.raises(ValueError, match=message):
        ask(gpt2.runner, gpt2.run())


def test_passes_that_do_not_fit_are_run_again(gpt2, uses):
    own = gpt2.run()
    own.trace  # noqa: B018 (computes it)
    uses.clear()
    size = sum(tensor.nbytes for tensor in own.trace.values())
    runner = Runner(gpt2.runner.text_model, trace_bytes=2 * size + size // 2)
    runs = [runner.run(TEXT, own.settings, chosen) for chosen in range(3)]
    for run in (*runs, runs[2], runs[1]):
        assert run.trace["logits"].shape[1] == len(run.target_out)
    assert uses == ["search", *3 * ["inspect"]]  # each pass once
    first = runs[0].trace["logits"]
    assert uses == ["search", *4 * ["inspect"]]  # the first had gone
    assert torch.equal(first[0, 0], own.trace["logits"][0, 0])
