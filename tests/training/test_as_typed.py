"""Sources as people type them, and what is carried over unchanged."""

from __future__ import annotations

import numpy as np
import pytest

from training.as_typed import as_typed
from training.carry import carry

SENTENCE = "Übrigens, don't forget the straße in May!"


def test_every_way_of_typing_occurs_and_the_words_stay_in_order():
    rng = np.random.default_rng(1)
    typed = {as_typed(SENTENCE, rng) for _ in range(500)}
    for expected in (
        SENTENCE.lower(),
        SENTENCE.upper(),
        SENTENCE[:-1],
        SENTENCE.lower()[:-1],
        SENTENCE[:-1] + "!!",
        "Uebrigens, don't forget the strasse in May!",
        "Übrigens dont forget the straße in May!",
    ):
        assert expected in typed
    assert {len(text.split()) for text in typed} <= {7, 8}, "a sign may stand apart, a word may not be lost"
    assert len(typed) > 35, "slips are of many kinds"


@pytest.mark.parametrize(
    "carried", ["https://example.org/a", "www.example.org", "anna@example.org", "#tag", ":D", "<3"]
)
def test_what_is_carried_over_is_not_spoilt_nor_is_a_name_slipped(carried):
    rng = np.random.default_rng(4)
    assert {as_typed(f"See you there {carried}", rng) for _ in range(300)} == {f"See you there {carried}"}
    slipped = {as_typed("Jonas MEETS Luvulom.", rng).casefold().strip(" .!?") for _ in range(300)}
    assert slipped == {"jonas meets luvulom"}


@pytest.mark.parametrize("text", ["!", "Hi", "a", "?!", "12", "ab cd ef"])
def test_what_is_too_short_for_a_slip_or_has_no_letters_is_still_a_text(text):
    rng = np.random.default_rng(2)
    assert all(as_typed(text, rng).strip() for _ in range(200))


def test_the_same_is_carried_on_both_sides_of_the_share_that_was_asked_for():
    texts = {"en": ["one."] * 2000, "de": ["eins."] * 2000}
    carried = carry(texts, 0.25, np.random.default_rng(3))
    changed = [(en, de) for en, de in zip(carried["en"], carried["de"], strict=True) if en != "one."]
    assert 400 < len(changed) < 600
    added = set()
    for en, de in changed:
        extra = en.replace("one.", "")
        assert de.replace("eins.", "") == extra and extra.strip()
        added.add(extra.strip())
    assert any("@" in each for each in added) and any(each.startswith("https://") for each in added)
    assert len(added) > 150
    assert carry(texts, 0.0, np.random.default_rng(3)) == texts
