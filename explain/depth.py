"""Layers as depth: how far each token's vector moves in each layer, and one word in two sentences.

L layers, P = L + 1 points (after the embedding and after each layer), S positions, D d_model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from explain.checks import check_text
from explain.kinds import Side
from explain.run import Run, Settings
from explain.runner import Runner
from explain.tokens import Token, bare, spelled
from model.taps import Trace
from model.tokenizer import WORD_START

MAX_WORD = 40  # characters
N_NEIGHBOURS = 3


@dataclass(frozen=True, kw_only=True)
class Movement:
    """How each layer changes each token's vector x, on one side of the model.

    `distance`: |x after − x before| / |x before|. `cosine`: of x before and after, 1 where the direction stayed;
    `angle`: the same in degrees, 0 to 180.
    """

    side: Side
    tokens: tuple[Token, ...]
    distance: Float[np.ndarray, "L S"]
    cosine: Float[np.ndarray, "L S"]
    angle: Float[np.ndarray, "L S"]


def movement(run: Run, side: Side) -> Movement:
    """The movement of the encoder's or the decoder's residual stream in the inspected pass.

    Raises:
        ValueError: the model has no such side.
    """
    stream = _stream(run.trace, stream_paths(run, side))
    before, after = stream[:-1], stream[1:]
    distance = np.linalg.norm(after - before, axis=-1) / np.linalg.norm(before, axis=-1)
    cosine = cosines(before, after)
    return Movement(
        side=side,
        tokens=run.read_by(side),
        distance=distance,
        cosine=cosine,
        angle=np.degrees(np.arccos(cosine.clip(-1, 1))),  # rounding may leave 1 + 1e-16
    )


@dataclass(frozen=True, kw_only=True)
class Shift:
    """One word in two sentences: at each of P points, how alike its two vectors are.

    `side` is where it is read: the encoder, which sees the whole sentence, or the decoder of a language model, which
    sees only what stands before the word.
    A word of several tokens is the mean of their vectors. `neighbours[sentence][point]` are the vocabulary's tokens
    whose embeddings have the largest cosine with it. `plane` are both paths (sentence, point) in the plane of the
    first two principal components of these 2 P vectors, which keep the share `kept` of their variance.
    """

    side: Side
    word: str
    first: Run
    second: Run
    places: tuple[tuple[int, ...], tuple[int, ...]]
    cosine: Float[np.ndarray, " P"]
    distance: Float[np.ndarray, " P"]
    neighbours: tuple[tuple[tuple[str, ...], ...], ...]
    plane: Float[np.ndarray, "2 P 2"]
    kept: tuple[float, float]


def shift(runner: Runner, word: str, first: str, second: str, settings: Settings) -> Shift:
    """The "apple" experiment: the same word, whose vectors part as the layers read what stands around it.

    Raises:
        ValueError: a text is refused, or the word is not in both.
    """
    check_text("word", word, MAX_WORD)
    if not bare(word) or len(word.split()) > 1:
        raise ValueError(f"word: expected one word; found {word!r}")
    word = word.strip()
    runs = [runner.run(text, settings) for text in (first, second)]
    side = runs[0].reading_side
    places = _places(runs[0].typed, word, "first"), _places(runs[1].typed, word, "second")
    taps = stream_paths(runs[0], side)
    streams = [_stream(run.inspected(only=taps), taps) for run in runs]
    paths = np.stack(
        [stream[:, list(at)].mean(axis=1) for stream, at in zip(streams, places, strict=True)]
    )  # (2, P, D)
    plane, kept = principal_plane(paths.reshape(-1, paths.shape[-1]))
    return Shift(
        side=side,
        word=word,
        first=runs[0],
        second=runs[1],
        places=places,
        cosine=cosines(paths[0], paths[1]),
        distance=np.linalg.norm(paths[0] - paths[1], axis=-1),
        neighbours=tuple(_neighbours(run, path) for run, path in zip(runs, paths, strict=True)),
        plane=plane.reshape(2, -1, 2),
        kept=kept,
    )


def principal_plane(vectors: Float[np.ndarray, "n D"]) -> tuple[Float[np.ndarray, "n 2"], tuple[float, float]]:
    """The vectors in the plane of their first two principal components, and the share of variance each keeps."""
    centred = vectors - vectors.mean(axis=0)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    total = (sizes**2).sum()
    kept = tuple((sizes[:2] ** 2 / total).tolist()) if total else (0.0, 0.0)
    return left[:, :2] * sizes[:2], kept


def cosines(first: Float[np.ndarray, "*n D"], second: Float[np.ndarray, "*n D"]) -> Float[np.ndarray, "*n"]:
    """The cosine of each pair, -1 to 1."""
    return (first * second).sum(axis=-1) / np.linalg.norm(first, axis=-1) / np.linalg.norm(second, axis=-1)


def stream_paths(run: Run, side: Side) -> list[str]:
    """Where one side's residual stream passes after the embedding and after each layer: P taps."""
    last = "residual" if run.config.norm == "pre" else "normalized"
    layers = range(len(run.stack(side).layers))
    return [f"{side}.embedding.output", *(f"{side}.layers.{i}.feed_forward_add_norm.{last}" for i in layers)]


def _stream(trace: Trace, paths: list[str]) -> Float[np.ndarray, "P S D"]:
    return np.stack([trace[path][0].double().numpy() for path in paths])


def _places(tokens: tuple[Token, ...], word: str, name: str) -> tuple[int, ...]:
    """Where the word's first occurrence stands: the tokens that spell it, without punctuation at its ends."""

    def spells(places: list[int]) -> bool:
        return bare(spelled(tokens[place] for place in places)).casefold() == bare(word).casefold()

    words: dict[int, list[int]] = {}
    for place, token in enumerate(tokens):
        if not token.special:
            words.setdefault(token.word, []).append(place)
    for places in words.values():
        if spells(places):
            end = next(end for end in range(len(places) + 1) if spells(places[:end]))
            start = max(start for start in range(end) if spells(places[start:end]))
            if start and tokens[places[start - 1]].text == WORD_START:
                start -= 1  # the space before a word may be a token of its own
            return tuple(places[start:end])
    raise ValueError(f"word: expected {word!r} in both sentences; the {name} has none: use the word as it stands there")


def _neighbours(run: Run, path: np.ndarray) -> tuple[tuple[str, ...], ...]:
    # in the model's own precision: a copy of GPT-2's in float64 would take 309 MB
    vocabulary = run.stack(run.reading_side).embedding.tokens.weight.detach().cpu().numpy()
    # a row of zeros, such as padding may have, is near to nothing
    lengths = np.maximum(np.linalg.norm(vocabulary, axis=-1), 1e-12)
    alike = path.astype(vocabulary.dtype) @ vocabulary.T / lengths / np.linalg.norm(path, axis=-1, keepdims=True)
    best = np.argsort(-alike, axis=-1)[:, :N_NEIGHBOURS]
    return tuple(tuple(token.text for token in run.tokens(row, run.reading_side)) for row in best.tolist())
