"""Where each word of the translation comes from: ribbons in the Translate tab, by mouse, keyboard and touch."""

import csv
import json
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

import ui.tabs.translate
from explain.attention import alignment
from explain.measured import AlignmentFigure, MeasuredAlignment
from explain.source_words import source_words
from tests.browser.accessibility import assert_accessible
from tests.browser.figures import ENDS, numbers, rounded, shown
from tests.browser.visitor import visiting
from ui.sentence_bar import FIRST_EXAMPLE

ROOT = ".word-sources"
THICKEST = 15
RIBBONS = """paths => paths.map(path => ({
    width: Number(path.getAttribute("stroke-width")), dashed: path.hasAttribute("stroke-dasharray"),
    opacity: Number(path.getAttribute("stroke-opacity"))}))"""


@pytest.fixture
def page(visitor) -> Page:
    """The widget as it opens: words, nothing kept, no comparison."""
    visitor.wait_for_selector(f"{ROOT} .word")
    for switch in (".show-pieces", ".show-attention"):
        visitor.locator(f"{ROOT} {switch}").uncheck()
    visitor.locator(f"{ROOT} .all").evaluate("button => { document.activeElement.blur(); button.click(); }")
    visitor.mouse.move(0, 0)
    return visitor


def words(page: Page, side: str) -> Locator:
    return page.locator(f"{ROOT} .{side}-words .word")


def ribbons(page: Page) -> list[dict]:
    return page.locator(f"{ROOT} .between path:not(.look)").evaluate_all(RIBBONS)


def assert_thick(page: Page, share: np.ndarray) -> None:
    """One ribbon for each share that can be seen, in its thickness, dashed where it is below 0."""
    share = share.astype(np.float64)
    expected = share.flatten() * THICKEST / abs(share).max()
    visible = expected[abs(expected) >= 0.3]
    found = ribbons(page)
    assert [ribbon["width"] for ribbon in found] == pytest.approx(abs(visible), rel=1e-9)
    assert [ribbon["dashed"] for ribbon in found] == list(visible < 0)


def strong(page: Page) -> list[float]:
    """The thickness of the ribbons that are not faint."""
    return [ribbon["width"] for ribbon in ribbons(page) if ribbon["opacity"] > 0.5]


def test_every_share_is_a_ribbon_between_its_words(page, run):
    found = source_words(run)
    assert words(page, "source").all_inner_texts() == [word.text for word in found.source]
    assert words(page, "target").all_inner_texts() == [word.text for word in found.target]
    assert_thick(page, found.share)
    assert len(strong(page)) == len(ribbons(page))
    row, column = np.unravel_index(found.share.argmax(), found.share.shape)
    expect(page.locator(f"{ROOT} .figure-details")).to_have_text(
        f"The thickest: “{found.source[column].text}” for “{found.target[row].text}”, +{shown(found.share.max())}"
    )


@pytest.mark.parametrize("act", ["hover", "focus"])
def test_one_words_ribbons_stay_with_their_numbers(page, run, act):
    found = source_words(run)
    getattr(words(page, "target").nth(2), act)()
    share = found.share[2]
    best = int(share.argmax())
    assert max(strong(page)) == pytest.approx(share.max() * THICKEST / found.share.max(), rel=1e-9)
    assert len(strong(page)) == sum(abs(share) * THICKEST / found.share.max() >= 0.3)
    expect(words(page, "source").nth(best).locator(".amount")).to_have_text(f"+{shown(share.max())}")
    details = page.locator(f"{ROOT} .figure-details")
    expect(details).to_contain_text(f"“{found.target[2].text}”: for it “{found.source[best].text}”")
    assert numbers(details.inner_text())[0] == rounded(share.max())

    getattr(words(page, "source").nth(1), act)()
    column = found.share[:, 1]
    expect(details).to_contain_text(f"“{found.source[1].text}” speaks for “{found.target[column.argmax()].text}”")
    assert numbers(details.inner_text())[0] == rounded(column.max())
    if act == "hover":
        page.mouse.move(0, 0)
        expect(details).to_contain_text("The thickest")
        assert len(strong(page)) == len(ribbons(page))


def test_the_keyboard_walks_over_the_words_keeps_one_and_lets_it_go(page):
    first = words(page, "source").first
    first.focus()
    page.keyboard.press("ArrowRight")
    expect(words(page, "source").nth(1)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(words(page, "target").nth(1)).to_be_focused()
    page.keyboard.press("End")
    last = words(page, "target").last
    expect(last).to_be_focused()
    page.keyboard.press("Enter")
    expect(last).to_have_attribute("aria-pressed", "true")
    few = len(strong(page))
    page.locator(f"{ROOT} .show-pieces").focus()  # away, and the word is kept
    assert len(strong(page)) == few < len(ribbons(page))
    last.focus()
    page.keyboard.press("Escape")
    expect(last).to_have_attribute("aria-pressed", "false")
    assert len(strong(page)) == len(ribbons(page))


def test_pieces_stand_in_the_order_of_the_model(page, run):
    pieces = source_words(run).pieces
    page.locator(f"{ROOT} .show-pieces").check()
    expect(words(page, "source")).to_have_count(len(pieces.source))
    expect(words(page, "target")).to_have_count(len(pieces.target))
    assert words(page, "source").first.inner_text() == pieces.source[0].text
    assert_thick(page, pieces.share)
    words(page, "target").nth(1).hover()
    assert numbers(page.locator(f"{ROOT} .figure-details").inner_text())[0] == rounded(pieces.share[1].max())


def test_attention_is_a_faint_comparison_that_can_be_switched_on(page, run):
    looks = page.locator(f"{ROOT} .between .look")
    expect(looks).to_have_count(0)
    expect(page.locator(f"{ROOT} .attention-key")).to_be_hidden()
    page.locator(f"{ROOT} .show-attention").check()
    attention = source_words(run).attention
    visible = attention[attention > 1 / 255]
    drawn = looks.evaluate_all("paths => paths.map(path => Number(path.getAttribute('stroke-opacity')))")
    assert drawn == pytest.approx(visible.tolist(), rel=1e-6)
    expect(page.locator(f"{ROOT} .attention-key")).to_contain_text("where decoder L")
    words(page, "target").nth(1).hover()
    details = page.locator(f"{ROOT} .figure-details").inner_text()
    assert numbers(details)[-1] == rounded(100 * attention[1].max())
    assert "why" not in page.locator(ROOT).inner_text().lower()


def test_what_speaks_against_a_word_is_dashed_and_said(browser, runner, page, run, monkeypatch):
    found = source_words(run)
    share = found.share.copy()
    share[0, int(found.share[0].argmax())] *= -1
    monkeypatch.setattr(ui.tabs.translate, "source_words", lambda run: replace(found, share=share))
    with visiting(browser, page.url) as other:
        other.wait_for_selector(f"{ROOT} .word")
        assert_thick(other, share)
        assert any(ribbon["dashed"] for ribbon in ribbons(other))
        words(other, "target").first.hover()
        against = found.source[int(share[0].argmin())].text
        expect(other.locator(f"{ROOT} .figure-details")).to_contain_text(
            f"; against it “{against}” {shown(share[0].min())}"
        )


def test_the_line_about_it_has_the_measured_error_rates_where_there_are_some(browser, runner, page, monkeypatch):
    rates = [("logit-share-average", 0.2654, 0.241, 0.29), ("mean-of-heads", 0.4601, 0.4358, 0.485)]
    figures = [
        AlignmentFigure(method=method, direction=FIRST_EXAMPLE[1], error=error, low=low, high=high)
        for method, error, low, high in rates
    ]
    for measured, said in [
        (None, None),
        (MeasuredAlignment(text="europarl", n_sentences=49, figures=tuple(figures)), "49 sentence pairs"),
        (MeasuredAlignment(text="europarl", n_sentences=49, figures=tuple(figures[:1])), None),
    ]:
        monkeypatch.setattr(runner, "measured", measured)
        with visiting(browser, page.url) as other:
            other.wait_for_selector(f"{ROOT} .word")
            line = other.locator(f"{ROOT} .meant").inner_text()
        assert "Only the direct path is meant" in line
        if said is None:
            assert not numbers(line)
        else:
            assert said in line and "(europarl)" in line
            assert numbers(line) == [49, 0.265, 95, 0.241, 0.29, 0.46, 95, 0.436, 0.485, 0]


def test_a_head_that_learned_to_align_is_a_second_opinion(browser, runner, page, run, monkeypatch):
    expect(page.locator(f"{ROOT} .opinion-label")).to_be_hidden()
    monkeypatch.setattr(runner.text_model, "alignment_head", (1, 2))
    with visiting(browser, page.url) as other:
        other.wait_for_selector(f"{ROOT} .word")
        other.locator(f"{ROOT} .opinion").select_option(index=1)
        aligned = source_words(run).aligned
        assert aligned is not None
        assert_thick(other, aligned)
        expect(other.locator(f"{ROOT} .meant")).to_contain_text("where decoder L2 H3 looked")
        expect(other.locator(f"{ROOT} .most")).to_have_text(f"{shown(100 * aligned.max())}%")
        words(other, "target").nth(1).hover()
        assert numbers(other.locator(f"{ROOT} .figure-details").inner_text())[0] == rounded(100 * aligned[1].max())


def test_links_numbers_and_picture_can_be_saved(page, run):
    def saved(name: str) -> str:
        with page.expect_download() as download:
            page.locator(ROOT).get_by_role("button", name=name).click()
        return download.value.path().read_text()

    found = source_words(run)
    assert saved("Pharaoh") == f"{found.links}\n"
    rows = list(csv.DictReader(saved("CSV").splitlines()))
    assert [float(row["share"]) for row in rows] == found.share.flatten().tolist()
    assert [float(row["attention"]) for row in rows] == found.attention.flatten().tolist()
    whole = json.loads(saved("JSON"))
    assert whole["share"] == found.share.tolist() and whole["links"] == found.links
    assert whole["target"] == [word.text for word in found.target]
    assert whole["attention_of"] == f"cross-attention of decoder L{alignment(run).layer + 1}, mean over its heads"
    drawing = ElementTree.fromstring(saved("SVG"))
    texts = [element.text for element in drawing.iter("{http://www.w3.org/2000/svg}text")]
    assert {word.text for word in (*found.source, *found.target)} <= set(texts)
    assert len(list(drawing.iter("{http://www.w3.org/2000/svg}path"))) == len(ribbons(page))


def test_on_a_phone_the_words_stand_in_two_columns_and_a_tap_keeps_one(browser, app_url, run):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(app_url)
    page.wait_for_selector(f"{ROOT} .plane.columns .word")
    found = source_words(run)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    ends = words(page, "target").evaluate_all(ENDS)
    assert all(low[0] - high[1] >= 8 - 0.01 for high, low in pairwise(ends))
    assert_thick(page, found.share)

    word = words(page, "target").nth(1)
    word.tap()
    expect(word).to_have_attribute("aria-pressed", "true")
    expect(page.locator(f"{ROOT} .figure-details")).to_contain_text(f"“{found.target[1].text}”: for it")
    few = len(strong(page))
    assert few < len(ribbons(page))
    word.tap()
    expect(word).to_have_attribute("aria-pressed", "false")
    assert len(strong(page)) == len(ribbons(page))
    context.close()


def test_a_long_text_scrolls_inside_its_frame_and_says_so(browser, app_url):
    text = ",+".join(["a man and a woman walk along the street"] * 8).replace(" ", "+")
    with visiting(browser, f"{app_url}?text={text}&direction=en-de") as page:
        page.wait_for_function(f"document.querySelectorAll('{ROOT} .source-words .word').length > 60")
        frame = page.locator(f"{ROOT} .frame")
        assert frame.evaluate("frame => frame.scrollHeight > frame.clientHeight")
        assert frame.evaluate("frame => frame.clientHeight") <= 0.86 * 900
        expect(page.locator(f"{ROOT} .more")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == 1280


def test_markup_is_shown_not_run(browser, app_url):
    markup = "<img src=x onerror=document.title='broken'>"
    with visiting(browser, f"{app_url}?text={markup.replace('=', '%3D').replace(' ', '+')}&direction=en-de") as page:
        page.wait_for_function(f"document.querySelector('{ROOT} .source-words')?.innerText.includes('onerror')")
        assert page.title() != "broken"
        assert page.locator(f"{ROOT} img").count() == 0
        # rare signs are spelled in bytes, which a word has put together again
        assert "".join(words(page, "source").all_inner_texts()[:-2]) == markup.replace(" ", "")


def test_the_widget_is_accessible(page):
    words(page, "target").nth(1).click()
    page.locator(f"{ROOT} .show-attention").check()
    for _ in ("light", "dark"):
        page.evaluate("document.body.classList.toggle('dark')")
        assert_accessible(page, ROOT)
