"""How far cross-attention is from alignments that people made: the alignment error rate (Och and Ney 2003)."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from model.taps import record
from model.tokenizer import Tokenizer
from model.transformer import Transformer
from training.data import Example, collate

BATCH_SIZE = 16  # pairs: all that passes a tap is held meanwhile


class Side(NamedTuple):
    """One side of a pair: its tokens, and the number of each one's word."""

    ids: list[int]
    words: list[int]


class AlignedPair(NamedTuple):
    """Two sides, and which words of theirs belong together: (word of the first, word of the second)."""

    first: Side
    second: Side
    links: frozenset[tuple[int, int]]

    def turned(self) -> AlignedPair:
        """The same pair in the other direction."""
        return AlignedPair(self.second, self.first, frozenset((j, i) for i, j in self.links))


def load_alignment(path: Path, tokenizer: Tokenizer) -> list[AlignedPair]:
    """Reads lines of sentence TAB sentence TAB links such as `0-0 1-2`; words are separated by spaces.

    Raises:
        ValueError: there is no such file, or a line is not of that form.
    """
    if not path.is_file():
        raise ValueError(f"frames: alignment: expected the file {path}; found none: check --data-dir")
    pairs = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            first, second, links = line.split("\t")
            pair = AlignedPair(
                _side(first, tokenizer),
                _side(second, tokenizer),
                frozenset((int(i), int(j)) for i, j in (link.split("-") for link in links.split())),
            )
        except ValueError as error:
            raise ValueError(f"{path}, line {number}: expected sentence TAB sentence TAB links i-j; {error}") from error
        for i, j in sorted(pair.links):
            if not (i in pair.first.words and j in pair.second.words):
                raise ValueError(
                    f"{path}, line {number}: expected links from 0-0 to "
                    f"{max(pair.first.words)}-{max(pair.second.words)}; found {i}-{j}"
                )
        pairs.append(pair)
    if not pairs:
        raise ValueError(f"{path}: expected aligned pairs; found an empty file")
    return pairs


def alignment_error(model: Transformer, tokenizer: Tokenizer, pairs: list[AlignedPair], target_language: str) -> float:
    """The error rate of where the model looks, 0 to 1; each pair is read from its first side to its second.

    1 − (|A∩S| + |A∩P|)/(|A| + |S|) over all pairs, where every link that people made is sure, so that P = S. The
    model's links A: the reference is forced; each word of it takes the source word that the layer before the last
    (Garg et al. 2019) looks at most, as the mean of its heads, sum over the source word's pieces, and mean over the
    target word's.
    """
    n_right = n_links = 0
    for first in range(0, len(pairs), BATCH_SIZE):
        batch = pairs[first : first + BATCH_SIZE]
        for pair, weights in zip(batch, _attention(model, tokenizer, batch, target_language), strict=True):
            found = _links(pair, weights)
            n_right += len(found & pair.links)
            n_links += len(found) + len(pair.links)
    return 1 - 2 * n_right / n_links


@torch.inference_mode()
def _attention(model: Transformer, tokenizer: Tokenizer, pairs: list[AlignedPair], language: str) -> list[Tensor]:
    """Of each pair (target tokens, source tokens): the weights, without the columns of the tag and of the end."""
    tag, eos = tokenizer.language_id(language), tokenizer.eos_id
    examples = [Example(np.array([tag, *p.first.ids, eos]), np.array([*p.second.ids, eos])) for p in pairs]
    batch = collate(examples, tokenizer)
    with record() as trace:
        model(batch.src.to(model.device), batch.tgt.to(model.device))  # row t predicts token t
    layer = max(model.config.n_decoder_layers - 2, 0)
    weights = trace[f"decoder.layers.{layer}.cross_attn.weights"].mean(dim=1)
    return [w[: len(p.second.ids), 1 : 1 + len(p.first.ids)].float().cpu() for w, p in zip(weights, pairs, strict=True)]


def _links(pair: AlignedPair, weights: Tensor) -> set[tuple[int, int]]:
    by_source_word = weights @ _members(pair.first)
    by_word = _members(pair.second).T @ by_source_word  # a sum where a mean would have the same best word
    return {(int(best), word) for word, best in enumerate(by_word.argmax(dim=1))}


def _members(side: Side) -> Tensor:
    """(tokens, words): 1 where the token is a piece of the word."""
    return torch.nn.functional.one_hot(torch.tensor(side.words)).float()


def _side(sentence: str, tokenizer: Tokenizer) -> Side:
    # word by word, so that each piece's word is known; the vocabulary has no token that reaches over a space
    pieces = [tokenizer.encode(word) for word in sentence.split(" ")]
    if not all(pieces):
        raise ValueError("found a word without a token, or two spaces together")
    return Side([i for word in pieces for i in word], [n for n, word in enumerate(pieces) for _ in word])
