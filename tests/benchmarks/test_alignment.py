"""The error rates of all ways to choose a source word, on a few pairs and a small random translator."""

import math
import shutil

import numpy as np
import pytest

from benchmarks.alignment import AGREEING, AVERAGE, MEAN, SHARE, figure, forced, found_links, main, measure
from explain.measured import measured_alignment
from explain.runner import Runner
from tests.conftest import tiny_translator
from tests.explain.second_parts import second_parts
from training.alignment_error import alignment_error, load_alignment

GOLD = """\
ein kleines haus .	a small house .	0-0 1-1 2-2 3-3
die hand des mannes	the hand of the man	0-0 1-1 2-2 2-3 3-4
ein mann , ein haus	a man , a house	0-0 1-1 2-2 3-3 4-4
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A checkpoint, and the pairs beside it."""
    folder = tmp_path_factory.mktemp("checkpoint")
    tiny_translator(max_positions=251).save_pretrained(folder)
    (folder / "few.de-en.tsv").write_text(GOLD, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def runner():
    return Runner(tiny_translator(max_positions=251))


@pytest.fixture(scope="module")
def pairs(folder, runner):
    return load_alignment(folder / "few.de-en.tsv", runner.tokenizer)


@pytest.fixture(scope="module")
def measured(runner, pairs):
    return {(each.method, each.direction): each for each in measure(runner, pairs, "de-en")}


def test_the_mean_of_the_heads_is_what_the_training_measures(runner, pairs, measured):
    expected = alignment_error(runner.network, runner.tokenizer, pairs, "en")
    assert measured[MEAN, "de-en"].error == pytest.approx(expected)
    expected = alignment_error(runner.network, runner.tokenizer, [pair.turned() for pair in pairs], "de")
    assert measured[MEAN, "en-de"].error == pytest.approx(expected)


@pytest.mark.parametrize("method", [SHARE, AVERAGE, "head-2.3", "head-2.3-reading"])
def test_links_are_those_of_the_second_road(runner, pairs, method):
    found = found_links(runner, pairs, "de-en")[method]
    for pair, links in zip(pairs, found, strict=True):
        run = forced(runner, pair, "de-en")
        parts = second_parts(run)
        if method in (SHARE, AVERAGE):
            directions = parts.output[list(run.translation.ids)] - (method == AVERAGE) * parts.output.mean(axis=0)
            table = parts.heads("cross", directions).sum(axis=(0, 1))
        else:
            table = run.trace["decoder.layers.1.cross_attn.weights"][0, 2].numpy()
        for source, target in links:
            rows = [i + method.endswith("reading") for i, word in enumerate(pair.second.words) if word == target]
            by_word = {
                word: sum(
                    table[row, 1 + i] for row in rows for i, other in enumerate(pair.first.words) if other == word
                )
                for word in set(pair.first.words)
            }
            assert source == max(by_word, key=by_word.get)
        assert sorted(target for _, target in links) == sorted(set(pair.second.words))


def test_the_reference_is_forced(runner, pairs):
    run = forced(runner, pairs[1], "de-en")
    assert run.text == "die hand des mannes" and run.translation.text == "the hand of the man"
    assert all(token.given for token in run.target_out)


def test_the_error_rate_by_hand(pairs):
    """Of 4 + 5 + 5 links, people made 4 + 5 + 5; the first pair's are right, of the others none is."""
    nothing = frozenset((90 + i, 0) for i in range(5))
    found = figure("some", "de-en", [pairs[0].links, nothing, nothing], pairs)
    assert found.error == pytest.approx(1 - 2 * 4 / 28)
    assert 0 <= found.low < found.error < found.high <= 1
    alone = figure("some", "de-en", [pairs[0].links], pairs[:1])
    assert (alone.error, alone.low, alone.high) == (0, 0, 0)


def test_every_way_is_measured_in_both_directions(measured):
    methods = {method for method, _ in measured}
    heads = {f"head-{layer}.{head}" for layer in (1, 2) for head in range(1, 12)}
    expected = heads | {f"{way}-of-layer-{layer}" for way in ("mean", "norm") for layer in (1, 2)} | {"mean-of-all"}
    expected |= {f"{name}-reading" for name in expected} | {MEAN, SHARE, AVERAGE}
    assert methods == expected | {AGREEING}
    assert {direction for method, direction in measured if method != AGREEING} == {"de-en", "en-de"}
    assert len(measured) == 2 * len(expected) + 1
    assert all(0 <= each.low <= each.error <= each.high <= 1 for each in measured.values())


def test_where_both_directions_agree_links_are_kept(runner, pairs, measured):
    there = found_links(runner, pairs, "de-en")[AVERAGE]
    back = found_links(runner, [pair.turned() for pair in pairs], "en-de")[AVERAGE]
    kept = [[(s, t) for s, t in links if (t, s) in others] for links, others in zip(there, back, strict=True)]
    right = sum(link in pair.links for links, pair in zip(kept, pairs, strict=True) for link in links)
    n_links = sum(len(links) + len(pair.links) for links, pair in zip(kept, pairs, strict=True))
    assert sum(map(len, kept)) > 0
    assert measured[AGREEING, "de-en+en-de"].error == pytest.approx(1 - 2 * right / n_links)


def test_the_figures_are_printed_and_stand_beside_the_weights(folder, capsys):
    main([str(folder / "few.de-en.tsv"), "--checkpoint", str(folder), "--tsv"])
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    found = measured_alignment(folder)
    assert (found.text, found.n_sentences) == ("few", 3)
    assert [(method, direction) for method, direction, *_ in lines] == [(f.method, f.direction) for f in found.figures]
    for (*_, error, low, high), each in zip(lines, found.figures, strict=True):
        assert np.allclose([float(error), float(low), float(high)], [each.error, each.low, each.high], atol=5e-5)
    main([str(folder / "few.de-en.tsv"), "--checkpoint", str(folder)])
    printed = capsys.readouterr().out
    assert "3 pairs of few" in printed and f"{found.find(AVERAGE, 'en-de').error:.4f}" in printed
    assert found.find("nothing", "en-de") is None and math.isfinite(found.find(MEAN, "de-en").error)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none.de-en.tsv", "gold: expected a file of sentence TAB sentence TAB links; found none at"),
        ("few.tsv", "gold: expected a file whose name says its languages, NAME.en-de.tsv or NAME.de-en.tsv"),
        ("few.en-fr.tsv", "found few.en-fr.tsv"),
        ("broken.de-en.tsv", "line 1: expected sentence TAB sentence TAB links"),
    ],
)
def test_a_file_that_cannot_be_measured_gets_the_reason(folder, capsys, name, message):
    for other in ("few.tsv", "few.en-fr.tsv"):
        shutil.copy(folder / "few.de-en.tsv", folder / other)
    (folder / "broken.de-en.tsv").write_text("one column\n")
    with pytest.raises(SystemExit) as ended:
        main([str(folder / name), "--checkpoint", str(folder)])
    assert ended.value.code == 2 and message in capsys.readouterr().err
