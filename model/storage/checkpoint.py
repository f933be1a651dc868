"""A checkpoint: `config.json`, `model.safetensors`, `tokenizer.json`, a model card, and nothing executable."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol, Self

import torch

from ..config import TransformerConfig
from ..transformer import Transformer
from .files import CARD, CONFIG, TOKENIZER, WEIGHTS, read_json, write_json
from .hub import push, resolve
from .weights import assemble, read_weights, write_weights

FILES = (CONFIG, TOKENIZER, CARD, WEIGHTS)  # the weights last: a snapshot that has them is complete

BLANK_CARD = """---
pipeline_tag: translation
tags:
- translation
- transformer
- attention-is-all-you-need
---

# A Transformer

The Transformer of "Attention Is All You Need" (Vaswani et al. 2017), built from the paper. The weights are safetensors;
`config.json` holds the sizes; the Python package `transformer_opened` reads both. No scores were measured for this
upload.
"""


class Writable(Protocol):
    """A tokenizer as far as storage knows it."""

    def save(self, path: str | Path) -> None: ...


@dataclass(kw_only=True)
class Checkpoint:
    """A network as it is stored: with its tokenizer, if it has one, and the card that speaks of these weights.

    Without a card none is written, and one that is there goes, for it speaks of other weights.
    """

    network: Transformer
    tokenizer: Writable | None = None
    card: str | None = BLANK_CARD

    @classmethod
    def load(cls, folder_or_id: str | Path, revision: str | None = None) -> Self:
        """The network and the card in a folder or in `org/name` on the Hub; the tokenizer is left to who needs one.

        Raises:
            ValueError: a file is missing, damaged, or does not fit the others; or the Hub cannot be reached.
        """
        folder = resolve(folder_or_id, revision, FILES)
        network = assemble(read_config(folder), read_weights(folder))
        return cls(network=network, card=read_card(folder))

    def save(self, folder: str | Path, dtype: torch.dtype = torch.float16) -> None:
        """Writes the files, in half precision unless told otherwise; shared weights once.

        Raises:
            ValueError: the tokenizer cannot be written.
        """
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        if self.tokenizer is not None:  # first, because a foreign one refuses
            self.tokenizer.save(folder / TOKENIZER)
        write_weights({name: weight.detach().to(dtype) for name, weight in self.network.named_parameters()}, folder)
        write_json(folder / CONFIG, self.network.config.to_dict())
        if self.card is None:
            (folder / CARD).unlink(missing_ok=True)
        else:
            (folder / CARD).write_text(self.card, encoding="utf-8")

    def push(self, repo_id: str, *, private: bool = False, revision: str | None = None) -> str:
        """Uploads the files to `org/name` on the Hub in one commit, whose address it returns; see `hub.push`.

        Raises:
            ValueError: as `save`, or the Hub refuses.
        """
        with TemporaryDirectory() as folder:
            self.save(folder)
            return push(Path(folder), repo_id, FILES, private=private, revision=revision)


def read_config(folder: Path) -> TransformerConfig:
    """The config of a checkpoint.

    Raises:
        ValueError: there is none, the file is not JSON, or not a config.
    """
    return TransformerConfig.from_dict(read_json(folder, CONFIG))


def read_card(folder: Path) -> str:
    """The card that came with the weights, or one that claims nothing."""
    path = folder / CARD
    return path.read_text(encoding="utf-8") if path.is_file() else BLANK_CARD
