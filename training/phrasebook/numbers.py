"""Numbers in words and figures, in both languages."""

from __future__ import annotations

from decimal import Decimal

from training.phrasebook.phrases import words

_ENGLISH = words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_ENGLISH_TENS = ["_", "_", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_GERMAN = words(
    "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn "
    "sechzehn siebzehn achtzehn neunzehn"
)
_GERMAN_TENS = words("_ _ zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig")
_ENGLISH_ORDINALS = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth",
                     "nine": "ninth", "twelve": "twelfth"}  # fmt: skip
_GERMAN_ORDINALS = {1: "erst", 3: "dritt", 7: "siebt", 8: "acht"}
MILLION = 1_000_000


def english_words(n: int) -> str:
    """A whole number from 0 to a million in British English: one hundred and twenty-one."""
    if n < 20:
        return _ENGLISH[n]
    if n < 100:
        tens, ones = divmod(n, 10)
        return _ENGLISH_TENS[tens] + (f"-{_ENGLISH[ones]}" if ones else "")
    if n < 1000:
        hundreds, rest = divmod(n, 100)
        return f"{_ENGLISH[hundreds]} hundred" + (f" and {english_words(rest)}" if rest else "")
    if n < MILLION:
        thousands, rest = divmod(n, 1000)
        joint = " and " if rest < 100 else " "
        return f"{english_words(thousands)} thousand" + (joint + english_words(rest) if rest else "")
    return "one million"


def german_words(n: int, before_noun: bool = False) -> str:
    """A whole number from 0 to a million: einhunderteinundzwanzig.

    `before_noun` gives the form before a masculine or neuter noun: "ein Uhr", "hundertein Euro".
    """
    if n == MILLION:
        return "eine Million"
    if n >= 1000:
        thousands, rest = divmod(n, 1000)
        return german_words(thousands, True) + "tausend" + (german_words(rest, before_noun) if rest else "")
    if n >= 100:
        hundreds, rest = divmod(n, 100)
        return german_words(hundreds, True) + "hundert" + (german_words(rest, before_noun) if rest else "")
    if n >= 20:
        tens, ones = divmod(n, 10)
        return (german_words(ones, True) + "und" if ones else "") + _GERMAN_TENS[tens]
    return "ein" if n == 1 and before_noun else _GERMAN[n]


def english_figures(n: int | Decimal) -> str:
    """A number in figures: 1,250,000 or 3.5."""
    return f"{n:,}"


def german_figures(n: int | Decimal) -> str:
    """A number in figures: 1.250.000 or 3,5; four figures stand together, as is usual: 1500."""
    if isinstance(n, int) and n < 10_000:
        return str(n)
    return f"{n:,}".translate(str.maketrans(",.", ".,"))


def english_ordinal(n: int) -> str:
    """An ordinal from 1 to 99 in words: twenty-first."""
    head, dash, last = english_words(n).rpartition("-")
    if last in _ENGLISH_ORDINALS:
        return head + dash + _ENGLISH_ORDINALS[last]
    return head + dash + (last[:-1] + "ieth" if last.endswith("y") else last + "th")


def english_ordinal_figures(n: int) -> str:
    """An ordinal in figures: 21st, 12th."""
    ending = "th" if 10 < n % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{ending}"


def german_ordinal(n: int) -> str:
    """The stem of an ordinal from 1 to 99 in words, to which an ending comes: einundzwanzigst."""
    if n in _GERMAN_ORDINALS:
        return _GERMAN_ORDINALS[n]
    return german_words(n) + ("t" if n < 20 else "st")
