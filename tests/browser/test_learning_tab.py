"""The Learning tab: moments of a training, its heads, and how sure is sure."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from explain.frames import Film
from explain.runner import Runner
from tests.browser.accessibility import assert_accessible
from tests.browser.visitor import PHONE, visiting
from tests.browser.waits import answered
from tests.conftest import tiny_translator
from tests.explain.films import made_up_film
from tests.serving import serving
from tests.ui.test_sureness import calibration
from ui.models import Models
from ui.page import build_page

FILM, HEADS = "#learning-film", "#learning-heads"


@pytest.fixture(scope="module")
def runner() -> Runner:
    translator = tiny_translator(max_positions=251)
    return Runner(translator, "own", film=made_up_film(translator), calibration=calibration(0.1, 0.4, 0.7, 0.9))


@pytest.fixture(scope="module")
def film(runner) -> Film:
    return runner.film


@pytest.fixture(scope="module")
def app_url(runner) -> Iterator[str]:
    with serving(build_page(Models([runner]))) as url:
        yield url


def opened(page: Page) -> Page:
    page.get_by_role("tab", name="Learning").click()
    expect(page.locator(f"{HEADS} .heads button").first).to_be_visible(timeout=20_000)
    answered(page)
    return page


@pytest.fixture(scope="module")
def page(browser, app_url) -> Iterator[Page]:
    with visiting(browser, app_url) as page:
        page.wait_for_selector("#tabs")
        yield opened(page)


def at(page: Page, moment: int) -> None:
    page.locator(f"{FILM} .moment").fill(str(moment))


def test_it_opens_with_the_model_itself_and_the_slider_leads_to_each_moment(page, film):
    assert page.locator(f"{FILM} .now").inner_text() == "After 120 million tokens: the model on this page"
    for moment, frame in enumerate(film.frames):
        at(page, moment)
        said = page.locator(f"{FILM} .said dd").all_inner_texts()
        assert said == [each.text.strip() or "(nothing)" for each in frame.translations]
        now = page.locator(f"{FILM} .now").inner_text()
        assert now.startswith("Before the first step" if not frame.tokens_seen else "After")
        assert (" of a separate run" in now) == frame.apart
    assert page.locator(f"{FILM} .moment").get_attribute("aria-valuetext") == "After 120 million tokens"


def test_no_line_is_drawn_across_the_cut(page, film):
    at(page, 2)
    for drawing in page.locator(f"{FILM} .curve").all():
        lines = drawing.locator("polyline").evaluate_all("lines => lines.map(line => line.points.length)")
        assert lines == [4, 2]
    assert page.locator(f"{FILM} .cut-note").is_visible()
    assert page.locator(f"{FILM} .marks .cut").count() == 1


def test_each_sign_leads_to_the_moment_that_shows_it(page, film):
    for button, moment in zip(page.locator(f"{FILM} .signs button").all(), (2, 3, 4), strict=True):
        button.click()
        assert page.locator(f"{FILM} .moment").input_value() == str(moment)


def test_a_head_shows_its_own_weights_at_the_moment_and_of_the_sentence(page, film):
    at(page, 3)
    page.locator(f"{HEADS} .sentence").select_option("1")
    answered(page)
    buttons = page.locator(f"{HEADS} .heads button")
    maps = film.frames[3].translations[1].maps["cross"]
    assert buttons.count() == maps.shape[0] * maps.shape[1]
    place = maps.shape[1] + 1  # second layer, second head
    buttons.nth(place).click()
    assert page.locator(f"{HEADS} .head-name").inner_text().startswith("L2 H2, after 4 million tokens")
    canvas = page.locator(f"{HEADS} .map")
    canvas.focus()
    canvas.press("Home")
    canvas.press("ArrowRight")
    weight = float(page.locator(f"{HEADS} .figure-details").inner_text().split("≈ ")[1])
    assert weight == pytest.approx(maps[1, 1, 0, 1] / 255, rel=0.06, abs=1e-3)
    at(page, 1)
    assert page.locator(f"{HEADS} .head-name").inner_text().startswith("L2 H2, after 0.1 million tokens")


def test_it_plays_to_its_end_and_pauses(page):
    at(page, 5)
    play = page.locator(f"{FILM} .play")
    play.click()
    expect(play).to_have_text("Pause")
    expect(page.locator(f"{FILM} .moment")).to_have_value("1", timeout=10_000)
    play.click()
    expect(play).to_have_text("Play")
    moment = page.locator(f"{FILM} .moment").input_value()
    page.wait_for_timeout(1500)
    assert page.locator(f"{FILM} .moment").input_value() == moment
    at(page, 4)
    play.click()
    expect(page.locator(f"{FILM} .moment")).to_have_value("5", timeout=10_000)
    expect(play).to_have_text("Play")


def test_the_keyboard_walks_over_the_moments_on_a_curve(page):
    at(page, 2)
    curve = page.locator(f"{FILM} .curve").first
    curve.focus()
    curve.press("ArrowRight")
    assert page.locator(f"{FILM} .moment").input_value() == "3"
    assert "After 4 million tokens: nats per token: own 4" in page.locator(f"{FILM} .figure-details").inner_text()


def test_the_chart_tells_what_each_bin_was_worth(page):
    chart = page.locator("#learning-scores .chart")
    chart.focus()
    chart.press("End")
    details = page.locator("#learning-scores .figure-details").inner_text()
    assert details.startswith("From 75% to 100%") and "100 tokens, 90% right" in details


def test_it_is_accessible(page):
    assert_accessible(page, FILM, HEADS, "#learning-scores")


def test_who_wants_no_motion_goes_on_by_hand(browser, app_url):
    with visiting(browser, app_url) as page:
        page.emulate_media(reduced_motion="reduce")
        opened(page)
        at(page, 0)
        play = page.locator(f"{FILM} .play")
        expect(play).to_have_text("Next moment")
        play.click()
        assert page.locator(f"{FILM} .moment").input_value() == "1"
        page.wait_for_timeout(1500)
        assert page.locator(f"{FILM} .moment").input_value() == "1"


def test_the_film_plays_on_a_phone_without_a_dropped_control(browser, app_url):
    with visiting(browser, app_url, viewport=PHONE) as page:
        opened(page)
        for control in (".play", ".back", ".on", ".moment"):
            box = page.locator(f"{FILM} {control}").bounding_box()
            assert box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"] and box["height"] >= 44, control
        page.locator(f"{FILM} .play").click()
        expect(page.locator(f"{FILM} .moment")).to_have_value("1", timeout=10_000)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_without_frames_and_measurements_there_is_no_such_tab(browser):
    with serving(build_page(Models([Runner(tiny_translator(), "bare")]))) as url, visiting(browser, url) as page:
        page.wait_for_selector("#tabs")
        expect(page.get_by_role("tab", name="What if")).to_be_visible()
        assert page.get_by_role("tab", name="Learning").count() == 0
