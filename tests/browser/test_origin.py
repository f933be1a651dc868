"""The question about the sentence at hand: asked under its translation, answered where it stands."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from explain.measured import AlignmentFigure, MeasuredAlignment
from explain.origin import Origin, telling_origin
from explain.run import Settings
from explain.runner import Runner
from tests.browser.accessibility import assert_accessible
from tests.browser.visitor import PHONE, visiting
from tests.browser.waits import answered
from ui.sentence_bar import FIRST_EXAMPLE

ORIGIN = "#origin"
ASKED, ANSWER, MORE = (f"{ORIGIN} {part}" for part in (".asked", ".answer", ".more"))


@pytest.fixture(scope="module")
def page(browser, app_url) -> Iterator[Page]:
    with visiting(browser, app_url, console_errors=True, viewport={"width": 1280, "height": 800}) as page:
        expect(page.locator(ASKED)).to_be_visible(timeout=20_000)
        yield page


def origin_of(runner: Runner, text: str) -> Origin | None:
    return telling_origin(runner.run(text, Settings(direction="en-de")))


def translate(page: Page, text: str) -> None:
    page.locator("#text textarea").fill(text)
    page.locator("#text textarea").press("Enter")
    page.wait_for_function("text => new URL(location).searchParams.get('text') === text", arg=text)
    answered(page)


def assert_answers(page: Page, origin: Origin) -> None:
    expect(page.locator(ASKED)).to_have_text(f"Which of your words made “{origin.target_text}”?")
    expect(page.locator(ANSWER)).to_contain_text(f"“{origin.target_text}” came mostly from “{origin.source_text}”: ")
    [part] = re.findall(r"([\d.]+)\s?% of all that spoke for it\.$", page.locator(ANSWER).inner_text())
    assert float(part) == pytest.approx(100 * origin.part, rel=6e-3)


def test_it_is_asked_in_the_first_screen_and_answered_by_one_press(page, runner):
    expect(page.locator(ASKED)).to_be_in_viewport(ratio=1)
    expect(page.locator(ANSWER)).to_be_hidden()
    page.locator(ASKED).click()
    expect(page.locator(ANSWER)).to_be_in_viewport(ratio=1)
    assert_answers(page, origin_of(runner, FIRST_EXAMPLE[0]))


def test_another_sentence_is_another_question_not_yet_answered(page, runner):
    translate(page, "I love eating pizza.")
    expect(page.locator(ANSWER)).to_be_hidden()
    page.locator(ASKED).press("Enter")
    assert_answers(page, origin_of(runner, "I love eating pizza."))


def test_it_leads_to_the_ribbons_of_that_word(page, runner):
    translate(page, "The house is old.")
    page.locator(".word-sources .show-pieces").check()
    page.locator(ASKED).click()
    page.locator(MORE).click()
    word = page.locator(".word-sources .target-words .word").nth(origin_of(runner, "The house is old.").target)
    expect(word).to_have_attribute("aria-pressed", "true")
    expect(word).to_be_focused()
    expect(word).to_be_in_viewport(ratio=1)
    expect(page.locator(".word-sources .show-pieces")).not_to_be_checked()
    expect(page.locator(".word-sources .figure-title")).to_be_in_viewport()


def test_where_there_is_no_choice_or_no_translation_nothing_is_asked(page):
    translate(page, "house")
    expect(page.locator(f"{ORIGIN} .origin")).to_be_hidden()
    translate(page, "The dog is big.")
    expect(page.locator(ASKED)).to_be_visible()
    page.locator("#text textarea").fill("  ")
    page.locator("#text textarea").press("Enter")
    expect(page.locator(f"{ORIGIN} .origin")).to_be_hidden()


def test_how_far_to_trust_it_is_what_was_measured(page, runner, monkeypatch):
    figure = AlignmentFigure(method="logit-share-average", direction="en-de", error=0.234, low=0.2, high=0.3)
    figures = (figure, replace(figure, method="mean-of-heads", error=0.5))
    monkeypatch.setattr(runner, "measured", MeasuredAlignment(text="letters", n_sentences=17, figures=figures))
    translate(page, "The cat is big.")
    page.locator(ASKED).click()
    measured = page.locator(f"{ORIGIN} .measured")
    expect(measured).to_contain_text("17 sentence pairs that people matched word by word (letters)")
    expect(measured).to_contain_text(re.compile(r"error rate of 23\.4\s?%"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible(page, scheme):
    translate(page, f"The {'dog' if scheme == 'light' else 'cat'} sees a small house.")
    page.evaluate("dark => document.body.classList.toggle('dark', dark)", scheme == "dark")
    page.locator(ASKED).click()
    assert_accessible(page, ORIGIN, rules=None if scheme == "light" else ["color-contrast"])


def test_on_a_phone_the_answer_fits(browser, app_url):
    with visiting(browser, app_url, viewport=PHONE) as page:
        page.locator(ASKED).click()
        expect(page.locator(ANSWER)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
