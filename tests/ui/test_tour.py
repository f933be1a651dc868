"""The tour's cards: over the tabs, each short, each with something to do, and a way on at the end of every tab."""

import re

import pytest

from explain.runner import Runner
from tests.conftest import tiny_translator
from ui.models import Models
from ui.page import _Page, gr
from ui.tour import CARDS, WHERE_NEXT, tour_of


@pytest.fixture(scope="module")
def tabs() -> set[str]:
    with gr.Blocks():
        return set(_Page(Models([Runner(tiny_translator(max_positions=251))]), "").tabs_by_name)


def test_the_cards_stand_on_tabs_of_the_page_and_every_tab_leads_on(tabs):
    assert {card.tab for card in CARDS} <= tabs
    assert set(WHERE_NEXT) == tabs and {to for to, _ in WHERE_NEXT.values()} == tabs


def test_each_card_says_two_sentences_and_asks_for_one_act():
    assert 10 <= len(CARDS) <= 12
    for card in CARDS:
        assert len(re.findall(r"[.?!](?: |$)", card.words)) == 2, card.words
        assert bool(card.acts) != bool(card.answers) and card.seen


def test_the_last_card_is_what_not_to_conclude_and_one_answer_is_fair():
    *others, last = CARDS
    assert "not conclude" in last.title
    assert [fair for _, _, fair in last.answers].count(True) == 1
    assert not any(card.answers for card in others)


def test_a_page_without_the_story_leaves_its_card_out():
    assert len(tour_of("ours", True)["cards"]) == len(CARDS)
    without = tour_of("ours", False)
    assert without["model"] == "ours" and [card["lit"] for card in without["cards"]].count("#story") == 0
    assert len(without["cards"]) == len(CARDS) - 1
