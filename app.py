"""The Space: load the models, compose the page, launch."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
# After each event Gradio would make a table of the last 10,000, for a page that this app does not have.
os.environ.setdefault("GRADIO_ANALYTICS_MAX_EVENTS", "1")
os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", str(10**9))

import torch

import interop
from explain.calibration import load_calibration
from explain.frames import load_frames
from explain.head_means import load_head_means
from explain.measured import measured_alignment
from explain.runner import Runner
from interop.download import TIME_LIMIT, download
from model import Translator
from model.storage.hub import check_repo_id
from ui.launch import launch
from ui.memory import keep_small
from ui.models import Models, Progress
from ui.page import build_page
from ui.watchdog import keep_watch

CHECKPOINTS = Path(__file__).parent / "checkpoints"

T = TypeVar("T")
MAX_DOWNLOAD = 1_000_000_000  # bytes of a repository that a visitor may ask for


def from_hub(name: str, progress: Progress, time_limit: float = TIME_LIMIT) -> Runner:
    """A model of the Hub that a visitor asked for; `time_limit` in seconds.

    Raises:
        ValueError: it cannot be had or used, or not in time.
    """
    folder = download(name, max_bytes=MAX_DOWNLOAD, progress=progress, time_limit=time_limit)
    return Runner(interop.load(folder), name)


def bundled(folder: Path) -> Runner:
    """A checkpoint of this project, with what was measured of its weights and lies beside them."""
    translator = Translator.from_pretrained(folder)
    means = _if_whole(partial(load_head_means, folder, translator.network.config))
    return Runner(
        translator,
        folder.name,
        measured=_if_whole(partial(measured_alignment, folder)),
        head_means=means,
        calibration=_if_whole(partial(load_calibration, folder)),
        film=_if_whole(partial(load_frames, folder)),
    )


def _if_whole(read: Callable[[], T]) -> T | None:
    """What was measured; where its file is damaged the log says so, and the page does without."""
    try:
        return read()
    except ValueError as error:
        logging.getLogger(__name__).warning("%s", error)
        return None


def shown_name(model_id: str) -> str:
    """A Hub id as it is, and the last part of a path, there or not: no path of this machine stands on the page."""
    if not Path(model_id).is_dir():
        try:
            check_repo_id(model_id)
            return model_id
        except ValueError:
            pass
    return Path(model_id).name


def load_models() -> tuple[Models, str]:
    """The models to begin with, and a notice where `MODEL_ID`, an id on the Hub or a folder, could not be loaded."""
    runners = [bundled(folder) for folder in sorted(CHECKPOINTS.iterdir())]
    notice = ""
    if model_id := os.environ.get("MODEL_ID"):
        name = shown_name(model_id)
        try:
            chosen = Runner(interop.load(model_id, os.environ.get("MODEL_REVISION")), name)
            runners = [chosen, *(runner for runner in runners if runner.name != name)]
        except ValueError as error:
            logging.getLogger(__name__).warning("MODEL_ID %s could not be loaded: %s", model_id, error)
            reason = str(error).replace(repr(model_id), repr(name)).replace(model_id, name)
            notice = f"`MODEL_ID` could not be loaded, so this page runs on the bundled `{runners[0].name}`. {reason}"
    return Models(runners, os.environ.get("ALLOWED_MODELS", "").split(), from_hub), notice


# Measured with ten visitors at once: one thread a run serves twice as many a second as two.
torch.set_num_threads(1)
demo = build_page(*load_models())

if __name__ == "__main__":
    keep_small()
    keep_watch(demo)
    launch(demo)
