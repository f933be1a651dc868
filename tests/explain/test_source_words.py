"""Shares of a logit by source word, against NumPy from the weights alone."""

import numpy as np
import pytest
import torch

import interop
from explain.attention import alignment
from explain.cell import logit_parts
from explain.run import Settings
from explain.runner import Runner
from explain.source_words import by_word, logit_shares, pharaoh, source_words
from explain.tokens import Token, Word, words_of
from tests.conftest import tiny_translator
from tests.explain.others import open_other
from tests.explain.second_parts import second_parts
from tests.explain.shapes import assert_shapes


def test_the_parts_of_the_second_road_add_up_to_the_logits(exact_run):
    np.testing.assert_allclose(second_parts(exact_run).logits, exact_run.trace["logits"][0], atol=1e-9)


@pytest.mark.parametrize("against_average", [False, True])
def test_the_shares_are_those_of_the_second_road(exact_run, against_average):
    found = second_parts(exact_run)
    directions = found.output[list(exact_run.translation.ids)] - against_average * found.output.mean(axis=0)
    expected = found.heads("cross", directions)
    np.testing.assert_allclose(logit_shares(exact_run, against_average), expected, atol=1e-9)
    assert abs(expected).max() > 0.01


def test_the_shares_are_the_cross_attention_of_the_logits_parts(exact_run):
    """With the biases of W^O and all that is not cross-attention, they make the logit."""
    shares = logit_shares(exact_run, against_average=False)
    for position, token in enumerate(exact_run.target_out):
        found = logit_parts(exact_run, position)
        for layer, heads in enumerate(shares):
            expected = [part.value for part in found.parts if (part.name, part.layer) == ("cross-attention", layer)]
            np.testing.assert_allclose(heads[:, position].sum(axis=-1), expected, atol=1e-9)
        others = sum(part.value for part in found.parts if part.name != "cross-attention")
        logit = exact_run.trace["logits"][0, position, token.id].item()
        assert shares[:, :, position].sum() + others == pytest.approx(logit, abs=1e-9)


def test_what_lifts_every_word_alike_counts_for_none(tmp_path):
    runner = open_other("untied", tmp_path / "untied").runner
    runner.network.double()
    settings = runner.default_settings()
    before = runner.run("The old woman sees a small house.", settings)
    plain, against = logit_shares(before, against_average=False), logit_shares(before)
    with torch.no_grad():
        runner.network.output_proj.weight += torch.linspace(-1, 1, 22)
    after = Runner(runner.text_model).run(before.text, settings, prefix=before.translation.ids)
    np.testing.assert_allclose(logit_shares(after), against, atol=1e-9)
    assert abs(logit_shares(after, against_average=False) - plain).max() > 0.01


def test_pieces_become_words_and_every_token_counts_once(exact_run):
    found = source_words(exact_run)
    assert_shapes(found, found.pieces)
    expected = second_parts(exact_run)
    output = expected.output[list(exact_run.translation.ids)] - expected.output.mean(axis=0)
    share = expected.heads("cross", output).sum(axis=(0, 1))
    for tokens, words in ((exact_run.source, found.source), (exact_run.target_out, found.target)):
        assert sorted(place for word in words for place in word.tokens) == list(range(len(tokens)))
        assert all(len({tokens[place].word for place in word.tokens}) == 1 for word in words)
        assert [word.special for word in words] == sorted(word.special for word in words)
    assert any(len(word.tokens) > 1 for word in found.source) and any(len(word.tokens) > 1 for word in found.target)
    for t, target in enumerate(found.target):
        for s, source in enumerate(found.source):
            cells = [[share[row, column] for column in source.tokens] for row in target.tokens]
            assert found.share[t, s] == pytest.approx(sum(map(sum, cells)) / len(cells), abs=1e-9)
    np.testing.assert_allclose(found.pieces.share, share, atol=1e-9)
    np.testing.assert_allclose(found.pieces.attention, alignment(exact_run).weights)
    np.testing.assert_allclose(found.attention.sum(axis=1), 1, atol=1e-9)


def test_words_stand_in_the_order_of_the_text_and_special_tokens_behind_them(run):
    found = source_words(run)
    assert [word.text for word in found.source] == [*run.text.split(), ">>de<<", "</s>"]
    words = [word.text for word in found.target if not word.special]
    assert " ".join(words) == run.translation.text
    ends = [word.text for word in found.target if word.special]
    assert ends == (["</s>"] if run.translation.ids[-1] == run.config.eos_id else [])


def test_each_word_is_linked_with_the_source_word_of_its_largest_share(run):
    found = source_words(run)
    links = [link.split("-") for link in found.links.split()]
    n_source, n_target = (sum(not word.special for word in words) for words in (found.source, found.target))
    assert [int(target) for _, target in links] == list(range(n_target))
    assert [int(source) for source, _ in links] == [int(row[:n_source].argmax()) for row in found.share[:n_target]]


def test_by_hand():
    """Two pieces of a source word are summed, two of a target word averaged; the end has the most and gets no link."""
    source = (Word(text="a", tokens=(0,), special=False), Word(text="bc", tokens=(1, 2), special=False))
    source = (*source, Word(text="</s>", tokens=(3,), special=True))
    target = (Word(text="xy", tokens=(0, 1), special=False), Word(text="z", tokens=(2,), special=False))
    values = np.array([[3.0, 1, 1, 9], [1, 2, 2, 9], [5, -1, 3, 9]])
    share = by_word(values, source, target)
    assert share.tolist() == [[2, 3, 9], [5, 2, 9]]
    assert pharaoh(share, source, target) == "1-0 0-1"


def test_bytes_and_lone_spaces_make_words_that_can_be_read():
    tokens = [("▁caf", 0), ("<0xC3>", 0), ("<0xA9>", 0), ("▁", 1), ("▁x", 2), ("</s>", 3)]
    words = words_of([Token(id=i, text=text, special=text == "</s>", word=n) for i, (text, n) in enumerate(tokens)])
    assert [word.text for word in words] == ["café", "␣", "x", "</s>"]
    assert [word.tokens for word in words] == [(0, 1, 2), (3,), (4,), (5,)]
    assert words_of([]) == ()


def test_a_translation_that_was_cut_has_no_end(runner):
    whole = runner.run("Ram pushed Hari.", Settings(direction="en-de"))
    filler = next(token.id for token in whole.target_out if not token.special)
    run = runner.run("Ram pushed Hari.", Settings(direction="en-de"), prefix=[filler] * whole.limit)
    found = source_words(run)
    assert len(run.target_out) == run.limit and not any(word.special for word in found.target)
    assert len(found.links.split()) == len(found.target)


def test_a_head_that_learned_to_align_is_a_second_opinion(tmp_path):
    folder = tmp_path / "repository"
    runner = open_other("unshared", folder).runner
    assert source_words(runner.run("A small house.", runner.default_settings())).aligned is None
    (folder / "README.md").write_text("### opus-mt-en-de\n\n*  dataset: opus\n*  model: transformer-align\n")
    runner = Runner(interop.load(folder))
    run = runner.run("A small house.", runner.default_settings())
    found = source_words(run)
    head = run.trace["decoder.layers.1.cross_attn.weights"][0, 0].numpy()
    np.testing.assert_array_equal(found.pieces.aligned, head)
    np.testing.assert_allclose(found.aligned, by_word(head, found.source, found.target))


def test_a_language_model_has_no_source_words(tmp_path):
    run = open_other("gpt2", tmp_path / "gpt2").run()
    for question in (source_words, logit_shares):
        with pytest.raises(ValueError, match="a language model continues its text; there is no source"):
            question(run)


def test_a_text_of_128_tokens_is_answered():
    runner = Runner(tiny_translator(max_positions=251))
    text = " ".join(["house"] * 200)
    ids = runner.tokenizer.encode(text)[:128]
    run = runner.run(runner.tokenizer.decode(ids), Settings(direction="en-de", beam_size=1, n_best=1))
    found = source_words(run)
    assert len(found.pieces.source) == 130
    assert np.isfinite(found.share).all()
