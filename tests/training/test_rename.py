"""New names and numbers: the same on both sides, only where both sides had one, and nothing else touched."""

from __future__ import annotations

import re

import numpy as np
import pytest

from training.rename import Renamer

ENGLISH = [
    "Tom lives in Boston.",
    "Was she in Berlin in 1984?",
    "A cat sees Tom's hand.",
    "The hand was his.",
    "There are 85 rooms and 7 cats.",
]
GERMAN = [
    "Tom wohnt in Boston.",
    "War sie 1984 in Berlin?",
    "Eine Katze sieht Toms Hand.",
    "Die Hand war seine; was nun?",
    "Es gibt 85 Zimmer und 7 Katzen.",
]
TEXTS = {"en": ENGLISH, "de": GERMAN}


@pytest.fixture
def renamer() -> Renamer:
    return Renamer([TEXTS])


def test_names_are_what_both_sides_write_alike_and_no_text_in_lower_case(renamer):
    assert renamer.names == ["Berlin", "Boston", "Tom"]


def test_both_sides_get_the_same_new_names_and_numbers(renamer):
    seen = set()
    for seed in range(50):
        changed = renamer(TEXTS, 1.0, np.random.default_rng(seed))
        english = re.fullmatch(r"(\w+) lives in (\w+)\.", changed["en"][0])
        german = re.fullmatch(r"(\w+) wohnt in (\w+)\.", changed["de"][0])
        assert english.groups() == german.groups()
        seen.update(english.groups())
        year = re.fullmatch(r"Was she in (\w+) in ([1-9]\d{3})\?", changed["en"][1])
        assert changed["de"][1] == f"War sie {year[2]} in {year[1]}?"
        assert re.fullmatch(r"There are [1-9]\d rooms and 7 cats\.", changed["en"][4])
    assert seen & set(renamer.names)
    assert seen - set(renamer.names)  # heads and tails of two names make others


def test_a_pair_whose_sides_share_no_name_stays(renamer):
    changed = renamer(TEXTS, 1.0, np.random.default_rng(0))
    for i in (2, 3):  # "Tom" and "Toms" are not written alike
        assert (changed["en"][i], changed["de"][i]) == (ENGLISH[i], GERMAN[i])


def test_share_says_how_many_pairs_change(renamer):
    many = {"en": ENGLISH[:1] * 2000, "de": GERMAN[:1] * 2000}
    changed = renamer(many, 0.3, np.random.default_rng(0))
    n_changed = sum(old != new for old, new in zip(many["en"], changed["en"], strict=True))
    assert 0.2 * 2000 < n_changed <= 0.35 * 2000
    assert renamer(many, 0.0, np.random.default_rng(0)) == many


def test_the_seed_fixes_the_names(renamer):
    first, again, other = (renamer(TEXTS, 1.0, np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert first == again != other
