"""The service that makes runs and keeps the last of them: what is asked for twice is computed once."""

from __future__ import annotations

from collections.abc import Sequence

from explain.cache import LeastRecentlyUsed
from explain.checks import check_text, whole_number
from explain.head_means import HeadMeans
from explain.kinds import reading_side_of
from explain.line import LINE
from explain.passes import inspect
from explain.run import MAX_ALPHA, MAX_BEAM_SIZE, N_BEST, Run, Settings
from explain.search import Search, search
from explain.tokens import tokens_of
from model.config import TransformerConfig
from model.taps import Trace
from model.text_model import Prompt, TextCodec, TextModel
from model.transformer import Transformer

MAX_SOURCE_TOKENS = 128  # of the text alone: a language tag and the end come on top
MAX_CHARACTERS = 20_000
TRACE_BYTES = 160 * 2**20  # of inspected passes kept; one of the bundled model has up to 39 MB


class Runner:
    """Runs texts through one model.

    `name` is what its runs call the model, `head_means` what its heads give on average, where that was measured. The
    last `capacity` runs are kept, and of their inspected passes as many as `trace_bytes` hold. All runners search and
    inspect in one line, so any thread may ask for what is not kept.

    Raises:
        ValueError: `capacity` or `trace_bytes` is below 1, or the model has no decoder.
    """

    def __init__(
        self,
        text_model: TextModel,
        name: str = "model",
        capacity: int = 16,
        trace_bytes: int = TRACE_BYTES,
        head_means: HeadMeans | None = None,
    ) -> None:
        self.text_model = text_model
        self.name = name
        self.head_means = head_means
        if not self.config.n_decoder_layers:
            raise ValueError("expected a model with a decoder; found an encoder alone, which writes no text")
        self._searches: LeastRecentlyUsed[Search] = LeastRecentlyUsed(capacity, line=LINE)
        self._runs: LeastRecentlyUsed[Run] = LeastRecentlyUsed(capacity, line=LINE)
        self._traces: LeastRecentlyUsed[Trace] = LeastRecentlyUsed(trace_bytes, _bytes, LINE)

    # ---- what the model is ----

    @property
    def network(self) -> Transformer:
        """The model's weights."""
        return self.text_model.network

    @property
    def config(self) -> TransformerConfig:
        """The model's sizes and choices."""
        return self.network.config

    @property
    def tokenizer(self) -> TextCodec:
        """Text to ids and back."""
        return self.text_model.tokenizer

    @property
    def translates(self) -> bool:
        """Whether the model translates a text; a language model continues it."""
        return reading_side_of(self.config) == "encoder"

    @property
    def directions(self) -> tuple[str, ...]:
        """What `Settings.direction` may be: `en-de` and the like, or only `text` of a language model."""
        return self.text_model.directions

    def default_settings(self, direction: str | None = None) -> Settings:
        """The model's own way to search, within the ranges of `Settings`; by default in its first direction."""
        beam = self.text_model.beam
        beam_size = min(max(beam.beam_size, 1), MAX_BEAM_SIZE)
        return Settings(
            direction=direction or self.directions[0],
            beam_size=beam_size,
            alpha=min(max(beam.alpha, 0.0), MAX_ALPHA),
            n_best=min(N_BEST, beam_size),
        )

    # ---- what it does ----

    def run(self, text: str, settings: Settings, chosen: int = 0, prefix: Sequence[int] = ()) -> Run:
        """Translates or continues `text`, with target ids `prefix` as a beginning if any, to inspect one hypothesis.

        Raises:
            ValueError: the text is empty, too long or no text, the direction unknown, or there is no such hypothesis
                or target id.
        """
        whole_number("hypothesis", chosen, 0, settings.n_best - 1)
        prompt = self.prompt(text, settings.direction)
        beginning = self._checked_prefix(prefix, prompt)
        key = (text, settings, beginning)

        def prepare() -> Run:
            # hypotheses are searched once, whichever of them are inspected
            found = self._searches.get(key, lambda: search(self.text_model, prompt, settings, beginning))
            whole_number("hypothesis", chosen, 0, len(found.translations) - 1, " (those found)")
            tgt = (prompt.start[0], *found.translations[chosen].ids[:-1])
            return Run(
                model=self.name,
                text=text,
                settings=settings,
                chosen=chosen,
                prefix=beginning,
                prompt=prompt,
                source=tokens_of(prompt.src, self.tokenizer, "encoder"),
                translations=found.translations,
                seconds=found.seconds,
                target_in=tokens_of(tgt, self.tokenizer),
                _text_model=self.text_model,
                _trace=lambda: self._traces.get((prompt.src, tgt), lambda: inspect(self.network, prompt.src, tgt)),
                _own=lambda: self.run(text, settings),
            )

        return self._runs.get((*key, chosen), prepare)

    def prompt(self, text: str, direction: str) -> Prompt:
        """The text as ids: a source with all that stands around it, or a text to continue.

        Raises:
            ValueError: the text is empty, has more than 20,000 characters or 128 tokens, or the direction is unknown.
        """
        check_text("text", text, MAX_CHARACTERS)
        if not text.strip():
            purpose = "translate" if self.translates else "continue"
            raise ValueError(f"text: expected a word or a sentence; found none: type something to {purpose}")
        prompt = self.text_model.encode(text, direction)
        if prompt.n_tokens > MAX_SOURCE_TOKENS:
            advice = "translate it in parts" if self.translates else "take a part of it"
            raise ValueError(f"text: expected at most {MAX_SOURCE_TOKENS} tokens; found {prompt.n_tokens}: {advice}")
        return prompt

    def _checked_prefix(self, prefix: Sequence[int], prompt: Prompt) -> tuple[int, ...]:
        tokenizer, limit = self.tokenizer, prompt.limit - len(prompt.start) + 1
        if len(prefix) > limit:
            raise ValueError(f"target prefix: expected at most {limit} tokens for this text; found {len(prefix)}")
        for token_id in prefix:
            whole_number("target token", token_id, 0, len(tokenizer) - 1)
            if token_id in self.text_model.beam.forbidden:
                raise ValueError(f"target token: no translation contains {tokenizer.token(token_id)}: choose another")
        if tokenizer.eos_id in prefix[:-1]:
            raise ValueError(f"target prefix: expected nothing after {tokenizer.token(tokenizer.eos_id)}")
        return tuple(prefix)


def _bytes(trace: Trace) -> int:
    return sum(tensor.nbytes for tensor in trace.values())
