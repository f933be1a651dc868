"""What the page says about the text: how it was read, what is wrong with it, and whether it is what stands below."""

import threading

import pytest
from playwright.sync_api import Page, expect

import explain.runner
import ui.page
from explain.run import Settings
from tests.browser.accessibility import assert_accessible
from tests.browser.conftest import FIRST_TRANSLATION
from ui.sentence_bar import FIRST_EXAMPLE

PATIENCE = 20_000
NOTES = "#notes .list .note"
STALE = "#notes .stale"


@pytest.fixture
def page(visitor) -> Page:
    return visitor


def enter(page: Page, text: str) -> None:
    page.locator("#text textarea").fill(text)
    page.locator("#text textarea").press("Enter")


def best(runner, text: str, direction: str = "en-de") -> str:
    return runner.run(text, Settings(direction=direction)).translation.text


def test_a_sentence_in_capitals_is_read_in_small_letters_and_stays_as_it_was_typed(page, runner):
    enter(page, "I LOVE MY DOG.")
    expect(page.locator(NOTES)).to_have_text("Read as: I love my dog.", timeout=PATIENCE)
    expect(page.locator(FIRST_TRANSLATION)).to_have_text(best(runner, "I love my dog."))
    expect(page.locator("#text textarea")).to_have_value("I LOVE MY DOG.")
    expect(page.locator(STALE)).to_be_hidden()


def test_one_press_turns_the_wrong_direction_round(page, runner):
    text = "Ich habe den Hund nicht gesehen."
    enter(page, text)
    note = page.locator(NOTES)
    expect(note).to_contain_text("This looks like German, and was read as English.", timeout=PATIENCE)
    note.get_by_role("button", name="Translate German → English").click()
    expect(page.locator(FIRST_TRANSLATION)).to_have_text(best(runner, text, "de-en"), timeout=PATIENCE)
    expect(page.get_by_label("Direction")).to_have_value("German → English")
    expect(note).to_have_count(0)


def test_a_direction_that_is_chosen_translates_at_once(page, runner):
    page.get_by_label("Direction").click()
    page.get_by_role("option", name="German → English").click()
    enter(page, "Das ist gut.")
    expect(page.locator(FIRST_TRANSLATION)).to_have_text(best(runner, "Das ist gut.", "de-en"), timeout=PATIENCE)
    page.get_by_label("Direction").click()
    page.get_by_role("option", name="English → German").click()
    expect(page.locator(FIRST_TRANSLATION)).to_have_text(best(runner, "Das ist gut.", "en-de"), timeout=PATIENCE)
    page.wait_for_url("**direction=en-de**")


def test_what_belongs_to_another_text_is_marked_on_every_tab_until_it_is_translated(page, runner):
    enter(page, "The dog is big.")
    expect(page.locator(FIRST_TRANSLATION)).to_have_text(best(runner, "The dog is big."), timeout=PATIENCE)
    expect(page.locator("#tabs.stale")).to_have_count(0)
    page.locator("#text textarea").fill("The dog is small.")
    for tab in ("Attention", "Translate"):
        page.get_by_role("tab", name=tab, exact=True).click()
        expect(page.locator(STALE)).to_contain_text("What stands below belongs to “The dog is big.”")
        expect(page.locator("#tabs.stale")).to_have_count(1)
    page.locator("#text textarea").fill("The dog is big.")  # and it is this one's again
    expect(page.locator(STALE)).to_be_hidden()
    page.locator("#text textarea").fill("The dog is small.")
    page.locator(STALE).get_by_role("button").click()
    expect(page.locator(FIRST_TRANSLATION)).to_have_text(best(runner, "The dog is small."), timeout=PATIENCE)
    expect(page.locator(STALE)).to_be_hidden()
    expect(page.locator("#tabs.stale")).to_have_count(0)


def test_without_a_sentence_the_page_asks_for_one_and_offers_an_example(page, runner):
    enter(page, "  ")
    problem = page.locator(".translation .problem")
    expect(problem).to_contain_text("Type a sentence first.", timeout=PATIENCE)
    expect(page.locator(STALE)).to_be_hidden()
    problem.get_by_role("button", name="Take an example").click()
    expect(page.locator(FIRST_TRANSLATION)).to_have_text(best(runner, *FIRST_EXAMPLE), timeout=PATIENCE)
    expect(page.locator("#text textarea")).to_have_value(FIRST_EXAMPLE[0])


def test_of_a_text_that_is_too_long_the_beginning_is_translated(page, runner, monkeypatch):
    monkeypatch.setattr(explain.runner, "MAX_SOURCE_TOKENS", 6)  # of 128, the translation takes its time
    enter(page, "I see a small house and a dog and a man.")
    problem = page.locator(".translation .problem")
    expect(problem).to_contain_text("too long for the model", timeout=PATIENCE)
    problem.get_by_role("button", name="Translate its beginning").click()
    expect(page.locator("#text textarea")).to_have_value("I see a small house and", timeout=PATIENCE)
    expect(page.locator(FIRST_TRANSLATION)).to_have_text(best(runner, "I see a small house and"), timeout=PATIENCE)


def test_a_long_word_is_not_translated_without_a_word(page, monkeypatch):
    go_on, search = threading.Event(), ui.page._Page.on_run

    def held(self, run):
        assert go_on.wait(60)
        return search(self, run)

    monkeypatch.setattr(ui.page._Page, "on_run", held)
    word = "un" * 35
    try:
        enter(page, word)
        expect(page.locator("#notes .waiting")).to_contain_text("A word of 70 letters", timeout=PATIENCE)
        page.wait_for_function("getComputedStyle(document.querySelector('#notes .waiting')).visibility === 'visible'")
    finally:
        go_on.set()
    expect(page.locator("#notes .waiting")).to_be_hidden(timeout=PATIENCE)
    expect(page.locator(STALE)).to_be_hidden()


def test_markup_is_shown_not_run(page):
    enter(page, "<IMG SRC=X ONERROR=DOCUMENT.TITLE='BROKEN'>")
    expect(page.locator(NOTES).first).to_contain_text("Read as: <Img", timeout=PATIENCE)
    assert page.locator("#notes img").count() == 0


def test_the_notes_are_accessible(page):
    enter(page, "ICH HABE DEN HUND NICHT GESEHEN.")
    expect(page.locator(NOTES)).to_have_count(2, timeout=PATIENCE)
    page.mouse.move(0, 0)
    for _ in ("light", "dark"):
        page.evaluate("document.body.classList.toggle('dark')")
        assert_accessible(page, "#notes")
    page.locator("#text textarea").fill("A man.")
    expect(page.locator(STALE)).to_be_visible()
    for _ in ("light", "dark"):
        page.evaluate("document.body.classList.toggle('dark')")
        assert_accessible(page, "#notes", "#translation")
