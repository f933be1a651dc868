"""From dataclasses and arrays to what JSON can hold."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np


def plain(value: Any) -> Any:
    """Dataclasses become dicts of their public fields, arrays and tuples lists, and their numbers Python's.

    Raises:
        TypeError: there is something else inside.
    """
    if isinstance(value, np.ndarray | np.generic):  # first: NumPy's double is a float too, which JSON writes as a text
        return value.tolist()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = (field.name for field in dataclasses.fields(value) if not field.name.startswith("_"))
        return {name: plain(getattr(value, name)) for name in names}
    raise TypeError(f"expected numbers, texts, arrays and dataclasses; found {type(value).__name__}")
