"""What a visitor does in the Attention tab."""

import csv
import json
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from explain.attention import attention_maps, head_statistics
from explain.kinds import KINDS
from explain.run import Settings
from tests.browser.accessibility import assert_accessible
from tests.browser.attention_tab import (
    DETAILS,
    open_head,
    point,
    saved,
    say,
    shown_weight,
    switch,
    wait_for_exact,
)
from tests.browser.figures import numbers, rounded
from tests.browser.visitor import visiting
from tests.browser.waits import answered
from ui.sentence_bar import FIRST_EXAMPLE


@pytest.fixture(scope="module")
def tab(browser, app_url):
    """One visitor who stays in the tab from test to test; a script error fails the last of them."""
    with visiting(browser, app_url, console_errors=True) as page:
        page.set_default_timeout(15_000)
        page.get_by_role("tab", name="Attention", exact=True).click()
        page.wait_for_selector(".attention-grid .map")
        yield page


@pytest.fixture
def first_run(tab, runner):
    """The run of the page's first sentence, which the tab shows."""
    say(tab, FIRST_EXAMPLE[0])
    return runner.run(FIRST_EXAMPLE[0], Settings(direction=FIRST_EXAMPLE[1]))


def test_every_head_of_every_kind_is_painted(tab, first_run):
    for kind in KINDS:
        switch(tab, kind)
        maps = attention_maps(first_run, kind)
        assert tab.locator(".map").count() == maps.weights.shape[0] * maps.weights.shape[1]
        # the strongest cell of the second head is drawn darker (light theme) than its weakest
        weights = maps.weights[0, 1]
        shades = tab.evaluate(
            """() => { const c = document.querySelectorAll('.map canvas')[1];
                       const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
                       return [...Array(c.width * c.height).keys()].map(i => d[4 * i]); }"""
        )
        shades = np.array(shades).reshape(weights.shape)
        allowed = np.tri(*weights.shape, dtype=bool) if kind == "decoder" else np.ones_like(weights, bool)
        order = np.argsort(weights[allowed])
        assert (np.diff(shades[allowed][order]) <= 0).all() and shades[allowed][order[-1]] < 255


@pytest.mark.parametrize("kind", KINDS)
def test_a_cell_pointed_at_shows_the_weight_that_the_api_gives(tab, first_run, kind):
    switch(tab, kind)
    open_head(tab, "L2 H3")
    maps = attention_maps(first_run, kind)
    weights = maps.head(1, 2)
    for row, column in [(4, 3), (7, 0), (8, 6)]:
        point(tab, row, column, weights.shape)
        assert shown_weight(tab) == rounded(weights[row, column])
        text = tab.locator(DETAILS).inner_text()
        assert maps.rows[row].text.removeprefix("▁") in text and maps.columns[column].text.removeprefix("▁") in text
        if maps.predicts:
            assert f"predicting “{maps.predicts[row].text.removeprefix('▁')}”" in text
    assert tab.locator(".labels .here").count() == 2
    assert tab.locator(".labels .lit").count() >= 2


def test_a_later_token_is_called_masked(tab, first_run):
    switch(tab, "decoder")
    open_head(tab, "L1 H1")
    point(tab, 2, 5, attention_maps(first_run, "decoder").head(0, 0).shape)
    assert "masked" in tab.locator(DETAILS).inner_text()


def test_the_keyboard_opens_a_head_and_moves_over_its_cells(tab, first_run):
    open_head(tab, "L1 H1")
    tab.locator('.map[aria-pressed="true"]').focus()
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Enter")
    wait_for_exact(tab)
    assert "L2 H2" in tab.locator(".attention-heads .figure-title").inner_text()
    tab.mouse.move(0, 0)
    tab.locator(".cells").focus()
    for key in ("Home", *["ArrowUp"] * 30, "ArrowDown", "ArrowRight", "ArrowRight"):
        tab.keyboard.press(key)
    assert shown_weight(tab) == rounded(attention_maps(first_run, "cross").head(1, 1)[1, 2])


def aggregate(maps, how: str, heads) -> np.ndarray:
    """The mean or max, cell by cell, over these (layer, head) pairs; the browser computes it for itself."""
    return getattr(np.stack([maps.head(*place) for place in heads]), how)(axis=0)


def test_heads_are_taken_together_toggled_and_isolated(tab, first_run):
    maps = attention_maps(first_run, "cross")
    heads = tab.locator(".heads button")
    open_head(tab, "L2 H1")
    n_heads = heads.count()

    def shows(expected) -> None:
        point(tab, 3, 4, expected.shape)
        assert shown_weight(tab) == pytest.approx(expected[3, 4], rel=5.1e-3)
        tab.mouse.move(0, 0)

    tab.locator(".attention-heads .all").click()
    shows(aggregate(maps, "mean", [(1, head) for head in range(n_heads)]))
    tab.locator(".attention-heads .how").select_option("max")
    shows(aggregate(maps, "max", [(1, head) for head in range(n_heads)]))
    heads.nth(0).click()  # out
    shows(aggregate(maps, "max", [(1, head) for head in range(1, n_heads)]))
    heads.nth(2).dblclick()
    shows(maps.head(1, 2))
    heads.nth(1).press("Enter")
    shows(aggregate(maps, "max", [(1, 1), (1, 2)]))
    tab.locator(".attention-heads .how").select_option("mean")
    shows(aggregate(maps, "mean", [(1, 1), (1, 2)]))
    heads.nth(1).press("Shift+Enter")
    shows(maps.head(1, 1))
    heads.nth(1).click()  # the last one stays
    shows(maps.head(1, 1))


def test_views_change_in_the_browser_alone(tab, first_run, passes):
    for kind in KINDS:  # the exact weights of a layer come once
        switch(tab, kind)
        open_head(tab, "L2 H1")
    calls, before = [], passes.n
    count = lambda request: calls.append(request.url)  # noqa: E731
    tab.on("request", count)
    for kind in KINDS:
        switch(tab, kind)
        tab.locator(".attention-heads .all").click()
        tab.locator(".heads button").nth(1).click()
        tab.locator('.map[data-head="L2 H3"]').click()
    tab.locator(".attention-grid .statistic").select_option("end")
    tab.locator(".attention-grid .order").select_option("highest")
    tab.locator(".attention-grid .hide input").check()
    tab.locator(".drawings label", has_text="Lines").click()
    tab.wait_for_timeout(300)
    tab.remove_listener("request", count)
    assert not calls and passes.n == before


def test_all_layers_can_be_taken_together(tab, first_run):
    tab.locator(".attention-heads .layer").select_option("0")
    wait_for_exact(tab)
    maps = attention_maps(first_run, "cross")
    expected = aggregate(maps, "mean", np.ndindex(maps.weights.shape[:2]))
    point(tab, 5, 5, expected.shape)
    assert shown_weight(tab) == pytest.approx(expected[5, 5], rel=5.1e-3)


def test_the_grid_sorts_by_a_statistic_and_shows_it(tab, first_run):
    switch(tab, "encoder")
    figures = head_statistics(attention_maps(first_run, "encoder")).previous
    tab.locator(".attention-grid .statistic").select_option("previous")
    tab.locator(".attention-grid .order").select_option("highest")
    n_heads = figures.shape[1]
    order = np.argsort(-figures, axis=None, kind="stable")
    names = [f"L{i // n_heads + 1} H{i % n_heads + 1}" for i in order]
    assert tab.locator(".map").evaluate_all("maps => maps.map(map => map.dataset.head)") == names
    shown = [numbers(text)[0] for text in tab.locator(".map .number").all_inner_texts()]
    assert shown == [rounded(figure) for figure in figures.flat[order]]


def test_hiding_special_tokens_leaves_the_other_weights_as_they_are(tab, first_run):
    open_head(tab, "L2 H3")
    maps = attention_maps(first_run, "cross")
    tab.locator(".attention-grid .hide input").check()
    assert "no longer sum to 1" in tab.locator(".attention-grid .hidden-note").inner_text()
    rows, columns = ([not token.special for token in tokens] for tokens in (maps.rows, maps.columns))
    left = maps.head(1, 2)[rows][:, columns]
    assert tab.locator(".labels.columns > div").count() == left.shape[1]
    point(tab, 2, 3, left.shape)
    assert shown_weight(tab) == rounded(left[2, 3])


def test_lines_follow_the_token_pointed_at(tab, first_run):
    open_head(tab, "L2 H2")
    tab.locator(".drawings label", has_text="Lines").click()
    assert not tab.locator(".attention-map").is_visible()
    maps = attention_maps(first_run, "cross")
    row = maps.head(1, 1)[2]
    for act in ("hover", "focus"):
        getattr(tab.locator(".attention-lines .rows .label").nth(2), act)()
        text = tab.locator(".attention-lines .figure-details").inner_text()
        assert maps.columns[row.argmax()].text.removeprefix("▁") in text.split("looks most at")[1].split(";")[0]
        assert numbers(re.search(r"” ([\d.e−]+)", text.split("looks most at")[1])[1]) == [rounded(row.max())]
        assert tab.locator(".attention-lines [data-token='tgt:2'].lit").count() == 2
    tab.keyboard.press("ArrowRight")
    assert "is looked at most by" in tab.locator(".attention-lines .figure-details").inner_text()


def test_weights_are_saved_as_csv_and_json(tab, first_run):
    open_head(tab, "L3 H4")
    maps = attention_maps(first_run, "cross")
    with saved(tab, "CSV", ".attention-map").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == maps.head(2, 3).size
    for row in rows:
        r, c = int(row["row"]) - 1, int(row["column"]) - 1
        assert float(row["weight"]) == maps.head(2, 3)[r, c]
        assert (row["row_token"], row["predicted_token"]) == (maps.rows[r].text, maps.predicts[r].text)
    answer = json.loads(saved(tab, "JSON", ".attention-map").read_text())
    assert np.array_equal(np.array(answer["weights"], np.float32), maps.head(2, 3))
    assert answer["heads"] == [{"layer": 2, "head": 3}] and answer["kind"] == "cross"


def test_figures_of_all_heads_are_saved(tab, first_run):
    with saved(tab, "CSV", ".attention-grid").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    entropies = head_statistics(attention_maps(first_run, "cross")).entropy_bits
    assert [float(row["entropy_bits"]) for row in rows] == pytest.approx(entropies.flatten().tolist())


def test_pictures_are_saved_with_the_ground_of_the_page(tab, first_run):
    open_head(tab, "L2 H3")
    n_columns = len(attention_maps(first_run, "cross").columns)
    for within in (".attention-grid", ".attention-map", ".attention-lines"):
        if within == ".attention-lines":
            tab.locator(".drawings label", has_text="Lines").click()
        png = saved(tab, "PNG", within).read_bytes()
        assert png.startswith(b"\x89PNG\r\n\x1a\n") and png.endswith(b"IEND\xaeB`\x82")
        width, height = int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")
        assert width > 2 * 15 * n_columns and height > 400  # 15 px a cell at least, twice as fine


MADE_UP = [
    ({"kind": "encoder", "layers": [-1]}, "layer: expected a whole number from 0 to"),
    ({"kind": "encoder", "layers": [0.5]}, "layer: expected a whole number from 0 to"),
    ({"kind": "encoder", "layers": [0] * 5000}, "number of layers: expected"),
    ({"kind": "upward", "layers": [0]}, "attention: expected one of encoder, decoder, cross; found 'upward'"),
    ([1, 2], "fields: expected kind, layers; found none: reload the page"),
]


def test_made_up_numbers_from_a_browser_get_the_reason(tab):
    """The page asks for exact weights; on the way, what it asks for is replaced."""
    switch(tab, "encoder")
    tab.locator('.map[data-head="L1 H1"]').click()
    say(tab, "He sleeps.")
    switch(tab, "encoder")
    wait_for_exact(tab)  # of layer 1; the other layers of this sentence were not asked for yet
    made_up: list[object] = []

    def replace(route) -> None:
        body = route.request.post_data_json
        for question in body["data"]["questions"]:
            if question["name"] == "exact_attention":  # others are asked as they come into sight
                question["fields"] = made_up[-1]  # the same if it is asked twice
        route.continue_(post_data=json.dumps(body))

    tab.route("**/component_server*/", replace)
    try:
        for layer, (asked, message) in enumerate(MADE_UP, start=2):
            made_up.append(asked)
            tab.locator(f'.map[data-head="L{layer} H1"]').click()
            answered(tab)  # the message before may be the same
            expect(tab.locator(".attention-heads").locator("..").locator(".problem")).to_contain_text(message)
            assert "≈" in tab.locator(".attention-map .high").inner_text()  # drawn to the overview's precision
    finally:
        tab.unroute("**/component_server*/")


def test_markup_is_shown_not_run(tab, runner):
    text = "<img src=x onerror=document.title='broken'> ${document.title=1} {{7*7}}"
    say(tab, text)
    for kind in KINDS:
        switch(tab, kind)
        open_head(tab, "L1 H2")
    tab.locator(".drawings label", has_text="Lines").click()
    assert tab.title() not in {"broken", "1"}
    assert tab.locator("#attention img").count() == 0
    shown = tab.locator(".attention-lines .columns .token").all_inner_texts()
    source = runner.run(text, Settings(direction="en-de")).source
    assert shown == [token.text.removeprefix("▁") or "␣" for token in source]


def test_one_word_is_enough(tab, runner):
    say(tab, "Yes")
    tab.locator(".attention-grid .hide input").check()
    for kind in KINDS:
        switch(tab, kind)
        maps = attention_maps(runner.run("Yes", Settings(direction="en-de")), kind)
        shown = sum(not token.special for token in maps.rows) or len(maps.rows)
        assert tab.locator(".labels.rows > div").count() == shown


@pytest.mark.parametrize(("scheme", "drawing"), [("light", "Map"), ("dark", "Lines")])
def test_the_tab_is_accessible(tab, first_run, scheme, drawing):
    tab.evaluate("dark => document.body.classList.toggle('dark', dark)", scheme == "dark")
    tab.locator(".drawings label", has_text=drawing).click()
    assert_accessible(tab, "#attention")
    tab.evaluate("document.body.classList.remove('dark')")


def test_on_a_phone_the_maps_scroll_in_their_own_frame(tab):
    say(tab, "The young woman in the red coat who lives near the old bridge is reading a long book under a big tree.")
    tab.set_viewport_size({"width": 390, "height": 800})
    frame, page = ".attention-map .frame", "html"
    assert tab.locator(frame).evaluate("frame => frame.scrollWidth > frame.clientWidth + 50")
    width = tab.locator(page).evaluate("page => page.scrollWidth")
    tab.get_by_role("tab", name="Translate").click()
    assert width <= tab.locator(page).evaluate("page => page.scrollWidth")  # the tab makes the page no wider
    tab.get_by_role("tab", name="Attention", exact=True).click()
    tab.set_viewport_size({"width": 1280, "height": 900})
