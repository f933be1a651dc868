"""A saved picture says what it is about, and carries the link that opens it again."""

import re
from html import unescape
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.waits import answered
from ui.sentence_bar import FIRST_EXAMPLE


def saved(page: Page, button: str) -> bytes:
    """The file that a button saves."""
    with page.expect_download() as download:
        page.locator(button).click()
    return Path(download.value.path()).read_bytes()


def words(svg: bytes) -> str:
    """The words in a drawing, line after line."""
    return "".join(map(unescape, re.findall(r"<text[^>]*>([^<]*)</text>", svg.decode())))


def test_pictures_carry_sentence_translation_and_link(page, runner):
    settings = runner.default_settings(FIRST_EXAMPLE[1])
    expect(page.locator(".word-sources .source-words .word").first).to_be_visible(timeout=20_000)
    text = "The cat sleeps."
    page.locator("#text textarea").fill(text)
    page.locator("#text textarea").press("Enter")
    page.wait_for_url("**text=The+cat+sleeps.**", timeout=20_000)
    answered(page)
    run = runner.run(text, settings)
    found = words(saved(page, ".word-sources .save-svg"))
    assert f"{text}→ {run.translation.text}{page.url}" in found
    page.get_by_role("tab", name="Inside").click()
    expect(page.locator("#inside-stage .where")).to_contain_text("1 of", timeout=20_000)
    page.wait_for_url("**tab=inside**")
    answered(page)
    figure = words(saved(page, "#inside-diagram .save-svg"))
    assert page.url in figure and text not in figure  # it is about the model
    canvas = page.locator("#inside-stage canvas")
    height = canvas.evaluate("one => parseFloat(one.style.height)")
    picture = Image.open(BytesIO(saved(page, "#inside-stage .save-png")))
    over = (picture.height - height - 2 * 10) / 20  # lines of title, sentence, translation and link
    assert over.is_integer() and 4 <= over <= 4 + len(page.url) // 50


def test_the_page_uses_a_wide_screen(page):
    page.set_viewport_size({"width": 1920, "height": 1080})
    assert page.locator("#tabs").bounding_box()["width"] > 1600
    page.set_viewport_size({"width": 1280, "height": 900})
    page.wait_for_function("() => document.documentElement.scrollWidth <= 1280")
