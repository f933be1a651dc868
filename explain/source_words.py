"""Where each word of a translation came from: shares of its logit by source word.

T target, S source positions, tokens or words; D d_model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from explain.attention import alignment
from explain.direction import Directions, average_row, output_rows
from explain.kinds import PLACES
from explain.run import Run
from explain.tokens import TargetToken, Token, Word, words_of


@dataclass(frozen=True, kw_only=True)
class SourcePieces:
    """The same as `SourceWords` before pieces are put together: every token, in the order of the model."""

    source: tuple[Token, ...]
    target: tuple[TargetToken, ...]
    share: Float[np.ndarray, "T S"]
    attention: Float[np.ndarray, "T S"]
    aligned: Float[np.ndarray, "T S"] | None


@dataclass(frozen=True, kw_only=True)
class SourceWords:
    """For each target word, what each source word added to its logit, and how much the model looked at it.

    `share` is in logits, against the average word of the vocabulary; below 0 the source word spoke against the target
    word. It is the direct path only: from a source position through cross-attention into the logit, with all later
    LayerNorms at the scale they had. What later layers make of it is not in it, and a source position holds more than
    its own word. `attention` is the picture of `explain.attention.alignment`, 0 to 1; `aligned`, a second opinion, the
    weights of the head that learned from word alignments, None of a model without one.

    Pieces of a source word are summed, those of a target word averaged. The words come first, in the order of the text;
    behind them stand the special tokens (the language's tag, the end), flagged, whose shares count like any other: over
    all columns a row of `attention` sums to 1.
    """

    source: tuple[Word, ...]
    target: tuple[Word, ...]
    share: Float[np.ndarray, "T S"]
    attention: Float[np.ndarray, "T S"]
    aligned: Float[np.ndarray, "T S"] | None
    pieces: SourcePieces

    @property
    def links(self) -> str:
        """Each target word with the source word that has the largest share of it, as `0-0 1-2` (Pharaoh's format).

        Source word and target word, counted from 0; special tokens have no links.
        """
        return pharaoh(self.share, self.source, self.target)


def source_words(run: Run) -> SourceWords:
    """The shares of the chosen translation by word, from the inspected pass without another.

    Raises:
        ValueError: a language model, which has no source.
    """
    share, attention, aligned = logit_shares(run).sum(axis=(0, 1)), alignment(run).weights, None
    if run.text_model.alignment_head is not None:
        layer, head = run.text_model.alignment_head
        aligned = run.trace[PLACES["cross"].path(layer) + ".weights"][0, head].numpy()
    source, target = _specials_last(words_of(run.source)), _specials_last(words_of(run.target_out))
    return SourceWords(
        source=source,
        target=target,
        share=by_word(share, source, target),
        attention=by_word(attention, source, target),
        aligned=None if aligned is None else by_word(aligned, source, target),
        pieces=SourcePieces(
            source=run.source, target=run.target_out, share=share, attention=attention, aligned=aligned
        ),
    )


def logit_shares(run: Run, against_average: bool = True) -> Float[np.ndarray, "L H T S"]:
    """What each cross-attention head adds to the logit of each target token from each source position.

    Against the average word it is what it adds to the logit beyond what it adds to the mean of all logits, so that what
    lifts every word of the vocabulary counts for none.

    Raises:
        ValueError: a language model, which has no source.
    """
    if not run.translates:
        raise ValueError(
            "source words: a language model continues its text; there is no source to have a share: "
            "ask why it wrote one token and not another"
        )
    output = output_rows(run.network, [token.id for token in run.target_out])
    if against_average:
        output = output - average_row(run.network)
    directions = Directions(run, range(len(output)), output)
    layers = [directions.of_keys(layer, "cross_attn").transpose(0, 1) for layer in range(directions.n_layers)]
    return np.stack([layer.numpy() for layer in layers])


def by_word(
    values: Float[np.ndarray, "t s"], source: Sequence[Word], target: Sequence[Word]
) -> Float[np.ndarray, "T S"]:
    """A table of tokens as one of words: pieces of a source word are summed, those of a target word averaged."""
    by_source = np.stack([values[:, word.tokens].sum(axis=1) for word in source], axis=1)
    return np.stack([by_source[list(word.tokens)].mean(axis=0) for word in target])


def pharaoh(share: Float[np.ndarray, "T S"], source: Sequence[Word], target: Sequence[Word]) -> str:
    """Links from each target word to its best source word, special tokens left out."""
    columns = [s for s, word in enumerate(source) if not word.special]
    rows = [t for t, word in enumerate(target) if not word.special]
    return " ".join(f"{columns[int(share[row, columns].argmax())]}-{row}" for row in rows)


def _specials_last(words: Sequence[Word]) -> tuple[Word, ...]:
    """So that a word's index is its place in the text."""
    return tuple(sorted(words, key=lambda word: word.special))
