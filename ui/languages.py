"""What the page calls languages and directions."""

from __future__ import annotations

from collections.abc import Iterable

from model.language_model import CONTINUE

NAMES = {
    "de": "German", "en": "English", "es": "Spanish", "fr": "French", "it": "Italian", "nl": "Dutch", "pl": "Polish",
    "pt": "Portuguese",
}  # fmt: skip


def language_name(code: str) -> str:
    """`en` as "English"; a language without a name here keeps its code."""
    return NAMES.get(code, code)


def direction_name(direction: str) -> str:
    """`en-de` as "English → German"; a language without a name here keeps its code."""
    if direction == CONTINUE:
        return "Continue the text"
    return " → ".join(map(language_name, direction.split("-")))


def direction_choices(directions: Iterable[str]) -> list[tuple[str, str]]:
    """Directions with their names, as a list to choose from wants them."""
    return [(direction_name(direction), direction) for direction in directions]


def swapped(direction: str) -> str:
    """`en-de` for `de-en` and back."""
    return "-".join(reversed(direction.split("-")))
