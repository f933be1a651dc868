"""Arrays as one string in base64: a byte a number for 48 heads at once, or exact where digits are shown."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, kw_only=True)
class Packed:
    """An array of bytes in C order: value = low + byte / 255 * (high - low), true to within (high - low) / 510."""

    shape: tuple[int, ...]
    low: float
    high: float
    base64: str


def pack(values: np.ndarray, low: float, high: float) -> Packed:
    """Rounds values from `low` to `high` to 256 steps; rounding noise beyond them is cut off."""
    steps = np.rint((values.astype(np.float64) - low) * (255 / (high - low)))
    data = base64.b64encode(steps.clip(0, 255).astype(np.uint8).tobytes())
    return Packed(shape=values.shape, low=float(low), high=float(high), base64=data.decode("ascii"))


def float32_base64(values: np.ndarray) -> str:
    """All values exactly as the model had them: little-endian float32 in C order, base64."""
    return base64.b64encode(values.astype("<f4").tobytes()).decode("ascii")


def exact(values: np.ndarray) -> dict[str, Any]:
    """An array's shape, and its values as one string of 32-bit floats, for numbers that are shown to three digits."""
    return {"shape": list(values.shape), "base64": float32_base64(values)}
