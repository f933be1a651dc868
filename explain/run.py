"""One run behind every tab: a text, what a model makes of it, and one inspected pass over what was chosen.

A translator translates the text; a language model, which has no source side, continues it. A run is a function of the
checkpoint, the text, the settings, the chosen hypothesis and the target prefix alone; `explain.runner` makes it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from explain.checks import number, whole_number
from explain.kinds import PLACES, Kind, Side, kinds_of, reading_side_of, sides_of
from explain.passes import inspect
from explain.tokens import TargetToken, Token, tokens_of
from model.config import TransformerConfig
from model.taps import Trace
from model.text_model import Prompt, TextCodec, TextModel
from model.transformer import Decoder, Encoder, Transformer

MAX_BEAM_SIZE = 8
MAX_ALPHA = 2.0
N_BEST = 4  # hypotheses shown unless told otherwise


@dataclass(frozen=True, kw_only=True)
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


@dataclass(frozen=True, kw_only=True)
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


@dataclass(frozen=True, kw_only=True)
class Run:
    """A sentence, its translations (best first), and the inspected pass over the one that was chosen.

    `text` is what was run: sentence number `sentence`, from 0, of the `passage`, which may be all of it. `model` is the
    runner's name for its model; `prefix` holds the target ids that the translations had to begin with; `seconds` is the
    search's wall time.

    Of a language model, which gets its text whole, `source` is empty and a translation is the text with its
    continuation, behind `prefix` if any.
    The text's first token is read and never predicted; its others are the first `n_text` tokens of `target_out`.
    """

    model: str
    text: str
    passage: str
    sentence: int
    settings: Settings
    chosen: int
    prefix: tuple[int, ...]
    prompt: Prompt
    source: tuple[Token, ...]
    translations: tuple[Translation, ...]
    seconds: float
    target_in: tuple[Token, ...]  # what the decoder reads: its first token, and all of the translation but the last
    _text_model: TextModel = field(repr=False, compare=False)
    _trace: Callable[[], Trace] = field(repr=False, compare=False)
    _own: Callable[[], Run] = field(repr=False, compare=False)

    # ---- the model that made it ----

    @property
    def text_model(self) -> TextModel:
        """The model with its tokenizer and its way to search."""
        return self._text_model

    @property
    def network(self) -> Transformer:
        """The model's weights."""
        return self._text_model.network

    @property
    def config(self) -> TransformerConfig:
        """The model's sizes and choices."""
        return self.network.config

    @property
    def tokenizer(self) -> TextCodec:
        """Text to ids and back."""
        return self._text_model.tokenizer

    @property
    def forbidden_ids(self) -> tuple[int, ...]:
        """Tokens that no search chooses."""
        return self._text_model.beam.forbidden

    @property
    def directions(self) -> tuple[str, ...]:
        """What else `Settings.direction` may be."""
        return self._text_model.directions

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of attention that the model has."""
        return kinds_of(self.config)

    @property
    def sides(self) -> tuple[Side, ...]:
        """The stacks that the model has, in the order of computation."""
        return sides_of(self.config)

    @property
    def reading_side(self) -> Side:
        """Which side reads the text: the encoder, or a language model's decoder."""
        return reading_side_of(self.config)

    @property
    def translates(self) -> bool:
        """Whether there was a source to translate; a language model has none."""
        return self.reading_side == "encoder"

    def stack(self, side: Side) -> Encoder | Decoder:
        """The layers of one side.

        Raises:
            ValueError: the model has no such side.
        """
        if side not in self.sides:
            raise ValueError(f"side: expected {' or '.join(self.sides)}; found {side!r}")
        return getattr(self.network, side)

    def tokens(self, ids: Iterable[int], side: Side = "decoder") -> tuple[Token, ...]:
        """These ids as a reader meets them; the encoder's side may have a vocabulary of its own.

        Raises:
            ValueError: no such id.
        """
        return tokens_of(ids, self.tokenizer, side)

    # ---- what was read and written ----

    @property
    def n_text(self) -> int:
        """How many tokens of `target_out` are the text that a language model continues."""
        return len(self.prompt.start) - 1

    @property
    def limit(self) -> int:
        """The most tokens that a translation may have."""
        return self.prompt.limit

    @property
    def translation(self) -> Translation:
        """The chosen one."""
        return self.translations[self.chosen]

    @property
    def target_out(self) -> tuple[TargetToken, ...]:
        """What the decoder predicts, position by position of `target_in`: the tokens of the translation."""
        return self.translation.tokens

    @property
    def typed(self) -> tuple[Token, ...]:
        """The tokens of the text itself, without what a language model adds to it."""
        return self.source or self.target_in[: self.n_text + 1]

    def read_by(self, side: Side) -> tuple[Token, ...]:
        """The tokens that one side reads."""
        return self.source if side == "encoder" else self.target_in

    def queries(self, kind: Kind) -> tuple[Token, ...]:
        """The tokens that look, in one kind of attention."""
        return self.read_by(PLACES[kind].side)

    def keys(self, kind: Kind) -> tuple[Token, ...]:
        """The tokens that are looked at, in one kind of attention."""
        return self.target_in if kind == "decoder" else self.source

    # ---- what the model did ----

    @property
    def trace(self) -> Trace:
        """Tap path -> tensor of a teacher-forced pass over the chosen translation (batch 1).

        Run at first use, and again if other runs' passes have taken its room since.
        """
        return self._trace()

    def inspected(self, only: Collection[str]) -> Trace:
        """Some tensors of such a pass, which runs now: for a view that needs few, or a model that is changed meanwhile.

        Raises:
            ValueError: one of the paths is no tap of this model.
        """
        return inspect(self.network, self.prompt.src, [token.id for token in self.target_in], only)

    @property
    def own(self) -> Run:
        """What the model does with this text by itself: its best hypothesis, with nothing forced."""
        return self if self.chosen == 0 and not self.prefix else self._own()
