"""Which word decided, as a visitor finds out: by mouse, keyboard and touch; numbers are those that `explain` gives."""

import csv
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from explain.patching import Patching, patch
from explain.run import Settings
from explain.runner import Runner
from tests.browser.accessibility import assert_accessible
from tests.browser.figures import numbers, rounded
from tests.browser.visitor import visiting
from tests.browser.waits import answered
from ui.sentence_bar import FIRST_EXAMPLE
from ui.two_sentences import story, told

WIDGET, GRID = "#two-sentences", "#two-sentences .grid"
KNOW = ("I know him.", "I know that.")


def compared(runner: Runner, first: str, second: str) -> Patching:
    settings = Settings(direction="en-de")
    return patch(runner.run(first, settings), runner.run(second, settings))


@pytest.fixture(scope="module")
def tab(browser, app_url) -> Iterator[Page]:
    """One visitor of this tab, whom all tests share."""
    with visiting(browser, app_url, console_errors=True) as page:
        page.get_by_role("tab", name="What if").click()
        expect(page.locator(f"{WIDGET} .result")).to_be_visible(timeout=20_000)
        yield page


@pytest.fixture
def know(tab, runner) -> Patching:
    """The pair with which the story moves, compared on the page."""
    tab.locator(f"{WIDGET} .pairs").get_by_role("button", name="I know him. → that.").click()
    expect(tab.locator(f"{WIDGET} dd").first).to_have_text("Ich kenne ihn.", timeout=20_000)
    answered(tab)
    return compared(runner, *KNOW)


def assert_told(page: Page, found: Patching) -> None:
    """The page tells of this pair: both translations with the words where they part, and its story."""
    expect(page.locator(f"{WIDGET} .story")).to_have_text(story(found), timeout=20_000)
    said, runs = told(found), (found.first, found.second)
    assert page.locator(f"{WIDGET} dt").all_inner_texts() == [run.text for run in runs]
    assert page.locator(f"{WIDGET} dd").all_inner_texts() == [run.translation.text for run in runs]
    assert page.locator(f"{WIDGET} mark").all_inner_texts() == said["decided"]
    assert page.locator(f"{WIDGET} .question").inner_text() == "Which word decided between “{}” and “{}”?".format(
        *said["decided"]
    )


def assert_cell(page: Page, found: Patching) -> tuple[int, int]:
    """The line under the grid says what `explain` gives for the cell that it names, which is returned."""
    words = page.locator(f"{WIDGET} .figure-details").inner_text()
    name, point, share = re.fullmatch(
        r"“(.+)” after (the embedding|layer \d): (.+)% of the way from .+", words
    ).groups()
    pairs = zip(found.first.source, found.second.source, strict=True)
    labels = [" → ".join(dict.fromkeys(token.text.removeprefix("▁") for token in pair)) for pair in pairs]
    cell = (0 if point == "the embedding" else int(point[-1])), labels.index(name.replace("→", " → "))
    assert numbers(share) == [pytest.approx(rounded(100 * found.recovery[cell]), rel=0.01, abs=1e-3)]
    return cell


def test_the_tab_opens_with_the_visitors_sentence_answered(tab, runner):
    assert_told(tab, compared(runner, FIRST_EXAMPLE[0], FIRST_EXAMPLE[0].replace("woman", "man")))
    pressed = tab.locator(f"{WIDGET} .pairs [aria-pressed=true]")
    assert pressed.all_inner_texts() == ["Your sentence: woman → man"]
    above = [tab.locator(each).bounding_box()["y"] for each in (WIDGET, "#inside-switches")]
    assert above == sorted(above)


def test_a_ready_pair_is_one_click_away_and_its_cells_are_read_by_mouse(tab, know):
    assert_told(tab, know)
    assert ": it moved" in story(know)
    assert tab.locator(f"{WIDGET} .first").input_value() == know.first.text
    pressed = tab.locator(f"{WIDGET} .pairs [aria-pressed=true]")
    assert pressed.all_inner_texts() == ["I know him. → that."]
    first = assert_cell(tab, know)
    assert know.recovery[first] == know.recovery[-1].max()
    box = tab.locator(GRID).bounding_box()
    cells = set()
    for x in (0.35, 0.5, 0.65):
        tab.locator(GRID).hover(position={"x": x * box["width"], "y": 0.4 * box["height"]})
        cells.add(assert_cell(tab, know))
    assert len(cells) >= 2


def test_a_typed_sentence_is_compared_and_walked_by_keyboard(tab, know, runner):
    tab.locator(f"{WIDGET} input.second").fill("I know this.")
    tab.locator(f"{WIDGET} input.second").press("Enter")
    found = compared(runner, "I know him.", "I know this.")
    assert_told(tab, found)
    for key in ("PageUp", "Home"):
        tab.locator(GRID).press(key)
    assert assert_cell(tab, found) == (0, 0)
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight"):
        tab.locator(GRID).press(key)
    assert assert_cell(tab, found) == (2, 3)


def test_what_cannot_be_compared_is_said_and_the_next_pair_is_drawn(tab, know, runner):
    problem = tab.locator(f"{WIDGET} .problem")
    for second, message in [
        (
            "I know nonsense.",
            r"found 4 and [67]\. They differ in “him” \(1 piece\) against “nonsense” \([34] pieces: ",
        ),
        ("I know him.", "found the same sentence twice: change a word"),
        (" ", "expected a word or a sentence; found none"),
        ("that " * 128, "expected at most 40 tokens in each"),
    ]:
        tab.locator(f"{WIDGET} input.second").fill(second)
        tab.locator(WIDGET).get_by_role("button", name="Compare").click()
        expect(problem).to_contain_text(re.compile(message), timeout=60_000)
        expect(tab.locator(f"{WIDGET} .result")).to_be_hidden()
        assert tab.locator(f"{WIDGET} input.second").input_value() == second
    tab.locator(f"{WIDGET} .pairs").get_by_role("button", name="The dog → cat is big.").click()
    assert_told(tab, compared(runner, "The dog is big.", "The cat is big."))
    expect(problem).to_be_hidden()


def test_an_empty_field_is_asked_for_before_anything_is_compared(tab, know):
    second = tab.locator(f"{WIDGET} input.second")
    second.fill("")
    tab.locator(WIDGET).get_by_role("button", name="Compare").click()
    expect(second).to_be_focused()
    assert second.evaluate("field => field.matches(':invalid')")
    expect(tab.locator(f"{WIDGET} .problem")).to_be_hidden()


def test_numbers_and_picture_are_saved(tab, know):
    with tab.expect_download() as download:
        tab.locator(f"{WIDGET} .save-csv").click()
    with open(download.value.path(), encoding="utf-8") as file:
        [head, *rows] = csv.reader(file)
    assert head[1:] == [">>de<<", "I", "know", "him→that", ".", "</s>"]
    assert [row[0] for row in rows] == ["embedding", "L1", "L2", "L3", "L4", "L5", "L6"]
    for row, shares in zip(rows, know.recovery, strict=True):
        assert [float(cell) for cell in row[1:]] == pytest.approx(shares.tolist(), abs=1e-4)
    for kind, name in (("png", "two-sentences.png"), ("json", "two-sentences.json")):
        with tab.expect_download() as download:
            tab.locator(f"{WIDGET} .save-{kind}").click()
        assert download.value.suggested_filename == name


def test_another_sentence_of_the_page_is_compared_with_a_partner_of_its_own(tab, know, runner):
    tab.locator("#text textarea").fill("The dog is old.")
    tab.locator("#text textarea").press("Enter")
    assert_told(tab, compared(runner, "The dog is old.", "The cat is old."))
    tab.locator("#text textarea").fill(FIRST_EXAMPLE[0])
    tab.locator("#text textarea").press("Enter")
    expect(tab.locator(f"{WIDGET} .first")).to_have_value(FIRST_EXAMPLE[0], timeout=20_000)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_widget_is_accessible_in_both_themes(tab, know, scheme):
    tab.evaluate("dark => document.body.classList.toggle('dark', dark)", scheme == "dark")
    rules = None if scheme == "light" else ["color-contrast"]
    assert_accessible(tab, WIDGET, rules=rules)


def test_the_tab_is_no_longer_than_three_screens(tab, know):
    tab.locator("#inside-switches").scroll_into_view_if_needed()
    expect(tab.locator("#inside-switches .result")).to_be_visible(timeout=20_000)
    assert tab.evaluate("document.documentElement.scrollHeight") <= 3 * 900


def test_a_phone_compares_and_reads_by_touch(browser, app_url, runner):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    try:
        page.goto(f"{app_url}?text=I+know+him.&direction=en-de&tab=what-if")
        page.locator(f"{WIDGET} .pairs").get_by_role("button", name="The dog → cat is big.").tap(timeout=30_000)
        found = compared(runner, "The dog is big.", "The cat is big.")
        assert_told(page, found)
        box = page.locator(GRID).bounding_box()
        cells = set()
        for x in (0.35, 0.75):
            page.locator(GRID).tap(position={"x": x * box["width"], "y": 0.4 * box["height"]})
            cells.add(assert_cell(page, found))
        assert len(cells) == 2
        page.wait_for_function("() => document.documentElement.scrollWidth <= 390")
    finally:
        context.close()
