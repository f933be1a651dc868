"""Text to token ids and back: one joint byte-pair vocabulary for all languages (§5.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import permutations
from pathlib import Path
from typing import Self

import tokenizers

PAD, BOS, EOS = "<pad>", "<s>", "</s>"
WORD_START = "▁"  # stands for the space before a word
N_BYTES = 256  # tokens for what no other token spells
LANGUAGE_TAG = re.compile(r">>(\w+)<<")


def language_tag(language: str) -> str:
    """The special token that, at the head of a source, names the language to translate into."""
    return f">>{language}<<"


class Tokenizer:
    """A Hugging Face tokenizer with the special tokens of a translation model put on by id, never by text."""

    def __init__(self, backend: tokenizers.Tokenizer, ids: tuple[int, int, int] | None = None) -> None:
        """Wraps `backend`; `ids` are those of padding, beginning and end, by default of `<pad>`, `<s>` and `</s>`.

        Raises:
            ValueError: one of the special tokens is missing.
        """
        self._backend = backend
        # so that a visitor who types "</s>" gets these four characters, not the end of the sentence
        backend.encode_special_tokens = True
        self.pad_id, self.bos_id, self.eos_id = ids or [self._special_id(token) for token in (PAD, BOS, EOS)]
        added = backend.get_added_tokens_decoder()
        self.special_ids = frozenset(i for i, token in added.items() if token.special) | frozenset(ids or ())
        tags = (LANGUAGE_TAG.fullmatch(token.content) for token in added.values())
        self.languages = tuple(tag[1] for tag in tags if tag)

    @classmethod
    def load(cls, path: str | Path, ids: tuple[int, int, int] | None = None) -> Self:
        """Reads a `tokenizer.json`; `ids` as above.

        Raises:
            ValueError: the file is no tokenizer, or lacks a special token.
        """
        try:
            backend = tokenizers.Tokenizer.from_file(str(path))
        except Exception as error:  # tokenizers raises bare Exception for whatever is wrong with the file
            raise ValueError(f"{Path(path).name}: expected a Hugging Face tokenizer.json; {error}") from error
        return cls(backend, ids)

    def save(self, path: str | Path) -> None:
        """Writes a `tokenizer.json` that `transformers.PreTrainedTokenizerFast` opens too."""
        self._backend.save(str(path))

    def __len__(self) -> int:
        return self._backend.get_vocab_size()

    @property
    def directions(self) -> tuple[str, ...]:
        """From any language to any other, such as `en-de`."""
        return tuple("-".join(pair) for pair in permutations(self.languages, 2))

    def encode(self, text: str) -> list[int]:
        """Ids of the text alone, without special tokens."""
        return self._backend.encode(text, add_special_tokens=False).ids

    def encode_source(self, text: str, target_language: str) -> list[int]:
        """Ids of a source sentence: target-language tag, text, end.

        Raises:
            ValueError: the vocabulary has no tag for the language.
        """
        return [self.language_id(target_language), *self.encode(text), self.eos_id]

    def encode_target(self, text: str) -> list[int]:
        """Ids of a target sentence as the decoder must predict them: text, end."""
        return [*self.encode(text), self.eos_id]

    def decode(self, ids: Sequence[int]) -> str:
        """Clean text, without special tokens."""
        return self._backend.decode([i for i in ids if i not in self.special_ids], skip_special_tokens=False)

    def token(self, token_id: int) -> str:
        """The token as it stands in the vocabulary: `▁` for the space before a word, `<0xE2>` for a byte.

        Raises:
            ValueError: no such id.
        """
        token = self._backend.id_to_token(token_id) if 0 <= token_id < len(self) else None
        if token is None:
            raise ValueError(f"expected a token id from 0 to {len(self) - 1}; found {token_id}")
        return token

    def source_token(self, token_id: int) -> str:
        """As `token`: source and target share the vocabulary.

        Raises:
            ValueError: no such id.
        """
        return self.token(token_id)

    @property
    def source_special_ids(self) -> frozenset[int]:
        """As `special_ids`."""
        return self.special_ids

    def language_id(self, language: str) -> int:
        """Id of the language's tag.

        Raises:
            ValueError: the vocabulary has no tag for the language.
        """
        if language not in self.languages:
            raise ValueError(f"language: expected one of {', '.join(self.languages)}; found {language!r}")
        return self._special_id(language_tag(language))

    def _special_id(self, token: str) -> int:
        token_id = self._backend.token_to_id(token)
        if token_id is None:
            raise ValueError(f"tokenizer: expected the special token {token} in the vocabulary; found none")
        return token_id
