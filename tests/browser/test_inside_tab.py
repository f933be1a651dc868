"""What a visitor does in the Inside tab; numbers are those that `explain` gives, to the three digits shown."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from explain.cell import attention_cell, logit_parts
from explain.run import Settings
from explain.stages.walk import walk
from explain.toy import starting_matrices, toy
from tests.browser.accessibility import assert_accessible
from tests.browser.figures import numbers, rounded, shown
from tests.browser.inside_tab import DIAGRAM, STAGE, inside_alone
from tests.browser.waits import answered

CELL, TOY = "#inside-cell", "#inside-toy"


@pytest.fixture(scope="module")
def tab(browser, runner, run) -> Iterator[Page]:
    """One visitor, whom all tests share, with everything unfolded."""
    with inside_alone(browser, runner, run) as page:
        for summary in page.locator("summary:visible").all():
            summary.click()
        yield page


def test_the_diagram_has_every_layer_of_the_model(tab, runner):
    config = runner.network.config
    assert tab.locator(f"{DIAGRAM} .encoder .layer").count() == config.n_encoder_layers
    assert tab.locator(f"{DIAGRAM} .decoder .layer").count() == config.n_decoder_layers
    expect(tab.locator(f"{DIAGRAM} .about")).to_contain_text(f"{config.norm}-norm")
    for n in (config.n_encoder_layers, config.n_decoder_layers):
        expect(tab.locator(f"{DIAGRAM} .figure-one").get_by_text(f"{n}×", exact=True)).to_have_count(1)


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
        tab.locator(DIAGRAM).get_by_role("button", name=name).click()
        expect(tab.locator(DIAGRAM).get_by_role("button", name=name)).to_have_attribute("aria-pressed", "true")
    answered(tab)
    canvas = tab.locator(f"{STAGE} canvas")
    canvas.press("ArrowDown")
    canvas.press("ArrowUp")
    probabilities = run.trace["logits"][0, 0].double().softmax(-1)
    shown = tab.locator(f"{STAGE} .figure-details").inner_text().split(": ")[-1]
    assert numbers(shown)[0] == rounded(probabilities.max().item())
    expect(tab.locator(f"{STAGE} .after")).to_be_disabled()


def test_a_score_under_the_arrow_keys_is_the_models(tab, run):
    tab.locator(f"{DIAGRAM} .decoder.layers").get_by_role("button", name="L2").click()
    tab.locator(DIAGRAM).get_by_role("button", name="decoder L2 Multi-Head Attention (cross-attention)").click()
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


def opened(tab: Page) -> list[str]:
    """The parts of the diagram that are marked as open."""
    return tab.locator(f"{DIAGRAM} .part[aria-pressed=true]").evaluate_all("all => all.map(one => one.ariaLabel)")


@pytest.mark.parametrize("how", ["click", "Enter", "Space"])
def test_each_part_opens_its_first_stage_and_is_the_one_that_is_marked(tab, runner, how):
    steps = walk(runner.network.config)
    parts = tab.locator(f"{DIAGRAM} .part")
    marked = []
    chosen = range(parts.count()) if how == "click" else (0, 4, parts.count() - 3)
    for i in chosen:
        if how == "click":
            parts.nth(i).click()
        else:
            parts.nth(i).press(how)
        expect(parts.nth(i)).to_have_attribute("aria-pressed", "true")
        marked.append(int(tab.locator(f"{STAGE} .where").inner_text().split(" of ")[0]) - 1)
        assert opened(tab) == [parts.nth(i).get_attribute("aria-label")]
    assert marked == sorted(set(marked)), "the parts stand in the order of computation, each with a stage of its own"
    if how == "click":
        last = ["next", "probabilities", "linear"]
        assert [steps[step].stage for step in marked[:-4:-1]] == last
        places = {(step.side, step.block, step.stage in {"norm", "add"} and step.stage) for step in steps}
        assert {
            (steps[i].side, steps[i].block, steps[i].stage in {"norm", "add"} and steps[i].stage) for i in marked
        } == (places)


def test_a_layer_opens_the_same_stage_in_that_layer(tab, runner):
    tab.locator(f"{DIAGRAM} .encoder.layers").get_by_role("button", name="L1").click()
    tab.locator(DIAGRAM).get_by_role("button", name="encoder L1 Feed Forward").click()
    expect(tab.locator(f"{STAGE} .where")).to_contain_text("Encoder L1, feed-forward")
    last = runner.network.config.n_encoder_layers
    tab.locator(f"{DIAGRAM} .encoder.layers").get_by_role("button", name=f"L{last}").click()
    expect(tab.locator(f"{STAGE} .where")).to_contain_text(f"Encoder L{last}, feed-forward")
    assert opened(tab) == [f"encoder L{last} Feed Forward"]
    expect(tab.locator(f"{DIAGRAM} .encoder.layers [aria-pressed=true]")).to_have_text(f"L{last}")
    tab.locator(f"{DIAGRAM} .decoder.layers").get_by_role("button", name="L2").click()  # another stack: its first stage
    expect(tab.locator(f"{STAGE} .where")).to_contain_text("Decoder L2, self-attention")


def test_the_papers_norm_stands_after_each_sum(tab, runner):
    assert runner.network.config.norm == "pre"
    kinds = {kind: tab.locator(f"{DIAGRAM} .part.{kind}") for kind in ("norm", "add", "add_norm", "final_norm")}
    own = {kind: parts.count() for kind, parts in kinds.items()}
    assert own == {"norm": 5, "add": 5, "add_norm": 0, "final_norm": 2}
    tab.locator(f"{DIAGRAM} .paper").click()
    assert {kind: parts.count() for kind, parts in kinds.items()} == {
        "norm": 0,
        "add": 0,
        "add_norm": 5,
        "final_norm": 0,
    }
    expect(tab.locator(f"{DIAGRAM} .figure-one").get_by_text("N×", exact=True)).to_have_count(2)
    expect(tab.locator(f"{DIAGRAM} .about")).to_contain_text("The open model is pre-norm")
    kinds["add_norm"].first.click()
    expect(kinds["add_norm"].first).to_have_attribute("aria-pressed", "true")
    expect(tab.locator(f"{STAGE} .title")).to_have_text("Residual connection")
    tab.locator(f"{DIAGRAM} .paper").click()
    assert {kind: parts.count() for kind, parts in kinds.items()} == own


WORDS_ON_BLOCKS = """() => {
    const { rgb, variable } = lens.colours;
    const light = (name) => rgb(variable(name)).map((c) => c / 255)
        .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
        .reduce((sum, c, i) => sum + [0.2126, 0.7152, 0.0722][i] * c, 0);
    return ["embedding", "attention", "norm", "feed-forward", "linear", "softmax", "stack"].map((name) => {
        const [low, high] = [light("ink"), light(`block-${name}`)].sort((a, b) => a - b);
        return (high + 0.05) / (low + 0.05);
    });
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_words_on_every_block_can_be_read(tab, scheme):
    tab.evaluate("dark => document.body.classList.toggle('dark', dark)", scheme == "dark")
    assert min(tab.evaluate(WORDS_ON_BLOCKS)) > 7  # WCAG's AAA: a projector fades


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


def test_the_diagram_is_whole_on_a_phone_and_its_parts_stand_apart(tab):
    tab.set_viewport_size({"width": 390, "height": 844})
    figure = tab.locator(f"{DIAGRAM} .figure-one").bounding_box()
    assert figure["x"] >= 0 and figure["x"] + figure["width"] <= 390 and figure["height"] < 844
    letters = tab.locator(f"{DIAGRAM} .part text").evaluate_all(
        "all => all.map((one) => one.getScreenCTM().a * parseFloat(getComputedStyle(one).fontSize))"
    )
    assert min(letters) >= 11  # px
    boxes = [box.bounding_box() for box in tab.locator(f"{DIAGRAM} .part .box").all()]
    for i, one in enumerate(boxes):
        assert figure["x"] <= one["x"] and one["x"] + one["width"] <= figure["x"] + figure["width"]
        for other in boxes[:i]:
            aside = max(one["x"] - other["x"] - other["width"], other["x"] - one["x"] - one["width"])
            above = max(one["y"] - other["y"] - other["height"], other["y"] - one["y"] - one["height"])
            assert max(aside, above) >= 8


def test_another_sentence_is_walked_on_the_page_and_the_chosen_cell_follows(page, runner):
    page.get_by_role("tab", name="Inside").click()
    page.locator(f"{CELL} .head").select_option("2")
    expect(page.locator(f"{CELL} .head")).to_have_value("2")
    page.locator("#text textarea").fill("The cat sleeps.")
    page.locator("#text textarea").press("Enter")
    run = runner.run("The cat sleeps.", Settings(direction="en-de"))
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
    tab.locator(f"{DIAGRAM} .decoder.layers").get_by_role("button", name="L1").click()
    tab.locator(DIAGRAM).get_by_role("button", name="decoder L1 Masked Multi-Head Attention").click()
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
