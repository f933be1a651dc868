"""The story of the first screen, as a newcomer meets it: by mouse, keyboard and touch."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import assert_accessible
from tests.browser.conftest import FIRST_TRANSLATION
from tests.browser.visitor import PHONE, visiting
from ui.story import first_story

STORY = "#story"
GUESSES, REVEAL = f"{STORY} .guesses button", f"{STORY} .reveal"


@pytest.fixture(scope="module")
def told(runner):
    return first_story([runner])


@pytest.fixture(scope="module")
def newcomer(browser, app_url) -> Iterator[Page]:
    """One visitor on a screen of 1280 x 800, who has pressed nothing."""
    with visiting(browser, app_url, console_errors=True, viewport={"width": 1280, "height": 800}) as page:
        expect(page.locator(GUESSES).first).to_be_visible(timeout=20_000)
        yield page


def test_the_first_screen_tells_it_without_a_click_below_the_translation(newcomer, told):
    for shown in (".title", ".translations", ".question", ".guesses"):
        expect(newcomer.locator(f"{STORY} {shown}")).to_be_in_viewport(ratio=1)
    expect(newcomer.locator(FIRST_TRANSLATION)).to_be_in_viewport(ratio=1)
    above = [newcomer.locator(each).bounding_box()["y"] for each in (FIRST_TRANSLATION, f"{STORY} .title")]
    assert above == sorted(above)
    assert newcomer.locator(f"{STORY} mark").all_inner_texts() == list(told["decided"])
    assert newcomer.locator(f"{STORY} dt").all_inner_texts() == told["texts"]
    expect(newcomer.locator(f"{STORY} .revealed")).to_be_hidden()


def test_a_guess_is_answered_by_the_swap_and_the_reveal_is_two_clicks_from_load(newcomer, told):
    for word, guess in zip(told["words"], newcomer.locator(GUESSES).all(), strict=True):
        guess.click()
        expect(guess).to_have_attribute("aria-pressed", "true")
        swap = newcomer.locator(f"{STORY} .swap").inner_text()
        assert f"the vector of “{word['text']}” alone" in swap and word["written"] in swap
        assert f" {round(100 * word['share'])}%".replace("-", "−") in swap
        is_holder = word["share"] == max(each["share"] for each in told["words"])
        assert swap.startswith("That is the one." if is_holder else "Not here")
    newcomer.locator(REVEAL).click()
    expect(newcomer.locator(f"{STORY} .told")).to_have_text(told["story"])
    expect(newcomer.locator(f"{STORY} .grid")).to_be_visible()
    expect(newcomer.locator(REVEAL)).to_have_attribute("aria-expanded", "true")


def test_the_grid_is_read_by_keyboard(newcomer, told):
    if newcomer.locator(f"{STORY} .revealed").is_hidden():
        newcomer.locator(GUESSES).first.click()
        newcomer.locator(REVEAL).click()
    details = newcomer.locator(f"{STORY} .figure-details")
    expect(details).to_contain_text(f"after layer {len(told['recovery']) - 1}")
    newcomer.locator(f"{STORY} .grid").press("PageUp")
    expect(details).to_contain_text("after the embedding: ")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible(newcomer, scheme):
    newcomer.evaluate("dark => document.body.classList.toggle('dark', dark)", scheme == "dark")
    assert_accessible(newcomer, STORY, rules=None if scheme == "light" else ["color-contrast"])


def test_it_leads_to_what_if_and_folds_away_for_a_sentence_of_ones_own(newcomer):
    if newcomer.locator(f"{STORY} .revealed").is_hidden():
        newcomer.locator(GUESSES).first.click()
        newcomer.locator(REVEAL).click()
    newcomer.locator(f"{STORY} .own").click()
    expect(newcomer.get_by_role("tab", name="What if")).to_have_attribute("aria-selected", "true")
    newcomer.get_by_role("tab", name="Translate").click()
    newcomer.locator("#text textarea").fill("The house is old.")
    newcomer.locator("#text textarea").press("Enter")
    expect(newcomer.locator(f"{STORY} details")).not_to_have_attribute("open", "", timeout=20_000)
    newcomer.locator(f"{STORY} summary").click()
    expect(newcomer.locator(f"{STORY} .translations")).to_be_visible()


def test_on_a_phone_the_reveal_is_two_taps_from_load(browser, app_url, told):
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    page = context.new_page()
    try:
        page.goto(app_url)
        expect(page.locator(FIRST_TRANSLATION)).to_be_in_viewport(ratio=1, timeout=20_000)
        page.locator(GUESSES).last.tap()
        expect(page.locator(f"{STORY} .swap")).to_contain_text(told["words"][-1]["written"])
        page.locator(REVEAL).tap()
        expect(page.locator(f"{STORY} .grid")).to_be_visible()
        assert page.locator(GUESSES).first.bounding_box()["height"] >= 44
        page.wait_for_function("() => document.documentElement.scrollWidth <= 390")
    finally:
        context.close()
