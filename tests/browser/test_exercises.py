"""The exercises as a student does them: by mouse, by keyboard alone and by touch; their addresses."""

from playwright.sync_api import Page, expect

from explain.run import Run
from tests.browser.accessibility import assert_accessible
from tests.browser.visitor import PHONE, on_a_phone, visiting
from ui.exercises import EXERCISES, exercise

CARD, PATIENCE = "#exercises", 60_000
CONTENT = ["color-contrast", "button-name", "aria-allowed-role", "aria-valid-attr-value", "nested-interactive"]
N = len(EXERCISES)


def opened(page: Page, run: Run, number: int) -> dict:
    """The exercise of this number, once it is asked and its picture lit."""
    asked = exercise(run, number)
    expect(page.locator(f"{CARD} .title")).to_have_text(asked["title"], timeout=PATIENCE)
    expect(page.locator(f"{CARD} .words")).to_have_text(asked["words"], timeout=PATIENCE)
    expect(page.locator(f"{CARD} .where")).to_contain_text(f"Exercise {number} of {N}")
    expect(page.locator(".lit-picture")).to_be_in_viewport(timeout=PATIENCE)
    expect(page.locator("[aria-busy=true]")).to_have_count(0, timeout=PATIENCE)
    page.wait_for_url(f"**exercise={number}**")
    return asked


def choice(asked: dict, right: bool) -> int:
    return [each["right"] for each in asked["choices"]].index(right)


def test_all_of_them_by_mouse_a_wrong_answer_first_then_the_right_one_and_where_it_is(browser, app_url, run):
    with visiting(browser, app_url) as page:
        page.locator(f"{CARD} .start").click(timeout=PATIENCE)
        for number in range(1, N + 1):
            asked = opened(page, run, number)
            told = page.locator(f"{CARD} .told")
            for right in (False, True):
                place = choice(asked, right)
                page.locator(f"{CARD} .answers button").nth(place).click()
                expect(told).to_have_text(asked["choices"][place]["reply"])
            assert_accessible(page, CARD, rules=CONTENT)
            page.locator(f"{CARD} .see").click()
            for name, state in asked["states"].items():
                page.wait_for_function(
                    "([name, state]) => new URLSearchParams(location.search).get(name)?.startsWith(state)",
                    arg=[name, state],
                )
            expect(page.locator(".lit-picture")).to_be_in_viewport(timeout=PATIENCE)
            expect(page.locator("#page-link .status")).to_be_empty()
            page.locator(f"{CARD} .go").click()
        expect(page.locator(f"{CARD} .start")).to_have_text("Exercises: questions about your sentence")
        page.wait_for_url(lambda url: "exercise=" not in url)


def test_the_tally_counts_first_tries(browser, app_url, run):
    with visiting(browser, f"{app_url}?exercise=8") as page:
        asked = opened(page, run, 8)
        for right in (False, True):
            page.locator(f"{CARD} .answers button").nth(choice(asked, right)).click()
        expect(page.locator(f"{CARD} .where")).to_have_text(f"Exercise 8 of {N}, 0 of 1 right at the first try")


def test_one_by_keyboard_alone_and_left_by_escape(browser, app_url, run):
    with visiting(browser, app_url) as page:
        page.locator(f"{CARD} .start").focus()
        page.keyboard.press("Enter")
        asked = opened(page, run, 1)
        expect(page.locator(f"{CARD} .title")).to_be_focused()
        place = choice(asked, True)
        for _ in range(place + 1):
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator(f"{CARD} .told")).to_have_text(asked["choices"][place]["reply"])
        expect(page.locator(f"{CARD} .answers [aria-pressed=true]")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator(f"{CARD} .docked-card")).to_be_hidden()
        expect(page.locator(f"{CARD} .start")).to_be_focused()
        expect(page.locator(".lit-picture")).to_have_count(0)


def test_one_by_touch_below_the_tab(browser, app_url, run):
    with on_a_phone(browser, f"{app_url}?exercise=3") as page:
        asked = opened(page, run, 3)
        box = page.locator(f"{CARD} .docked-card").bounding_box()
        assert box["y"] > PHONE["height"] / 3 and box["width"] > 300
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        place = choice(asked, True)
        page.locator(f"{CARD} .answers button").nth(place).tap()
        expect(page.locator(f"{CARD} .told")).to_have_text(asked["choices"][place]["reply"])
        expect(page.locator(f"{CARD} .told")).to_be_in_viewport()


def test_the_address_holds_the_number_or_the_nearest_with_a_word_and_back_leads_to_the_one_before(
    browser, app_url, run
):
    with visiting(browser, f"{app_url}?exercise=99") as page:
        opened(page, run, N)
        expect(page.locator("#page-link .status")).to_have_text(
            "The exercise in this link is not to be found here; the nearest one is open."
        )
        page.locator(f"{CARD} .back").click()
        opened(page, run, N - 1)
        page.go_back()
        opened(page, run, N)


def test_the_tour_and_the_exercises_are_not_open_at_once(browser, app_url, run):
    with visiting(browser, f"{app_url}?exercise=8") as page:
        opened(page, run, 8)
        page.locator("#tour .start").click()
        expect(page.locator("#tour .docked-card")).to_be_visible()
        expect(page.locator(f"{CARD} .docked-card")).to_be_hidden()
        page.wait_for_url(lambda url: "tour=1" in url and "exercise" not in url)
        page.locator(f"{CARD} .start").click()
        opened(page, run, 8)
        expect(page.locator("#tour .docked-card")).to_be_hidden()
