"""What a visitor does in the Layers tab; numbers are those that `explain` gives, to the three digits shown."""

from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from explain.depth import movement, shift
from tests.browser.accessibility import assert_accessible
from tests.browser.figures import numbers, rounded
from tests.browser.visitor import visiting
from tests.browser.waits import answered
from ui.tabs.layers import WORDS

MOVES, DEPTH = "#layer-moves", "#word-shift"


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
        shown = [rounded(values[1, 1]) for values in (moved.distance, moved.angle, moved.cosine)]
        assert numbers(details.inner_text())[-3:] == shown


# The red of a map's cells, row by row, where no number is written in them.
REDS = """(canvas, [rows, columns]) => {
    const density = canvas.width / parseFloat(canvas.style.width);
    const [left, top, height] = [52, 48, 24];
    const width = (parseFloat(canvas.style.width) - left - 16) / columns;
    const red = (row, column) => canvas.getContext("2d").getImageData(
        (left + (column + 0.1) * width) * density, (top + (row + 0.15) * height) * density, 1, 1).data[0];
    return [...Array(rows).keys()].map((row) => [...Array(columns).keys()].map((column) => red(row, column)));
}"""


@pytest.mark.parametrize("measure", ["Distance moved", "Angle turned"])
def test_the_first_layer_does_not_drown_the_others(tab, run, measure):
    """On a scale of ratios a cell's shade tells how far its layer moves it, in the later layers too."""
    tab.locator(MOVES).get_by_role("button", name="Encoder").click()
    tab.locator(MOVES).get_by_role("button", name=measure).click()
    expect(tab.locator(MOVES).get_by_role("button", name=measure)).to_have_attribute("aria-pressed", "true")
    tab.evaluate("new Promise(requestAnimationFrame).then(() => new Promise(requestAnimationFrame))")
    moved = movement(run, "encoder")
    values = np.log(moved.distance if measure == "Distance moved" else moved.angle)
    reds = np.array(tab.locator(f"{MOVES} .moves").evaluate(REDS, list(values.shape)))
    steps = (values - values.min()) / (values.max() - values.min())
    np.testing.assert_allclose(reds, 255 + steps * (0x31 - 255), atol=1.5)  # from the page's ground to indigo
    assert np.ptp(reds[1:]) > 50


def test_a_word_that_is_not_there_gets_a_message_and_the_next_word_a_result(tab):
    expect(tab.locator(f"{DEPTH} .result")).to_be_visible(timeout=20_000)
    tab.locator(f"{DEPTH} .word").fill("xyz")
    tab.locator(DEPTH).get_by_role("button", name="Compare").click()
    expect(tab.locator(f"{DEPTH} .problem")).to_contain_text("word: expected 'xyz' in both sentences")
    tab.locator(f"{DEPTH} .word").fill(WORDS["en"][0])
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
