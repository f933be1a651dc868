"""The Learning tab: how the model became what it is, and how good that is."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import gradio as gr
import numpy as np

from explain.calibration import expected_error
from explain.checks import whole_number
from explain.kinds import KINDS, Side, checked_kind
from explain.learning import signs
from explain.plain import plain
from explain.runner import Runner
from explain.tokens import tokens_of
from ui.answers import Ask, question
from ui.card import card_of
from ui.components import widget


def learning_tab(ask: Ask, runner: Runner) -> gr.Tab:
    """Draws the tab, which only models have of which something is kept or measured."""
    with gr.Tab("Learning", id="learning", visible=has_learning(runner)) as tab:
        widget("learning_film", ask=ask, elem_id="learning-film")
        widget("learning_heads", ask=ask, elem_id="learning-heads")
        widget("learning_scores", ask=ask, elem_id="learning-scores")
    return tab


def has_learning(runner: Runner) -> bool:
    """Whether there is a film of the model's training, or a measurement of its sureness."""
    return runner.film is not None or runner.calibration is not None


@question
def film(runner: Runner) -> dict[str, Any]:
    """All frames but their maps; no frames where none were kept."""
    if (found := runner.film) is None:
        return {"frames": []}
    config = runner.config

    def tokens(ids: Sequence[int], side: Side = "decoder") -> list[dict[str, Any]]:
        return [{"text": each.text, "special": each.special} for each in tokens_of(ids, runner.tokenizer, side)]

    return {
        "sentences": [
            {"text": each.text, "direction": each.direction, "tokens": tokens(each.ids, "encoder")}
            for each in found.sentences
        ],
        "begins": tokens([config.bos_id])[0],
        "frames": [
            {
                "step": frame.step,
                "tokens_seen": frame.tokens_seen,
                "apart": frame.apart,
                "metrics": frame.metrics,
                "translations": [{"text": each.text, "tokens": tokens(each.ids)} for each in frame.translations],
            }
            for frame in found.frames
        ],
        "signs": plain(signs(found)),
    }


@question
def film_maps(runner: Runner, sentence: int, kind: str) -> dict[str, Any]:
    """The maps of one sentence and kind of attention in all frames: bytes, weight = byte / 255; none without a film.

    Raises:
        ValueError: no such attention. Of a sentence that the film lacks, the last that it has stands for it.
    """
    chosen = checked_kind(kind, KINDS)
    if runner.film is None:
        return {"frames": []}
    place = min(whole_number("sentence", sentence, 0, 99), len(runner.film.sentences) - 1)
    maps = [frame.translations[place].maps[chosen] for frame in runner.film.frames]
    return {"sentence": place, "kind": chosen, "frames": [_bytes(each) for each in maps]}


@question
def scores(runner: Runner) -> dict[str, Any]:
    """How often the model was right when it was so sure, None if unmeasured, and what its card says that it scored."""
    calibration = runner.calibration
    return {
        "calibration": calibration
        and {
            "beam_size": calibration.beam_size,
            "alpha": calibration.alpha,
            "doubtful_below": calibration.doubtful_below,
            "corpora": [
                {
                    "name": each.name,
                    "n_sentences": each.n_sentences,
                    "ways": {
                        name: {
                            "error": expected_error(bins),
                            "bins": [{**plain(b), "share": b.share, "interval": plain(b.interval)} for b in bins],
                        }
                        for name, bins in (("teacher_forced", each.teacher_forced), ("free_running", each.free_running))
                    },
                }
                for each in calibration.corpora
            ],
        },
        "card": plain(card_of(runner).scores),
    }


def _bytes(maps: np.ndarray) -> dict[str, Any]:
    return {"shape": list(maps.shape), "base64": base64.b64encode(np.ascontiguousarray(maps).tobytes()).decode("ascii")}
