"""What the page calls languages and directions."""

from __future__ import annotations

from collections.abc import Iterable

from model.language_model import CONTINUE

NAMES = {"de": "German", "en": "English", "fr": "French"}


def direction_name(direction: str) -> str:
    """`en-de` as "English → German"; a language without a name here keeps its code."""
    if direction == CONTINUE:
        return "Continue the text"
    return " → ".join(NAMES.get(language, language) for language in direction.split("-"))


def direction_choices(directions: Iterable[str]) -> list[tuple[str, str]]:
    """Directions with their names, as a list to choose from wants them."""
    return [(direction_name(direction), direction) for direction in directions]


def swapped(direction: str) -> str:
    """`en-de` for `de-en` and back."""
    return "-".join(reversed(direction.split("-")))
