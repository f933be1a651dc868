"""The files of a checkpoint: their names, how they are read, and how one takes the place of another."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CONFIG, WEIGHTS, TOKENIZER, CARD = "config.json", "model.safetensors", "tokenizer.json", "README.md"
FRAMES, FRAME_MAPS = "frames.json", "frames.safetensors"  # of the training, where it kept some
ALIGNMENT = "alignment.json"  # how near shares and attention come to people's word alignments, where it was measured
HEAD_MEANS = "head_means.safetensors"  # what each head gives on average, where it was measured
CALIBRATION = "calibration.json"  # how often tokens of a sureness are right, where it was measured
PICKLES = frozenset({".bin", ".pt", ".pth", ".pkl", ".ckpt"})


def existing(folder: Path, name: str) -> Path:
    """The path of a file that a checkpoint must have.

    Raises:
        ValueError: the folder does not have it.
    """
    path = folder / name
    if path.is_file():
        return path
    where = folder.name
    if folder.parent.name == "snapshots":  # in the Hub's cache: models--org--name/snapshots/commit
        where = folder.parents[1].name.removeprefix("models--").replace("--", "/")
    raise missing_file(where, name, (other.name for other in folder.iterdir()))


def missing_file(where: str, name: str, found: Iterable[str]) -> ValueError:
    """The error that says which files there are instead of `name`, and why no others will do."""
    found = sorted(found)
    hint = ": weights are read from this one file" if name == WEIGHTS else ""
    if name == WEIGHTS and any(Path(other).suffix in PICKLES for other in found):
        hint = ": pickled weights can run code and are never loaded; save them as safetensors"
    return ValueError(f"{where}: expected {name}; found {some(found) or 'an empty folder'}{hint}")


def weights_digest(folder: Path) -> str:
    """The SHA-256 of a checkpoint's weights, by which what was measured of them knows whose it is.

    Raises:
        ValueError: there are none.
    """
    return hashlib.sha256(existing(folder, WEIGHTS).read_bytes()).hexdigest()


def read_json(folder: Path, name: str) -> Any:
    """What a JSON file holds that must be there.

    Raises:
        ValueError: the file is missing, or no JSON.
    """
    return parse_json(existing(folder, name).read_bytes(), name)


def parse_json(content: str | bytes, name: str) -> Any:
    """What the content of the JSON file `name` says.

    Raises:
        ValueError: it is no JSON.
    """
    try:
        return json.loads(content)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"{name}: expected JSON; found something else ({error})") from error


def write_json(path: Path, values: dict[str, Any]) -> None:
    """Writes the fields, one a line."""
    with replacing(path) as new:
        new.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path beside `path`: what is written there takes its place at once, so that others see the old or the new."""
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        yield new
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def some(names: list[str]) -> str:
    """The first five, and how many more there are."""
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
