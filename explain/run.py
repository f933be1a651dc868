"""One run behind every tab: a text, what a model makes of it, and one inspected pass over what was chosen.

A translator translates the text; a language model, which has no source side, continues it. A run is a function of the
checkpoint, the text, the settings, the chosen hypothesis and the target prefix alone.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace

import torch
from torch import Tensor

from explain.cache import LeastRecentlyUsed
from explain.checks import check_text, number, whole_number
from explain.kinds import Kind, kinds_of
from explain.tokens import TargetToken, Token, tokens_of
from model.config import TransformerConfig
from model.decoding import beam_search, length_penalty
from model.taps import Trace, record
from model.text_model import Prompt, TextCodec, TextModel
from model.transformer import Transformer

MAX_SOURCE_TOKENS = 128  # of the text alone: a language tag and the end come on top
MAX_CHARACTERS = 20_000
MAX_BEAM_SIZE = 8
MAX_ALPHA = 2.0
N_BEST = 4  # hypotheses shown unless told otherwise
TRACE_BYTES = 160 * 2**20  # of inspected passes kept; one of the bundled model has up to 39 MB


@dataclass(frozen=True)
class Settings:
    """How to search: `alpha` is the length penalty's exponent (§6.1), `n_best` how many hypotheses to show.

    `direction` is one of `Runner.directions`. What else a search can be told comes from the model's own `beam`.

    Raises:
        ValueError: a value is out of range: `beam_size` 1 to 8, `alpha` 0 to 2, `n_best` 1 to `beam_size`.
    """

    direction: str
    beam_size: int = 4
    alpha: float = 0.6
    n_best: int = N_BEST

    def __post_init__(self) -> None:
        if not isinstance(self.direction, str):
            raise ValueError(f"direction: expected a text such as en-de; found {self.direction!r}")
        whole_number("beam_size", self.beam_size, 1, MAX_BEAM_SIZE)
        whole_number("n_best", self.n_best, 1, self.beam_size, " (the beam size)")
        number("alpha", self.alpha, 0, MAX_ALPHA)


@dataclass(frozen=True)
class Translation:
    """A hypothesis with its text; of a language model, the text that it was given and how that goes on.

    `score` is the sum of the tokens' log-probabilities, as the search counts them, over the length penalty; the tokens
    of a text that is continued do not count.
    """

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

    translations: tuple[Translation, ...]
    seconds: float


@dataclass(frozen=True)
class Run:
    """A text, its translations (best first), and the inspected pass over the one that was chosen.

    `model` is the runner's name for its model, `kinds` are those of attention that it has; `prefix` holds the target
    ids that the translations had to begin with; `limit` is the most tokens that a translation may have; `seconds` is
    the search's wall time.

    Of a language model, `source` is empty and a translation is the text with its continuation, behind `prefix` if any.
    The text's first token is read and never predicted; its others are the first `n_text` tokens of `target_out`.
    """

    model: str
    text: str
    settings: Settings
    chosen: int
    prefix: tuple[int, ...]
    kinds: tuple[Kind, ...]
    source: tuple[Token, ...]
    n_text: int
    limit: int
    translations: tuple[Translation, ...]
    seconds: float
    target_in: tuple[Token, ...]  # what the decoder reads: its first token, and all of the translation but the last
    _trace: Callable[[], Trace] = field(repr=False, compare=False)

    @property
    def translates(self) -> bool:
        """Whether there was a source to translate; a language model has none."""
        return "cross" in self.kinds

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
        """Tap path -> tensor of a teacher-forced pass over the chosen translation (batch 1).

        Run at first use, and again if other runs' passes have taken its room since.
        """
        return self._trace()


class Runner:
    """Runs texts through a translator or a language model, and counts how often the model ran.

    `name` is what its runs call the model. The last `capacity` runs are kept, and of their inspected passes as many as
    `trace_bytes` hold.

    Raises:
        ValueError: `capacity` or `trace_bytes` is below 1, or the model has no decoder.
    """

    def __init__(
        self,
        translator: TextModel,
        name: str = "model",
        capacity: int = 16,
        trace_bytes: int = TRACE_BYTES,
    ) -> None:
        if not translator.network.config.n_decoder_layers:
            raise ValueError("expected a model with a decoder; found an encoder alone, which writes no text")
        self.translator = translator
        self.name = name
        self._searches: LeastRecentlyUsed[Search] = LeastRecentlyUsed(capacity)
        self._runs: LeastRecentlyUsed[Run] = LeastRecentlyUsed(capacity)
        self._traces: LeastRecentlyUsed[Trace] = LeastRecentlyUsed(trace_bytes, _bytes)
        self._model_runs = 0
        self._lock = threading.Lock()

    # ---- what the model is ----

    @property
    def network(self) -> Transformer:
        """The model, for its weights; whoever computes with it goes through `model()`."""
        return self.translator.network

    @property
    def config(self) -> TransformerConfig:
        """The model's sizes and choices."""
        return self.network.config

    @property
    def tokenizer(self) -> TextCodec:
        """Text to ids and back."""
        return self.translator.tokenizer

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of attention that the model has."""
        return kinds_of(self.config)

    @property
    def translates(self) -> bool:
        """Whether the model translates a text; a language model continues it."""
        return "cross" in self.kinds

    @property
    def directions(self) -> tuple[str, ...]:
        """What `Settings.direction` may be: `en-de` and the like, or only `text` of a language model."""
        return self.translator.directions

    @property
    def forbidden_ids(self) -> tuple[int, ...]:
        """Tokens that no search chooses."""
        return self.translator.beam.forbidden

    def default_settings(self, direction: str | None = None) -> Settings:
        """The model's own way to search, within the ranges of `Settings`; by default in its first direction."""
        beam = self.translator.beam
        beam_size = min(max(beam.beam_size, 1), MAX_BEAM_SIZE)
        alpha = min(max(beam.alpha, 0.0), MAX_ALPHA)
        return Settings(direction or self.directions[0], beam_size, alpha, min(N_BEST, beam_size))

    # ---- what it does ----

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
            yield self.network

    def run(self, text: str, settings: Settings, chosen: int = 0, prefix: Sequence[int] = ()) -> Run:
        """Translates or continues `text`, with target ids `prefix` as a beginning if any, to inspect one hypothesis.

        Raises:
            ValueError: the text is empty, too long or no text, the direction unknown, or there is no such hypothesis
                or target id.
        """
        whole_number("hypothesis", chosen, 0, settings.n_best - 1)
        prompt = self.encode(text, settings.direction)
        prefix = self._checked_prefix(prefix, prompt)
        key = (text, settings, prefix)

        def prepare() -> Run:
            # hypotheses are searched once, whichever of them are inspected
            search = self._searches.get(key, lambda: self._search(prompt, settings, prefix))
            whole_number("hypothesis", chosen, 0, len(search.translations) - 1, " (those found)")
            tgt = (prompt.start[0], *search.translations[chosen].ids[:-1])
            return Run(
                self.name, text, settings, chosen, prefix, self.kinds, self.source_tokens(prompt.src),
                len(prompt.start) - 1, prompt.limit, search.translations, search.seconds, self.tokens(tgt),
                lambda: self._traces.get((prompt.src, tgt), lambda: self._inspect(prompt.src, tgt)),
            )  # fmt: skip

        return self._runs.get((*key, chosen), prepare)

    def encode(self, text: str, direction: str) -> Prompt:
        """The text as ids, with all that stands around it.

        Raises:
            ValueError: the text is empty, has more than 20,000 characters or 128 tokens, or the direction is unknown.
        """
        check_text("text", text, MAX_CHARACTERS)
        if not text.strip():
            purpose = "translate" if self.translates else "continue"
            raise ValueError(f"text: expected a word or a sentence; found none: type something to {purpose}")
        prompt = self.translator.encode(text, direction)
        if prompt.n_tokens > MAX_SOURCE_TOKENS:
            advice = "translate it in parts" if self.translates else "take a part of it"
            raise ValueError(f"text: expected at most {MAX_SOURCE_TOKENS} tokens; found {prompt.n_tokens}: {advice}")
        return prompt

    def tokens(self, ids: Sequence[int]) -> tuple[Token, ...]:
        """These ids of the target side as a reader meets them.

        Raises:
            ValueError: no such id.
        """
        return tokens_of(ids, self.tokenizer.token, self.tokenizer.special_ids)

    def source_tokens(self, ids: Sequence[int]) -> tuple[Token, ...]:
        """The same on the source side, which may have a vocabulary of its own.

        Raises:
            ValueError: no such id.
        """
        return tokens_of(ids, self.tokenizer.source_token, self.tokenizer.source_special_ids)

    def _checked_prefix(self, prefix: Sequence[int], prompt: Prompt) -> tuple[int, ...]:
        tokenizer, limit = self.tokenizer, prompt.limit - len(prompt.start) + 1
        for token_id in prefix:
            whole_number("target token", token_id, 0, len(tokenizer) - 1)
            if token_id in self.forbidden_ids:
                raise ValueError(f"target token: no translation contains {tokenizer.token(token_id)}: choose another")
        if tokenizer.eos_id in prefix[:-1]:
            raise ValueError(f"target prefix: expected nothing after {tokenizer.token(tokenizer.eos_id)}")
        if len(prefix) > limit:
            raise ValueError(f"target prefix: expected at most {limit} tokens for this text; found {len(prefix)}")
        return tuple(prefix)

    def _search(self, prompt: Prompt, settings: Settings, prefix: tuple[int, ...]) -> Search:
        begin = time.perf_counter()
        beam = replace(self.translator.beam, beam_size=settings.beam_size, alpha=settings.alpha)
        read = (*prompt.start, *prefix)
        room = prompt.limit - len(read) + 1
        with self.model() as model:
            given = _log_probs(model, prompt.src, read)
            counted = _log_probs(model, prompt.src, read, beam.forbidden) if beam.renormalize else given
            found: list[tuple[tuple[int, ...], tuple[float, ...]]] = [((), ())]
            if room and prefix[-1:] != (self.tokenizer.eos_id,):
                [hypotheses] = beam_search(
                    model,
                    _batch(model, prompt.src) if prompt.src else None,
                    n_best=settings.n_best,
                    start=read,
                    max_length=room,
                    **asdict(beam),
                )
                found = [(hypothesis.ids, hypothesis.log_probs) for hypothesis in hypotheses]
            translations = []
            for ids, log_probs in found:
                own = [*given, *log_probs]
                if beam.renormalize:  # then those of the search are not the model's own
                    own = _log_probs(model, prompt.src, (*read, *ids))
                score = self._score([*counted, *log_probs][len(prompt.start) - 1 :], settings.alpha)
                translations.append(self._translation((*read, *ids), own, len(given), score))
        seconds = time.perf_counter() - begin
        # with a prefix, the penalty of the whole length can order them otherwise than that of the part searched
        translations.sort(key=lambda translation: -translation.score)
        return Search(tuple(translations), seconds)

    def _score(self, log_probs: Sequence[float], alpha: float) -> float:
        return sum(log_probs) / length_penalty(len(log_probs), alpha, self.translator.beam.length_offset)

    def _translation(self, ids: Sequence[int], log_probs: Sequence[float], n_given: int, score: float) -> Translation:
        """Of what the decoder read first, which nothing predicts, and all that follows."""
        tokens = tuple(
            TargetToken(token.id, token.text, token.special, token.word, math.exp(log_prob), i < n_given)
            for i, (token, log_prob) in enumerate(zip(self.tokens(ids)[1:], log_probs, strict=True))
        )
        return Translation(self.tokenizer.decode(ids), tokens, score)

    def _inspect(self, src: Sequence[int], tgt: Sequence[int]) -> Trace:
        with self.model() as model, record() as trace:
            teacher_forced(model, src, tgt)
        return {path: tensor.cpu() for path, tensor in trace.items()}


def teacher_forced(model: Transformer, src: Sequence[int], tgt: Sequence[int]) -> Tensor:
    """The logits at each position of one target sequence: (1, T, V); `src` is empty for a language model."""
    return model(*(_batch(model, ids) for ids in (src, tgt) if ids))


def _batch(model: Transformer, ids: Sequence[int]) -> Tensor:
    return torch.tensor([list(ids)], device=model.device)


def _log_probs(
    model: Transformer, src: Sequence[int], ids: Sequence[int], forbidden: Sequence[int] = ()
) -> list[float]:
    """Log-probability of each id but the first, given those before it, among all ids but the `forbidden` ones."""
    if len(ids) == 1:
        return []
    logits = teacher_forced(model, src, ids[:-1])[0].float()  # (T, V)
    logits[:, list(forbidden)] = float("-inf")
    return logits.log_softmax(dim=-1).gather(1, _batch(model, ids[1:]).T)[:, 0].tolist()


def _bytes(trace: Trace) -> int:
    return sum(tensor.nbytes for tensor in trace.values())
