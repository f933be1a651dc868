"""The glossary: a term's meaning comes to the pointer, the keyboard and a tap, and goes as it came."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import assert_accessible
from ui.glossary import TERMS

MEANING = "#glossary .meaning"
TOKEN = "#hypotheses dfn >> text=token"


@pytest.fixture
def page(visitor) -> Page:
    """The pointer and the keyboard are at no term."""
    visitor.mouse.move(0, 0)
    visitor.locator(TOKEN).evaluate("term => term.blur()")
    expect(visitor.locator(MEANING)).to_be_hidden()
    return visitor


def test_the_pointer_over_a_term_shows_its_meaning_and_may_go_on_to_it(page):
    page.locator(TOKEN).hover()
    expect(page.locator(MEANING)).to_have_text(TERMS["token"])
    page.locator(MEANING).hover()
    expect(page.locator(MEANING)).to_be_visible()
    page.mouse.move(0, 0)
    expect(page.locator(MEANING)).to_be_hidden()


def test_the_keyboard_reaches_a_term_hears_its_meaning_and_esc_closes_it_alone(page):
    term = page.locator(TOKEN)
    term.focus()
    expect(page.locator(MEANING)).to_be_visible()
    expect(term).to_have_accessible_description(TERMS["token"])
    assert_accessible(page, "#hypotheses", "#glossary")
    page.keyboard.press("Escape")
    expect(page.locator(MEANING)).to_be_hidden()
    expect(term).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(MEANING)).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator(MEANING)).to_be_hidden()


def test_a_tap_shows_it_and_a_tap_elsewhere_takes_it_away(browser, app_url):
    with browser.new_context(has_touch=True, viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        page.goto(app_url)
        page.locator(TOKEN).tap()
        meaning = page.locator(MEANING)
        expect(meaning).to_have_text(TERMS["token"])
        box = meaning.bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= 390
        page.locator("#hypotheses .figure-details").tap()
        expect(meaning).to_be_hidden()


def test_a_term_in_a_text_of_markdown_is_explained_too(page):
    page.get_by_role("tab", name="Why attention").click()
    page.locator("#why-attention-scale dfn").first.focus()
    expect(page.locator(MEANING)).to_have_text(TERMS["softmax"])
    page.get_by_role("tab", name="Translate").click()
    expect(page.locator(MEANING)).to_be_hidden()
