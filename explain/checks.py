"""What comes from a visitor or an address is checked here, whatever the page has checked before."""

from __future__ import annotations

from model.checks import is_number, is_whole_number


def whole_number(name: str, value: object, low: int, high: int, hint: str = "") -> int:
    """The value, if it is a whole number from `low` to `high`.

    Raises:
        ValueError: it is not.
    """
    if not is_whole_number(value) or not low <= value <= high:
        raise ValueError(f"{name}: expected a whole number from {low} to {high}{hint}; found {value!r}")
    return value


def number(name: str, value: object, low: float, high: float) -> float:
    """The value, if it is a number from `low` to `high`.

    Raises:
        ValueError: it is not.
    """
    if not is_number(value) or not low <= value <= high:
        raise ValueError(f"{name}: expected a number from {low:g} to {high:g}; found {value!r}")
    return value


def check_text(name: str, text: object, max_characters: int) -> None:
    """Refuses what no tokenizer should get.

    Raises:
        ValueError: not a text, too many characters, or broken Unicode.
    """
    if not isinstance(text, str):
        raise ValueError(f"{name}: expected a text; found {type(text).__name__}")
    if len(text) > max_characters:
        raise ValueError(
            f"{name}: expected at most {max_characters:,} characters; found {len(text):,}: take a part of it"
        )
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError(f"{name}: expected Unicode text; found half a surrogate pair: type it again")
