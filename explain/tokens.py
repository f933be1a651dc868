"""Token ids as a reader meets them: the text in the vocabulary, and the words they make."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from explain.kinds import Side
from model.text_model import TextCodec
from model.tokenizer import WORD_START

SPACE = "␣"  # how the page writes a space with nothing behind it


@dataclass(frozen=True, kw_only=True)
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


@dataclass(frozen=True, kw_only=True)
class TargetToken(Token):
    """A token of a translation, or of a text that a language model continues.

    `probability` is the model's own, given the source and all tokens before it; a `given` token stood in the prefix
    (forced, typed or sampled) or in the text to continue, and was not searched for.
    """

    probability: float
    given: bool


def tokens_of(ids: Iterable[int], tokenizer: TextCodec, side: Side = "decoder") -> tuple[Token, ...]:
    """The tokens of a sequence of one side; a `▁` starts a word, and a special token is a word of its own.

    Raises:
        ValueError: no such id.
    """
    encoder = side == "encoder"
    text_of = tokenizer.source_token if encoder else tokenizer.token
    special_ids = tokenizer.source_special_ids if encoder else tokenizer.special_ids
    tokens: list[Token] = []
    for token_id in ids:
        text, special = text_of(token_id), token_id in special_ids
        starts_word = not tokens or special or tokens[-1].special or text.startswith(WORD_START)
        word = tokens[-1].word + starts_word if tokens else 0
        tokens.append(Token(id=token_id, text=text, special=special, word=word))
    return tuple(tokens)


@dataclass(frozen=True, kw_only=True)
class Word:
    """A word of a sequence: what its `tokens`, places counted from 0, spell; a `special` token stands alone."""

    text: str
    tokens: tuple[int, ...]
    special: bool


def words_of(tokens: Sequence[Token]) -> tuple[Word, ...]:
    """The words that the tokens make, in their order."""
    words: list[Word] = []
    for _, group in groupby(enumerate(tokens), key=lambda placed: placed[1].word):
        places, members = zip(*group, strict=True)
        special = members[0].special
        text = members[0].text if special else spelled(members).strip() or SPACE
        words.append(Word(text=text, tokens=places, special=special))
    return tuple(words)


def label(text: str) -> str:
    """A token as the page writes it: without the mark of a word's start, a lone space visible."""
    return text.removeprefix(WORD_START) or SPACE


def spelled(tokens: Iterable[Token]) -> str:
    """What the tokens spell, their bytes read as UTF-8; of either side, whose vocabularies may differ."""
    raw = "".join(token.text for token in tokens).replace(WORD_START, " ").encode()
    return re.sub(rb"<0x([0-9A-F]{2})>", lambda byte: bytes([int(byte[1], 16)]), raw).decode(errors="replace")


def bare(text: str) -> str:
    """The text without spaces and punctuation at its ends; what stands inside, as in `don’t` or `3.5`, stays."""
    inner = [i for i, character in enumerate(text) if not (character.isspace() or _is_punctuation(character))]
    return text[inner[0] : inner[-1] + 1] if inner else ""


def _is_punctuation(character: str) -> bool:
    return unicodedata.category(character).startswith("P")
