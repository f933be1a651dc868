"""One run behind every tab: a text, its translations, and one inspected pass over the chosen one.

A run is a function of the checkpoint, the text, the settings, the chosen hypothesis and the target prefix alone.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from torch import Tensor

from explain.cache import LeastRecentlyUsed, Once
from explain.checks import check_text, number, whole_number
from explain.tokens import TargetToken, Token, tokens_of
from model.decoding import beam_search, length_penalty
from model.taps import Trace, record
from model.transformer import Transformer
from model.translator import Translator

MAX_SOURCE_TOKENS = 128  # of the text alone: the language tag and the end come on top
MAX_CHARACTERS = 20_000
MAX_BEAM_SIZE = 8
MAX_ALPHA = 2.0
EXTRA_TARGET_TOKENS = 50  # a translation has at most the source's length + 50 tokens (§6.1)


@dataclass(frozen=True)
class Settings:
    """How to search: `alpha` is the length penalty's exponent (§6.1), `n_best` how many hypotheses to show.

    Raises:
        ValueError: a value is out of range: `beam_size` 1 to 8, `alpha` 0 to 2, `n_best` 1 to `beam_size`.
    """

    direction: str
    beam_size: int = 4
    alpha: float = 0.6
    n_best: int = 4

    def __post_init__(self) -> None:
        if not isinstance(self.direction, str):
            raise ValueError(f"direction: expected a text such as en-de; found {self.direction!r}")
        whole_number("beam_size", self.beam_size, 1, MAX_BEAM_SIZE)
        whole_number("n_best", self.n_best, 1, self.beam_size, " (the beam size)")
        number("alpha", self.alpha, 0, MAX_ALPHA)


@dataclass(frozen=True)
class Translation:
    """A hypothesis with its text; `score` is the sum of all its tokens' log-probabilities over the length penalty."""

    text: str
    tokens: tuple[TargetToken, ...]
    score: float

    @property
    def ids(self) -> tuple[int, ...]:
        """The tokens' ids, which end with eos unless the length limit cut them."""
        return tuple(token.id for token in self.tokens)


@dataclass(frozen=True)
class Search:
    """What beam search found; the same whichever hypothesis is inspected."""

    source: tuple[Token, ...]
    translations: tuple[Translation, ...]
    seconds: float


@dataclass(frozen=True)
class Run:
    """A text, its translations (best first), and the inspected pass over the one that was chosen.

    `model` is the name of the runner's model; `prefix` holds the target ids that the translations had to begin with; `seconds` is the search's wall time.
    """

    model: str
    text: str
    settings: Settings
    chosen: int
    prefix: tuple[int, ...]
    source: tuple[Token, ...]
    translations: tuple[Translation, ...]
    seconds: float
    target_in: tuple[Token, ...]  # what the decoder reads: bos and all tokens of the translation but the last
    _trace: Once[Trace] = field(repr=False, compare=False)

    @property
    def translation(self) -> Translation:
        """The chosen one."""
        return self.translations[self.chosen]

    @property
    def target_out(self) -> tuple[TargetToken, ...]:
        """What the decoder predicts, position by position of `target_in`: the tokens of the translation."""
        return self.translation.tokens

    @property
    def trace(self) -> Trace:
        """Tap path -> tensor of a teacher-forced pass over the chosen translation (batch 1), run at first use."""
        return self._trace.get()


class Runner:
    """Runs texts through one translator, keeps the last `capacity` runs, and counts how often the model ran.

    `name` is what its runs call the model.

    Raises:
        ValueError: `capacity` is below 1.
    """

    def __init__(self, translator: Translator, name: str = "model", capacity: int = 16) -> None:
        self.translator = translator
        self.name = name
        self._searches: LeastRecentlyUsed[Search] = LeastRecentlyUsed(capacity)
        self._runs: LeastRecentlyUsed[Run] = LeastRecentlyUsed(capacity)
        self._model_runs = 0
        self._lock = threading.Lock()

    @property
    def model_runs(self) -> int:
        """Searches, inspected passes and other uses of the model so far."""
        return self._model_runs

    @contextmanager
    def model(self) -> Iterator[Transformer]:
        """The model, for one counted use: whoever computes with it goes through this door."""
        with self._lock:
            self._model_runs += 1
        with torch.inference_mode():
            yield self.translator.model

    def run(self, text: str, settings: Settings, chosen: int = 0, prefix: Sequence[int] = ()) -> Run:
        """Translates `text`, with target ids `prefix` as a beginning if any, and makes hypothesis `chosen` inspectable.

        Raises:
            ValueError: the text is empty, too long or no text, the direction unknown, or there is no such hypothesis
                or target id.
        """
        whole_number("hypothesis", chosen, 0, settings.n_best - 1)
        src = self.encode(text, settings.direction)
        prefix = self._checked_prefix(prefix, src)
        key = (text, settings, prefix)

        def prepare() -> Run:
            # hypotheses are searched once, whichever of them are inspected
            search = self._searches.get(key, lambda: self._search(src, settings, prefix))
            whole_number("hypothesis", chosen, 0, len(search.translations) - 1, " (those found)")
            tgt = [self.translator.tokenizer.bos_id, *search.translations[chosen].ids[:-1]]
            target_in, trace = self.tokens(tgt), Once(lambda: self._inspect(src, tgt))
            return Run(
                self.name, text, settings, chosen, prefix, search.source, search.translations, search.seconds, target_in, trace
            )

        return self._runs.get((*key, chosen), prepare)

    def encode(self, text: str, direction: str) -> list[int]:
        """Source ids: language tag, text, end.

        Raises:
            ValueError: the text is empty, has more than 20,000 characters or 128 tokens, or the direction is unknown.
        """
        check_text("text", text, MAX_CHARACTERS)
        if not text.strip():
            raise ValueError("text: expected a word or a sentence; found none: type something to translate")
        ids = self.translator.encode(text, direction)
        if len(ids) - 2 > MAX_SOURCE_TOKENS:
            raise ValueError(
                f"text: expected at most {MAX_SOURCE_TOKENS} tokens; found {len(ids) - 2}: translate it in parts"
            )
        return ids

    def tokens(self, ids: Sequence[int]) -> tuple[Token, ...]:
        """These ids as a reader meets them.

        Raises:
            ValueError: no such id.
        """
        return tokens_of(self.translator.tokenizer, ids)

    def target_limit(self, n_source: int) -> int:
        """The longest translation, in tokens with its end, of a source of `n_source` tokens (§6.1)."""
        return min(n_source + EXTRA_TARGET_TOKENS, self.translator.model.config.max_positions)

    def _checked_prefix(self, prefix: Sequence[int], src: list[int]) -> tuple[int, ...]:
        tokenizer, limit = self.translator.tokenizer, self.target_limit(len(src))
        for token_id in prefix:
            whole_number("target token", token_id, 0, len(tokenizer) - 1)
            if token_id in self.translator.forbidden_ids:
                raise ValueError(f"target token: no translation contains {tokenizer.token(token_id)}: choose another")
        if tokenizer.eos_id in prefix[:-1]:
            raise ValueError(f"target prefix: expected nothing after {tokenizer.token(tokenizer.eos_id)}")
        if len(prefix) > limit:
            raise ValueError(f"target prefix: expected at most {limit} tokens for this text; found {len(prefix)}")
        return tuple(prefix)

    def _search(self, src: list[int], settings: Settings, prefix: tuple[int, ...]) -> Search:
        tokenizer = self.translator.tokenizer
        room = self.target_limit(len(src)) - len(prefix)
        begin = time.perf_counter()
        with self.model() as model:
            given = _log_probs(model, src, prefix) if prefix else []
            found: list[tuple[tuple[int, ...], tuple[float, ...]]] = [((), ())]
            if room and prefix[-1:] != (tokenizer.eos_id,):
                [hypotheses] = beam_search(
                    model,
                    _batch(model, src),
                    beam_size=settings.beam_size,
                    alpha=settings.alpha,
                    n_best=settings.n_best,
                    start=[tokenizer.bos_id, *prefix],
                    max_length=room,
                    forbidden=self.translator.forbidden_ids,
                )
                found = [(hypothesis.ids, hypothesis.log_probs) for hypothesis in hypotheses]
        seconds = time.perf_counter() - begin
        translations = [
            self._translation((*prefix, *ids), (*given, *log_probs), len(prefix), settings.alpha)
            for ids, log_probs in found
        ]
        # with a prefix, the penalty of the whole length can order them otherwise than that of the part searched
        translations.sort(key=lambda translation: -translation.score)
        return Search(self.tokens(src), tuple(translations), seconds)

    def _translation(
        self, ids: tuple[int, ...], log_probs: tuple[float, ...], n_given: int, alpha: float
    ) -> Translation:
        tokenizer = self.translator.tokenizer
        tokens = tuple(
            TargetToken(token.id, token.text, token.special, token.word, math.exp(log_prob), i < n_given)
            for i, (token, log_prob) in enumerate(zip(self.tokens(ids), log_probs, strict=True))
        )
        return Translation(tokenizer.decode(ids), tokens, sum(log_probs) / length_penalty(len(ids), alpha))

    def _inspect(self, src: list[int], tgt: list[int]) -> Trace:
        with self.model() as model, record() as trace:
            model(_batch(model, src), _batch(model, tgt))
        return {path: tensor.cpu() for path, tensor in trace.items()}


def _batch(model: Transformer, ids: Sequence[int]) -> Tensor:
    return torch.tensor([list(ids)], device=model.device)


def _log_probs(model: Transformer, src: list[int], prefix: tuple[int, ...]) -> list[float]:
    """Log-probability of each token of the prefix, given those before it."""
    logits = model(_batch(model, src), _batch(model, [model.config.bos_id, *prefix[:-1]]))
    log_probs = logits.float().log_softmax(dim=-1)  # (1, T, V)
    return log_probs.gather(2, _batch(model, prefix)[..., None]).flatten().tolist()
