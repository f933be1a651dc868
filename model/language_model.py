"""A decoder-only model's front door: a text in, how it goes on out."""

from __future__ import annotations

import torch

from .decoding import BeamSettings, Hypothesis, sample
from .text_model import Prompt
from .tokenizer import Tokenizer
from .transformer import Transformer

MAX_CONTINUATION = 40  # tokens that a search adds to a text at most
CONTINUE = "text"  # its only direction


class LanguageModel:
    """A decoder-only Transformer with its tokenizer, and how it searches unless told otherwise: a `TextModel`.

    Without `beam` a hypothesis is scored by its mean log-probability a token, as `transformers` does.
    """

    def __init__(self, network: Transformer, tokenizer: Tokenizer, beam: BeamSettings | None = None) -> None:
        self.network = network.eval()
        self.tokenizer = tokenizer
        self.beam = beam or BeamSettings(alpha=1.0, length_offset=0, early_stopping=False)
        self.alignment_head: tuple[int, int] | None = None  # it has no source to align with

    @property
    def directions(self) -> tuple[str, ...]:
        """The only thing that it does with a text."""
        return (CONTINUE,)

    def encode(self, text: str, direction: str = CONTINUE) -> Prompt:
        """The text for the decoder, or the beginning-of-text token alone where there is none.

        A search adds at most 40 tokens to it, and no more than the positions hold.

        Raises:
            ValueError: the direction is unknown, or the text is longer than the model's `max_positions`.
        """
        if direction != CONTINUE:
            raise ValueError(f"direction: expected one of {CONTINUE}; found {direction[:100]!r}")
        ids, longest = self.tokenizer.encode(text), self.network.config.max_positions
        start = tuple(ids) or (self.tokenizer.bos_id,)
        if len(start) > longest:
            raise ValueError(f"text: expected at most {longest} tokens; found {len(start)}: shorten it")
        limit = min(len(start) - 1 + MAX_CONTINUATION, longest)
        return Prompt(start=start, n_tokens=len(ids), limit=limit)

    def complete(
        self,
        text: str,
        *,
        max_tokens: int = 50,
        temperature: float = 1.0,
        top_k: int = 0,
        top_p: float = 1.0,
        seed: int = 0,
    ) -> str:
        """The text with up to `max_tokens` drawn behind it, until the model ends it or its positions are used up.

        Temperature 0 takes the most probable token each time.

        Raises:
            ValueError: the text is too long, or a setting out of range.
        """
        start = self.encode(text).start
        with torch.inference_mode():
            drawn: list[Hypothesis] = sample(
                self.network, None, start=start, max_length=max_tokens,
                temperature=temperature, top_k=top_k, top_p=top_p, seed=seed,
            )  # fmt: skip
        return self.tokenizer.decode([*start, *drawn[0].ids])
