"""The text side of a Marian repository: two SentencePiece models and a vocabulary, or a `tokenizer.json`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from pathlib import Path
from typing import Protocol

from sentencepiece import SentencePieceProcessor

from interop.repository import SOURCE_SPM, TARGET_SPM, TARGET_VOCAB, TOKENIZER_CONFIG, VOCAB, Settings
from model.checkpoint import TOKENIZER, existing
from model.config import TransformerConfig
from model.tokenizer import LANGUAGE_TAG, WORD_START, Tokenizer, language_tag

UNKNOWN = "<unk>"


class Side(Protocol):
    """One language's text to ids and back; `model.tokenizer.Tokenizer` is one."""

    def __len__(self) -> int: ...
    def encode(self, text: str) -> list[int]: ...
    def decode(self, ids: Sequence[int]) -> str: ...
    def token(self, token_id: int) -> str: ...


class SentencePieces:
    """A SentencePiece model that cuts a text, and the vocabulary that numbers the pieces."""

    def __init__(self, spm: Path, vocab: Settings, vocab_size: int) -> None:
        """Reads the model.

        Raises:
            ValueError: the model is damaged, or the vocabulary is not that of `vocab_size` tokens.
        """
        self.ids = {piece: vocab.get(piece, int) for piece in vocab.values}
        self.tokens = {i: piece for piece, i in self.ids.items()}
        if sorted(self.tokens) != list(range(vocab_size)):
            raise ValueError(
                f"{vocab.file}: expected ids from 0 to the config's {vocab_size - 1}; found {len(self.ids)} tokens"
            )
        self.unknown_id = vocab.get(UNKNOWN, int)
        try:
            self._spm = SentencePieceProcessor(model_file=str(spm))
        except (OSError, RuntimeError) as error:
            raise ValueError(f"{spm.name}: expected a SentencePiece model; found something else ({error})") from error

    def __len__(self) -> int:
        return len(self.tokens)

    def encode(self, text: str) -> list[int]:
        """Ids of the text's pieces; a piece that the vocabulary lacks is unknown."""
        return [self.ids.get(piece, self.unknown_id) for piece in self._spm.encode(text, out_type=str)]

    def decode(self, ids: Sequence[int]) -> str:
        """The text that the pieces make."""
        return self._spm.decode_pieces([self.token(i) for i in ids]).replace(WORD_START, " ").strip()

    def token(self, token_id: int) -> str:
        """The piece as it stands in the vocabulary.

        Raises:
            ValueError: no such id.
        """
        if token_id not in self.tokens:
            raise ValueError(f"expected a token id from 0 to {len(self) - 1}; found {token_id}")
        return self.tokens[token_id]


class MarianTokenizer:
    """Source and target side of a Marian model, whose vocabularies may be one; see `model.translator.TranslationCodec`.

    `encode`, `token`, `special_ids` and the length are those of the target; `source_token` names the source's ids, of
    which `source_special_ids` stand around a text.
    """

    def __init__(
        self,
        source: Side,
        target: Side,
        config: TransformerConfig,
        special_ids: frozenset[int],
        tags: dict[str, int],
        directions: tuple[str, ...],
    ) -> None:
        self.source, self.target = source, target
        self.pad_id, self.bos_id, self.eos_id = config.pad_id, config.bos_id, config.eos_id
        self.special_ids, self.tags, self.directions = special_ids, tags, directions
        self.source_special_ids = frozenset({self.pad_id, self.bos_id, self.eos_id, *tags.values()})

    def __len__(self) -> int:
        return len(self.target)

    def encode(self, text: str) -> list[int]:
        """Ids of a target text alone, without special tokens."""
        return self.target.encode(text)

    def encode_source(self, text: str, target_language: str) -> list[int]:
        """Ids of a source sentence: target-language tag if the model has several target languages, text, end."""
        tag = [self.tags[target_language]] if target_language in self.tags else []
        return [*tag, *self.source.encode(text), self.eos_id]

    def decode(self, ids: Sequence[int]) -> str:
        """Clean target text, without special tokens."""
        return self.target.decode([i for i in ids if i not in self.special_ids])

    def token(self, token_id: int) -> str:
        """The target token as it stands in the vocabulary.

        Raises:
            ValueError: no such id.
        """
        return self.target.token(token_id)

    def source_token(self, token_id: int) -> str:
        """The source token as it stands in the vocabulary.

        Raises:
            ValueError: no such id.
        """
        return self.source.token(token_id)

    def save(self, path: str | Path) -> None:
        """Always refuses, for one `tokenizer.json` cannot hold two SentencePiece models.

        Raises:
            ValueError: always.
        """
        raise ValueError(
            f"{Path(path).name}: expected a tokenizer of this project; found a Marian model's: keep its repository"
        )


def load_tokenizer(folder: Path, config: TransformerConfig) -> MarianTokenizer:
    """The tokenizer of the repository in `folder`, whose model has this config.

    Raises:
        ValueError: a file is missing or damaged, or a vocabulary does not fit the config.
    """
    src_vocab_size = config.src_vocab_size or config.vocab_size
    if not (folder / SOURCE_SPM).is_file() and (folder / TOKENIZER).is_file():
        both = Tokenizer.load(folder / TOKENIZER, (config.pad_id, config.bos_id, config.eos_id))
        if {len(both)} != {src_vocab_size, config.vocab_size}:
            raise ValueError(f"{TOKENIZER}: expected the config's {config.vocab_size} tokens; found {len(both)}")
        tags = {language: both.language_id(language) for language in both.languages}
        return MarianTokenizer(both, both, config, both.special_ids, tags, _directions(folder, tags))

    source = SentencePieces(existing(folder, SOURCE_SPM), Settings.read(folder, VOCAB), src_vocab_size)
    target_vocab = TARGET_VOCAB if (folder / TARGET_VOCAB).is_file() else VOCAB
    target = SentencePieces(existing(folder, TARGET_SPM), Settings.read(folder, target_vocab), config.vocab_size)
    matches = (LANGUAGE_TAG.fullmatch(piece) for piece in source.ids)
    tags = {match[1]: source.ids[match[0]] for match in matches if match}
    special_ids = {config.pad_id, config.bos_id, config.eos_id, target.unknown_id}
    special_ids |= {target.ids[language_tag(language)] for language in tags if language_tag(language) in target.ids}
    return MarianTokenizer(source, target, config, frozenset(special_ids), tags, _directions(folder, tags))


def _directions(folder: Path, tags: dict[str, int]) -> tuple[str, ...]:
    """Each target language that has a tag, or the one target language; what is not named is `source` or `target`."""
    settings = Settings.read_if_there(folder, TOKENIZER_CONFIG)
    source, target = (settings.get(f"{side}_lang", str, None) for side in ("source", "target"))
    if len(tags) > 1 and source is None:
        return tuple("-".join(pair) for pair in permutations(tags, 2))
    # the hyphen is what stands between the two
    source, target = (source or "source").replace("-", "_"), (target or "target").replace("-", "_")
    return tuple(f"{source}-{language}" for language in tags or [target])
