"""The front door: text in, translations out."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Protocol, Self, overload

import torch
from torch.nn.utils.rnn import pad_sequence

from .capitals import in_small_letters
from .config import TransformerConfig
from .decoding import EXTRA_TOKENS, BeamSettings, Hypothesis, beam_search
from .parallel import parallel_map
from .sentences import cut
from .storage.checkpoint import BLANK_CARD, FILES, Checkpoint, read_config
from .storage.files import CONFIG, TOKENIZER, existing
from .storage.hub import resolve
from .text_model import Prompt, TextCodec
from .tokenizer import Tokenizer
from .transformer import Transformer

BATCH_SIZE = 64  # sentences decoded together when a list is translated

Texts = list[str] | tuple[str, ...]  # no Sequence, which a str is too


class TranslationCodec(TextCodec, Protocol):
    """What a translator needs of a tokenizer; `Tokenizer` is the one of this project's checkpoints."""

    bos_id: int

    @property
    def directions(self) -> tuple[str, ...]: ...
    def encode_source(self, text: str, target_language: str) -> list[int]: ...
    def save(self, path: str | Path) -> None: ...


class Translator:
    """A trained Transformer with its tokenizer, and how it searches unless told otherwise: a `TextModel`.

    Without `beam` that is the paper's search, in which no translation contains a special token.
    """

    def __init__(self, network: Transformer, tokenizer: TranslationCodec, beam: BeamSettings | None = None) -> None:
        self.network = network.eval()
        self.tokenizer = tokenizer
        self.beam = beam or BeamSettings(forbidden=tuple(sorted(tokenizer.special_ids - {tokenizer.eos_id})))
        self.card = BLANK_CARD  # the model card that goes with the weights
        self.alignment_head: tuple[int, int] | None = None

    @classmethod
    def from_pretrained(cls, folder_or_id: str | Path, revision: str | None = None) -> Self:
        """The translator in a folder or in `org/name` on the Hub, with the model card that came with it.

        Raises:
            ValueError: a file is missing, damaged, or does not fit the others; or the Hub cannot be reached.
        """
        folder = resolve(folder_or_id, revision, FILES)
        tokenizer = Tokenizer.load(existing(folder, TOKENIZER))
        _check_fit(read_config(folder), tokenizer)
        stored = Checkpoint.load(folder)
        translator = cls(stored.network, tokenizer)
        translator.card = stored.card
        return translator

    def save_pretrained(self, folder: str | Path) -> None:
        """Writes weights (in half precision), config, tokenizer and model card into a folder.

        Raises:
            ValueError: the tokenizer cannot be written as one of this project.
        """
        self._checkpoint.save(folder)

    def push_to_hub(self, repo_id: str, *, private: bool = False, revision: str | None = None) -> str:
        """Uploads the same files to `org/name` on the Hub, which is made if it is not there.

        Returns:
            The address of the new commit.

        Raises:
            ValueError: as `save_pretrained`, or the Hub refuses.
        """
        return self._checkpoint.push(repo_id, private=private, revision=revision)

    @property
    def _checkpoint(self) -> Checkpoint:
        return Checkpoint(network=self.network, tokenizer=self.tokenizer, card=self.card)

    @property
    def directions(self) -> tuple[str, ...]:
        """What `direction` may be, such as `en-de`."""
        return self.tokenizer.directions

    @property
    def max_tokens(self) -> int:
        """The longest text in tokens; the source also holds its language tag and end."""
        return self.network.config.max_positions - 2

    @overload
    def translate(
        self, text: str, direction: str, *, beam_size: int | None = None, alpha: float | None = None
    ) -> str: ...
    @overload
    def translate(
        self, text: Texts, direction: str, *, beam_size: int | None = None, alpha: float | None = None
    ) -> list[str]: ...
    def translate(
        self, text: str | Texts, direction: str, *, beam_size: int | None = None, alpha: float | None = None
    ) -> str | list[str]:
        """The best translation of a text, or of each text of a list, sentence by sentence.

        A sentence in capitals alone is read in small letters. What stood between two sentences, line breaks too, stands
        between their translations.

        On a CPU each thread translates batches of its own. A sentence alone is a few rows a step, too little to share
        out: threads that wait for each other make it slower, and `torch.set_num_threads(1)` suits it.

        Raises:
            ValueError: the direction is unknown, or a text is empty or one of its sentences longer than `max_tokens`.
        """
        language = direction.split("-")[0]
        cuts = [cut(each, language) for each in ([text] if isinstance(text, str) else text)]
        sentences = [in_small_letters(sentence, language) for each in cuts for sentence in each.sentences]
        translated = iter(self.translate_sentences(sentences, direction, beam_size=beam_size, alpha=alpha))
        translations = [each.join(islice(translated, len(each.sentences))) for each in cuts]
        return translations[0] if isinstance(text, str) else translations

    def translate_sentences(
        self, sentences: Texts, direction: str, *, beam_size: int | None = None, alpha: float | None = None
    ) -> list[str]:
        """The best translation of each sentence as it stands, in batches: nothing is cut, as where lines are scored.

        Raises:
            ValueError: as `translate`.
        """
        n_best = self.hypotheses(sentences, direction, beam_size=beam_size, alpha=alpha)
        return [self.tokenizer.decode(hypotheses[0].ids) for hypotheses in n_best]

    def hypotheses(
        self,
        texts: Sequence[str],
        direction: str,
        *,
        beam_size: int | None = None,
        alpha: float | None = None,
        n_best: int = 1,
    ) -> list[list[Hypothesis]]:
        """The `n_best` hypotheses of each text by beam search, best first.

        `alpha` is the length penalty's exponent; what is not given is as in `beam`.

        Raises:
            ValueError: as for `translate`, or a search setting is out of range.
        """
        changes = {"beam_size": beam_size, "alpha": alpha}
        settings = dataclasses.replace(self.beam, **{k: v for k, v in changes.items() if v is not None})
        sources = [torch.tensor(self.encode(text, direction).src) for text in texts]
        # the longest first: those that come last, when there are no more for every thread, are short
        by_length = sorted(range(len(sources)), key=lambda i: -len(sources[i]))
        batches = [by_length[first : first + BATCH_SIZE] for first in range(0, len(sources), BATCH_SIZE)]

        def search(batch: list[int]) -> list[list[Hypothesis]]:
            src = pad_sequence([sources[i] for i in batch], batch_first=True, padding_value=self.tokenizer.pad_id)
            return beam_search(self.network, src.to(self.network.device), n_best=n_best, **dataclasses.asdict(settings))

        # one batch keeps a GPU busy
        found = parallel_map(search, batches) if self.network.device.type == "cpu" else map(search, batches)
        results = dict(zip(by_length, chain.from_iterable(found), strict=True))
        return [results[i] for i in range(len(sources))]

    def encode(self, text: str, direction: str) -> Prompt:
        """The text for the encoder, with a limit of the source's length + 50 tokens (§6.1) or of the positions.

        Raises:
            ValueError: as for `translate`.
        """
        config = self.network.config
        src = encode_source(self.tokenizer, text, direction, self.max_tokens)
        return Prompt(
            src=tuple(src),
            start=(config.bos_id,),
            n_tokens=sum(token_id not in self.tokenizer.source_special_ids for token_id in src),
            limit=min(len(src) + EXTRA_TOKENS, config.max_positions),
        )


def encode_source(tokenizer: TranslationCodec, text: str, direction: str, max_tokens: int) -> list[int]:
    """Source ids of a text: target-language tag if the vocabulary has one, text, end.

    Raises:
        ValueError: the direction is unknown, or the text is empty or longer than `max_tokens`.
    """
    if direction not in tokenizer.directions:
        raise ValueError(f"direction: expected one of {', '.join(tokenizer.directions)}; found {direction[:100]!r}")
    target_language = direction.split("-")[1]
    ids = tokenizer.encode_source(text, target_language)
    n_tokens = len(ids) - len(tokenizer.encode_source("", target_language))
    if n_tokens == 0:
        raise ValueError("text: expected at least one character; found none: type something to translate")
    if n_tokens > max_tokens:
        raise ValueError(f"text: expected at most {max_tokens} tokens; found {n_tokens}: shorten it")
    return ids


def _check_fit(config: TransformerConfig, tokenizer: Tokenizer) -> None:
    """Holds that a model of this config translates, and that the tokenizer is its own.

    Raises:
        ValueError: it does not, or it is not.
    """
    if not config.n_encoder_layers or not config.n_decoder_layers:
        raise ValueError(f"{CONFIG}: expected an encoder and a decoder, to translate; found only one of them")
    if config.src_vocab_size is not None:
        raise ValueError(
            f"{CONFIG}: expected one vocabulary for both sides; found src_vocab_size={config.src_vocab_size}"
        )
    if len(tokenizer) != config.vocab_size:
        raise ValueError(
            f"{TOKENIZER}: expected the config's vocab_size={config.vocab_size} tokens; found {len(tokenizer)}"
        )
    for name in ("pad_id", "bos_id", "eos_id"):
        if (found := getattr(tokenizer, name)) != (expected := getattr(config, name)):
            raise ValueError(f"{TOKENIZER}: expected the config's {name}={expected}; found {found}")
