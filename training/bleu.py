"""The two BLEU scores that are reported, each with sacreBLEU's signature: never compare one with the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import sacrebleu
from sacremoses import MosesPunctNormalizer, MosesTokenizer


class Bleu(NamedTuple):
    """A score from 0 to 100, and the signature that says how it was computed."""

    value: float
    signature: str


def bleu(translations: Sequence[str], references: Sequence[str]) -> Bleu:
    """sacreBLEU with its defaults: cased, detokenised text, tokenised by 13a."""
    return _corpus_bleu(sacrebleu.BLEU(), translations, references)


def tokenized_bleu(translations: Sequence[str], tokenized_references: Sequence[str], language: str) -> Bleu:
    """BLEU on lower-cased, normalised, Moses-tokenised text, as published Multi30k scores are computed.

    The references come tokenised from the data set's authors; the translations go through `moses_lowercase`.
    """
    # force: that the texts are tokenised already is meant
    return _corpus_bleu(
        sacrebleu.BLEU(tokenize="none", force=True), moses_lowercase(translations, language), tokenized_references
    )


def moses_lowercase(texts: Sequence[str], language: str) -> list[str]:
    """Lower-cased, punctuation normalised, Moses-tokenised: hyphens not split, quotes and the like as entities."""
    normalizer, tokenizer = MosesPunctNormalizer(language), MosesTokenizer(language)
    return [
        str(tokenizer.tokenize(normalizer.normalize(text.lower()), return_str=True, aggressive_dash_splits=False))
        for text in texts
    ]


def _corpus_bleu(metric: sacrebleu.BLEU, translations: Sequence[str], references: Sequence[str]) -> Bleu:
    if len(translations) != len(references):
        raise ValueError(f"expected a reference for each of {len(translations)} translations; found {len(references)}")
    score = metric.corpus_score(list(translations), [list(references)])
    return Bleu(score.score, str(metric.get_signature()))
