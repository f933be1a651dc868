"""The position table (§3.5) and what makes it one: waves, neighbourhoods, and shifts that are rotations.

T positions, D d_model.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from explain.checks import whole_number
from explain.kinds import reading_side_of
from explain.pack import Packed, pack
from model.positional import sinusoidal_encoding
from model.transformer import Transformer

MAX_POSITIONS = 512
MAX_D_MODEL = 512


@dataclass(frozen=True, kw_only=True)
class PositionTable:
    """One vector a position.

    `wavelengths` tells for each dimension after how many positions it repeats, 2π to 2π * 10000; None if the table is
    learned.
    """

    values: Float[np.ndarray, "T D"]
    wavelengths: Float[np.ndarray, " D"] | None

    def packed(self) -> Packed:
        """The whole table in one string, with its real range as scale, symmetric about 0."""
        bound = max(1.0, np.abs(self.values).max().item())
        return pack(self.values, -bound, bound)


def position_table(n_positions: int, d_model: int) -> PositionTable:
    """The paper's sinusoids for 1 to 512 positions and any even d_model from 2 to 512; values in [-1, 1].

    Raises:
        ValueError: a size is out of range, or `d_model` is odd.
    """
    whole_number("positions", n_positions, 1, MAX_POSITIONS)
    whole_number("d_model", d_model, 2, MAX_D_MODEL)
    if d_model % 2:
        raise ValueError(f"d_model: expected an even number, a sine and a cosine a pair; found {d_model}")
    return PositionTable(values=sinusoidal_encoding(n_positions, d_model).numpy(), wavelengths=_wavelengths(d_model))


def model_table(network: Transformer, n_positions: int) -> PositionTable:
    """The first `n_positions` of the table that the encoder, or a language model's decoder, adds to its embeddings.

    Marian's own order, all sines before all cosines, is the paper's here: `interop.marian` reorders its weights.

    Raises:
        ValueError: the number is out of range, or the model has no positions.
    """
    config = network.config
    whole_number("positions", n_positions, 1, min(MAX_POSITIONS, config.max_positions))
    positions = getattr(network, reading_side_of(config)).embedding.positions
    if positions is None:
        raise ValueError("expected a model with positions; found one with positions='none'")
    wavelengths = _wavelengths(config.d_model) if config.positions == "sinusoidal" else None
    return PositionTable(values=positions.weight.detach()[:n_positions].cpu().numpy(), wavelengths=wavelengths)


@dataclass(frozen=True, kw_only=True)
class Similarity:
    """How near positions are to each other: dot product and Euclidean distance of their vectors."""

    dot: Float[np.ndarray, "T T"]
    distance: Float[np.ndarray, "T T"]


def similarity(table: PositionTable) -> Similarity:
    """All pairs of positions; in a sinusoidal table both depend on the offset alone."""
    values = table.values.astype(np.float64)
    dot = values @ values.T
    squares = np.diagonal(dot)
    # rounding can take a tiny square below 0
    distance = np.sqrt(np.maximum(squares[:, None] + squares[None, :] - 2 * dot, 0))
    np.fill_diagonal(distance, 0)
    return Similarity(dot=dot, distance=distance)


@dataclass(frozen=True, kw_only=True)
class Rotation:
    """The shift by `offset` positions, seen in the plane of dimensions 2 * pair and 2 * pair + 1.

    `matrix` rotates by `angle` = offset * 10000^(-2 pair / D) radians. `before` holds PE(pos) for each position of
    `positions`, `after` PE(pos + offset) from the table, `rotated` matrix · PE(pos); `max_difference` is the largest
    |rotated - after|, which leaves only rounding.
    """

    pair: int
    offset: int
    angle: float
    matrix: Float[np.ndarray, "2 2"]
    positions: tuple[int, ...]
    before: Float[np.ndarray, "n 2"]
    after: Float[np.ndarray, "n 2"]
    rotated: Float[np.ndarray, "n 2"]
    max_difference: float


def rotation(table: PositionTable, pair: int, offset: int) -> Rotation:
    """Rotates one pair of dimensions at all positions and compares with the table (§3.5).

    "For any fixed offset k, PE(pos+k) can be represented as a linear function of PE(pos)."

    Raises:
        ValueError: no such pair, the offset leaves no position in the table, or the table is learned.
    """
    if table.wavelengths is None:
        raise ValueError("rotation: expected sinusoidal positions; found learned ones, where a shift is no rotation")
    n_positions, d_model = table.values.shape
    whole_number("pair", pair, 0, d_model // 2 - 1)
    whole_number("offset", offset, 1 - n_positions, n_positions - 1)
    angle = offset * 10000.0 ** (-2 * pair / d_model)
    # sin(a + b) = cos b sin a + sin b cos a; cos(a + b) = cos b cos a - sin b sin a
    matrix = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    plane = table.values[:, [2 * pair, 2 * pair + 1]].astype(np.float64)
    positions = range(max(0, -offset), n_positions - max(0, offset))
    before, after = plane[positions], plane[[position + offset for position in positions]]
    rotated = before @ matrix.T
    difference = np.abs(rotated - after).max().item()
    return Rotation(
        pair=pair,
        offset=offset,
        angle=angle,
        matrix=matrix,
        positions=tuple(positions),
        before=before,
        after=after,
        rotated=rotated,
        max_difference=difference,
    )


def _wavelengths(d_model: int) -> Float[np.ndarray, " D"]:
    pairs = np.arange(d_model) // 2
    return 2 * np.pi * 10000.0 ** (2 * pairs / d_model)
