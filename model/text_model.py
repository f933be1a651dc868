"""What a translator and a language model have in common: a text is asked, a decoder answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from .decoding import BeamSettings
from .transformer import Transformer


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """A text as ids, and how long its target may become.

    `src` is what the encoder reads, empty where there is none. `start` is what the decoder reads before it is asked
    anything. `n_tokens` of all these are the text itself. At most `limit` tokens may stand behind the first of `start`.
    """

    src: tuple[int, ...] = ()
    start: tuple[int, ...]
    n_tokens: int
    limit: int


class TextCodec(Protocol):
    """Text to ids and back; ids are the target's unless `source` stands in a name."""

    pad_id: int
    eos_id: int
    special_ids: frozenset[int]

    @property
    def source_special_ids(self) -> frozenset[int]: ...
    def __len__(self) -> int: ...
    def encode(self, text: str) -> list[int]: ...
    def decode(self, ids: Sequence[int]) -> str: ...
    def token(self, token_id: int) -> str: ...
    def source_token(self, token_id: int) -> str: ...


class TextModel(Protocol):
    """A network with its tokenizer, and how it searches unless told otherwise.

    `alignment_head` is the layer and the head, from 0, of the cross-attention that was trained on word alignments too;
    None of most models.
    """

    network: Transformer
    beam: BeamSettings
    alignment_head: tuple[int, int] | None

    @property
    def tokenizer(self) -> TextCodec: ...

    @property
    def directions(self) -> tuple[str, ...]:
        """What it can do with a text: `en-de` and the like, or `text` where it can only continue one."""
        ...

    def encode(self, text: str, direction: str) -> Prompt:
        """The text as the network reads it.

        Raises:
            ValueError: the direction is unknown, or the text is too long.
        """
        ...
