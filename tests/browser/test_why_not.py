"""Why this token and not that one: the Next token tab's comparison, by mouse, keyboard and touch."""

import csv
import json
import math
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from explain.contrast import Contrast, contrast
from explain.next_token import distribution
from explain.run import Run
from tests.browser.accessibility import assert_accessible
from tests.browser.figures import ENDS, numbers, rounded
from tests.browser.visitor import visiting
from tests.browser.waits import answered, drawn
from ui.sentence_bar import FIRST_EXAMPLE

ROOT, BARS, STEPS = "#why-not", "#next-token-bars", "#next-token-steps"
WORDS = {"source", "read"}
# The numbers beside the bars, from top to bottom, the difference last; and the bars' widths, below 0 to the left.
AMOUNTS = """texts => texts.map(text => text.getAttribute("text-anchor") === "end" ? text.textContent : "")
    .filter(text => /^[+−]?[0-9]/.test(text))"""
DRAWN = """drawing => {
    const middle = Number([...drawing.querySelectorAll("line")].find(line =>
        line.getAttribute("x1") === line.getAttribute("x2")).getAttribute("x1"));
    return [...drawing.querySelectorAll("rect:not([fill=none])")].map(bar =>
        Number(bar.getAttribute("width")) * (Number(bar.getAttribute("x")) < middle - 1e-6 ? -1 : 1));
}"""


@pytest.fixture(scope="module")
def visitor(browser, app_url) -> Iterator[Page]:
    """One visitor for all tests of this file: the page takes long to open."""
    with visiting(browser, app_url) as page:
        page.get_by_role("tab", name="Next token").click()
        yield page


@pytest.fixture
def tab(visitor) -> Page:
    """The tab at its first step, compared with the likeliest other token, every word shown."""
    step(visitor, 1)  # a step that was left forgets whom it was compared with
    step(visitor, 0)
    visitor.locator(f"{ROOT} .every").check()
    return visitor


def step(page: Page, position: int) -> None:
    page.locator(f"{STEPS} .sequence button").nth(position).click()
    expect(page.locator(f"{BARS} .title")).to_contain_text(f"Step {position + 1} of ")
    page.locator(ROOT).scroll_into_view_if_needed()  # it is asked when it is in sight
    expect(page.locator(f"{ROOT} .title")).to_contain_text(f"Step {position + 1} of ")
    answered(page)


def plain(text: str) -> str:
    return text.removeprefix("▁")


def rivals(run: Run, position: int) -> list:
    """The list's tokens that were not chosen, by rank."""
    chosen = run.target_out[position].id
    return [(i, each) for i, each in enumerate(distribution(run, position).candidates) if each.id != chosen]


def assert_compared(page: Page, found: Contrast) -> None:
    """What is on the screen is this comparison, every part of it, and adds up."""
    title = f"Step {found.position + 1} of "
    expect(page.locator(f"{ROOT} .title")).to_contain_text(title)
    expect(page.locator(f"{ROOT} .title")).to_contain_text(
        f": why “{plain(found.chosen.text)}” and not “{plain(found.rival.text)}”?"
    )
    values = [*(part.value for part in found.parts), found.difference]
    drawn(page)
    amounts = page.locator(f"{ROOT} .parts text").evaluate_all(AMOUNTS)
    assert [numbers(amount.replace("+", ""))[0] for amount in amounts] == [rounded(value) for value in values]
    bars = page.locator(f"{ROOT} .parts").evaluate(DRAWN)
    assert sum(bars[:-1]) == pytest.approx(bars[-1], abs=1e-3 * max(map(abs, bars)))
    scale = bars[-1] / found.difference
    assert bars == pytest.approx([value * scale for value in values], abs=1e-6 * max(map(abs, bars)))
    verdict = page.locator(f"{ROOT} .verdict").inner_text()
    times = math.exp(abs(found.difference))
    assert numbers(verdict)[:3] == [rounded(found.chosen_logit), rounded(found.rival_logit), rounded(times)]


def test_the_likeliest_other_token_is_compared_at_once_and_at_every_step(tab, passes, run):
    before = passes.n
    [(_, second), *_] = rivals(run, 0)
    assert_compared(tab, contrast(run, 0, second.id))
    step(tab, 3)
    [(_, second), *_] = rivals(run, 3)
    assert_compared(tab, contrast(run, 3, second.id))
    assert passes.n == before


def test_a_rival_of_the_list_is_compared_and_not_forced(tab, run):
    row, rival = rivals(run, 0)[2]
    text = tab.locator(f"{STEPS} .now").inner_text()
    tab.locator(f"{BARS} tbody tr").nth(row).get_by_role("button", name="Why not").click()
    expect(tab.locator(f"{ROOT} .title")).to_be_focused()
    expect(tab.locator(f"{ROOT} .title")).to_be_in_viewport()
    assert_compared(tab, contrast(run, 0, rival.id))
    expect(tab.locator(f"{ROOT} input.rival")).to_have_value(plain(rival.text))
    assert tab.locator(f"{STEPS} .now").inner_text() == text

    # beside the button nothing is forced either
    cell = tab.locator(f"{BARS} tbody tr").nth(row).locator("td.rival")
    cell.click(position={"x": 2, "y": 2})
    answered(tab)
    assert tab.locator(f"{STEPS} .now").inner_text() == text


def test_the_keyboard_reaches_it_types_another_and_walks_over_the_parts(tab, runner, run):
    row, rival = rivals(run, 1)[1]
    step(tab, 1)
    button = tab.locator(f"{BARS} tbody tr").nth(row).get_by_role("button", name="Why not")
    button.focus()
    tab.keyboard.press("Enter")
    expect(tab.locator(f"{ROOT} .title")).to_be_focused()
    assert_compared(tab, contrast(run, 1, rival.id))

    tab.keyboard.press("Tab")
    expect(tab.locator(f"{ROOT} input.rival")).to_be_focused()
    tab.keyboard.press("Control+a")
    tab.keyboard.type("▁Hund")
    tab.keyboard.press("Enter")
    [hund] = runner.tokenizer.encode("Hund")
    expect(tab.locator(f"{ROOT} .title")).to_contain_text("not “Hund”")
    found = contrast(run, 1, hund)
    assert_compared(tab, found)

    tab.locator(f"{ROOT} .parts").focus()
    for _ in found.parts:
        tab.keyboard.press("ArrowUp")
    details = tab.locator(f"{ROOT} .figure-details")
    first = found.parts[0]
    expect(details).to_contain_text(f"“{first.word.text}”, of your words: ")
    assert numbers(details.inner_text())[-2:] == [rounded(first.value), rounded(100 * first.attention)]
    for _ in found.parts:
        tab.keyboard.press("ArrowDown")
    expect(details).to_contain_text("the rest: biases and shifts: ")
    assert numbers(details.inner_text())[0] == rounded(found.parts[-1].value)


def test_words_that_matter_little_stand_in_one_row_and_still_add_up(tab, run):
    [(_, second), *_] = rivals(run, 0)
    found = contrast(run, 0, second.id)
    tab.locator(f"{ROOT} .every").uncheck()
    drawn(tab)
    bars = tab.locator(f"{ROOT} .parts").evaluate(DRAWN)
    assert len(bars) < len(found.parts) + 1
    assert sum(bars[:-1]) == pytest.approx(bars[-1], abs=1e-3 * max(map(abs, bars)))
    expect(tab.locator(f"{ROOT} .parts")).to_contain_text(" others")


def test_a_rival_that_is_none_gets_words_and_the_next_one_an_answer(tab, runner, run):
    field, problem = tab.locator(f"{ROOT} input.rival"), tab.locator(f"{ROOT} .problem")
    chosen = plain(run.target_out[0].text)
    for typed, message in [
        ("  ", "rival: expected a token of the vocabulary; found none"),
        ("Straßenbahnhaltestelle", "rival: expected one token of the vocabulary; found 'Straßenbahnhaltestelle'"),
        (f"▁{chosen}", "rival: expected another token than the chosen one"),
        ("<img src=x onerror=document.title='broken'>", "rival: expected one token of the vocabulary; found"),
    ]:
        field.fill(typed)
        tab.get_by_role("button", name="Compare").click()
        expect(problem).to_contain_text(message)
        expect(tab.locator(f"{ROOT} .parts")).to_be_hidden()
    assert tab.title() != "broken"
    assert tab.locator(f"{ROOT} img").count() == 0
    field.fill("▁Hund")
    field.press("Enter")
    expect(problem).to_be_hidden()
    assert_compared(tab, contrast(run, 0, runner.tokenizer.encode("Hund")[0]))


def test_the_numbers_and_the_picture_can_be_saved(tab, run):
    def saved(name: str) -> str:
        with tab.expect_download() as download:
            tab.locator(ROOT).get_by_role("button", name=name).click()
        return download.value.path().read_text()

    [(_, second), *_] = rivals(run, 0)
    found = contrast(run, 0, second.id)
    *parts, last = csv.DictReader(saved("CSV").splitlines())
    assert [float(part["value"]) for part in parts] == [part.value for part in found.parts]
    assert float(last["value"]) == found.difference
    whole = json.loads(saved("JSON"))
    assert whole["difference"] == found.difference and whole["rival"]["id"] == second.id
    drawing = ElementTree.fromstring(saved("SVG"))
    texts = [element.text for element in drawing.iter("{http://www.w3.org/2000/svg}text")]
    assert {part.word.text for part in found.parts if part.kind in WORDS} <= set(texts)


def test_on_a_phone_a_tap_compares(browser, app_url, run):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{app_url}?text={FIRST_EXAMPLE[0].replace(' ', '+')}&direction={FIRST_EXAMPLE[1]}&tab=next_token")
    row, rival = rivals(run, 0)[1]
    line = page.locator(f"{BARS} tbody tr").nth(row)
    line.get_by_role("button", name="Why not").tap()
    expect(page.locator(f"{ROOT} .title")).to_contain_text(f"not “{plain(rival.text)}”?")
    expect(page.locator(f"{ROOT} .title")).to_be_in_viewport()
    page.locator(f"{ROOT} .every").check()
    assert_compared(page, contrast(run, 0, rival.id))
    drawing = page.locator(f"{ROOT} .parts")
    drawing.tap(position={"x": 100, "y": 2.5 * 28})  # under the heads of the columns and of the first kind
    expect(page.locator(f"{ROOT} .figure-details")).to_contain_text(f"“{run.source[0].text}”, of your words")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    ends = page.locator(f"{BARS} .rival button").evaluate_all(ENDS)
    assert all(low[0] - high[1] >= 8 - 0.01 for high, low in pairwise(ends))
    context.close()


def test_the_widget_is_accessible(tab):
    for _ in ("light", "dark"):
        tab.evaluate("document.body.classList.toggle('dark')")
        assert_accessible(tab, ROOT, BARS)
