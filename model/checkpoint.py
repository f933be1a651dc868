"""Weights on disk and on the Hub: `model.safetensors`, `config.json`, `tokenizer.json`, and nothing executable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from huggingface_hub import snapshot_download
from huggingface_hub.errors import LocalEntryNotFoundError, RepositoryNotFoundError, RevisionNotFoundError
from huggingface_hub.utils import validate_repo_id
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from model.config import TransformerConfig
from model.tokenizer import Tokenizer
from model.transformer import Transformer

CONFIG, WEIGHTS, TOKENIZER = "config.json", "model.safetensors", "tokenizer.json"


def save_checkpoint(
    model: Transformer, tokenizer: Tokenizer, folder: str | Path, dtype: torch.dtype = torch.float16
) -> None:
    """Writes the three files of a checkpoint, in half precision unless told otherwise; shared weights once."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(folder / TOKENIZER)  # first, because a foreign one refuses
    weights = {name: weight.detach().to(dtype).contiguous() for name, weight in model.named_parameters()}
    save_file(weights, folder / WEIGHTS, metadata={"format": "pt"})
    model.config.save(folder / CONFIG)


def load_checkpoint(folder_or_id: str | Path, revision: str | None = None) -> tuple[Transformer, Tokenizer]:
    """A model in evaluation mode and its tokenizer, from a folder or from `org/name` on the Hub.

    Raises:
        ValueError: a file is missing, damaged, or does not fit the others.
    """
    folder = resolve(folder_or_id, revision)
    config = TransformerConfig.load(existing(folder, CONFIG))
    tokenizer = Tokenizer.load(existing(folder, TOKENIZER))
    if len(tokenizer) != config.vocab_size:
        raise ValueError(
            f"{TOKENIZER}: expected the config's vocab_size={config.vocab_size} tokens; found {len(tokenizer)}"
        )
    model = Transformer(config)
    fill(model, read_weights(folder))
    return model.eval(), tokenizer


def resolve(
    folder_or_id: str | Path, revision: str | None = None, files: Sequence[str] = (CONFIG, WEIGHTS, TOKENIZER)
) -> Path:
    """The checkpoint's folder: the path itself, or the Hub repository's `files`, as far as it has them, in the cache.

    Raises:
        ValueError: there is no such folder, and the name is no Hub id or that of no repository that can be read.
    """
    folder = Path(folder_or_id)
    if folder.is_dir():
        return folder
    try:
        validate_repo_id(str(folder_or_id))
    except ValueError as error:
        raise ValueError(
            f"checkpoint: expected a folder or a Hub id such as org/name; found neither in {str(folder_or_id)!r}"
        ) from error
    try:
        return Path(snapshot_download(str(folder_or_id), revision=revision, allow_patterns=list(files)))
    except RevisionNotFoundError as error:
        raise ValueError(f"{folder_or_id}: expected a revision of this repository; found no {revision}") from error
    except RepositoryNotFoundError as error:
        raise ValueError(
            f"{folder_or_id}: expected a repository on the Hub; found none, or a private one: check the name"
        ) from error
    except LocalEntryNotFoundError as error:
        raise ValueError(
            f"{folder_or_id}: expected an answer from the Hub, or the files in the local cache; found neither: "
            "check the network and try again"
        ) from error


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
    with torch.no_grad():
        for name, parameter in parameters.items():
            parameter.copy_(weights[name])


def existing(folder: Path, name: str) -> Path:
    """The path of a file that a checkpoint must have.

    Raises:
        ValueError: the folder does not have it.
    """
    path = folder / name
    if path.is_file():
        return path
    found = sorted(other.name for other in folder.iterdir())
    hint = ": weights are read from this one file" if name == WEIGHTS else ""
    if name == WEIGHTS and any(Path(other).suffix in {".bin", ".pt", ".pth", ".pkl", ".ckpt"} for other in found):
        hint = ": pickled weights can run code and are never loaded; save them as safetensors"
    raise ValueError(f"{folder.name}: expected {name}; found {_some(found) or 'an empty folder'}{hint}")


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
