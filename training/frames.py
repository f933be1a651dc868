"""Frames of the training: what the model translates, where it attends and how good it is, at moments of a run.

While the run goes on each frame is one file, `RUN/frames/step-N.safetensors`: its maps, and its texts and figures in
the file's metadata. The export gathers them beside the weights, with a last frame of the very weights exported:

- `frames.json`: `format`; `weights`, the SHA-256 of `model.safetensors`; `sentences` with `text`, `direction` and
  source `ids`; `maps`, the name and shape of each map; and `frames`, each with `step` and `tokens_seen` (both over all
  runs that led to the weights), `metrics` (`valid_loss/CORPUS` in nats a token, `valid_bleu/CORPUS/DIRECTION` greedy,
  `alignment_error/DIRECTION`) and, a sentence, `translations`: `text`, `ids`, `log_probs` in nats, one an id. Where
  nobody filmed the first steps of these weights, frames of a separate run may stand before the others, with the same
  vocabulary and sizes and begun from nothing: each says `apart`: true, and a run that goes on keeps them.
- `frames.safetensors`: `frame-07/sentence-2/cross` and so on: uint8 (layers, heads, Tq, Tk), weight = byte / 255, of
  one teacher-forced pass. Row t of `decoder` and `cross` predicts `ids[t]`; of a translation that is longer than
  `rows_within` allows, the first rows (and, in `decoder`, columns) are kept.

`explain/frames.py` reads them. Together they stay below `MAX_BYTES`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load_file, save

from model.config import TransformerConfig
from model.storage.files import FRAME_MAPS, FRAMES, replacing, weights_digest
from model.taps import record
from model.tokenizer import Tokenizer
from model.transformer import Transformer
from model.translator import Translator, encode_source
from training.alignment_error import AlignedPair, alignment_error, load_alignment
from training.frames_table import Frames

FORMAT = 1
MAX_BYTES = 2_000_000
MAP_BYTES = 1_700_000  # of the maps; what is left holds the names of the maps, and the texts

# The stack and the block in its layers (§3.2.3).
PLACES = {"encoder": ("encoder", "self_attn"), "decoder": ("decoder", "self_attn"), "cross": ("decoder", "cross_attn")}


class Frame(NamedTuple):
    """One moment: texts and figures as they stand in `frames.json`, and maps named `sentence-2/cross` and so on."""

    facts: dict[str, Any]
    maps: dict[str, np.ndarray]


class FrameRecorder:
    """Keeps the frames of one run.

    Raises:
        ValueError: a sentence is empty or too long for the model, or the file of alignments cannot be read.
    """

    def __init__(
        self, table: Frames, config: TransformerConfig, tokenizer: Tokenizer, data_dir: Path, run_dir: Path
    ) -> None:
        self.table, self.config, self.tokenizer, self.folder = table, config, tokenizer, run_dir / "frames"
        longest = self.config.max_positions - 2
        self.sentences = [
            {**asdict(sentence), "ids": encode_source(tokenizer, sentence.text, sentence.direction, longest)}
            for sentence in self.table.sentences
        ]
        self.aligned: dict[str, list[AlignedPair]] = {}
        if self.table.alignment is not None:
            direction = self.table.alignment_direction
            pairs = load_alignment(data_dir / self.table.alignment, tokenizer)
            turned = "-".join(direction.split("-")[::-1])
            self.aligned = {direction: pairs, turned: [pair.turned() for pair in pairs]}
        self.steps_before = self.tokens_before = self.tokens_seen = 0

    def carry(self, checkpoint: Path) -> None:
        """Takes over the frames of the checkpoint whose weights come first, if it has any.

        Raises:
            ValueError: they cannot be read.
        """
        if not (checkpoint / FRAMES).exists():
            return
        try:
            film = json.loads((checkpoint / FRAMES).read_text(encoding="utf-8"))
            maps = load_file(checkpoint / FRAME_MAPS)
            for number, facts in enumerate(film["frames"]):
                prefix = f"frame-{number:02}/"
                own = {name.removeprefix(prefix): maps[name] for name in film["maps"] if name.startswith(prefix)}
                self._keep(Frame({**facts, "sentences": film["sentences"]}, own))
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            raise ValueError(
                f"{checkpoint}: expected the two files of frames that its training wrote; found others ({error}): "
                f"delete {FRAMES} and {FRAME_MAPS} there to start without them"
            ) from error

    @property
    def has_some(self) -> bool:
        """Whether frames are kept, of this run or of those that led to it."""
        return bool(self._paths())

    def begin(self, step: int, tokens: int, started_from: Mapping[str, Any] | None) -> None:
        """Stands where the run stands, and forgets the frames of steps that will be done again.

        `started_from` holds the training facts of the checkpoint whose weights came first, if there was one.

        Raises:
            ValueError: kept frames show other sentences, or there are too many maps for `MAX_BYTES`.
        """
        self.steps_before, self.tokens_before = (_in_all(started_from, name) for name in ("steps", "tokens"))
        self.tokens_seen = self.tokens_before + tokens
        if self.tokens_seen == 0:
            self.tokens_seen = -1  # so that moment 0 is still to come
        for path in self._paths():
            if _step(path) > self.steps_before + step:
                path.unlink()
        earlier = 0  # bytes
        for path in self._paths():
            frame = _read(path)
            if frame.facts["sentences"] != self.sentences:
                raise ValueError(
                    f"{path}: expected a frame of the recipe's sentences; found others: "
                    "give the sentences that it was made with, or delete it"
                )
            if _step(path) <= self.steps_before:
                earlier += sum(array.nbytes for array in frame.maps.values())
        n_frames = 1 + sum(moment * 1e6 >= self.tokens_before for moment in self.table.moments)  # 1: of the export
        lengths = [len(sentence["ids"]) for sentence in self.sentences]
        self.rows = rows_within(MAP_BYTES - earlier, self.config, lengths, n_frames)
        if self.rows < max(lengths):
            raise ValueError(
                f"frames: expected maps of {n_frames} more frames within {MAP_BYTES - earlier:,} bytes; found room for "
                f"{self.rows} rows, and a sentence of {max(lengths)} tokens: take fewer moments or shorter sentences"
            )

    def is_due(self, tokens: int) -> bool:
        """Whether a moment lies between the last call and now, when the run has seen so many tokens."""
        before, self.tokens_seen = self.tokens_seen, self.tokens_before + tokens
        return any(before < moment * 1e6 <= self.tokens_seen for moment in self.table.moments)

    def record(self, model: Transformer, step: int, metrics: Mapping[str, float]) -> None:
        """Keeps a frame of these weights, at this step of the run and at the tokens of the last `is_due`."""
        self._keep(self._frame(model, step, metrics))

    def export(self, checkpoint: Path, model: Transformer, step: int, metrics: Mapping[str, float]) -> None:
        """Writes all frames beside the weights; the last is of `model`, which must have the weights that are there."""
        frames = [_read(path) for path in self._paths() if _step(path) < self.steps_before + step]
        frames.append(self._frame(model, step, metrics))
        maps = {
            f"frame-{number:02}/{name}": array
            for number, frame in enumerate(frames)
            for name, array in frame.maps.items()
        }
        film = {
            "format": FORMAT,
            "weights": weights_digest(checkpoint),
            "sentences": self.sentences,
            "maps": {name: array.shape for name, array in maps.items()},
            "frames": [{k: v for k, v in frame.facts.items() if k != "sentences"} for frame in frames],
        }
        (checkpoint / FRAME_MAPS).write_bytes(save(maps))
        (checkpoint / FRAMES).write_text(json.dumps(film, ensure_ascii=False) + "\n", encoding="utf-8")

    def _frame(self, model: Transformer, step: int, metrics: Mapping[str, float]) -> Frame:
        translator = Translator(model, self.tokenizer)
        translations, maps = [], {}
        for number, sentence in enumerate(self.sentences):
            # one by one, as the page does it: a batch would round otherwise
            [[best]] = translator.hypotheses([sentence["text"]], sentence["direction"])
            log_probs = [round(log_prob, 5) for log_prob in best.log_probs]
            translations.append(
                {"text": self.tokenizer.decode(best.ids), "ids": list(best.ids), "log_probs": log_probs}
            )
            for kind, array in attention_bytes(model, sentence["ids"], best.ids, self.rows).items():
                maps[f"sentence-{number}/{kind}"] = array
        errors = {
            f"alignment_error/{direction}": alignment_error(model, self.tokenizer, pairs, direction.split("-")[1])
            for direction, pairs in self.aligned.items()
        }
        facts = {
            "step": self.steps_before + step,
            "tokens_seen": max(self.tokens_seen, 0),
            "metrics": {**metrics, **errors},
            "translations": translations,
            "sentences": self.sentences,
        }
        return Frame(facts, maps)

    def _keep(self, frame: Frame) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"step-{frame.facts['step']}.safetensors"
        with replacing(path) as new:
            new.write_bytes(save(frame.maps, metadata={"frame": json.dumps(frame.facts)}))

    def _paths(self) -> list[Path]:
        return sorted(self.folder.glob("step-*.safetensors"), key=_step)


@torch.inference_mode()
def attention_bytes(model: Transformer, src: Sequence[int], tgt: Sequence[int], rows: int) -> dict[str, np.ndarray]:
    """All attention of one teacher-forced pass over the translation `tgt`, of which the first `rows` rows are kept.

    By kind uint8 (layers, heads, Tq, Tk), weight = byte / 255.
    """
    read = [model.config.bos_id, *tgt[:-1]]
    with record() as trace:
        model(torch.tensor([list(src)], device=model.device), torch.tensor([read], device=model.device))
    maps = {}
    for kind, (side, block) in PLACES.items():
        n_layers = len(getattr(model, side).layers)
        weights = torch.cat([trace[f"{side}.layers.{layer}.{block}.weights"] for layer in range(n_layers)])
        if kind != "encoder":
            weights = weights[:, :, :rows]
        if kind == "decoder":
            weights = weights[..., :rows]
        maps[kind] = (weights.double() * 255).round().clamp(0, 255).to(torch.uint8).cpu().numpy()
    return maps


def rows_within(n_bytes: int, config: TransformerConfig, lengths: Sequence[int], n_frames: int) -> int:
    """To how many rows the maps of a translation must be cut, so that all frames fit into `n_bytes`.

    `lengths` are those of the sources in tokens. Only a young model, which does not find the end, writes so much more.
    """

    def size(rows: int) -> int:
        encoder = config.n_encoder_layers * sum(length**2 for length in lengths)
        decoder = config.n_decoder_layers * sum(rows * (rows + length) for length in lengths)
        return n_frames * config.n_heads * (encoder + decoder)

    return next(rows for rows in count() if size(rows + 1) > n_bytes)


def _read(path: Path) -> Frame:
    with safe_open(path, "numpy") as file:
        return Frame(json.loads(file.metadata()["frame"]), load_file(path))


def _step(path: Path) -> int:
    return int(path.stem.removeprefix("step-"))


def _in_all(facts: Mapping[str, Any] | None, name: str) -> int:
    """Steps or tokens of a run and of all runs that led to it."""
    return 0 if facts is None else facts[name] + _in_all(facts.get("started_from"), name)
