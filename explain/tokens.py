"""Token ids as a reader meets them: the text in the vocabulary, and the words they make."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from model.tokenizer import WORD_START, Tokenizer


@dataclass(frozen=True)
class Token:
    """One position of a sequence.

    `text` stands as in the vocabulary: `▁Haus`, `</s>`, `<0xE2>`; tokens with the same `word` make one word.
    """

    id: int
    text: str
    special: bool
    word: int

    @property
    def is_punctuation(self) -> bool:
        """Whether all its characters, apart from the space before it, are Unicode punctuation."""
        characters = self.text.removeprefix(WORD_START)
        return bool(characters) and not self.special and all(map(_is_punctuation, characters))


@dataclass(frozen=True)
class TargetToken(Token):
    """A token of a translation.

    `probability` is the model's own, given the source and all tokens before it; a `given` token stood in the prefix
    (forced, typed or sampled) and was not searched for.
    """

    probability: float
    given: bool


def tokens_of(tokenizer: Tokenizer, ids: Iterable[int]) -> tuple[Token, ...]:
    """The tokens of a sequence; a `▁` starts a word, and a special token is a word of its own.

    Raises:
        ValueError: no such id.
    """
    tokens: list[Token] = []
    for token_id in ids:
        text, special = tokenizer.token(token_id), token_id in tokenizer.special_ids
        starts_word = not tokens or special or tokens[-1].special or text.startswith(WORD_START)
        word = tokens[-1].word + starts_word if tokens else 0
        tokens.append(Token(token_id, text, special, word))
    return tuple(tokens)


def _is_punctuation(character: str) -> bool:
    return unicodedata.category(character).startswith("P")
