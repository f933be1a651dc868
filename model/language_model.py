"""A decoder-only model's front door: a text in, how it goes on out."""

from __future__ import annotations

import torch

from model.decoding import BeamSettings, Hypothesis, sample
from model.tokenizer import Tokenizer
from model.transformer import Transformer


class LanguageModel:
    """A decoder-only Transformer with its tokenizer, and how it searches unless told otherwise.

    Without `beam` a hypothesis is scored by its mean log-probability a token, as `transformers` does.
    """

    def __init__(self, model: Transformer, tokenizer: Tokenizer, beam: BeamSettings | None = None) -> None:
        self.model = model.eval()
        self.tokenizer = tokenizer
        self.beam = beam or BeamSettings(alpha=1.0, length_offset=0, early_stopping=False)

    def encode(self, text: str) -> list[int]:
        """Ids of the text, or the beginning-of-text token alone where there is none.

        Raises:
            ValueError: the text is longer than the model's `max_positions`.
        """
        ids = self.tokenizer.encode(text) or [self.tokenizer.bos_id]
        if len(ids) > self.model.config.max_positions:
            raise ValueError(
                f"text: expected at most {self.model.config.max_positions} tokens; found {len(ids)}: shorten it"
            )
        return ids

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
        ids = self.encode(text)
        with torch.inference_mode():
            drawn: list[Hypothesis] = sample(
                self.model, None, start=ids, max_length=max_tokens,
                temperature=temperature, top_k=top_k, top_p=top_p, seed=seed,
            )  # fmt: skip
        return self.tokenizer.decode([*ids, *drawn[0].ids])
