"""Repositories in the format of `transformers`: where they are, and what their JSON files say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import model.storage.hub
from model.checks import is_number, is_whole_number
from model.config import Activation
from model.storage.files import CARD, CONFIG, TOKENIZER, WEIGHTS, existing, parse_json

GENERATION, TOKENIZER_CONFIG = "generation_config.json", "tokenizer_config.json"
SOURCE_SPM, TARGET_SPM, VOCAB, TARGET_VOCAB = "source.spm", "target.spm", "vocab.json", "target_vocab.json"
FILES = (  # the weights last: a snapshot that has them is complete
    CONFIG, TOKENIZER, GENERATION, TOKENIZER_CONFIG, SOURCE_SPM, TARGET_SPM, VOCAB, TARGET_VOCAB, CARD, WEIGHTS,
)  # fmt: skip

# What transformers calls the activations that we have.
ACTIVATIONS: dict[str, Activation] = {
    "relu": "relu",
    "gelu": "gelu",
    "gelu_new": "gelu_tanh",
    "gelu_pytorch_tanh": "gelu_tanh",
    "silu": "silu",
    "swish": "silu",
}

_REQUIRED = object()
_KINDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a text", list: "a list"}


def resolve(folder_or_id: str | Path, revision: str | None = None) -> Path:
    """The repository's folder: the path itself, or the files of `org/name` in the local cache.

    Raises:
        ValueError: there is no such folder, and the name is no Hub id or that of no repository that can be read.
    """
    return model.storage.hub.resolve(folder_or_id, revision, FILES)


class Settings:
    """The fields of a JSON file, each checked for its kind when it is asked for; null counts as absent."""

    def __init__(self, values: dict[str, Any], file: str) -> None:
        self.values, self.file = values, file

    @classmethod
    def read(cls, folder: Path, file: str) -> Settings:
        """The fields of a file that must be there.

        Raises:
            ValueError: the file is missing, or no JSON object.
        """
        return cls.parse(existing(folder, file).read_bytes(), file)

    @classmethod
    def parse(cls, content: str | bytes, file: str) -> Settings:
        """The fields of a file's content.

        Raises:
            ValueError: it is no JSON object.
        """
        values = parse_json(content, file)
        if not isinstance(values, dict):
            raise ValueError(f"{file}: expected an object of fields; found {type(values).__name__}")
        return cls(values, file)

    @classmethod
    def read_if_there(cls, folder: Path, file: str) -> Settings:
        """As `read`; no file is no fields."""
        return cls.read(folder, file) if (folder / file).is_file() else cls({}, file)

    def get(self, name: str, kind: type, default: Any = _REQUIRED) -> Any:
        """The field's value, or `default` where there is none.

        Raises:
            ValueError: the value is of another kind, or missing without a default.
        """
        value = self.values.get(name)
        if value is None:
            if default is _REQUIRED:
                raise ValueError(f"{self.file}: expected {name}, {_KINDS[kind]}; found none")
            return default
        fits = {int: is_whole_number, float: is_number}.get(kind, lambda value: isinstance(value, kind))
        if not fits(value):
            raise ValueError(f"{self.file}: {name}: expected {_KINDS[kind]}; found {value!r}")
        return value

    def activation(self) -> Activation:
        """Our name of `activation_function`.

        Raises:
            ValueError: we have no such activation.
        """
        name = self.get("activation_function", str)
        if name not in ACTIVATIONS:
            raise ValueError(
                f"{self.file}: activation_function: expected one of {', '.join(ACTIVATIONS)}; found {name!r}"
            )
        return ACTIVATIONS[name]

    def expect(self, name: str, value: Any, default: Any) -> None:
        """Refuses another value than the only one that our model can follow.

        Raises:
            ValueError: the field, or `default` where there is none, is another.
        """
        if (found := self.get(name, type(value), default)) != value:
            raise ValueError(f"{self.file}: {name}: expected {value!r}; found {found!r}")
