"""A training run as one TOML file: data, model, optimisation."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from model.checks import is_number, is_whole_number
from model.config import TransformerConfig
from model.tokenizer import BOS, EOS, LANGUAGE_TAG, N_BYTES, PAD, language_tag
from training.frames_table import Frames, FrameSentence

_CHOICES = {
    "schedule": ("paper", "warmup_stable_decay"),
    "optimizer": ("adam", "adamw", "muon"),
    "mixed_precision": ("no", "bf16"),
}
_AT_LEAST_ONE = ("vocab_size", "steps", "max_length", "log_every", "validate_every", "validate_sentences", "save_every")
# What a field of each type holds; the fields of other types are made of tables, which are checked on their own.
_KINDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "int": (is_whole_number, "a whole number"),
    "float": (is_number, "a number"),
    "str": (lambda value: isinstance(value, str), "text"),
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Corpus:
    """Sentence pairs: local files below the data folder, a data set on the Hub, or the project's own phrasebook.

    A `path` with `{lang}` names one file a language, aligned by line; without, one tab-separated file whose columns
    are the languages in the recipe's order. `{split}` stands for train, valid or test; a path without it is all train.
    On the Hub the languages are columns, or keys of a column `translation`.

    Raises:
        ValueError: not exactly one of `path`, `hub` and `phrasebook` is given, or a number is out of range.
    """

    name: str
    path: str | None = None
    hub: str | None = None
    phrasebook: int | None = None  # at most so many pairs, made from the recipe's seed
    hub_config: str | None = None  # which configuration of the Hub's data set, where it has several
    splits: dict[str, str] = dataclasses.field(default_factory=dict)  # what train, valid and test are called here
    repeat: float = 1  # how often an epoch holds each pair, on average; 0 for one that is only held against
    max_words: int = 0  # pairs with a longer side are left out; 0 for none
    common_words: int = 0  # pairs of rarer words, in the corpora without this field, are left out: dictionaries
    tokenized_test: str | None = None  # the test split lower-cased and Moses-tokenised, one file a `{lang}`
    source: str = "not stated"  # for the model card: where the text comes from, and whom to credit
    licence: str = "not stated"  # for the model card

    def __post_init__(self) -> None:
        given = [name for name in ("path", "hub", "phrasebook") if getattr(self, name) is not None]
        if len(given) != 1:
            found = " and ".join(given) or "none of them"
            raise ValueError(f"corpus {self.name}: expected one of path, hub and phrasebook; found {found}")
        for name in ("repeat", "max_words", "common_words", "phrasebook"):
            value, fits = getattr(self, name), is_number if name == "repeat" else is_whole_number
            if value is not None and (not fits(value) or not 0 <= value < 1e6):
                raise ValueError(f"corpus {self.name}: {name}: expected a number from 0 on; found {value!r}")

    def has(self, split: str) -> bool:
        """Whether it has a split of this name, as far as its path tells: one without `{split}` is all train."""
        return split == "train" or self.hub is not None or "{split}" in (self.path or "")

    def split(self, name: str) -> str:
        """What this corpus calls the split train, valid or test."""
        return self.splits.get(name, name)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Recipe:
    """What `python -m training.train` does; lengths are in tokens, durations in optimiser steps.

    Raises:
        ValueError: a field is of the wrong type or out of range, or two fields do not fit each other.
    """

    name: str
    languages: tuple[str, str]  # both directions are learned
    corpora: tuple[Corpus, ...]
    vocab_size: int  # of the joint vocabulary, special tokens and bytes included
    model: dict[str, Any]  # fields of TransformerConfig, without those that the vocabulary fixes
    steps: int
    batch_tokens: int  # of one step over all processes: source and target, padding included
    schedule: str = "warmup_stable_decay"  # or "paper": §5.3
    warmup_steps: int = 500
    decay_steps: int = 0  # the last so many steps, down to 0; only for warmup_stable_decay
    optimizer: str = "muon"  # with AdamW for all but the layers' matrices; or "adamw"; or "adam" as in §5.3
    lr: float = 1e-3  # of Adam and AdamW, times the schedule; with the paper's schedule 1 is the paper's rate
    muon_lr: float = 3e-3  # of Muon, times the schedule
    weight_decay: float = 0.0  # of Muon and AdamW
    clip_norm: float = 1.0  # longest gradient, over all parameters
    label_smoothing: float = 0.1  # §5.4
    ema_decay: float = 0.999  # a step, of the averaged weights that are validated and exported
    bpe_dropout: float = 0.0  # share of merges left out when training sources are split into tokens, anew each epoch
    rename: float = 0.0  # share of pairs whose names and numbers become others, anew each epoch
    carried: float = 0.0  # share of pairs that get the same emoji, link or address on both sides, anew each epoch
    as_typed: float = 0.0  # share of sources without capitals or full stop, with a slip and the like, anew each epoch
    max_length: int = 128  # longest side of a training pair, special tokens included; longer pairs are left out
    mixed_precision: str = "no"  # "bf16" is worth it where matrix products have it in hardware
    seed: int = 1
    log_every: int = 25
    validate_every: int = 500
    validate_sentences: int = 200  # a corpus, of which validation BLEU is computed; the loss is over all
    save_every: int = 250
    frames: Frames | None = None  # what is kept of the way there, for the film of the training

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            fits, expected = _KINDS.get(str(field.type), (None, ""))
            if fits is not None and not fits(value):
                raise ValueError(f"{field.name}: expected {expected}; found {value!r}")
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise ValueError(f"{name}: expected one of {', '.join(choices)}; found {getattr(self, name)!r}")
        for name in _AT_LEAST_ONE:
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: expected 1 or more; found {getattr(self, name)}")
        for name in ("warmup_steps", "decay_steps", "lr", "muon_lr", "weight_decay", "seed"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name}: expected 0 or more; found {getattr(self, name)}")
        for name in ("label_smoothing", "ema_decay", "bpe_dropout"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name}: expected 0 or more and less than 1; found {getattr(self, name)}")
        for name in ("rename", "carried", "as_typed"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name}: expected 0 to 1; found {getattr(self, name)}")
        if not self.clip_norm > 0:
            raise ValueError(f"clip_norm: expected more than 0; found {self.clip_norm}")
        n_fixed = len((PAD, BOS, EOS)) + len(self.languages) + N_BYTES
        if self.vocab_size <= n_fixed:
            raise ValueError(
                f"vocab_size: expected more than {n_fixed}, the special tokens and bytes; found {self.vocab_size}"
            )
        if self.schedule == "paper" and self.warmup_steps < 1:
            raise ValueError(f"warmup_steps: the paper's schedule needs 1 or more; found {self.warmup_steps}")
        if len(self.languages) != 2 or self.languages[0] == self.languages[1]:
            raise ValueError(f"languages: expected two different ones; found {list(self.languages)}")
        if other := [language for language in self.languages if not LANGUAGE_TAG.fullmatch(language_tag(language))]:
            raise ValueError(f"languages: expected letters, digits and _ alone; found {', '.join(other)}")
        if self.frames is not None:
            self.frames.check_languages(self.languages)
        names = [corpus.name for corpus in self.corpora]
        if not names or len(set(names)) < len(names):
            raise ValueError(f"corpora: expected one or more, each with a name of its own; found {names}")
        if self.max_length > self.transformer.max_positions:
            raise ValueError(
                f"max_length: expected at most the model's max_positions={self.transformer.max_positions}; "
                f"found {self.max_length}"
            )
        if self.batch_tokens < 2 * self.max_length:
            raise ValueError(
                f"batch_tokens: expected room for a pair of 2 x max_length={2 * self.max_length}; "
                f"found {self.batch_tokens}"
            )
        for name in ("validate_every", "save_every"):
            # so that no line of the log spans a saved state, and a resumed run logs what an uninterrupted one does
            if getattr(self, name) % self.log_every:
                raise ValueError(
                    f"{name}: expected a multiple of log_every={self.log_every}; found {getattr(self, name)}"
                )

    def with_split(self, split: str) -> list[Corpus]:
        """The corpora that have this split: many are for training alone."""
        return [corpus for corpus in self.corpora if corpus.has(split)]

    @property
    def transformer(self) -> TransformerConfig:
        """The model's config before the vocabulary is learned."""
        return TransformerConfig.from_dict({"vocab_size": self.vocab_size, **self.model})

    @classmethod
    def load(cls, path: str | Path, **changes: Any) -> Recipe:
        """Reads a recipe, with `changes` on top.

        Raises:
            ValueError: there is no such file, it is not TOML, or a field is unknown, missing or out of range.
        """
        return cls.from_dict(read_toml(path, "a recipe") | changes, where=str(path))

    @classmethod
    def from_dict(cls, table: dict[str, Any], where: str = "recipe") -> Recipe:
        """The recipe with these fields, as TOML or JSON gives them; `where` heads the error messages.

        Raises:
            ValueError: a field is unknown, missing or out of range.
        """
        check_names(cls, table, where)
        for name, kind in (("model", dict), ("languages", list), ("corpora", list)):
            if not isinstance(table[name], kind):
                raise ValueError(f"{where}: {name}: expected a {kind.__name__}; found {table[name]!r}")
        for number, corpus in enumerate(table["corpora"], start=1):
            check_names(Corpus, corpus, f"{where}: corpus {number}")
        corpora = tuple(Corpus(**corpus) for corpus in table["corpora"])
        try:
            frames = None if table.get("frames") is None else _frames(table["frames"])
            return cls(**{**table, "languages": tuple(table["languages"]), "corpora": corpora, "frames": frames})
        except ValueError as error:
            raise ValueError(f"{where}: {error}") from error


def _frames(table: dict[str, Any]) -> Frames:
    check_names(Frames, table, "frames")
    for name in ("sentences", "moments"):
        if not isinstance(table[name], list):
            raise ValueError(f"frames: {name}: expected a list; found {table[name]!r}")
    for number, sentence in enumerate(table["sentences"], start=1):
        check_names(FrameSentence, sentence, f"frames: sentence {number}")
    sentences = tuple(FrameSentence(**sentence) for sentence in table["sentences"])
    return Frames(**{**table, "sentences": sentences, "moments": tuple(table["moments"])})


def read_toml(path: str | Path, kind: str) -> dict[str, Any]:
    """The fields of a TOML file; `kind` says in the error message what it should have been.

    Raises:
        ValueError: there is no such file, or it is not TOML.
    """
    path = Path(path)
    if not path.is_file():
        raise ValueError(f"{path}: expected {kind} (TOML); found no such file")
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: expected TOML; {error}") from error


def check_names(cls: type, table: dict[str, Any], where: str) -> None:
    """Holds a table against the fields of a dataclass; `where` heads the error messages.

    Raises:
        ValueError: a field is unknown or missing, or it is no table.
    """
    if not isinstance(table, dict):
        raise ValueError(f"{where}: expected a table of fields; found {table!r}")
    fields = {field.name: field for field in dataclasses.fields(cls)}
    if unknown := sorted(set(table) - set(fields)):
        raise ValueError(f"{where}: unknown field {', '.join(unknown)}; known are {', '.join(fields)}")
    required = [
        name
        for name, field in fields.items()
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    ]
    if missing := [name for name in required if name not in table]:
        raise ValueError(f"{where}: expected the field {', '.join(missing)}; found none")
