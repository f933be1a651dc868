"""What the page calls languages and directions."""

from __future__ import annotations

NAMES = {"de": "German", "en": "English", "fr": "French"}


def direction_name(direction: str) -> str:
    """`en-de` as "English → German"; a language without a name here keeps its code."""
    source, target = direction.split("-")
    return f"{NAMES.get(source, source)} → {NAMES.get(target, target)}"


def swapped(direction: str) -> str:
    """`en-de` for `de-en` and back."""
    return "-".join(reversed(direction.split("-")))
