"""The whole tour: by mouse, by keyboard alone and by touch; its addresses; and how it is left and gone on with."""

import pytest
from playwright.sync_api import Page, expect

from explain.runner import Runner
from tests.browser.accessibility import assert_accessible
from tests.browser.visitor import PHONE, on_a_phone, visiting
from tests.conftest import tiny_translator
from tests.serving import serving
from ui.models import Models
from ui.page import build_page
from ui.tour import CARDS, Card

TOUR, PATIENCE = "#tour", 30_000
CONTENT = ["color-contrast", "button-name", "aria-allowed-role", "aria-valid-attr-value", "nested-interactive"]
# From the picture on, until something is reached by which the card's act can be done.
REACHED = "acts => acts.find(([, where]) => document.activeElement.closest(where))"


def opened(page: Page, number: int) -> Card:
    """The card of this number, once it is open and its picture lit and in sight."""
    card = CARDS[number - 1]
    expect(page.locator(f"{TOUR} .title")).to_have_text(card.title, timeout=PATIENCE)
    expect(page.locator(f"{TOUR} .where")).to_have_text(f"Card {number} of {len(CARDS)}")
    lit = page.locator(".lit-picture")
    expect(lit).to_have_count(1, timeout=PATIENCE)
    assert page.locator(card.lit).first.evaluate("lit => lit.classList.contains('lit-picture')")
    expect(lit).to_be_in_viewport()
    expect(page.locator(f"[data-tab-id='{card.tab}'][role=tab]")).to_have_attribute("aria-selected", "true")
    expect(page.locator("[aria-busy=true]")).to_have_count(0, timeout=PATIENCE)
    page.wait_for_url(f"**tour={number}**")
    return card


def assert_finished(page: Page, card: Card) -> None:
    expect(page.locator(f"{TOUR} .told")).to_contain_text(card.seen, timeout=PATIENCE)
    expect(page.locator(f"{TOUR} .go")).not_to_have_text("Skip")


def do(page: Page, card: Card, press: str) -> None:
    """Does what the card asks, by mouse ("click") or by touch ("tap")."""
    if card.answers:
        [fair] = [text for text, _, is_fair in card.answers if is_fair]
        getattr(page.locator(TOUR).get_by_role("button", name=fair), press)()
        return
    if card.lit == "#translation":
        getattr(page.locator(f"{card.lit} .text button").nth(1), press)()
    event, where = card.acts[0]
    target = page.locator(where).first
    if event == "input":
        target.focus()
        target.press("ArrowRight")
    else:
        getattr(target, press)()


def do_by_keyboard(page: Page, card: Card) -> None:
    """The same by keys alone, from the card's heading on."""
    if card.answers:
        [fair] = [i for i, (*_, is_fair) in enumerate(card.answers) if is_fair]
        for _ in range(fair + 1):
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        return
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator(f"{TOUR} .show")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".lit-picture :focus")).to_have_count(1, timeout=PATIENCE)
    if card.lit == "#translation":
        page.keyboard.press("Enter")
        expect(page.locator("#word-choices .list button:focus")).to_have_count(1, timeout=PATIENCE)
        page.keyboard.press("Enter")
        return
    walked = {where for event, where in card.acts if event in ("arrow", "input")}
    for _ in range(60):
        if act := page.evaluate(REACHED, [list(act) for act in card.acts]):
            page.keyboard.press("ArrowRight" if act[1] in walked else "Enter")
            return
        page.keyboard.press("Tab")
    pytest.fail(f"expected {card.lit} to be reached with the Tab key; found no way")


def take(page: Page, act, press) -> None:
    for number in range(1, len(CARDS) + 1):
        card = opened(page, number)
        expect(page.locator(f"{TOUR} .go")).to_have_text("Skip")
        act(card)
        assert_finished(page, card)
        press(page.locator(f"{TOUR} .go"))
    expect(page.locator(f"{TOUR} .start")).to_contain_text("Take the tour")
    page.wait_for_url(lambda url: "tour=" not in url)


def test_the_whole_tour_by_mouse_from_the_story_with_axe_at_each_card(browser, app_url):
    with visiting(browser, app_url) as page:
        page.locator("#story .guesses button").first.click(timeout=PATIENCE)
        page.locator("#story .reveal").click()
        page.locator("#story .tour").click()

        def act(card: Card) -> None:
            assert_accessible(page, TOUR, rules=CONTENT)
            do(page, card, "click")

        take(page, act, lambda go: go.click())


def test_the_whole_tour_by_keyboard_alone(browser, app_url):
    with visiting(browser, f"{app_url}?tour=1") as page:
        opened(page, 1)
        page.locator(f"{TOUR} .title").focus()
        take(page, lambda card: do_by_keyboard(page, card), lambda go: go.press("Enter"))


def test_the_whole_tour_by_touch_below_the_tab(browser, app_url):
    with on_a_phone(browser, f"{app_url}?tour=1") as page:

        def act(card: Card) -> None:
            box = page.locator(f"{TOUR} .docked-card").bounding_box()
            assert box["y"] > PHONE["height"] / 3 and box["width"] > 300
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
            do(page, card, "tap")

        take(page, act, lambda go: go.tap())


@pytest.mark.parametrize(
    ("asked", "number"), [("7", 7), ("99", len(CARDS)), ("0", 1), ("-3", 1), ("card", 1), ("10", 10)]
)
def test_an_address_opens_its_card_or_the_nearest_with_a_word(browser, app_url, asked, number):
    with visiting(browser, f"{app_url}?tour={asked}") as page:
        card = CARDS[number - 1]
        expect(page.locator(f"{TOUR} .title")).to_have_text(card.title, timeout=PATIENCE)
        word = "" if asked == str(number) else f"There is no card “{asked}”; this is the nearest. "
        expect(page.locator(f"{TOUR} .where")).to_have_text(f"{word}Card {number} of {len(CARDS)}")
        expect(page.locator(".lit-picture")).to_be_in_viewport(timeout=PATIENCE)


def test_it_is_left_by_escape_and_gone_on_with_on_another_width(browser, app_url):
    with visiting(browser, f"{app_url}?tour=4", viewport={"width": 1280, "height": 800}) as page:
        opened(page, 4)
        for width, height in ((1920, 1080), (1280, 800)):
            page.set_viewport_size({"width": width, "height": height})
            beside, tab = (page.locator(each).bounding_box() for each in (f"{TOUR} .docked-card", "#next-token-steps"))
            assert beside["x"] >= tab["x"] + tab["width"] and beside["y"] < height
        page.locator(f"{TOUR} .title").focus()
        page.keyboard.press("Escape")
        expect(page.locator(f"{TOUR} .docked-card")).to_be_hidden()
        expect(page.locator(".lit-picture")).to_have_count(0)
        expect(page.locator(f"{TOUR} .start")).to_be_focused()
        page.wait_for_url(lambda url: "tour=" not in url)
        page.reload()
        page.set_viewport_size(PHONE)
        start = page.locator(f"{TOUR} .start")
        expect(start).to_have_text(f"Continue the tour: card 4 of {len(CARDS)}", timeout=PATIENCE)
        start.click()
        opened(page, 4)
        expect(page.locator(f"{TOUR} .title")).to_be_focused()


def test_an_unfair_conclusion_is_answered_and_finishes_nothing(browser, app_url):
    with visiting(browser, f"{app_url}?tour={len(CARDS)}") as page:
        card = opened(page, len(CARDS))
        for text, reply, fair in card.answers:
            if not fair:
                page.locator(TOUR).get_by_role("button", name=text).click()
                expect(page.locator(f"{TOUR} .told")).to_have_text(reply)
                expect(page.locator(f"{TOUR} .go")).to_have_text("Skip")


def test_every_tab_ends_with_a_way_to_the_next(browser, app_url):
    with visiting(browser, app_url) as page:
        seen = []
        while page.locator("[role=tab][aria-selected=true]").inner_text() not in seen:
            seen.append(page.locator("[role=tab][aria-selected=true]").inner_text())
            link = page.locator("[role=tabpanel]:visible a", has_text="→").last
            link.click(timeout=PATIENCE)
            expect(page.locator("[role=tab][aria-selected=true]")).to_be_focused()
        assert len(seen) == page.get_by_role("tab").count()


def test_another_model_is_named_and_the_bundled_one_offered(browser, runner):
    other = Runner(tiny_translator(max_positions=251), "tiny")
    with serving(build_page(Models([other, runner]))) as url, visiting(browser, f"{url}?tour=1") as page:
        offered = page.locator(f"{TOUR} .other")
        expect(offered).to_contain_text(f"written for the bundled model, {runner.name}. tiny is open", timeout=PATIENCE)
        offered.get_by_role("button").click()
        expect(offered).to_be_hidden(timeout=PATIENCE)
        page.wait_for_url(f"**model={runner.name}**")
