"""What counts as a number in what a person has written."""

from __future__ import annotations

from typing import TypeGuard


def is_whole_number(value: object) -> TypeGuard[int]:
    """Whether it is an int, and no bool, which to Python is one: `true` layers are a mistake."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: object) -> TypeGuard[float]:
    """Whether it is an int or a float, and no bool."""
    return isinstance(value, float) or is_whole_number(value)
