"""What a visitor does in the Inside tab; numbers are those that `explain` gives, to the three digits shown."""

from collections.abc import Iterator

import gradio as gr
import pytest
from playwright.sync_api import Page, expect

from explain.cell import attention_cell, logit_parts
from explain.run import Run, Settings
from explain.stages.walk import walk
from explain.toy import starting_matrices, toy
from tests.browser.accessibility import assert_accessible
from tests.browser.figures import numbers, rounded, shown
from tests.browser.visitor import visiting
from tests.browser.waits import answered
from ui.answers import answering
from ui.components import widget
from ui.launch import launch
from ui.models import Models
from ui.request import Request
from ui.sentence_bar import FIRST_EXAMPLE
from ui.tabs.inside import inside_tab

DIAGRAM, STAGE, CELL = "#inside-diagram", "#inside-stage", "#inside-cell"
TOY = "#inside-toy"


@pytest.fixture(scope="module")
def run(runner) -> Run:
    return runner.run(FIRST_EXAMPLE[0], Settings(FIRST_EXAMPLE[1]))


@pytest.fixture(scope="module")
def tab(browser, runner, run) -> Iterator[Page]:
    """One visitor of this tab alone, whom all tests share."""
    with gr.Blocks(analytics_enabled=False) as demo:
        widget("page_request", Request.of(run).to_browser(), visible="hidden")
        with gr.Tabs():
            inside_tab(answering(Models([runner])))
    _, url, _ = launch(demo, prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
    with visiting(browser, url) as page:
        expect(page.locator(f"{STAGE} .title")).not_to_be_empty(timeout=20_000)
        for summary in page.locator("summary:visible").all():
            summary.click()
        yield page
    demo.close()


def test_the_diagram_has_every_layer_of_the_model(tab, runner):
    config = runner.network.config
    assert tab.locator(f"{DIAGRAM} .encoder .layer").count() == config.n_encoder_layers
    assert tab.locator(f"{DIAGRAM} .decoder .layer").count() == config.n_decoder_layers
    expect(tab.locator(f"{DIAGRAM} .about")).to_contain_text(f"{config.norm}-norm")


def test_from_the_token_to_the_next_token(tab, runner, run):
    steps = walk(runner.network.config)
    where = tab.locator(f"{STAGE} .where")
    expect(where).to_contain_text(f"1 of {len(steps)}: Encoder, embedding")
    seen = []
    n_first = next(i for i, step in enumerate(steps) if step.layer == 1)
    for number in range(2, n_first + 2):  # through the embedding and the whole first layer
        tab.locator(f"{STAGE} .after").click()
        answered(tab)
        expect(where).to_contain_text(f"{number} of {len(steps)}")
        seen.append(tab.locator(f"{STAGE} .title").inner_text())
        assert tab.locator(f"{STAGE} .formula math").count() == 1
        expect(tab.locator(f"{STAGE} .code pre").first).not_to_be_empty()
    assert {"Queries, keys and values", "Residual connection"} <= set(seen)
    for name in ("Linear", "Softmax", "Next token"):
        tab.locator(f"{DIAGRAM} .out").get_by_role("button", name=name).click()
        expect(tab.locator(f"{DIAGRAM} .out").get_by_role("button", name=name)).to_have_attribute(
            "aria-pressed", "true"
        )
    answered(tab)
    canvas = tab.locator(f"{STAGE} canvas")
    canvas.press("ArrowDown")
    canvas.press("ArrowUp")
    probabilities = run.trace["logits"][0, 0].double().softmax(-1)
    shown = tab.locator(f"{STAGE} .figure-details").inner_text().split(": ")[-1]
    assert numbers(shown)[0] == rounded(probabilities.max().item())
    expect(tab.locator(f"{STAGE} .after")).to_be_disabled()


def test_a_score_under_the_arrow_keys_is_the_models(tab, run):
    tab.locator(f"{DIAGRAM} .decoder").get_by_role("button", name="decoder L2 Cross-attention").click()
    expect(tab.locator(f"{STAGE} .where")).to_contain_text("Decoder L2, cross-attention")
    tab.locator(f"{STAGE} .rail").get_by_role("button", name="Scores").click()
    expect(tab.locator(f"{STAGE} .title")).to_contain_text("Scores")
    tab.locator(f"{STAGE} .heads").get_by_role("button", name="H3").click()
    expect(tab.locator(f"{STAGE} .heads [aria-pressed=true]")).to_have_text("H3")
    answered(tab)
    canvas = tab.locator(f"{STAGE} canvas")
    for key in ("ArrowDown", "ArrowDown", "ArrowRight"):
        canvas.press(key)
    expected = run.trace["decoder.layers.1.cross_attn.scores"][0, 2, 2, 1].item()
    shown = tab.locator(f"{STAGE} .figure-details").inner_text().split(": ")[-1]
    assert numbers(shown)[0] == rounded(expected)


def test_the_worked_cell_shows_the_cell_that_was_chosen(tab, runner, run):
    for name, choice in [("kind", "decoder"), ("layer", "1"), ("head", "2"), ("query", "4"), ("key", "3")]:
        tab.locator(f"{CELL} .{name}").select_option(choice)
    answered(tab)
    cell = attention_cell(run, "decoder", 1, 2, 4, 3)
    asked = [tab.locator(f"{CELL} .{name}").input_value() for name in ("kind", "layer", "head", "query", "key")]
    assert asked == ["decoder", "1", "2", "4", "3"]
    expect(tab.locator(f"{CELL} .scaled")).to_contain_text(shown(cell.dot))
    products = tab.locator(f"{CELL} .products tbody tr td:last-child").all_inner_texts()
    assert [numbers(text)[0] for text in products] == [rounded(value) for value in cell.products]
    assert numbers(tab.locator(f"{CELL} .scaled").inner_text())[-1] == rounded(cell.score)
    parts = logit_parts(run, 4)
    count, total, logit = numbers(tab.locator(f"{CELL} .total").inner_text())
    assert count == len(parts.parts) == tab.locator(f"{CELL} .parts tbody tr").count()
    assert total == pytest.approx(logit, abs=1e-4)
    assert logit == pytest.approx(parts.logit, abs=1e-4)


def test_a_key_that_the_mask_closes_is_named_and_adds_nothing(tab, runner, run):
    for name, choice in [("kind", "decoder"), ("layer", "1"), ("head", "0"), ("query", "1"), ("key", "2")]:
        tab.locator(f"{CELL} .{name}").select_option(choice)
    answered(tab)  # the keys on the way to this one are masked too
    closed = tab.locator(f"{CELL} table.row tr.here td")
    expect(closed.nth(1)).to_have_text("−∞ (masked)")
    expect(closed.nth(2)).to_have_text("0")
    scores = tab.locator(f"{CELL} table.row tbody tr td:nth-child(2)").all_inner_texts()
    assert [text == "−∞ (masked)" for text in scores] == [j > 1 for j in range(len(run.target_in))]
    score = attention_cell(run, "decoder", 1, 0, 1, 2).score  # computed, and then closed
    assert numbers(tab.locator(f"{CELL} .scaled").inner_text())[-1] == rounded(score)
    assert numbers(tab.locator(f"{CELL} .share").inner_text())[:2] == [0, 0]


def test_an_edited_toy_is_computed_anew_and_a_bad_entry_is_named(tab):
    entry = tab.locator(TOY).get_by_label("W_Q, row 2, column 3")
    entry.fill("nan")
    expect(tab.locator(f"{TOY} .problem")).to_contain_text("WQ, row 2, column 3: expected a number")
    assert entry.get_attribute("aria-invalid") == "true"
    entry.fill("−2.5")
    expect(tab.locator(f"{TOY} .problem")).to_be_hidden()
    matrices = starting_matrices(4)
    matrices["W_Q"][1][2] = -2.5
    last = tab.locator(f"{TOY} .outputs table").last.locator("td").all_inner_texts()
    assert [numbers(text)[0] for text in last] == [rounded(value) for value in toy(matrices, 4, 1).output.flat]
    expect(tab.locator(f"{TOY} .sums")).to_contain_text("sum to 1, 1, 1")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_tab_is_accessible_in_both_themes(tab, scheme):
    tab.evaluate("dark => document.body.classList.toggle('dark', dark)", scheme == "dark")
    # what does not hang on the theme is asked once
    rules = None if scheme == "light" else ["color-contrast"]
    assert_accessible(tab, DIAGRAM, STAGE, CELL, TOY, rules=rules)


def test_nothing_is_wider_than_a_phone(tab):
    tab.set_viewport_size({"width": 390, "height": 800})
    tab.wait_for_function("() => document.documentElement.scrollWidth <= 390")


def test_another_sentence_is_walked_on_the_page_and_the_chosen_cell_follows(page, runner):
    page.get_by_role("tab", name="Inside").click()
    page.locator(f"{CELL} .head").select_option("2")
    expect(page.locator(f"{CELL} .head")).to_have_value("2")
    page.locator("#text textarea").fill("The cat sleeps.")
    page.locator("#text textarea").press("Enter")
    run = runner.run("The cat sleeps.", Settings("en-de"))
    queries = page.locator(f"{CELL} .query option")
    expect(queries).to_have_count(len(run.target_in), timeout=20_000)
    query, key = (int(page.locator(f"{CELL} .{name}").input_value()) for name in ("query", "key"))
    assert page.locator(f"{CELL} .head").input_value() == "2"
    layer = int(page.locator(f"{CELL} .layer").input_value())
    score = attention_cell(run, "cross", layer, 2, query, key).score
    expect(page.locator(f"{CELL} .scaled")).to_contain_text(f"= {shown(score)}")
    canvas = page.locator(f"{STAGE} canvas")
    canvas.press("ArrowDown")
    canvas.press("ArrowUp")
    first = run.source[0].text.replace("▁", "")
    expect(page.locator(f"{STAGE} .figure-details")).to_contain_text(first)


def test_masked_cells_are_hatched_and_a_key_says_what_that_means(tab, run):
    tab.set_viewport_size({"width": 1280, "height": 900})
    tab.locator(f"{DIAGRAM} .decoder").get_by_role("button", name="decoder L1 Masked self-attention").click()
    expect(tab.locator(f"{STAGE} .where")).to_contain_text("Decoder L1, self-attention")
    expect(tab.locator(f"{STAGE} .key")).to_have_count(0)
    tab.locator(f"{STAGE} .rail").get_by_role("button", name="Mask").click()
    expect(tab.locator(f"{STAGE} .key")).to_have_text("hatched: −∞, a position that this one may not see")
    canvas = tab.locator(f"{STAGE} canvas")
    tab.wait_for_function("() => document.querySelector('#inside-stage canvas').style.width")
    ground, muted = (
        tab.evaluate("name => String(lens.colours.rgb(lens.colours.variable(name)))", name)
        for name in ("ground", "muted")
    )
    rows = len(run.target_in)
    x = canvas.bounding_box()["width"] - 16 - 13  # the last column, which only the last row may see
    for row, word in [(0, "masked (−∞)"), (rows - 1, "in full")]:
        y = 48 + 18 * row + 9
        canvas.hover(position={"x": x, "y": y})
        expect(tab.locator(f"{STAGE} .figure-details")).to_contain_text(word)
        colours = canvas.evaluate(
            "(canvas, [x, y]) => { const { data } = canvas.getContext('2d').getImageData(x - 6, y - 6, 12, 12);"
            " return [...new Set(Array.from({ length: 144 }, (_, i) => String(data.slice(4 * i, 4 * i + 3))))]; }",
            [x, y],
        )
        if row == 0:
            assert {ground, muted} <= set(colours)
        else:
            assert len(colours) == 1
