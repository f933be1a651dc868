"""A figure over the whole screen: enlarged, still answering the pointer, and left by Esc."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import assert_accessible
from tests.browser.figures import numbers, rounded
from tests.browser.inside_tab import DIAGRAM, STAGE, inside_alone
from tests.browser.waits import answered

FRAME = ".fills-screen"
REFUSED = "() => { Element.prototype.requestFullscreen = () => Promise.reject(new TypeError('no')); }"
LETTERS = (
    "() => Math.min(...[...document.querySelectorAll('.figure-one .part text')].map("
    "(one) => one.getBoundingClientRect().height))"
)


@pytest.fixture(scope="module")
def tab(browser, runner, run) -> Iterator[Page]:
    """A lecturer's projector."""
    with inside_alone(browser, runner, run, viewport={"width": 1920, "height": 1080}) as page:
        yield page


def open_full(page: Page, root: str) -> float:
    """Opens a figure over the screen; gives how much larger it is, once it has its size."""
    page.locator(f"{root} .full-screen").click()
    expect(page.locator(FRAME)).to_have_count(1)
    page.wait_for_function(
        """() => {
            const { zoom } = document.querySelector(".fills-screen").style;
            const still = zoom && zoom === window.lastZoom;
            window.zoomSince = still ? window.zoomSince : performance.now();
            window.lastZoom = zoom;
            return still && performance.now() - window.zoomSince > 400;
        }"""
    )
    return float(page.locator(FRAME).evaluate("frame => frame.style.zoom"))


def left(page: Page, root: str) -> None:
    """Esc leaves, and the keyboard is where it was."""
    page.keyboard.press("Escape")
    expect(page.locator(FRAME)).to_have_count(0)
    button = page.locator(f"{root} .full-screen")
    expect(button).to_have_text("Full screen")
    expect(button).to_be_focused()
    assert page.evaluate("() => document.fullscreenElement") is None


def test_the_map_of_inside_fills_a_projector_with_the_stage_beside_it(tab):
    before = tab.evaluate(LETTERS)
    zoom = open_full(tab, DIAGRAM)
    assert zoom >= 1.5
    assert tab.evaluate("() => document.fullscreenElement.id") == "inside-map"
    figure = tab.locator(f"{DIAGRAM} .figure-one").bounding_box()
    assert figure["y"] >= 0 and 900 < figure["y"] + figure["height"] <= 1080
    assert tab.evaluate(LETTERS) > before
    part = tab.locator(DIAGRAM).get_by_role("button", name="encoder L1 Feed Forward")
    part.press("Enter")
    expect(part).to_have_attribute("aria-pressed", "true")
    title = tab.locator(f"{STAGE} .title")
    expect(title).to_have_text("Feed-forward, first half")
    assert title.bounding_box()["x"] > figure["x"] + figure["width"] / 2
    expect(tab.locator(f"{STAGE} .full-screen")).to_be_hidden()
    assert_accessible(tab, "#inside-map")
    left(tab, DIAGRAM)


def test_an_enlarged_map_is_sharp_and_says_what_is_under_the_pointer(tab, run):
    tab.locator(f"{DIAGRAM} .layers.encoder").get_by_role("button", name="L1").click()
    tab.locator(DIAGRAM).get_by_role("button", name="encoder L1 Multi-Head Attention").click()
    tab.locator(f"{STAGE} .rail").get_by_role("button", name="Scores").click()
    expect(tab.locator(f"{STAGE} .title")).to_contain_text("Scores")
    answered(tab)
    zoom = open_full(tab, STAGE)
    canvas = tab.locator(f"{STAGE} canvas")
    drawn = canvas.evaluate("one => one.width / parseFloat(one.style.width) / devicePixelRatio")
    assert drawn == pytest.approx(zoom, rel=0.01)
    box = canvas.bounding_box()
    tab.mouse.move(box["x"] + box["width"] - 16 * zoom - 13 * zoom, box["y"] + (48 + 9) * zoom)
    details = tab.locator(f"{STAGE} .figure-details")
    expect(details).to_contain_text("row 1 ")
    shown = details.inner_text()
    last = len(run.source) - 1
    scores = run.trace["encoder.layers.0.self_attn.scores"][0, 0, 0]
    found = [i for i in range(len(scores)) if rounded(scores[i].item()) == numbers(shown.split(": ")[-1])[0]]
    assert found == [last] or last in found
    left(tab, STAGE)


def test_where_the_browser_gives_no_screen_the_figure_fills_the_window_and_holds_the_keyboard(tab):
    tab.evaluate(REFUSED)
    tab.set_viewport_size({"width": 390, "height": 844})
    assert open_full(tab, STAGE) == 1
    assert tab.evaluate("() => document.fullscreenElement") is None
    box = tab.locator(FRAME).bounding_box()
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 390, 844)
    inside = "() => document.querySelector('.fills-screen').contains(document.activeElement)"
    for key in ["Shift+Tab"] * 3 + ["Tab"] * 6:
        tab.keyboard.press(key)
        assert tab.evaluate(inside) or tab.evaluate("() => document.activeElement === document.body")
    left(tab, STAGE)
