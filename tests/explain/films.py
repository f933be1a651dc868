"""A film of a training that never was, of any translator, for what shows it."""

from __future__ import annotations

import numpy as np

from explain.frames import SIDES, Film, Frame, FrameSentence, FrameTranslation
from model.translator import Translator

SENTENCES = (("A small house.", "en-de"), ("The hand of a man.", "en-de"))
# tokens seen, apart, loss, BLEU, alignment error, how many of the last frame's tokens it has written
MOMENTS = (
    (0, True, 10.0, 0.0, 0.9, 0),
    (100_000, True, 9.0, 0.0, 0.9, 1),
    (1_000_000, True, 6.0, 0.5, 0.89, 1),
    (4_000_000, True, 4.0, 9.0, 0.7, 3),
    (100_000_000, False, 1.6, 35.0, 0.5, 6),
    (120_000_000, False, 1.5, 36.0, 0.45, 6),
)


def made_up_film(translator: Translator, moments: tuple = MOMENTS) -> Film:
    """Two sentences at each of the moments; every map differs from every other."""
    config, rng = translator.network.config, np.random.default_rng(3)
    layers = {"encoder": config.n_encoder_layers, "decoder": config.n_decoder_layers, "cross": config.n_decoder_layers}
    sources = [translator.encode(text, direction).src for text, direction in SENTENCES]
    finals = [translator.hypotheses([text], direction)[0][0].ids[:6] for text, direction in SENTENCES]
    frames = []
    for tokens_seen, apart, loss, bleu, error, n_written in moments:
        translations = []
        for source, final in zip(sources, finals, strict=True):
            ids = final[:n_written] or (final[0],) * 3
            sizes = {"source": len(source), "target": len(ids)}
            maps = {
                kind: rng.integers(0, 256, (layers[kind], config.n_heads, sizes[rows], sizes[columns]), np.uint8)
                for kind, (rows, columns) in SIDES.items()
            }
            text = translator.tokenizer.decode(ids)
            translations.append(FrameTranslation(text=text, ids=ids, log_probs=(-1.0,) * len(ids), maps=maps))
        metrics = {"valid_loss/own": loss, "valid_bleu/own/en-de": bleu, "alignment_error/en-de": error}
        frames.append(
            Frame(
                step=tokens_seen // 1000,
                tokens_seen=tokens_seen,
                metrics=metrics,
                translations=tuple(translations),
                apart=apart,
            )
        )
    sentences = tuple(
        FrameSentence(text=text, direction=direction, ids=source)
        for (text, direction), source in zip(SENTENCES, sources, strict=True)
    )
    return Film(sentences=sentences, frames=tuple(frames))
