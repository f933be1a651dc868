"""Why this token and not that one: the difference of two logits by source word, by word read so far, and the rest.

D d_model.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from explain.checks import check_text, whole_number
from explain.direction import Directions, output_rows
from explain.run import Run
from explain.tokens import SPACE, TargetToken, Token, Word, words_of
from model.tokenizer import WORD_START

MAX_TOKEN_CHARACTERS = 200
MAX_PIECES = 8  # of a text that is no token, named in the message

PartKind = Literal["source", "read", "feed-forward", "embedding", "rest"]


@dataclass(frozen=True, kw_only=True)
class ContrastPart:
    """What one part adds to the difference; above 0 it speaks for the chosen token, below 0 for the rival.

    `source` is a source word, by way of cross-attention; `read` a word that the decoder has read so far, by way of its
    self-attention; both have their `word` and, as a comparison, the `attention` on it, 0 to 1: the mean of the heads of
    the last layer but one. `feed-forward` is all of these networks; `embedding` the token read at this step with its
    position; `rest` the biases and the LayerNorms' shifts.
    """

    kind: PartKind
    value: float
    word: Word | None = None
    attention: float | None = None

    @property
    def name(self) -> str:
        """The part in words, such as `source: house`."""
        return self.kind if self.word is None else f"{self.kind}: {self.word.text}"


@dataclass(frozen=True, kw_only=True)
class Contrast:
    """Two tokens at one position, and the parts whose sum is the `difference` of their logits, chosen − rival."""

    position: int
    chosen: TargetToken
    rival: Token
    chosen_logit: float
    rival_logit: float
    difference: float
    parts: tuple[ContrastPart, ...]

    @property
    def total(self) -> float:
        """The sum of the parts."""
        return math.fsum(part.value for part in self.parts)


def contrast(run: Run, position: int, rival: int) -> Contrast:
    """Why the token chosen at `position` was ahead of the token with the id `rival`, or behind it.

    Exact for this run, along the direct paths: each LayerNorm on the way divides by the standard deviation that it had.
    Of a language model, which has no source, the words read so far are its text and what it added.

    Raises:
        ValueError: no such position or token, or the rival is the chosen token.
    """
    whole_number("position", position, 0, len(run.target_out) - 1)
    whole_number("rival", rival, 0, run.config.vocab_size - 1)
    chosen = run.target_out[position]
    if rival == chosen.id:
        raise ValueError(f"rival: expected another token than the chosen one; found {chosen.text}: choose another")
    logits = run.trace["logits"][0, position].double()
    return Contrast(
        position=position,
        chosen=chosen,
        rival=run.tokens([rival])[0],
        chosen_logit=logits[chosen.id].item(),
        rival_logit=logits[rival].item(),
        difference=(logits[chosen.id] - logits[rival]).item(),
        parts=_parts(run, position, rival),
    )


def token_as_written(run: Run, position: int, text: str) -> int:
    """The id of a token as the page writes it, where `▁` or a space marks the start of a word: `▁Haus`, `s`, `</s>`.

    Without such a mark, `Haus` may be the start of a word or a piece inside one: of the two the likelier at `position`.

    Raises:
        ValueError: no such position, or no token of the vocabulary is written like this.
    """
    whole_number("position", position, 0, len(run.target_out) - 1)
    check_text("rival", text, MAX_TOKEN_CHARACTERS)
    tokenizer, bare = run.tokenizer, text.strip()
    if not bare:
        raise ValueError("rival: expected a token of the vocabulary; found none: type a word or a piece of one")
    wanted = {f"{WORD_START}{bare}"}
    if not text[0].isspace():
        wanted.add(WORD_START if bare == SPACE else bare)
    found = [token_id for token_id in range(len(tokenizer)) if tokenizer.token(token_id) in wanted]
    if not found:
        pieces = " ".join(token.text for token in run.tokens(tokenizer.encode(bare)[:MAX_PIECES]))
        raise ValueError(
            f"rival: expected one token of the vocabulary; found {bare[:60]!r}, which this model writes as {pieces}: "
            "choose one of these, or another word"
        )
    logits = run.trace["logits"][0, position]
    return max(found, key=lambda token_id: logits[token_id].item())


def _parts(run: Run, position: int, rival: int) -> tuple[ContrastPart, ...]:
    chosen = run.target_out[position].id
    of_chosen, of_rival = output_rows(run.network, [chosen, rival])
    directions = Directions(run, [position], (of_chosen - of_rival)[None])
    layers = range(directions.n_layers)

    def keys(kind: PartKind, block: str, tokens: tuple[Token, ...]) -> list[ContrastPart]:
        values = torch.stack([directions.of_keys(layer, block)[0].sum(dim=0) for layer in layers]).sum(dim=0)
        looked = run.trace[f"decoder.layers.{max(directions.n_layers - 2, 0)}.{block}.weights"][0, :, position]
        return [
            ContrastPart(kind=kind, word=word, value=_sum(values, word), attention=_sum(looked.mean(dim=0), word))
            for word in words_of(tokens)
        ]

    rest = [directions.of_bias(layer, block) for layer in layers for block in directions.attentions]
    rest += [*directions.shifts.values(), *([] if directions.last_shift is None else [directions.last_shift])]
    if (bias := run.network.output_bias) is not None:
        rest.append((bias[chosen].detach().cpu().double() - bias[rival].detach().cpu().double())[None])
    of_position = directions.of_position()
    return (
        *(keys("source", "cross_attn", run.source) if run.translates else []),
        *keys("read", "self_attn", run.target_in[: position + 1]),
        ContrastPart(kind="feed-forward", value=sum(directions.of_feed_forward(layer).item() for layer in layers)),
        ContrastPart(
            kind="embedding",
            value=directions.of_token().item() + (0.0 if of_position is None else of_position.item()),
        ),
        ContrastPart(kind="rest", value=math.fsum(each.item() for each in rest)),
    )


def _sum(values: Float[Tensor, " K"], word: Word) -> float:
    return values[list(word.tokens)].sum().item()
