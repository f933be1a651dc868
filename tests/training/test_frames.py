"""Frames of a training: kept at their moments, the same after a kill, and the last one equal to the live run."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from explain.frames import load_frames
from explain.run import Settings
from explain.runner import Runner
from model.config import TransformerConfig
from model.storage.files import FRAME_MAPS, FRAMES
from model.tokenizer import Tokenizer
from model.translator import Translator
from tests.training.conftest import RECIPE, TABLE
from training.alignment_error import AlignedPair, alignment_error, load_alignment
from training.card import update_card
from training.frames import MAX_BYTES, FrameRecorder, rows_within
from training.recipe import Recipe
from training.train import Trainer


def test_a_frame_is_kept_at_the_first_step_after_each_moment_and_one_at_the_end(filmed):
    film = load_frames(filmed.run_dir / "checkpoint")
    tokens = {line["step"]: line["tokens"] for line in filmed.log}
    assert [frame.step for frame in film.frames] == [0, 5, 21, 31, 80]
    seen = [frame.tokens_seen for frame in film.frames]
    assert seen[0] == 0 and seen[1] == tokens[5] >= 2400 and seen[-1] == tokens[80] > seen[-2] >= 15_000
    assert seen == sorted(seen)


def test_recording_changes_nothing_in_the_weights_or_the_log(filmed, tmp_path):
    recipe = dataclasses.replace(filmed.recipe, frames=None)
    Trainer(recipe, filmed.data_dir, tmp_path).train()
    _assert_same_training(tmp_path, filmed.run_dir)
    assert not (tmp_path / "frames").exists() and not (tmp_path / "checkpoint" / FRAMES).exists()
    assert load_frames(tmp_path / "checkpoint") is None


class Killed(BaseException):
    """Stands in for SIGKILL."""


def test_frames_of_a_killed_and_resumed_run_equal_those_of_an_unbroken_one(filmed, tmp_path, monkeypatch):
    step = Trainer.step

    def step_or_die(self, examples):
        if self.progress.step == 25:  # behind the frame of step 21; the state is that of step 20
            raise Killed
        return step(self, examples)

    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "step", step_or_die)
        with pytest.raises(Killed):
            Trainer(filmed.recipe, filmed.data_dir, tmp_path).train()
    shutil.copyfile(tmp_path / "frames/step-21.safetensors", tmp_path / "frames/step-23.safetensors")
    (tmp_path / "frames/step-22.safetensors.1.new").write_bytes(b"cut short")

    resumed = Trainer(filmed.recipe, filmed.data_dir, tmp_path)
    resumed.train()
    assert _kept(tmp_path) == _kept(filmed.run_dir)
    assert len(_kept(tmp_path)) == 4
    for name in (FRAMES, FRAME_MAPS):
        assert (tmp_path / "checkpoint" / name).read_bytes() == (filmed.run_dir / "checkpoint" / name).read_bytes()
    _assert_same_training(tmp_path, filmed.run_dir)


def test_the_last_frame_equals_the_live_run_of_the_exported_weights(filmed):
    checkpoint = filmed.run_dir / "checkpoint"
    film = load_frames(checkpoint)
    assert len(film.frames[-1].translations[1].ids) > 2, "it has learned enough to write words"
    runner = Runner(Translator.from_pretrained(checkpoint))
    for sentence, frame in zip(film.sentences, film.frames[-1].translations, strict=True):
        live = runner.run(sentence.text, Settings(direction=sentence.direction))
        assert [token.id for token in live.source] == list(sentence.ids)
        assert live.translations[0].ids == frame.ids and live.translations[0].text == frame.text
        probs = [token.probability for token in live.translations[0].tokens]
        assert probs == pytest.approx(np.exp(frame.log_probs), abs=1e-4)
        for kind, kept in frame.maps.items():
            assert kept.shape[2] == {"encoder": len(sentence.ids)}.get(kind, len(frame.ids))
            place = {"encoder": "encoder.layers.0.self_attn", "decoder": "decoder.layers.0.self_attn"}.get(
                kind, "decoder.layers.0.cross_attn"
            )
            weights = live.trace[f"{place}.weights"][0].numpy()  # the model has one layer a side
            assert np.abs(kept[0] / 255 - weights).max() <= 0.5 / 255 + 1e-6


def test_figures_are_those_of_the_validation_and_of_the_alignments(filmed):
    film = load_frames(filmed.run_dir / "checkpoint")
    last = [line for line in filmed.log if "valid_loss/words" in line][-1]
    metrics = film.frames[-1].metrics
    assert set(metrics) - set(last) == {"alignment_error/de-en", "alignment_error/en-de"}
    for name, value in metrics.items():
        if name.startswith("valid_loss"):
            assert value == pytest.approx(last[name], abs=1e-2), "but for the rounding of the weights"
    translator = Translator.from_pretrained(filmed.run_dir / "checkpoint")
    pairs = load_alignment(filmed.data_dir / "words.de-en.tsv", translator.tokenizer)
    assert metrics["alignment_error/de-en"] == alignment_error(translator.network, translator.tokenizer, pairs, "en")
    assert film.frames[0].metrics["valid_loss/words"] > metrics["valid_loss/words"]


def test_the_alignment_error_is_that_of_the_words_most_looked_at(filmed):
    translator = Translator.from_pretrained(filmed.run_dir / "checkpoint")
    tokenizer = translator.tokenizer
    [first, _] = load_alignment(filmed.data_dir / "words.de-en.tsv", tokenizer)
    assert first.first.ids == tokenizer.encode("roter Hund da") and first.first.words[-1] == 2
    runner = Runner(translator)
    live = runner.run("roter Hund da", Settings(direction="de-en"), prefix=first.second.ids)
    weights = live.trace["decoder.layers.0.cross_attn.weights"][0].mean(dim=0).numpy()
    found = set()
    for word in range(2):
        rows = [i for i, w in enumerate(first.second.words) if w == word]
        looked = [
            sum(weights[rows, 1 + i].mean() for i, w in enumerate(first.first.words) if w == source)
            for source in range(3)
        ]
        found.add((int(np.argmax(looked)), word))
    for links in (frozenset(found), frozenset({(0, 0), (1, 1)}), frozenset({(2, 0)})):
        pair = AlignedPair(first.first, first.second, links)
        expected = 1 - 2 * len(found & links) / (len(found) + len(links))
        assert alignment_error(translator.network, tokenizer, [pair], "en") == pytest.approx(expected)


def test_a_run_that_starts_from_a_filmed_checkpoint_carries_its_frames_on(filmed, tmp_path):
    start = filmed.run_dir / "checkpoint"
    before = load_frames(start)
    tokens = before.frames[-1].tokens_seen
    moments = (0.0, 0.01, tokens / 1e6, tokens / 1e6 + 0.001, 300.0)
    table = dataclasses.replace(filmed.recipe.frames, moments=moments)
    recipe = dataclasses.replace(filmed.recipe, steps=10, validate_every=10, save_every=5, frames=table)
    Trainer(recipe, filmed.data_dir, tmp_path, start).train()
    film = load_frames(tmp_path / "checkpoint")
    assert [frame.step for frame in film.frames] == [0, 5, 21, 31, 80, 82, 90], "no moment that was behind"
    assert film.frames[5].tokens_seen >= tokens + 1000 and film.frames[6].tokens_seen > film.frames[5].tokens_seen
    for ours, theirs in zip(film.frames, before.frames, strict=False):
        assert ours.metrics == theirs.metrics
        for a, b in zip(ours.translations, theirs.translations, strict=True):
            assert (a.text, a.ids) == (b.text, b.ids)
            assert all(np.array_equal(a.maps[kind], b.maps[kind]) for kind in b.maps)

    other = dataclasses.replace(table, sentences=table.sentences[:1])
    with pytest.raises(ValueError, match="expected a frame of the recipe's sentences; found others"):
        Trainer(dataclasses.replace(recipe, frames=other), filmed.data_dir, tmp_path / "other", start).train()
    broken = shutil.copytree(start, tmp_path / "broken")
    (broken / FRAME_MAPS).unlink()
    with pytest.raises(ValueError, match=f"found others .*: delete {FRAMES} and {FRAME_MAPS} there to start without"):
        Trainer(recipe, filmed.data_dir, tmp_path / "third", broken)


def test_a_release_cut_from_a_run_keeps_its_frames(filmed, tmp_path):
    shutil.copytree(filmed.run_dir, tmp_path, dirs_exist_ok=True)
    Trainer(dataclasses.replace(filmed.recipe, steps=81), filmed.data_dir, tmp_path).train()
    film, before = (load_frames(folder / "checkpoint") for folder in (tmp_path, filmed.run_dir))
    assert [frame.step for frame in film.frames] == [0, 5, 21, 31, 81], "the frame of the first end was of no moment"
    assert film.frames[3].metrics == before.frames[3].metrics


def test_a_babbling_models_maps_are_cut_so_that_all_frames_fit_into_two_megabytes(filmed):
    config = TransformerConfig.from_dict(
        {"vocab_size": 5, "d_model": 8, "n_heads": 8, "n_encoder_layers": 8, "n_decoder_layers": 4}
    )
    lengths = [14, 13, 9, 7]
    rows = rows_within(1_700_000, config, lengths, n_frames=15)

    def n_bytes(rows):
        return 15 * sum(8 * 8 * n * n + 4 * 8 * (rows * rows + rows * n) for n in lengths)

    assert n_bytes(rows) <= 1_700_000 < n_bytes(rows + 1)
    assert rows > max(lengths)
    files = [filmed.run_dir / "checkpoint" / name for name in (FRAMES, FRAME_MAPS)]
    assert sum(file.stat().st_size for file in files) < MAX_BYTES


def test_maps_are_cut_and_nothing_else(filmed, trained, tmp_path):
    tokenizer = Tokenizer.load(trained.run_dir / "tokenizer.json")
    model = Translator.from_pretrained(trained.run_dir / "checkpoint").network
    table, config = filmed.recipe.frames, filmed.recipe.transformer
    cut, whole = (FrameRecorder(table, config, tokenizer, filmed.data_dir, tmp_path / name) for name in "ab")
    for recorder, rows in ((cut, 2), (whole, 50)):
        recorder.begin(7, 3000, None)
        recorder.rows = rows
        recorder.record(model, 7, {})
    short, long = (load_file(tmp_path / name / "frames/step-7.safetensors") for name in "ab")
    assert short["sentence-1/decoder"].shape == (1, 2, 2, 2) and short["sentence-1/cross"].shape == (1, 2, 2, 5)
    assert torch.equal(short["sentence-1/decoder"], long["sentence-1/decoder"][:, :, :2, :2])
    assert torch.equal(short["sentence-1/cross"], long["sentence-1/cross"][:, :, :2])
    assert torch.equal(short["sentence-1/encoder"], long["sentence-1/encoder"])


def test_sentences_too_long_for_two_megabytes_are_refused_before_the_first_step(filmed, tmp_path):
    sentences = (dataclasses.replace(filmed.recipe.frames.sentences[0], text="red dog " * 200),)
    recipe = dataclasses.replace(filmed.recipe, frames=dataclasses.replace(filmed.recipe.frames, sentences=sentences))
    with pytest.raises(ValueError, match=r"found room for .* rows, and a sentence of .* tokens: take fewer moments"):
        Trainer(recipe, filmed.data_dir, tmp_path).train()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("moments = [0,", "moments = [", None),
        ("moments = [0,", "moments = [1,", "moments: expected each to be later than the one before"),
        ("moments = [0,", "moments = [-1,", "moments: expected millions of tokens, 0 or more; found -1"),
        ("moments = [0,", "moments = [true,", "moments: expected millions of tokens, 0 or more; found True"),
        ("moments = [0, 0.0022, 0.0024, 0.01, 0.015, 400]", "moments = []", "moments: expected 1 to 24; found 0"),
        ("moments = [0, 0.0022, 0.0024, 0.01, 0.015, 400]", "moments = 3", "moments: expected a list; found 3"),
        ("moments = [0, 0.0022, 0.0024, 0.01, 0.015, 400]", "", "frames: expected the field moments; found none"),
        ("moments =", "at =", "frames: unknown field at; known are sentences, moments, alignment"),
        ('"red dog", direction = "en-de"', '"red dog"', "frames: sentence 1: expected the field direction"),
        ('direction = "en-de"', 'direction = "en-fr"', "direction: expected en-de or de-en; found 'en-fr'"),
        ('"red dog"', '" "', "sentences: expected a text; found ' '"),
        ('"red dog"', "3", "sentences: expected a text; found 3"),
        ("words.de-en.tsv", "words.tsv", "NAME.en-de.tsv or NAME.de-en.tsv; found words.tsv"),
        ('"words.de-en.tsv"', "3", "alignment: expected the path of a file; found 3"),
    ],
)
def test_a_wrong_table_is_refused_with_a_reason(tmp_path, old, new, message):
    path = tmp_path / "recipe.toml"
    assert old in TABLE
    path.write_text(RECIPE + TABLE.replace(old, new))
    if message is None:
        recipe = Recipe.load(path)
        assert Recipe.from_dict(json.loads(json.dumps(dataclasses.asdict(recipe)))) == recipe
        return
    with pytest.raises(ValueError) as error:
        Recipe.load(path)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (None, "expected the file .*words.de-en.tsv; found none: check --data-dir"),
        ("", "expected aligned pairs; found an empty file"),
        ("rot\tred", "line 1: expected sentence TAB sentence TAB links i-j"),
        ("rot\tred\t0:0", "line 1: expected sentence TAB sentence TAB links i-j"),
        ("rot  Hund\tred\t0-0", "found a word without a token, or two spaces together"),
        ("rot\tred\t0-1", "line 1: expected links from 0-0 to 0-0; found 0-1"),
        ("rot\tred\t-1-0", "line 1: expected sentence TAB sentence TAB links i-j"),
    ],
)
def test_a_wrong_alignment_is_refused_before_the_first_step(filmed, tmp_path, line, message):
    if line is not None:
        (tmp_path / "words.de-en.tsv").write_text(line + "\n" if line else "")
    with pytest.raises(ValueError, match=message):
        load_alignment(tmp_path / "words.de-en.tsv", Tokenizer.load(filmed.run_dir / "tokenizer.json"))


def test_the_card_mentions_the_frames(filmed, trained, tmp_path):
    for run, said in ((filmed, True), (trained, False)):
        folder = shutil.copytree(run.run_dir / "checkpoint", tmp_path / str(said))
        update_card(folder, json.loads((folder / "training.json").read_text()), [], beam_size=4, alpha=0.6)
        card = (folder / "README.md").read_text()
        assert (f"`{FRAMES}` and `{FRAME_MAPS}` keep 5 moments of the training" in card) == said
        assert "separate run" not in card


def test_the_card_says_which_frames_come_from_a_separate_run(filmed, tmp_path):
    folder = shutil.copytree(filmed.run_dir / "checkpoint", tmp_path / "checkpoint")
    film = json.loads((folder / FRAMES).read_text())
    for frame in film["frames"][:2]:
        frame["apart"] = True
    (folder / FRAMES).write_text(json.dumps(film))
    update_card(folder, json.loads((folder / "training.json").read_text()), [], beam_size=4, alpha=0.6)
    assert "The first 2 come from a separate run" in (folder / "README.md").read_text()


def _kept(run_dir: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (run_dir / "frames").glob("*.safetensors")}


def _assert_same_training(run_dir: Path, other: Path) -> None:
    for name in ("state/model.safetensors", "checkpoint/model.safetensors"):
        ours, theirs = load_file(run_dir / name), load_file(other / name)
        assert ours.keys() == theirs.keys() and all(torch.equal(ours[key], theirs[key]) for key in ours)
    assert _without_times(run_dir) == _without_times(other)


def _without_times(run_dir: Path) -> list[dict]:
    lines = [json.loads(line) for line in (run_dir / "metrics.jsonl").read_text().splitlines()]
    return [{k: v for k, v in line.items() if k not in ("seconds", "tokens_per_second")} for line in lines]


def test_a_run_that_begins_in_the_middle_has_no_film(filmed, trained, tmp_path):
    recipe = dataclasses.replace(filmed.recipe, steps=10, validate_every=10, save_every=5)
    Trainer(recipe, filmed.data_dir, tmp_path, trained.run_dir / "checkpoint").train()
    Trainer(dataclasses.replace(recipe, steps=15), filmed.data_dir, tmp_path).train()  # nor if it is not told again
    assert not (tmp_path / "checkpoint" / FRAMES).exists() and not list((tmp_path / "frames").glob("*"))
