"""Models that come from a folder or from the Hub, and go there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from huggingface_hub import ModelCard, PyTorchModelHubMixin

from model.checkpoint import CARD, CONFIG, TOKENIZER, WEIGHTS
from model.download import check_repo_id, download

FILES = (CONFIG, TOKENIZER, CARD, WEIGHTS)  # the weights last: a snapshot that has them is complete

_CARD = """---
{{ card_data }}
---

# A Transformer

The Transformer of "Attention Is All You Need" (Vaswani et al. 2017), built from the paper. The weights are safetensors;
`config.json` holds the sizes. No scores were measured for this upload.
"""


def resolve(folder_or_id: str | Path, revision: str | None = None, files: Sequence[str] = FILES) -> Path:
    """The checkpoint's folder: the path itself, or the Hub repository's `files`, as far as it has them, in the cache.

    The last of `files` is fetched last. A Hub that does not answer within seconds is done without if the cache has
    all files.

    Raises:
        ValueError: there is no such folder, and the name is no Hub id or that of no repository that can be read.
    """
    folder = Path(folder_or_id)
    if folder.is_dir():
        return folder
    try:
        check_repo_id(str(folder_or_id))
    except ValueError as error:
        raise ValueError(
            f"checkpoint: expected a folder or a Hub id such as org/name; found neither in {str(folder_or_id)!r}"
        ) from error
    return download(str(folder_or_id), revision, files)


class Pretrained(
    PyTorchModelHubMixin,
    pipeline_tag="translation",
    tags=["translation", "transformer", "attention-is-all-you-need"],
    model_card_template=_CARD,
):
    """`from_pretrained`, `save_pretrained` and `push_to_hub` for what can write itself to a folder and read itself.

    Saving and pushing are the mixin's. Its reading is not: it would take the config apart before the checks of
    `TransformerConfig` see it, and go on without one that it cannot fetch.
    """

    card: str | None = None  # the model card that came with the weights, which goes with them

    @classmethod
    def from_pretrained(cls, folder_or_id: str | Path, revision: str | None = None) -> Self:
        """Loads a checkpoint from a folder or from `org/name` on the Hub.

        Raises:
            ValueError: a file is missing, damaged, or does not fit the others; or the Hub cannot be reached.
        """
        folder = resolve(folder_or_id, revision)
        loaded = cls._read(folder)
        if (folder / CARD).is_file():
            loaded.card = (folder / CARD).read_text(encoding="utf-8")
        return loaded

    def save_pretrained(self, save_directory: str | Path, **options: Any) -> str | None:
        """Writes the files of `FILES` to a folder; `options` are the mixin's.

        Raises:
            ValueError: the tokenizer cannot be written as one of this project.
        """
        # the mixin keeps a card that is there, and with it the scores of other weights
        Path(save_directory, CARD).unlink(missing_ok=True)
        return super().save_pretrained(save_directory, **options)

    @classmethod
    def _read(cls, folder: Path) -> Self:
        raise NotImplementedError

    def generate_model_card(self, *args: object, **kwargs: object) -> ModelCard:
        """The card that came with the weights, or one that claims nothing."""
        return super().generate_model_card(*args, **kwargs) if self.card is None else ModelCard(self.card)
