"""Frames as they lie beside the weights: those apart stand first, and what fits no page is refused."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import pytest

from explain.frames import load_frames
from model.storage.files import FRAME_MAPS, FRAMES
from training.train import Trainer


def test_frames_that_do_not_fit_the_weights_are_refused(filmed, tmp_path):
    def spoilt(name):
        return shutil.copytree(filmed.run_dir / "checkpoint", tmp_path / name)

    alone = spoilt("alone")
    (alone / FRAMES).unlink()
    with pytest.raises(ValueError, match=f"expected {FRAMES} and {FRAME_MAPS}; found {FRAME_MAPS} alone: copy both"):
        load_frames(alone)
    truncated = spoilt("truncated")
    (truncated / FRAME_MAPS).write_bytes((truncated / FRAME_MAPS).read_bytes()[:-100])
    with pytest.raises(ValueError, match=r"expected frames as the training writes them; found others .*: copy both"):
        load_frames(truncated)
    half = spoilt("half")
    (half / FRAMES).write_text((half / FRAMES).read_text()[:500])
    with pytest.raises(ValueError, match="expected frames as the training writes them; found others"):
        load_frames(half)
    other = spoilt("other")
    (other / "model.safetensors").write_bytes((other / "model.safetensors").read_bytes() + b" ")
    with pytest.raises(ValueError, match="expected frames of these weights; found those of others"):
        load_frames(other)
    fewer = spoilt("fewer")
    film = json.loads((fewer / FRAMES).read_text())
    film["maps"].popitem()
    (fewer / FRAMES).write_text(json.dumps(film))
    with pytest.raises(ValueError, match=f"expected the maps that {FRAMES} lists; found others"):
        load_frames(fewer)


def _told_anew(folder: Path, change) -> Path:
    film = json.loads((folder / FRAMES).read_text())
    change(film["frames"])
    (folder / FRAMES).write_text(json.dumps(film))
    return folder


def test_frames_apart_stand_first_and_a_run_carries_them_on(filmed, tmp_path):
    def apart(*numbers):
        def change(frames):
            for number in numbers:
                frames[number]["apart"] = True

        return change

    start = shutil.copytree(filmed.run_dir / "checkpoint", tmp_path / "start")
    film = load_frames(_told_anew(start, apart(0, 1)))
    assert [frame.apart for frame in film.frames] == [True, True, False, False, False]
    moments = (0.0, film.frames[-1].tokens_seen / 1e6 + 0.001)
    table = dataclasses.replace(filmed.recipe.frames, moments=moments)
    recipe = dataclasses.replace(filmed.recipe, steps=10, validate_every=10, save_every=5, frames=table)
    Trainer(recipe, filmed.data_dir, tmp_path / "run", start).train()
    after = load_frames(tmp_path / "run" / "checkpoint")
    assert [frame.apart for frame in after.frames] == [True, True] + [False] * (len(after.frames) - 2)
    for numbers in ((1,), (4,), (0, 1, 2, 3, 4)):
        wrong = shutil.copytree(filmed.run_dir / "checkpoint", tmp_path / str(numbers))
        with pytest.raises(ValueError, match="apart that do not stand before the others"):
            load_frames(_told_anew(wrong, apart(*numbers)))


@pytest.mark.parametrize(
    "change",
    [
        lambda frames: frames[0].update(tokens_seen=10**9),
        lambda frames: frames[0].update(tokens_seen="0"),
        lambda frames: frames[0]["metrics"].popitem(),
        lambda frames: frames[0]["metrics"].update({"valid_loss/words": float("inf")}),
        lambda frames: frames[0].update(apart="yes"),
        lambda frames: frames.clear(),
    ],
)
def test_frames_that_no_page_could_draw_are_refused(filmed, tmp_path, change):
    folder = shutil.copytree(filmed.run_dir / "checkpoint", tmp_path / "own")
    with pytest.raises(ValueError, match="expected frames as the training writes them"):
        load_frames(_told_anew(folder, change))
