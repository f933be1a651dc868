"""Frames of a model's training, as `training/frames.py`, which describes the format, wrote them beside the weights."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import UInt8
from safetensors import SafetensorError
from safetensors.numpy import load_file

from explain.kinds import KINDS, Kind
from model.checks import is_whole_number
from model.config import TransformerConfig
from model.storage.checkpoint import read_config
from model.storage.files import FRAME_MAPS, FRAMES, WEIGHTS, weights_digest

FORMAT = 1

# Of which side a map's rows and its columns are.
SIDES: dict[Kind, tuple[str, str]] = {
    "encoder": ("source", "source"),
    "decoder": ("target", "target"),
    "cross": ("target", "source"),
}


@dataclass(frozen=True, kw_only=True)
class FrameSentence:
    """A sentence that every frame translates, with the source's `ids`: tag, text, end."""

    text: str
    direction: str
    ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class FrameTranslation:
    """What the model made of one sentence at one moment.

    `log_probs` are in nats, one an id; `maps` hold weight * 255, rounded. Row t of `decoder` and `cross` predicts
    `ids[t]`; of a long translation the last rows are missing.
    """

    text: str
    ids: tuple[int, ...]
    log_probs: tuple[float, ...]
    maps: dict[Kind, UInt8[np.ndarray, "L H Tq Tk"]]


@dataclass(frozen=True, kw_only=True)
class Frame:
    """One moment of the training.

    `step` and `tokens_seen` count over all runs that led to the weights. `metrics` are named `valid_loss/CORPUS` (nats
    a token), `valid_bleu/CORPUS/DIRECTION` (greedy, 0 to 100) and `alignment_error/DIRECTION` (0 to 1). A frame `apart`
    is of a training beside, with the same recipe and sizes, that began from nothing: the weights did not come by it.
    """

    step: int
    tokens_seen: int
    metrics: dict[str, float]
    translations: tuple[FrameTranslation, ...]
    apart: bool = False


@dataclass(frozen=True, kw_only=True)
class Film:
    """The frames of a training, first to last: those apart, then its own; the last is of the weights themselves."""

    sentences: tuple[FrameSentence, ...]
    frames: tuple[Frame, ...]


def load_frames(folder: Path) -> Film | None:
    """The frames beside a checkpoint's weights; None where there are none.

    Raises:
        ValueError: one of the two files is missing, they are damaged, or they are of other weights.
    """
    found = [name for name in (FRAMES, FRAME_MAPS) if (folder / name).is_file()]
    if not found:
        return None
    if len(found) == 1:
        raise ValueError(f"expected {FRAMES} and {FRAME_MAPS}; found {found[0]} alone: copy both, or delete it")
    weights = weights_digest(folder)
    try:
        film = json.loads((folder / FRAMES).read_text(encoding="utf-8"))
        maps = load_file(folder / FRAME_MAPS)
        if film["format"] != FORMAT:
            raise ValueError(f"format {film['format']}")
        of_these_weights = film["weights"] == weights
        shapes = {name: tuple(shape) for name, shape in film["maps"].items()}
        sentences = tuple(FrameSentence(**{**entry, "ids": tuple(entry["ids"])}) for entry in film["sentences"])
        frames = tuple(_frame(number, entry, maps) for number, entry in enumerate(film["frames"]))
        if not frames or any(len(frame.translations) != len(sentences) for frame in frames):
            raise ValueError("a frame without one translation a sentence")
        _check_order(frames)
    except (ValueError, KeyError, TypeError, AttributeError, SafetensorError) as error:
        raise ValueError(
            f"{FRAMES} and {FRAME_MAPS}: expected frames as the training writes them; found others ({error!r}): "
            "copy both anew, or delete them"
        ) from error
    if not of_these_weights:
        raise ValueError(
            f"{FRAMES}: expected frames of these weights; found those of others: "
            f"copy both files from the checkpoint that {WEIGHTS} is from, or delete them"
        )
    if {name: array.shape for name, array in maps.items()} != shapes:
        raise ValueError(f"{FRAME_MAPS}: expected the maps that {FRAMES} lists; found others: copy both anew")
    config = read_config(folder)
    for number, frame in enumerate(frames):
        for sentence, translation in zip(sentences, frame.translations, strict=True):
            n_target = min(len(translation.ids), translation.maps["cross"].shape[2])
            for kind, array in translation.maps.items():
                expected = _shape(config, kind, len(sentence.ids), n_target)
                if array.dtype != np.uint8 or array.shape != expected:
                    raise ValueError(
                        f"{FRAME_MAPS}: frame {number}, {kind}: expected bytes of shape {expected}; "
                        f"found {array.dtype} of shape {array.shape}: copy both files anew"
                    )
    return Film(sentences=sentences, frames=frames)


def _frame(number: int, entry: dict[str, Any], maps: dict[str, np.ndarray]) -> Frame:
    translations = tuple(
        FrameTranslation(
            text=translation["text"],
            ids=tuple(translation["ids"]),
            log_probs=tuple(translation["log_probs"]),
            maps={kind: maps[f"frame-{number:02}/sentence-{sentence}/{kind}"] for kind in KINDS},
        )
        for sentence, translation in enumerate(entry["translations"])
    )
    return Frame(**{**entry, "translations": translations})


def _check_order(frames: tuple[Frame, ...]) -> None:
    kinds = [frame.apart for frame in frames]
    if not all(kind in (True, False) for kind in kinds) or kinds != sorted(kinds, reverse=True) or kinds[-1]:
        raise ValueError("frames apart that do not stand before the others")
    seen = [frame.tokens_seen for frame in frames]
    if not all(map(is_whole_number, seen)) or seen != sorted(seen) or seen[0] < 0:
        raise ValueError(f"moments {seen}")
    if any(frame.metrics.keys() != frames[0].metrics.keys() for frame in frames):
        raise ValueError("frames of different figures")
    if not all(math.isfinite(value) for frame in frames for value in frame.metrics.values()):
        raise ValueError("a figure that is no number")


def _shape(config: TransformerConfig, kind: Kind, n_source: int, n_target: int) -> tuple[int, int, int, int]:
    n_layers = config.n_encoder_layers if kind == "encoder" else config.n_decoder_layers
    n_rows, n_columns = (n_source if side == "source" else n_target for side in SIDES[kind])
    return n_layers, config.n_heads, n_rows, n_columns
