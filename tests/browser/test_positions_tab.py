"""What a visitor does in the Positions tab; numbers are those that `explain` gives, to the three digits shown."""

import csv
import re
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from explain.order import naive_comparison, order_experiment
from explain.positional import model_table, position_table, rotation, similarity
from explain.run import Settings
from tests.browser.accessibility import assert_accessible
from tests.browser.figures import numbers, rounded
from tests.browser.visitor import visiting
from tests.browser.waits import answered, drawn
from ui.sentence_bar import FIRST_EXAMPLE

CHART, CURVES, NEAR = "#position-chart", "#position-curves", "#position-similarity"
ORDERS = ("Ram pushed Hari.", "Hari pushed Ram.")  # those that stand there
TURN, NAIVE, ORDER = "#position-rotation", "#position-naive", "#order-experiment"


@pytest.fixture(scope="module")
def tab(browser, app_url) -> Iterator[Page]:
    """One visitor of this tab, whom all tests share: each asks for the table it needs."""
    with visiting(browser, app_url) as page:
        page.get_by_role("tab", name="Positions").click()
        page.locator(ORDER).scroll_into_view_if_needed()
        expect(page.locator(f"{ORDER} .result")).to_be_visible(timeout=20_000)
        for summary in page.locator("summary:visible").all():
            summary.click()
        yield page


def details(page: Page, widget: str) -> str:
    return page.locator(f"{widget} .figure-details").inner_text()


def ask(page: Page, positions: object, dimensions: object) -> None:
    page.locator(f"{CHART} .n-positions").fill(str(positions))
    page.locator(f"{CHART} .d-model").fill(str(dimensions))
    page.locator(f"{CHART} .sizes").get_by_role("button", name="Draw").click()


def show_table(page: Page, positions: int, dimensions: int) -> None:
    ask(page, positions, dimensions)
    expect(page.locator(f"{CHART} h2")).to_contain_text(f"{positions} positions of {dimensions} dimensions")


def select(page: Page, position: int) -> None:
    page.locator(f"{CHART} .position").fill(str(position))


def test_it_opens_with_the_models_own_table(tab, runner):
    tab.locator(f"{CHART} .own").click()
    d_model = runner.network.config.d_model
    expect(tab.locator(f"{CHART} h2")).to_have_text(
        re.compile(f"The model's own position table: .* of {d_model} dimensions")
    )
    select(tab, 7)
    canvas = tab.locator(f"{CHART} .map")
    canvas.press("Home")
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight"):
        canvas.press(key)
    assert "PE(8, 3)" in details(tab, CHART)
    expected = model_table(runner.network, 9).values[8, 3]
    assert numbers(details(tab, CHART).split(" = ")[-1])[0] == rounded(expected)


def test_a_cell_under_the_pointer_shows_its_value_and_has_its_colour(tab):
    show_table(tab, 23, 38)
    table = position_table(23, 38)
    canvas = tab.locator(f"{CHART} .map")
    for x, y in [(0.3, 0.4), (0.75, 0.7), (0.5, 0.2)]:
        box = canvas.bounding_box()
        at = {"x": round(box["width"] * x), "y": round(box["height"] * y)}
        canvas.hover(position=at)
        position, dimension = map(int, re.match(r"PE\((\d+), (\d+)\)", details(tab, CHART)).groups())
        value = table.values[position, dimension].item()
        assert numbers(details(tab, CHART).split(" = ")[-1])[0] == rounded(value)
        colour, expected = canvas.evaluate(
            """(canvas, [x, y, value]) => [
                [...canvas.getContext("2d").getImageData(x, y, 1, 1).data.slice(0, 3)],
                lens.colours.signed(1).colours[Math.round((value + 1) / 2 * 255)],
            ]""",
            [at["x"], at["y"], value],
        )
        assert colour == pytest.approx(expected, abs=2)


def test_any_even_size_can_be_drawn(tab):
    for positions, dimensions in [(1, 2), (10, 6), (512, 512)]:
        show_table(tab, positions, dimensions)
        canvas = tab.locator(f"{CHART} .map")
        select(tab, positions - 1)
        canvas.press("End")
        assert f"PE({positions - 1}, {dimensions - 1})" in details(tab, CHART)
        expected = position_table(positions, dimensions).values[-1, -1]
        assert numbers(details(tab, CHART).split("; ")[0])[-1] == rounded(expected)


BAD_SIZES = [
    (64, 7, "d_model: expected an even number, a sine and a cosine a pair; found 7"),
    (0, 8, "positions: expected a whole number from 1 to 512; found 0"),
    (10**9, 8, "positions: expected a whole number from 1 to 512; found 1000000000"),
    (64, 0, "d_model: expected a whole number from 2 to 512; found 0"),
    ("<b>many", 8, "positions: expected a whole number from 1 to 512; found '<b>many'"),
]


def test_bad_sizes_get_a_message_and_the_page_goes_on(tab):
    for positions, dimensions, message in BAD_SIZES:
        ask(tab, positions, dimensions)
        expect(tab.locator(f"{CHART} .problem")).to_have_text(message)
        assert tab.locator(f"{CHART} .map").is_visible()
    show_table(tab, 12, 8)
    expect(tab.locator(f"{CHART} .problem")).to_be_hidden()


def test_the_slider_walks_the_fingerprint_and_the_waves(tab):
    show_table(tab, 40, 16)
    table = position_table(40, 16)
    select(tab, 11)
    assert tab.locator(f"{CURVES} .fingerprint-title").inner_text() == "The fingerprint of position 11"
    tab.locator(f"{CURVES} .fingerprint").press("Home")
    tab.locator(f"{CURVES} .fingerprint").press("ArrowRight")
    shown = tab.locator(f"{CURVES} .fingerprint-details").inner_text()
    assert numbers(shown) == [11, 1, rounded(table.values[11, 1])]
    shown = tab.locator(f"{CURVES} .lengths-details").inner_text()
    assert numbers(shown) == [1, rounded(table.wavelengths[1])]

    tab.locator(f"{CURVES} .dimensions").fill("3, 8")
    tab.locator(f"{CURVES} .dimensions").press("Enter")
    shown = tab.locator(f"{CURVES} .waves-details").inner_text()
    first, second = table.values[11, [3, 8]]
    assert numbers(shown) == [11, 3, rounded(first), 8, rounded(second)]
    tab.locator(f"{CURVES} .dimensions").fill("3, 16")
    tab.locator(f"{CURVES} .dimensions").press("Enter")
    message = "dimensions: expected whole numbers from 0 to 15; found 16"
    assert tab.locator(f"{CURVES} .problem").inner_text() == message

    tab.locator(f"{CHART} .map").press("End")
    tab.locator(f"{CHART} .map").press("Enter")  # the last dimension, as another wave
    assert tab.locator(f"{CURVES} .dimensions").input_value() == "3, 8, 15"


def test_dot_product_and_distance_are_those_of_the_table(tab):
    show_table(tab, 30, 20)
    near = similarity(position_table(30, 20))
    select(tab, 4)
    canvas = tab.locator(f"{NEAR} .map")
    canvas.press("Home")
    canvas.press("PageDown")
    canvas.press("ArrowRight")
    for name, measure in [("Dot product", near.dot), ("Distance", near.distance)]:
        tab.locator(NEAR).get_by_role("button", name=name).click()
        assert numbers(details(tab, NEAR)) == [14, 1, 13, rounded(measure[14, 1])]
    tab.locator(f"{NEAR} .curve").press("ArrowRight")
    assert numbers(details(tab, NEAR))[-1] == rounded(near.distance[14, 2])


def test_a_shift_is_shown_as_the_rotation_that_explain_computes(tab, passes):
    show_table(tab, 50, 24)
    before = passes.n
    tab.locator(f"{TURN} .pair").fill("3")
    expect(tab.locator(f"{TURN} .angle")).to_contain_text("6/24")
    tab.locator(f"{TURN} .offset").fill("-9")
    expect(tab.locator(f"{TURN} .equation")).to_contain_text("PE(pos − 9)")
    answered(tab)
    expected = rotation(position_table(50, 24), 3, -9)
    assert numbers(tab.locator(f"{TURN} .difference").inner_text()) == [rounded(expected.max_difference)]
    cells = tab.locator(f"{TURN} .matrix td").all_inner_texts()
    assert [numbers(cell)[0] for cell in cells] == [rounded(number) for number in expected.matrix.flat]
    select(tab, 20)
    rows = [numbers(text.split("\t", 1)[1]) for text in tab.locator(f"{TURN} .numbers tbody tr").all_inner_texts()]
    at = expected.positions.index(20)
    vectors = [expected.before[at], expected.rotated[at], expected.after[at]]
    assert rows == [[rounded(np.float32(number)) for number in vector] for vector in vectors]
    assert passes.n == before


def test_raw_numbers_are_compared_with_this_sentences_embeddings(tab, runner):
    run = runner.run(FIRST_EXAMPLE[0], Settings(direction=FIRST_EXAMPLE[1]))
    expected = naive_comparison(run, 64)
    canvas = tab.locator(f"{NAIVE} .lengths")
    canvas.press("Home")
    canvas.press("ArrowRight")
    lengths = [expected.naive_norms[1], expected.position_norms[1], expected.token_norms[1]]
    shown = numbers(details(tab, NAIVE).replace(f"“{run.source[1].text.removeprefix('▁')}”", ""))
    assert shown == [1, 1, *map(rounded, lengths)]


def compare(page: Page, first: str, second: str) -> None:
    page.locator(f"{ORDER} form .first").fill(first)
    page.locator(f"{ORDER} form .second").fill(second)
    page.locator(ORDER).get_by_role("button", name="Compare the two orders").click()


def test_two_orders_show_both_differences_and_both_translations(tab, runner):
    compare(tab, *ORDERS)
    expected = order_experiment(runner, *ORDERS, Settings(direction="en-de"))
    result = tab.locator(ORDER)
    expect(result.locator("dd").first).to_have_text(expected.first.translation.text)
    assert result.locator("dd").nth(1).inner_text() == expected.second.translation.text
    assert numbers(result.locator(".verdict.without").inner_text()) == [rounded(expected.largest_without)]
    assert numbers(result.locator(".verdict.with").inner_text()) == [rounded(expected.largest_with)]
    rows = [row.split("\t") for row in result.locator("tbody tr").all_inner_texts()]
    assert tuple(int(row[2]) for row in rows) == expected.pairing
    assert [numbers(row[4])[0] for row in rows] == [rounded(value) for value in expected.differences_with]
    drawn(tab)
    result.locator(".map-with").press("Home")
    result.locator(".map-with").press("ArrowRight")
    row = int(re.search(r"at (\d+) of the first", details(tab, ORDER))[1])
    assert numbers(details(tab, ORDER).split(": ")[-1]) == [
        rounded(expected.map_without[row, 1]),
        rounded(expected.map_with[row, 1]),
    ]


def test_other_words_get_a_message_and_the_next_words_a_result(tab):
    compare(tab, "The dog is big.", "The cat is big.")
    expect(tab.locator(f"{ORDER} .problem")).to_contain_text("expected two texts of the same tokens; found")
    assert tab.locator(f"{ORDER} .result").is_hidden()
    compare(tab, "The dog is big.", "big The dog is.")
    expect(tab.locator(f"{ORDER} .result")).to_be_visible()


def test_markup_in_the_orders_is_shown_not_run(tab):
    markup = "<img src=x onerror=document.title=1>"
    compare(tab, f"dog {markup}", f"{markup} dog")
    expect(tab.locator(f"{ORDER} dt").first).to_have_text(f"dog {markup}", timeout=20_000)
    for text in (markup, "${document.title=1}", "{{document.title=1}}"):  # a message names the tokens
        compare(tab, "dog", text)
        answered(tab)
        expect(tab.locator(f"{ORDER} .problem")).to_contain_text("only in the first")
    assert tab.title() != "1"
    assert tab.locator(f"{ORDER} img").count() == 0


def test_the_chart_can_be_saved_as_a_picture_and_as_numbers(tab):
    show_table(tab, 21, 34)
    with tab.expect_download() as download:
        tab.locator(f"{CHART} .save-csv").click()
    with download.value.path().open(newline="") as file:
        names, *rows = csv.reader(file)
    assert names[:2] == ["position", "dimension 0"]
    saved = np.array(rows, dtype=np.float64)
    assert np.array_equal(saved[:, 0], np.arange(21))
    assert np.array_equal(saved[:, 1:].astype(np.float32), position_table(21, 34).values)
    with tab.expect_download() as download:
        tab.locator(f"{CHART} .save-png").click()
    with Image.open(download.value.path()) as picture:
        assert picture.width > 300 and picture.height > 300
        assert len(picture.convert("RGB").getcolors(maxcolors=10**6)) > 100


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_tab_is_accessible_in_both_themes(tab, scheme):
    for orders in (ORDERS[::-1], ORDERS):  # so that the page shows an answer to the last question
        compare(tab, *orders)
        expect(tab.locator(f"{ORDER} dt").first).to_have_text(orders[0])
    tab.evaluate("dark => document.body.classList.toggle('dark', dark)", scheme == "dark")
    assert_accessible(tab, CHART, CURVES, NEAR, TURN, NAIVE, ORDER)


def test_nothing_is_wider_than_a_phone(tab):
    tab.set_viewport_size({"width": 390, "height": 800})
    show_table(tab, 8, 512)
    tab.wait_for_function("() => document.documentElement.scrollWidth <= 390")
    assert tab.locator(f"{CHART} .map").bounding_box()["width"] > 512  # and it scrolls in a frame of its own
    for widget in (CHART, CURVES, NEAR, TURN, NAIVE, ORDER):
        assert tab.locator(widget).bounding_box()["width"] <= 390, widget
