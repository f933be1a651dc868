"""`training.calibration` measures how often a model is right when it is so sure, and `explain.calibration` reads it."""

from __future__ import annotations

import itertools
import json
import math
import shutil

import pytest
import torch

from explain.calibration import expected_error, load_calibration
from explain.run import Settings
from explain.runner import Runner
from model.storage.files import CALIBRATION, WEIGHTS
from model.translator import Translator
from training.calibration import Judged, free_running, in_bins, in_common, main, teacher_forced
from training.data import tokenize


@pytest.fixture(scope="module")
def measured(measured_copy):
    """A checkpoint with the file beside it."""
    return measured_copy(main)


@pytest.fixture
def checkpoint(measured, tmp_path):
    return shutil.copytree(measured, tmp_path / "checkpoint")


def table(trained, n_pairs):
    """The first pairs of the tab-separated corpus, English and German."""
    lines = (trained.data_dir / "table.valid.tsv").read_text().splitlines()[:n_pairs]
    return [line.split("\t") for line in lines]


def by_hand(judged):
    """(tokens, right ones, mean probability) of each tenth, counted one by one."""
    found = []
    for tenth in range(10):
        inside = [(p, right) for p, right in judged if min(int(p * 10), 9) == tenth]
        mean = sum(p for p, _ in inside) / len(inside) if inside else None
        found.append((len(inside), sum(right for _, right in inside), mean))
    return found


def assert_bins(bins, expected):
    assert len(bins) == len(expected) and sum(n for n, _, _ in expected) > 20
    for each, (n, right, mean) in zip(bins, expected, strict=True):
        assert (each.n, each.right) == (n, right)
        assert each.mean == (None if mean is None else pytest.approx(mean, abs=1e-4))


def test_teacher_forced_bins_are_those_of_each_beginning_by_itself(measured, trained):
    """A second road: no batch, no padding, one forward pass for each beginning of each reference."""
    translator = Translator.from_pretrained(measured)
    tokenizer, network = translator.tokenizer, translator.network
    judged = []
    for pair in table(trained, 5):
        for source, target, language in ((*pair, "de"), (*pair[::-1], "en")):
            src = [tokenizer.language_id(language), *tokenizer.encode(source), tokenizer.eos_id]
            tgt = [network.config.bos_id, *tokenizer.encode(target), tokenizer.eos_id]
            for n in range(1, len(tgt)):
                with torch.inference_mode():
                    probs = network(torch.tensor([src]), torch.tensor([tgt[:n]]))[0, -1].double().softmax(dim=-1)
                judged.append((probs.max().item(), probs.argmax().item() == tgt[n]))
    [corpus] = [each for each in load_calibration(measured).corpora if each.name == "table"]
    assert_bins(corpus.teacher_forced, by_hand(judged))


def test_free_running_bins_are_those_of_the_pages_own_runs(measured, trained):
    """A second road: the sentences run one by one as the page does, and the words in common by trying all choices."""
    runner = Runner(Translator.from_pretrained(measured))
    encode = runner.tokenizer.encode
    judged = []
    for pair in table(trained, 5):
        for source, target, direction in ((*pair, "en-de"), (*pair[::-1], "de-en")):
            tokens = [
                token for token in runner.run(source, Settings(direction=direction)).target_out if not token.special
            ]
            places = in_common([token.id for token in tokens], encode(target))
            assert len(places) == longest_common([token.id for token in tokens], encode(target))
            judged += [(token.probability, place in places) for place, token in enumerate(tokens)]
    [corpus] = [each for each in load_calibration(measured).corpora if each.name == "table"]
    assert_bins(corpus.free_running, by_hand(judged))


def longest_common(one, other):
    """The length of their longest common subsequence, by trying every choice of the first's places."""

    def inside(part):
        rest = iter(other)
        return all(each in rest for each in part)

    one = one[:12]  # 4,096 choices
    return max(n for n in range(len(one) + 1) for part in itertools.combinations(one, n) if inside(part))


@pytest.mark.parametrize(
    ("written", "reference", "places"),
    [
        ([1, 2, 3], [1, 2, 3], {0, 1, 2}),
        ([1, 9, 3], [1, 2, 3], {0, 2}),
        ([2, 1], [1, 2], {0}),  # one of them: they stand in another order
        ([1, 1, 1], [1], {0}),  # once in the reference, once right
        ([4], [], set()),
        ([], [4], set()),
    ],
)
def test_what_is_in_common_keeps_its_order_and_counts_once(written, reference, places):
    assert in_common(written, reference) == places


def test_the_edges_belong_to_the_upper_bin_and_certainty_to_the_last():
    bins = in_bins([Judged(0.0, True), Judged(0.1, False), Judged(0.95, True), Judged(1.0, True)])
    assert [each["n"] for each in bins] == [1, 1, 0, 0, 0, 0, 0, 0, 0, 2]
    assert bins[9] == {"n": 2, "right": 2, "mean": 0.975} and bins[5]["mean"] is None


def test_what_is_only_held_against_comes_first(checkpoint, trained):
    facts = json.loads((checkpoint / "training.json").read_text())
    assert [corpus["name"] for corpus in facts["recipe"]["corpora"]] == ["words", "table"]
    facts["recipe"]["corpora"][1]["repeat"] = 0
    (checkpoint / "training.json").write_text(json.dumps(facts))
    main([str(checkpoint), "--data-dir", str(trained.data_dir), "--pairs", "2"])
    found = load_calibration(checkpoint)
    assert [corpus.name for corpus in found.corpora] == ["table", "words"]
    assert {corpus.n_sentences for corpus in found.corpora} == {4}
    assert (found.beam_size, found.alpha) == (4, 0.6)


def test_no_file_and_a_file_of_other_weights_count_as_none(checkpoint):
    with (checkpoint / WEIGHTS).open("ab") as file:
        file.write(b" ")
    assert load_calibration(checkpoint) is None
    (checkpoint / CALIBRATION).unlink()
    assert load_calibration(checkpoint) is None


@pytest.mark.parametrize(
    "change",
    [
        ("{", "["),
        ('"right"', '"wrong"'),
        ('"format": 1', '"format": 2'),
        ('"mean": null', '"mean": 0.5'),
        ('"n": ', '"n": -'),
    ],
)
def test_a_damaged_file_is_an_error(checkpoint, change):
    path = checkpoint / CALIBRATION
    assert change[0] in path.read_text()
    path.write_text(path.read_text().replace(*change))
    with pytest.raises(ValueError, match=r"^calibration\.json: expected"):
        load_calibration(checkpoint)


def test_the_expected_error_weighs_each_bin_by_its_tokens(measured, trained):
    translator = Translator.from_pretrained(measured)
    texts = dict(zip(("en", "de"), zip(*table(trained, 5), strict=True), strict=True))
    tokenizer = translator.tokenizer
    judged = list(teacher_forced(translator.network, tokenizer, tokenize(texts, ("en", "de"), tokenizer, 40)))
    parts = by_hand(judged)
    expected = sum(n / len(judged) * abs(right / n - mean) for n, right, mean in parts if n)
    [corpus] = [each for each in load_calibration(measured).corpora if each.name == "table"]
    assert expected_error(corpus.teacher_forced) == pytest.approx(expected, abs=1e-6)
    written = list(free_running(translator, texts["en"], texts["de"], "en-de"))
    assert written and all(math.isfinite(each.probability) for each in written)


def test_a_number_of_pairs_below_one_is_refused(checkpoint, capsys):
    with pytest.raises(SystemExit):
        main([str(checkpoint), "--pairs", "0"])
    assert "--pairs: expected 1 or more; found 0" in capsys.readouterr().err
