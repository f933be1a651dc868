"""A word of the translation is changed and the model writes the rest: by mouse, by keyboard and by touch."""

from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from explain.alternatives import Alternative, alternatives, parts, replace_word
from explain.run import Run
from tests.browser.accessibility import assert_accessible
from tests.browser.conftest import FIRST_TRANSLATION
from tests.browser.figures import shown
from tests.browser.visitor import DESKTOP, PHONE, on_a_phone, visiting
from ui.sentence_bar import FIRST_EXAMPLE

POPUP = "#word-choices .popup"
PATIENCE = 20_000


@pytest.fixture(scope="module")
def word(run) -> int:
    """Which of the words that can be changed has an alternative after which more than that word is another."""
    own = run.translation.text.split()
    changeable = [part for part in parts(run) if part.tokens]
    for number, part in enumerate(changeable[1:-1], start=1):
        [likeliest, *_] = alternatives(run, part.tokens[0]).others
        if likeliest.whole and not likeliest.special and likeliest.text[0].isalpha() and likeliest.text not in own:
            return number
    pytest.fail("expected a word with another word in its place; found none: choose another first example")


@pytest.fixture(scope="module")
def other(run, word) -> Alternative:
    """The likeliest alternative to that word."""
    return alternatives(run, position_of(run, word)).others[0]


def position_of(run: Run, word: int) -> int:
    return [part for part in parts(run) if part.tokens][word].tokens[0]


def assert_rewritten(page: Page, runner, run: Run, word: int, other: Alternative) -> None:
    """The page shows what the model makes of the word that was chosen."""
    changed = replace_word(runner, run, position_of(run, word), other.ids)
    expect(page.locator(FIRST_TRANSLATION)).to_have_text(changed.translation.text, timeout=PATIENCE)
    expect(page.locator(".translation .word.put")).to_have_text(other.text)
    expect(page.locator(".translation .whose")).to_contain_text(run.translation.text)


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 800}, PHONE])
def test_two_clicks_from_load_change_a_word_and_one_goes_back(browser, app_url, runner, run, word, other, viewport):
    with visiting(browser, app_url, viewport=viewport) as page:
        words = page.locator(f"{FIRST_TRANSLATION} .word")
        expect(words.first).to_be_in_viewport(timeout=PATIENCE)
        words.nth(word).click()
        page.locator(f"{POPUP} .choice").nth(1).click(timeout=PATIENCE)
        assert_rewritten(page, runner, run, word, other)
        expect(page.locator(POPUP)).to_be_hidden()
        page.wait_for_url("**prefix=**")
        page.locator(".translation .undo").click()
        expect(page.locator(FIRST_TRANSLATION)).to_have_text(run.translation.text, timeout=PATIENCE)
        expect(page.locator(".translation .change")).to_be_hidden()


def test_the_popup_shows_the_words_with_their_probabilities(browser, app_url, run, word):
    found = alternatives(run, position_of(run, word))
    with visiting(browser, app_url) as page:
        page.locator(f"{FIRST_TRANSLATION} .word").nth(word).click()
        choices = page.locator(f"{POPUP} .choice")
        expect(choices).to_have_count(1 + len(found.others), timeout=PATIENCE)
        for choice, each in zip(choices.all(), (found.own, *found.others), strict=True):
            expect(choice.locator(".amount")).to_have_text(f"{shown(100 * each.probability)}%")
            width = choice.locator(".fill").evaluate("fill => parseFloat(fill.style.width)")
            assert width == pytest.approx(100 * each.probability, abs=1e-4)
        expect(choices.first).to_have_attribute("aria-current", "true")
        expect(page.locator(f"{POPUP} .rest")).to_contain_text(f"{shown(100 * found.rest_probability)}%")
        choices.first.click()  # the word that stands there already
        expect(page.locator(POPUP)).to_be_hidden()
        expect(page.locator(FIRST_TRANSLATION)).to_have_text(run.translation.text)


def test_the_keyboard_alone_changes_a_word_and_goes_back(browser, app_url, runner, run, word, other):
    with visiting(browser, app_url) as page:
        words = page.locator(f"{FIRST_TRANSLATION} .word")
        words.first.focus(timeout=PATIENCE)
        for _ in range(word):
            page.keyboard.press("ArrowRight")
        expect(words.nth(word)).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator(f"{POPUP} .choice").nth(1)).to_be_focused(timeout=PATIENCE)
        page.keyboard.press("Escape")
        expect(page.locator(POPUP)).to_be_hidden()
        expect(words.nth(word)).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator(f"{POPUP} .choice").nth(1)).to_be_focused(timeout=PATIENCE)
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Enter")
        assert_rewritten(page, runner, run, word, other)
        expect(words.nth(word)).to_be_focused()
        page.keyboard.press("Tab")
        expect(page.locator(".translation .undo")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator(FIRST_TRANSLATION)).to_have_text(run.translation.text, timeout=PATIENCE)


def test_two_taps_change_a_word_on_a_phone(browser, app_url, runner, run, word, other):
    with on_a_phone(browser, app_url) as page:
        words = page.locator(f"{FIRST_TRANSLATION} .word")
        words.nth(word).tap(timeout=PATIENCE)
        choice = page.locator(f"{POPUP} .choice").nth(1)
        choice.wait_for(timeout=PATIENCE)
        size = page.locator(POPUP).bounding_box()
        assert size and size["x"] >= 0 and size["x"] + size["width"] <= PHONE["width"]
        heights = page.locator(f"{POPUP} .choice").evaluate_all("all => all.map(each => each.offsetHeight)")
        assert min(heights) >= 44
        choice.tap()
        assert_rewritten(page, runner, run, word, other)
        tops = words.evaluate_all("all => [...new Set(all.map(each => each.getBoundingClientRect().top))]")
        assert len(tops) > 1 and all(low - high >= 43 for high, low in pairwise(tops))
        page.locator(".translation .undo").tap()
        expect(page.locator(FIRST_TRANSLATION)).to_have_text(run.translation.text, timeout=PATIENCE)


def test_another_sentence_closes_the_popup(browser, app_url, word):
    with visiting(browser, app_url, viewport=DESKTOP) as page:
        page.locator(f"{FIRST_TRANSLATION} .word").nth(word).click()
        page.locator(f"{POPUP} .choice").nth(1).wait_for(timeout=PATIENCE)
        page.locator("#examples button").first.evaluate("button => button.click()")  # no pointer closes it
        page.wait_for_url("**text=Ram**")
        expect(page.locator(POPUP)).to_be_hidden()


def test_a_changed_translation_is_accessible(browser, app_url, runner, run, word, other):
    prefix = ".".join(map(str, replace_word(runner, run, position_of(run, word), other.ids).prefix))
    address = f"{app_url}?text={FIRST_EXAMPLE[0].replace(' ', '+')}&direction={FIRST_EXAMPLE[1]}&prefix={prefix}"
    with visiting(browser, address) as page:
        assert_rewritten(page, runner, run, word, other)
        for _ in ("light", "dark"):
            page.evaluate("document.body.classList.toggle('dark')")
            page.locator(f"{FIRST_TRANSLATION} .word").first.click()
            page.locator(f"{POPUP} .choice").nth(1).wait_for(timeout=PATIENCE)
            assert_accessible(page, ".translation", "#word-choices")
            page.keyboard.press("Escape")
