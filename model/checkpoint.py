"""Weights on disk: `model.safetensors`, `config.json`, `tokenizer.json`, and nothing executable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor

if TYPE_CHECKING:  # they write and read themselves with what is here
    from model.transformer import Transformer
    from model.translator import TranslationCodec

CONFIG, WEIGHTS, TOKENIZER, CARD = "config.json", "model.safetensors", "tokenizer.json", "README.md"
PICKLES = frozenset({".bin", ".pt", ".pth", ".pkl", ".ckpt"})


def save_checkpoint(
    model: Transformer, tokenizer: TranslationCodec, folder: str | Path, dtype: torch.dtype = torch.float16
) -> None:
    """Writes the three files of a checkpoint, in half precision unless told otherwise; shared weights once."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(folder / TOKENIZER)  # first, because a foreign one refuses
    save_model(model, folder, dtype)


def save_model(model: Transformer, folder: Path, dtype: torch.dtype = torch.float16) -> None:
    """Writes the model's two files; shared weights once."""
    write_weights({name: weight.detach().to(dtype) for name, weight in model.named_parameters()}, folder)
    model.config.save(folder / CONFIG)


def write_weights(weights: Mapping[str, Tensor], folder: Path) -> None:
    """Writes the folder's `model.safetensors`."""
    # not by save_file, whose files only their owner may read
    content = save({name: weight.contiguous() for name, weight in weights.items()}, metadata={"format": "pt"})
    (folder / WEIGHTS).write_bytes(content)


def read_weights(folder: Path) -> dict[str, Tensor]:
    """All tensors of the folder's `model.safetensors` by name; no other format is ever read.

    Raises:
        ValueError: the file is missing or damaged.
    """
    try:
        return load_file(existing(folder, WEIGHTS))
    except SafetensorError as error:
        raise ValueError(
            f"{WEIGHTS}: expected safetensors; found a damaged or other file ({error}): download it again"
        ) from error


def fill(model: Transformer, weights: Mapping[str, Tensor]) -> None:
    """Copies `weights`, whatever their precision, into the model's parameters of the same names.

    Raises:
        ValueError: a tensor is missing, superfluous or of another shape.
    """
    check_fit(model, weights)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(weights[name])


def check_fit(model: Transformer, weights: Mapping[str, Tensor]) -> None:
    """Holds names and shapes of `weights` against the model's parameters.

    Raises:
        ValueError: a tensor is missing, superfluous or of another shape.
    """
    parameters = dict(model.named_parameters())
    if missing := sorted(set(parameters) - set(weights)):
        raise ValueError(f"{WEIGHTS}: expected {len(parameters)} tensors by config.json; missing {_some(missing)}")
    if superfluous := sorted(set(weights) - set(parameters)):
        raise ValueError(f"{WEIGHTS}: config.json has no place for {_some(superfluous)}")
    for name, parameter in parameters.items():
        if weights[name].shape != parameter.shape:
            raise ValueError(
                f"{WEIGHTS}: {name}: expected shape {tuple(parameter.shape)} by config.json; "
                f"found {tuple(weights[name].shape)}"
            )


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
    return ValueError(f"{where}: expected {name}; found {_some(found) or 'an empty folder'}{hint}")


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
