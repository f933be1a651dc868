"""The service that makes runs and keeps the last of them: what is asked for twice is computed once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from explain.batching import Batches
from explain.cache import LeastRecentlyUsed, size_of
from explain.calibration import Calibration
from explain.checks import check_text, whole_number
from explain.frames import Film
from explain.head_means import HeadMeans
from explain.kinds import reading_side_of
from explain.line import Line
from explain.measured import MeasuredAlignment
from explain.passes import inspect
from explain.run import MAX_ALPHA, MAX_BEAM_SIZE, N_BEST, Run, Settings
from explain.search import Asked, Search, alike, batch_size, search_batch
from explain.tokens import tokens_of
from model.capitals import in_small_letters
from model.config import TransformerConfig
from model.sentences import Cut, cut
from model.taps import Trace
from model.text_model import Prompt, TextCodec, TextModel
from model.transformer import Transformer

MAX_SOURCE_TOKENS = 128  # of a sentence alone: a language tag and the end come on top
MAX_SENTENCES = 50
MAX_PASSAGE_TOKENS = 1024  # of all sentences of a text
MAX_CHARACTERS = 20_000
RUN_BYTES = 16 * 2**20  # of searches kept, and as much of runs; one of a usual sentence has some 30 kB
TRACE_BYTES = 160 * 2**20  # of inspected passes kept; one of the bundled model has up to 39 MB
PASSES_AT_ONCE = 8  # of those that wait: then it is the turn of others

Pass = tuple[tuple[int, ...], tuple[int, ...]]  # source and target ids


class Runner:
    """Runs texts through one model.

    `name` is what its runs call the model, `measured` how near its shares come to people's alignments, `head_means`
    what its heads give on average, `calibration` how often it is right, where these were measured; `film` shows how it
    learned. The last runs are kept, as many as `run_bytes` hold, and of their inspected passes as many as `trace_bytes`
    hold. Whatever computes waits in the `line`, so any thread may ask for what is not kept; searches that wait there
    are made in batches.

    Raises:
        ValueError: `run_bytes` or `trace_bytes` is below 1, or the model has no decoder.
    """

    def __init__(
        self,
        text_model: TextModel,
        name: str = "model",
        run_bytes: int = RUN_BYTES,
        trace_bytes: int = TRACE_BYTES,
        measured: MeasuredAlignment | None = None,
        head_means: HeadMeans | None = None,
        calibration: Calibration | None = None,
        film: Film | None = None,
    ) -> None:
        self.text_model = text_model
        self.name = name
        self.measured = measured
        self.head_means = head_means
        self.calibration = calibration
        self.film = film
        if not self.config.n_decoder_layers:
            raise ValueError("expected a model with a decoder; found an encoder alone, which writes no text")
        self.line = Line()
        self._runs: LeastRecentlyUsed[Run] = LeastRecentlyUsed(run_bytes, size_of)
        self._searches: Batches[Asked, Search] = Batches(
            self.line,
            LeastRecentlyUsed(run_bytes, size_of),
            lambda batch: search_batch(text_model, batch),
            alike,
            lambda asked: batch_size(text_model, asked),
        )
        self._traces: Batches[Pass, Trace] = Batches(
            self.line,
            LeastRecentlyUsed(trace_bytes, size_of),
            lambda batch: [inspect(self.network, *each) for each in batch],
            lambda _: None,
            lambda _: PASSES_AT_ONCE,
        )

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
        """Translates or continues `text` as it stands, to inspect one hypothesis.

        With target ids `prefix`, every hypothesis begins with them.

        Raises:
            ValueError: the text is empty, too long or no text, the direction unknown, or there is no such hypothesis
                or target id.
        """
        whole_number("hypothesis", chosen, 0, settings.n_best - 1)
        prompt = self.prompt(text, settings.direction)
        beginning = self._checked_prefix(prefix, prompt)
        key = (text, settings, beginning, chosen)
        if (kept := self._runs.find(key)) is not None:
            return kept
        # hypotheses are searched once, whichever of them are inspected
        [found] = self._searches.get(Asked(prompt=prompt, settings=settings, prefix=beginning))
        whole_number("hypothesis", chosen, 0, len(found.translations) - 1, " (those found)")
        tgt = (prompt.start[0], *found.translations[chosen].ids[:-1])
        run = Run(
            model=self.name,
            text=text,
            passage=text,
            sentence=0,
            settings=settings,
            chosen=chosen,
            prefix=beginning,
            prompt=prompt,
            source=tokens_of(prompt.src, self.tokenizer, "encoder"),
            translations=found.translations,
            seconds=found.seconds,
            target_in=tokens_of(tgt, self.tokenizer),
            _text_model=self.text_model,
            _trace=lambda: self._traces.get((prompt.src, tgt))[0],
            _own=lambda: self.run(text, settings),
        )
        return self._runs.put(key, run)

    def run_sentence(
        self, text: str, sentence: int, settings: Settings, chosen: int = 0, prefix: Sequence[int] = ()
    ) -> Run:
        """The run of one sentence of a text, counted from 0: what it would be if the sentence stood alone.

        A sentence in capitals alone is run in small letters.

        Raises:
            ValueError: as `cut` and `run`, or there is no such sentence.
        """
        sentences = self.cut(text, settings.direction).sentences
        whole_number("sentence", sentence, 0, len(sentences) - 1, " (those of the text)")
        run = self.run(self._as_read(sentences[sentence], settings.direction), settings, chosen, prefix)
        return run if run.text == text else replace(run, passage=text, sentence=sentence)

    def cut(self, text: str, direction: str) -> Cut:
        """The sentences of a text that is translated; one that a language model continues stays whole.

        Raises:
            ValueError: as `prompt` of one of them, or of two and more there are over 50, or over 1,024 tokens.
        """
        check_text("text", text, MAX_CHARACTERS)
        found = cut(text, direction.split("-")[0]) if self.translates else Cut(sentences=(text,), gaps=())
        n_sentences, advice = len(found.sentences), "translate it in parts"
        if n_sentences > MAX_SENTENCES:
            raise ValueError(f"text: expected at most {MAX_SENTENCES} sentences; found {n_sentences:,}: {advice}")
        if n_sentences > 1 and direction in self.directions:
            n_tokens = 0
            for number, sentence in enumerate(found.sentences, start=1):
                try:
                    n_tokens += self.prompt(self._as_read(sentence, direction), direction).n_tokens
                except ValueError as error:
                    problem = str(error).removeprefix("text: ")
                    raise ValueError(f"sentence {number} of {n_sentences}: {problem}") from error
            if n_tokens > MAX_PASSAGE_TOKENS:
                raise ValueError(f"text: expected at most {MAX_PASSAGE_TOKENS:,} tokens; found {n_tokens:,}: {advice}")
        return found

    def runs(self, text: str, settings: Settings) -> list[Run]:
        """The run of each sentence of a text, in their order: all that are not kept are searched in batches.

        Raises:
            ValueError: as `run_sentence`.
        """
        asked = [Asked(prompt=prompt, settings=settings) for prompt in self._prompts(text, settings.direction)]
        self._searches.get(*asked)  # and then each finds its own
        return [self.run_sentence(text, number, settings) for number in range(len(asked))]

    def translations(self, text: str, settings: Settings) -> tuple[str, ...]:
        """The best translation of each sentence of a text, in their order.

        Raises:
            ValueError: as `cut`, or the model does not translate.
        """
        if not self.translates:
            raise ValueError(f"expected a model that translates; found {self.name}, which continues a text")
        best = replace(settings, n_best=1)
        asked = [Asked(prompt=prompt, settings=best) for prompt in self._prompts(text, settings.direction)]
        return tuple(found.translations[0].text for found in self._searches.get(*asked))

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

    def knows(self, text: str, direction: str) -> bool:
        """Whether the vocabulary spells a text that is read: whether no token of its source is unknown.

        Raises:
            ValueError: as `prompt`.
        """
        return all(self.tokenizer.source_token(token) != "<unk>" for token in self.prompt(text, direction).src)

    def _prompts(self, text: str, direction: str) -> list[Prompt]:
        """Of each sentence of a text."""
        sentences = self.cut(text, direction).sentences
        return [self.prompt(self._as_read(sentence, direction), direction) for sentence in sentences]

    def _as_read(self, sentence: str, direction: str) -> str:
        return in_small_letters(sentence, direction.split("-")[0]) if self.translates else sentence

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
