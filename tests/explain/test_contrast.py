"""Why this token and not that one, against NumPy from the weights alone."""

import numpy as np
import pytest

from explain.attention import attention_maps
from explain.contrast import contrast, token_as_written
from explain.next_token import distribution
from explain.run import Settings
from explain.tokens import words_of
from model.tokenizer import WORD_START
from tests.explain.others import open_other
from tests.explain.second_parts import second_parts
from tests.explain.shapes import assert_shapes


def rivals(run, position):
    """The likeliest other token and one that nobody expects."""
    others = [
        c.id for c in distribution(run, position, n_shown=100).candidates if c.id != run.translation.ids[position]
    ]
    return others[0], others[-1]


def value(found, kind):
    return sum(part.value for part in found.parts if part.kind == kind)


def test_the_parts_are_those_of_the_second_road(exact_run):
    expected = second_parts(exact_run)
    for position in (0, 3, len(exact_run.target_out) - 1):
        chosen = exact_run.translation.ids[position]
        for rival in rivals(exact_run, position):
            found = contrast(exact_run, position, rival)
            direction = expected.output[chosen] - expected.output[rival]
            added = {kind: expected.added(kind, direction)[position] for kind in expected.kinds}
            for kind, ours, tokens in (
                ("cross", "source", exact_run.source),
                ("self", "read", exact_run.target_in[: position + 1]),
            ):
                parts = [part for part in found.parts if part.kind == ours]
                assert [part.word for part in parts] == list(words_of(tokens))
                by_word = [added[kind][list(part.word.tokens)].sum() for part in parts]
                np.testing.assert_allclose([part.value for part in parts], by_word, atol=1e-9)
            bias = expected.bias[chosen] - expected.bias[rival]
            assert value(found, "feed-forward") == pytest.approx(added["feed-forward"], abs=1e-9)
            assert value(found, "embedding") == pytest.approx(added["embedding"], abs=1e-9)
            assert value(found, "rest") == pytest.approx(added["rest"] + bias, abs=1e-9)


def test_the_parts_add_up_to_the_difference_of_the_logits(exact_run):
    logits = second_parts(exact_run).logits
    for position, token in enumerate(exact_run.target_out):
        rival = rivals(exact_run, position)[0]
        found = contrast(exact_run, position, rival)
        assert_shapes(found, *found.parts)
        assert found.difference == pytest.approx(logits[position, token.id] - logits[position, rival], abs=1e-9)
        assert found.total == pytest.approx(found.difference, abs=1e-9)
        assert found.chosen_logit - found.rival_logit == pytest.approx(found.difference)
        assert (found.chosen.id, found.rival.id) == (token.id, rival)


def test_attention_stands_beside_the_words_and_nowhere_else(exact_run):
    position = 4
    found = contrast(exact_run, position, rivals(exact_run, position)[0])
    for kind, ours in (("cross", "source"), ("decoder", "read")):
        row = attention_maps(exact_run, kind).weights[-2][:, position].mean(axis=0)
        parts = [part for part in found.parts if part.kind == ours]
        assert [p.attention for p in parts] == pytest.approx([row[list(p.word.tokens)].sum() for p in parts])
        assert sum(part.attention for part in parts) == pytest.approx(1)
    others = [part for part in found.parts if part.kind not in ("source", "read")]
    assert [(part.name, part.word, part.attention) for part in others] == [
        (name, None, None) for name in ("feed-forward", "embedding", "rest")
    ]
    assert found.parts[0].name == f"source: {found.parts[0].word.text}"


def test_a_language_models_words_are_those_read_so_far(tmp_path):
    run = open_other("gpt2", tmp_path / "gpt2").run()
    position = run.n_text + 2
    found = contrast(run, position, rivals(run, position)[0])
    assert {part.kind for part in found.parts} == {"read", "feed-forward", "embedding", "rest"}
    assert [part.word for part in found.parts if part.kind == "read"] == list(words_of(run.target_in[: position + 1]))
    assert found.total == pytest.approx(found.difference, abs=1e-4)
    assert abs(value(found, "read")) > 0.01


def test_a_token_is_found_as_the_page_writes_it(run):
    tokenizer = run.tokenizer
    texts = [tokenizer.token(i) for i in range(len(tokenizer))]
    start = next(i for i, text in enumerate(texts) if text.startswith(WORD_START) and text[1:] in texts and text[1:])
    inside = texts.index(texts[start][1:])
    for written, expected in [
        (texts[start], start), (f" {texts[inside]}", start), ("</s>", run.config.eos_id),
        ("<0xE2>", texts.index("<0xE2>")), ("␣", texts.index(WORD_START)),
    ]:  # fmt: skip
        assert token_as_written(run, 2, written) == expected
    logits = run.trace["logits"][0]
    found = {token_as_written(run, position, texts[inside]) for position in range(len(run.target_out))}
    assert found <= {start, inside}
    for position in range(len(run.target_out)):
        likelier = start if logits[position, start] >= logits[position, inside] else inside
        assert token_as_written(run, position, texts[inside]) == likelier


def test_what_is_no_rival_gets_the_reason(run):
    chosen = run.target_out[1]
    for rival, message in [
        (chosen.id, f"rival: expected another token than the chosen one; found {chosen.text}"),
        (len(run.tokenizer), "rival: expected a whole number from 0 to"),
        (-1, "rival: expected a whole number from 0 to"),
        ("Haus", "rival: expected a whole number from 0 to"),
    ]:
        with pytest.raises(ValueError, match=message):
            contrast(run, 1, rival)
    with pytest.raises(ValueError, match="position: expected a whole number"):
        contrast(run, len(run.target_out), 5)
    for written, message in [
        ("", "rival: expected a token of the vocabulary; found none: type a word"),
        ("  ", "rival: expected a token of the vocabulary; found none: type a word"),
        ("Ram pushed", r"rival: expected one token .* found 'Ram pushed', which this model writes as ▁Ram ▁pushed:"),
        ("x" * 500, "rival: expected at most 200 characters; found 500"),
        (7, "rival: expected a text; found int"),
    ]:
        with pytest.raises(ValueError, match=message):
            token_as_written(run, 1, written)
    with pytest.raises(ValueError, match="position: expected a whole number"):
        token_as_written(run, -1, "Haus")


def test_a_translation_that_was_cut_is_answered_at_its_last_token(runner):
    whole = runner.run("Ram pushed Hari.", Settings(direction="en-de"))
    filler = next(token.id for token in whole.target_out if not token.special)
    run = runner.run("Ram pushed Hari.", Settings(direction="en-de"), prefix=[filler] * whole.limit)
    found = contrast(run, run.limit - 1, run.config.eos_id)
    assert found.total == pytest.approx(found.difference, abs=1e-9)
