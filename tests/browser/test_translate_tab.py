"""What a visitor does in the Translate tab."""

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from explain.attention import alignment
from explain.run import Settings
from tests.browser.accessibility import assert_accessible
from tests.browser.conftest import FIRST_TRANSLATION
from tests.browser.waits import answered
from ui.sentence_bar import FIRST_EXAMPLE


@pytest.fixture
def page(visitor, runner) -> Page:
    """The tab as it opens: the first example in its direction, and the best translation of it."""
    text, direction = FIRST_EXAMPLE
    best = runner.run(text, Settings(direction=direction)).translation.text
    if visitor.get_by_label("Direction").input_value() != "English → German":
        visitor.locator("#swap").click()
        expect(visitor.get_by_label("Direction")).to_have_value("English → German")
    shown = visitor.locator(FIRST_TRANSLATION)
    if visitor.locator("#text textarea").input_value() != text or shown.inner_text() != best:
        visitor.locator("#text textarea").fill(text)
        visitor.locator("#text textarea").press("Enter")
    expect(shown).to_have_text(best)
    visitor.mouse.move(0, 0)
    return visitor


def translate(page, text: str) -> None:
    """Types a sentence, presses Enter and waits for the tab to show another result."""
    before = page.locator(".translation").inner_text()
    page.locator("#text textarea").fill(text)
    page.locator("#text textarea").press("Enter")
    page.wait_for_function("before => document.querySelector('.translation').innerText !== before", arg=before)


def test_the_first_paint_shows_a_computed_example(page, runner):
    run = runner.run(FIRST_EXAMPLE[0], Settings(direction=FIRST_EXAMPLE[1]))
    assert page.locator(FIRST_TRANSLATION).inner_text() == run.translation.text
    assert page.locator(".target .token").count() == len(run.translation.tokens)


def test_no_line_begins_with_a_full_stop_however_narrow_the_text(page):
    lines = page.locator(f"{FIRST_TRANSLATION} .glued").last.evaluate(
        """(end) => Array.from({ length: 40 }, (_, i) => {
            end.parentElement.style.width = `${100 + 10 * i}px`;
            return end.getClientRects().length;
        })"""
    )
    assert set(lines) == {1} and page.locator(f"{FIRST_TRANSLATION} .glued").last.inner_text().endswith(".")


def test_typing_a_sentence_translates_it(page, runner):
    translate(page, "The dog is big.")
    run = runner.run("The dog is big.", Settings(direction="en-de"))
    assert page.locator(FIRST_TRANSLATION).inner_text() == run.translation.text
    scores = page.locator(".hypotheses .list button").all_inner_texts()
    assert len(scores) == len(run.translations) == 4


def test_a_tokens_probability_appears_on_hover_and_on_focus(page, runner):
    run = runner.run(FIRST_EXAMPLE[0], Settings(direction=FIRST_EXAMPLE[1]))
    for act in ("hover", "focus"):
        getattr(page.locator(".target .token").nth(1), act)()
        details = page.locator(".hypotheses .figure-details").inner_text()
        shown = float(details.split("probability ")[1].split("%")[0])
        assert shown == pytest.approx(100 * run.translation.tokens[1].probability, rel=6e-3)


def test_swapping_turns_the_translation_into_the_sentence(page):
    german = page.locator(FIRST_TRANSLATION).inner_text()
    page.locator("#swap").click()
    page.wait_for_function(
        "german => document.querySelector('#text textarea').value === german"
        " && document.querySelector('.translation .text').innerText !== german",
        arg=german,
    )
    assert page.get_by_label("Direction").input_value() == "German → English"


def test_choosing_a_hypothesis_shows_it(page):
    second = page.locator(".hypotheses .list button").nth(1)
    text = second.locator("span").nth(1).inner_text()
    second.click()
    page.wait_for_function("text => document.querySelector('.translation .text').innerText === text", arg=text)
    assert page.locator(".hypotheses .list button").nth(1).get_attribute("aria-pressed") == "true"


def test_the_address_reopens_the_same_sentence(page, browser):
    translate(page, "Where is my book?")
    page.wait_for_url("**text=Where**")
    second = page.locator(".hypotheses .list button").nth(1)
    expected = second.locator("span").nth(1).inner_text()
    second.click()
    page.wait_for_url("**chosen=1**")
    expect(page.locator(FIRST_TRANSLATION)).to_have_text(expected)
    context = browser.new_context()
    other = context.new_page()
    other.goto(page.url)
    other.wait_for_function(
        "expected => document.querySelector('.translation .text')?.innerText === expected", arg=expected
    )
    assert other.locator("#text textarea").input_value() == "Where is my book?"
    context.close()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("   ", "Type a sentence first."),
        ("house " * 500, "This is too long for the model"),
    ],
)
def test_bad_text_gets_a_message_and_the_next_text_a_translation(page, text, message):
    translate(page, text)
    expect(page.locator(".translation .problem")).to_contain_text(message)
    assert page.locator("#text textarea").input_value() == text
    translate(page, "Thank you.")
    assert page.locator(FIRST_TRANSLATION).is_visible()


MARKUP = ["<img src=x onerror=document.title='broken'>", "${document.title='broken'}", "{{7*7}}"]


@pytest.mark.parametrize("text", MARKUP)
def test_markup_is_shown_not_run(page, text):
    translate(page, text)
    assert page.title() != "broken"
    assert page.locator(".translation img").count() == 0
    page.wait_for_url(lambda url: parse_qs(urlsplit(url).query)["text"] == [text])
    answered(page)
    page.locator(".word-sources .show-pieces").check()
    tokens = "".join(page.locator(".word-sources .source-words .token:not(.special)").all_inner_texts())
    characters = re.sub(r"<0x(..)>", lambda byte: chr(int(byte[1], 16)), tokens)  # rare signs are spelled in bytes
    assert characters.replace("␣", "") == text.replace(" ", "")


def test_the_numbers_can_be_saved(page, runner):
    with page.expect_download() as download:
        page.locator(".hypotheses").get_by_role("button", name="Save the numbers (JSON)").click()
    saved = json.loads(download.value.path().read_text())
    run = runner.run(FIRST_EXAMPLE[0], Settings(direction=FIRST_EXAMPLE[1]))
    assert saved["hypotheses"][0]["text"] == run.translation.text
    assert saved["hypotheses"][0]["score"] == pytest.approx(run.translation.score)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_tab_is_accessible(page, scheme):
    page.emulate_media(color_scheme=scheme)
    page.reload()
    page.wait_for_selector(".hypotheses .target .token")
    assert_accessible(page, ".translation", ".hypotheses")


def test_the_page_and_the_saved_numbers_say_whose_look_it_is(page, runner):
    layer = alignment(runner.run(FIRST_EXAMPLE[0], Settings(direction=FIRST_EXAMPLE[1]))).layer + 1
    page.locator(".word-sources .show-attention").check()
    expect(page.locator(".word-sources .attention-key")).to_contain_text(
        f"where decoder L{layer} looked, its heads’ mean"
    )
    with page.expect_download() as download:
        page.locator(".word-sources").get_by_role("button", name="Save the numbers (JSON)").click()
    saved = json.loads(download.value.path().read_text())
    assert saved["attention_of"] == f"cross-attention of decoder L{layer}, mean over its heads"
