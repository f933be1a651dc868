"""What a visitor does with the switches of the What if tab."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import assert_accessible
from tests.browser.visitor import visiting

SWITCHES = "#inside-switches"


@pytest.fixture(scope="module")
def tab(browser, app_url) -> Iterator[Page]:
    """One visitor of this tab, whom all tests share."""
    with visiting(browser, app_url) as page:
        page.get_by_role("tab", name="What if").click()
        expect(page.locator("#two-sentences .result")).to_be_visible(timeout=20_000)
        page.locator(SWITCHES).scroll_into_view_if_needed()
        expect(page.locator(f"{SWITCHES} .result")).to_be_visible(timeout=20_000)
        yield page


def test_a_switch_shows_both_translations_and_the_next_sentence_is_whole_again(tab, runner, run):
    tab.locator(SWITCHES).get_by_role("button", name="Residual connections off").click()
    expect(tab.locator(f"{SWITCHES} .off")).to_have_text("Residual connections off", timeout=20_000)
    assert tab.locator(f"{SWITCHES} dd.whole").inner_text() == run.translation.text
    assert tab.locator(f"{SWITCHES} dd.switched").inner_text() != run.translation.text
    assert runner.run(run.text, run.settings).translation.text == run.translation.text


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_tab_is_accessible_in_both_themes(tab, scheme):
    tab.evaluate("dark => document.body.classList.toggle('dark', dark)", scheme == "dark")
    rules = None if scheme == "light" else ["color-contrast"]
    assert_accessible(tab, SWITCHES, rules=rules)


def test_nothing_is_wider_than_a_phone(tab):
    tab.set_viewport_size({"width": 390, "height": 800})
    tab.wait_for_function("() => document.documentElement.scrollWidth <= 390")
