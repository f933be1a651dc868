"""What a visitor does in the Layers tab; numbers are those that `explain` gives, to the three digits shown."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from explain.depth import movement, shift
from explain.run import Run, Settings
from tests.browser.accessibility import assert_accessible
from tests.browser.figures import numbers, rounded
from tests.browser.visitor import visiting
from tests.browser.waits import answered
from ui.sentence_bar import FIRST_EXAMPLE
from ui.tabs.layers import WORDS

MOVES, DEPTH = "#layer-moves", "#word-shift"


@pytest.fixture(scope="module")
def run(runner) -> Run:
    return runner.run(FIRST_EXAMPLE[0], Settings(FIRST_EXAMPLE[1]))


@pytest.fixture(scope="module")
def tab(browser, app_url) -> Iterator[Page]:
    """One visitor of this tab, whom all tests share."""
    with visiting(browser, app_url) as page:
        page.get_by_role("tab", name="Layers").click()
        page.locator(DEPTH).scroll_into_view_if_needed()
        expect(page.locator(f"{DEPTH} .result")).to_be_visible(timeout=20_000)
        yield page


def test_how_far_a_layer_moved_a_token_is_shown(tab, run):
    canvas, details = tab.locator(f"{MOVES} .moves"), tab.locator(f"{MOVES} .figure-details")
    for side in ("Decoder", "Encoder"):
        tab.locator(MOVES).get_by_role("button", name=side).click()
        expect(tab.locator(MOVES).get_by_role("button", name=side)).to_have_attribute("aria-pressed", "true")
        for key in ("Home", "PageUp", "ArrowDown", "ArrowRight"):
            canvas.press(key)
        expect(details).to_contain_text(f"in {side.lower()} L2")
        moved = movement(run, side.lower())
        assert numbers(details.inner_text())[-2:] == [rounded(moved.distance[1, 1]), rounded(moved.cosine[1, 1])]


def test_a_word_that_is_not_there_gets_a_message_and_the_next_word_a_result(tab):
    expect(tab.locator(f"{DEPTH} .result")).to_be_visible(timeout=20_000)
    tab.locator(f"{DEPTH} .word").fill("xyz")
    tab.locator(DEPTH).get_by_role("button", name="Compare").click()
    expect(tab.locator(f"{DEPTH} .problem")).to_contain_text("word: expected 'xyz' in both sentences")
    tab.locator(f"{DEPTH} .word").fill("light")
    tab.locator(f"{DEPTH} .word").press("Enter")
    expect(tab.locator(f"{DEPTH} .result")).to_be_visible()
    expect(tab.locator(f"{DEPTH} .plane-title")).to_contain_text("of the variance")


def test_both_paths_in_the_plane_are_walked_listed_and_saved(tab, runner, run):
    tab.locator(f"{DEPTH} .word").fill(WORDS["en"][0])
    tab.locator(DEPTH).get_by_role("button", name="Compare").click()
    answered(tab)
    expect(tab.locator(f"{DEPTH} .result")).to_be_visible()
    found = shift(runner, *WORDS["en"], run.settings)
    canvas, details = tab.get_by_label("Both paths in the plane"), tab.locator(f"{DEPTH} .figure-details")
    for key in ("ArrowDown", "Home", "ArrowRight", "ArrowRight"):
        canvas.press(key)
    expect(details).to_contain_text("second sentence, after L2")
    assert numbers(details.inner_text())[-2:] == [rounded(value) for value in found.plane[1, 2]]
    canvas.press("ArrowUp")
    expect(details).to_contain_text("first sentence, after L2")
    canvas.hover(position={"x": 150, "y": 100})
    shown = numbers(details.inner_text())[-2:]
    assert any(shown == [rounded(value) for value in place] for path in found.plane for place in path)
    cells = tab.locator(f"{DEPTH} tbody tr").nth(2).locator("td").all_inner_texts()
    for path, cell in zip(found.plane, cells[3:5], strict=True):
        assert numbers(cell) == [rounded(value) for value in path[2]]
    with tab.expect_download() as download:
        tab.get_by_role("button", name="Save the plane (SVG)").click()
    assert download.value.path().read_text().count("<polyline") == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_tab_is_accessible_in_both_themes(tab, scheme):
    tab.evaluate("dark => document.body.classList.toggle('dark', dark)", scheme == "dark")
    rules = None if scheme == "light" else ["color-contrast"]
    assert_accessible(tab, MOVES, DEPTH, rules=rules)


def test_nothing_is_wider_than_a_phone(tab):
    tab.set_viewport_size({"width": 390, "height": 800})
    tab.wait_for_function("() => document.documentElement.scrollWidth <= 390")
