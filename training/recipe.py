"""A training run as one TOML file: data, model, optimisation."""

from __future__ import annotations

import dataclasses
import tomllib
from pathlib import Path
from typing import Any


@dataclasses.dataclass(frozen=True, kw_only=True)
class Corpus:
    """Sentence pairs: local files below the data folder, or a data set on the Hub.

    A `path` with `{lang}` names one file a language, aligned by line; without, one tab-separated file whose columns
    are the languages in the recipe's order. `{split}` stands for train, valid or test.
    """

    name: str
    path: str | None = None
    hub: str | None = None
    splits: dict[str, str] = dataclasses.field(default_factory=dict)
    repeat: int = 1

    def __post_init__(self) -> None:
        if (self.path is None) == (self.hub is None):
            raise ValueError(
                f"corpus {self.name}: expected either path or hub; found {'both' if self.path else 'neither'}"
            )

    def split(self, name: str) -> str:
        """What this corpus calls the split train, valid or test."""
        return self.splits.get(name, name)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Recipe:
    """What `python -m training.train` does; lengths are in tokens, durations in optimiser steps."""

    name: str
    languages: tuple[str, str]
    corpora: tuple[Corpus, ...]
    vocab_size: int
    model: dict[str, Any]
    steps: int
    batch_tokens: int  # source + target, padding included
    schedule: str = "warmup_stable_decay"
    warmup_steps: int = 500
    decay_steps: int = 0
    optimizer: str = "muon"
    lr: float = 1e-3  # AdamW: the paper's schedule multiplies it
    muon_lr: float = 3e-3
    weight_decay: float = 0.0
    clip_norm: float = 1.0
    label_smoothing: float = 0.1
    ema_decay: float = 0.999
    max_length: int = 128
    mixed_precision: str = "no"
    seed: int = 1
    validate_every: int = 500
    validate_sentences: int = 200
    save_every: int = 250

    @classmethod
    def load(cls, path: str | Path, **changes: Any) -> Recipe:
        """Reads a recipe, with `changes` on top.

        Raises:
            ValueError: the file is not TOML, or a field is unknown or missing.
        """
        try:
            values = tomllib.loads(Path(path).read_text(encoding="utf-8")) | changes
        except tomllib.TOMLDecodeError as error:
            raise ValueError(f"{path}: expected TOML; {error}") from error
        try:
            values["corpora"] = tuple(Corpus(**corpus) for corpus in values.get("corpora", ()))
            values["languages"] = tuple(values.get("languages", ()))
            recipe = cls(**values)
        except TypeError as error:
            raise ValueError(f"{path}: {error}") from error
        if len(recipe.languages) != 2 or not recipe.corpora:
            raise ValueError(f"{path}: expected two languages and at least one corpus")
        return recipe
