"""No widget shows a number that does not belong to its selectors, however slow the server; a tab opens in one trip."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import ui.answers
from explain.attention import attention_maps
from explain.cell import attention_cell
from explain.frames import load_frames
from explain.runner import Runner
from explain.stages.walk import walk
from explain.switches import Switch, compare
from explain.toy import starting_matrices, toy
from tests.browser.figures import numbers, rounded
from tests.browser.visitor import visiting
from tests.browser.watching import PATIENCE, open_tab, seen, watch
from tests.conftest import tiny_translator
from tests.serving import serving
from ui.formulas import typeset
from ui.models import Models
from ui.page import build_page
from ui.sentence_bar import FIRST_EXAMPLE
from ui.stages import words_of

CELL, STAGE = "#inside-cell", "#inside-stage"

# Typed and drawn in one moment, so that no answer comes between the two and puts its own size into the fields.
DRAW = """(chart, [positions, dimensions]) => {
    chart.querySelector(".n-positions").value = positions;
    chart.querySelector(".d-model").value = dimensions;
    [...chart.querySelectorAll(".sizes button")].find(({ textContent }) => textContent.trim() === "Draw").click();
}"""

# What Gradio asks for itself when a page opens, the link's own run last, has all come, and nothing came since.
SETTLED = """() => {
    const own = performance.getEntriesByType("resource").filter(({ name }) => name.includes("/queue/"));
    const last = Math.max(...own.map(({ responseEnd }) => responseEnd));
    return own.filter(({ name }) => name.includes("/join")).length >= 2 && performance.now() - last > 500;
}"""


@pytest.fixture(scope="module")
def runner() -> Runner:
    film = load_frames(Path(__file__).parents[2] / "checkpoints" / "en-de")  # another model's; any opens Learning
    return Runner(tiny_translator(max_positions=251), "own", film=film)


@pytest.fixture(scope="module")
def app_url(runner) -> Iterator[str]:
    with serving(build_page(Models([runner]))) as url:
        yield url


@pytest.fixture(scope="module")
def page(browser, app_url) -> Iterator[Page]:
    """One visitor for the tests that change selectors, each its own: the page takes long to open."""
    with visiting(browser, app_url) as page:
        page.wait_for_selector("#tabs")
        yield page


@pytest.fixture
def newcomer(browser, app_url) -> Iterator[Page]:
    """A visitor who has opened no tab yet."""
    with visiting(browser, app_url) as page:
        page.wait_for_selector("#tabs")
        yield page


def test_the_worked_cell_belongs_to_its_selectors(page, run, slow_then_quick):
    open_tab(page, "Inside")
    expect(page.locator(f"{CELL} .scaled")).to_contain_text("score", timeout=PATIENCE)
    slow_then_quick()
    watch(page, [f"{CELL} .{place}" for place in ("layer", "head", "query", "key")], f"{CELL} .scaled")
    for head in ("3", "5", "7", "9", "4"):
        page.locator(f"{CELL} .head").select_option(head)
    states = seen(page)
    for selectors, shown in states:
        assert numbers(shown)[-1] == rounded(attention_cell(run, "cross", *map(int, selectors)).score)
    assert states[-1][0][1] == "4"


def test_the_stage_belongs_to_its_number(page, run, slow_then_quick):
    open_tab(page, "Inside")
    expect(page.locator(f"{STAGE} .where")).to_contain_text("1 of", timeout=PATIENCE)
    slow_then_quick()
    watch(page, [f"{STAGE} .where"], f"{STAGE} .title")
    for _ in range(5):
        page.locator(f"{STAGE} .after").click()
    states = seen(page)
    for [where], title in states:
        step = walk(run.config)[int(where.split()[0]) - 1]
        words = [part for part in typeset(words_of(step.stage, run.config).title) if isinstance(part, str)]
        assert words and all(part in title for part in words)
    assert states[-1][0][0].startswith("6 of")


def test_the_toys_matrices_belong_to_what_was_typed(page, slow_then_quick):
    open_tab(page, "Inside")
    page.locator("#inside-toy summary").click()
    query = "#inside-toy .outputs .matrix:first-child tr:first-child td:nth-child(4)"
    expect(page.locator(query)).not_to_be_empty(timeout=PATIENCE)
    slow_then_quick()
    watch(page, ["#inside-toy [aria-label='W_Q, row 2, column 3']"], query)
    for number in ("1", "2", "3", "4", "5"):
        page.get_by_label("W_Q, row 2, column 3").fill(number)
    states = seen(page)
    matrices = starting_matrices(4)
    for [entry], shown in states:
        matrices["W_Q"][1][2] = float(entry)
        assert numbers(shown) == [rounded(toy(matrices, 4, 1).q[0][0, 2])]
    assert states[-1][0] == ["5"]


def test_the_bars_belong_to_the_step_looked_at(page, run, slow_then_quick):
    open_tab(page, "Next token")
    expect(page.locator("#next-token-bars .chosen-fact")).not_to_be_empty(timeout=PATIENCE)
    slow_then_quick()
    watch(page, ["#next-token-steps .strip"], "#next-token-bars .chosen-fact")
    for _ in range(5):
        page.locator("#next-token-steps .strip").press("ArrowRight")
    states = seen(page)
    for [step], fact in states:
        assert numbers(fact)[-1] == rounded(100 * run.target_out[int(step) - 1].probability)
    assert states[-1][0] == ["6"]


def test_the_switched_model_belongs_to_its_selectors(page, run, slow_then_quick):
    open_tab(page, "What if")
    root = "#inside-switches"
    # until it is drawn, the widget above may still push this one out of sight
    expect(page.locator("#two-sentences .first")).not_to_have_value("", timeout=PATIENCE)
    page.locator(root).scroll_into_view_if_needed()
    expect(page.locator(f"{root} .next-title")).not_to_be_empty(timeout=PATIENCE)
    slow_then_quick()
    watch(
        page,
        [f"{root} .{place}" for place in ("kind", "layer", "head", "position")],
        f"{root} tbody tr td:nth-child(4)",
    )
    for position in ("1", "2", "3", "4", "5"):
        page.locator(f"{root} .position").select_option(position)
    states = seen(page)
    for [kind, layer, head, position], shown in states:
        found = compare(run, Switch(name="positions", kind=kind, layer=int(layer), head=int(head)), int(position))
        assert numbers(shown) == [rounded(100 * found.candidates[0].switched)]
    assert states[-1][0][-1] == "5"


def test_the_large_map_belongs_to_the_layer_chosen(page, run, slow_then_quick):
    open_tab(page, "Attention")
    expect(page.locator(".attention-map .save-json")).to_be_enabled(timeout=PATIENCE)
    slow_then_quick()
    watch(page, [".attention-heads .layer"], ".attention-map .high")
    layers = attention_maps(run, "cross").weights
    for layer in ("2", "1", "2", "1", "2"):
        page.locator(".attention-heads .layer").select_option(layer)
    states = seen(page)
    for [layer], shown in states[1:]:  # the first is one head alone
        largest = layers[int(layer) - 1].mean(axis=0).max()
        assert numbers(shown) == [pytest.approx(largest, abs=1 / 255 if shown.startswith("≈") else 0.0006)]
    assert states[-1][0] == ["2"] and not states[-1][1].startswith("≈")


def test_the_position_table_belongs_to_its_title(page, slow_then_quick):
    open_tab(page, "Positions")
    root = "#position-chart"
    expect(page.locator(f"{root} h2")).to_contain_text("64 positions", timeout=PATIENCE)
    slow_then_quick()
    watch(page, [f"{root} h2"], f"{root} .notice")
    for number in (11, 12, 13, 14, 15):
        page.locator(root).evaluate(DRAW, [number, 16])
    states = seen(page)
    for [title], notice in states:
        n_positions, d_model = numbers(title)
        assert notice.startswith(f"All {n_positions * d_model:,.0f} values")
    assert "15 positions of 16" in states[-1][0][0]


def test_the_rotation_belongs_to_its_pair(page, run, slow_then_quick):
    open_tab(page, "Positions")
    root = "#position-rotation"
    page.locator("#position-chart .own").click()  # the model's own table, whatever was drawn before
    page.locator(f"{root} summary").click()
    expect(page.locator(f"{root} .angle")).not_to_be_empty(timeout=PATIENCE)
    slow_then_quick()
    watch(page, [f"{root} .pair"], f"{root} .angle")
    for pair in ("1", "2", "3", "4", "5"):
        page.locator(f"{root} .pair").fill(pair)
    states = seen(page)
    for [pair], angle in states:
        assert f"{2 * int(pair)}/{run.config.d_model}" in angle
    assert states[-1][0] == ["5"]


@pytest.mark.parametrize(("tab", "root"), [("Layers", "#word-shift"), ("Positions", "#order-experiment")])
def test_two_sentences_compared_five_times_show_the_last_beside_its_own_translation(
    page, runner, run, slow_then_quick, tab, root
):
    open_tab(page, tab)
    page.locator(root).scroll_into_view_if_needed()
    expect(page.locator(f"{root} dd").first).not_to_be_empty(timeout=PATIENCE)
    slow_then_quick()
    watch(page, [f"{root} dt"], f"{root} dd")
    texts = [f"{words} light" for words in ("A man", "A house", "A hand", "The man", "A small man")]
    for text in texts:
        if tab == "Layers":
            page.locator(f"{root} .word").fill("light")
        page.locator(f"{root} form .first").fill(text)
        page.locator(f"{root} form .second").fill(text if tab == "Positions" else "The light house")
        page.locator(f"{root} form .second").press("Enter")
    states = seen(page)
    for [text], translation in states:
        assert translation == runner.run(text, run.settings).translation.text
    assert states[-1][0] == [texts[-1]]


def test_the_hypothesis_chosen_last_is_the_one_that_every_widget_is_about(page, runner, slow_then_quick):
    open_tab(page, "Translate")
    choices = page.locator(".hypotheses .list button")
    slow_then_quick()
    for chosen in (1, 2, 3, 0, 2):
        choices.nth(chosen).click()
    page.wait_for_url("**chosen=2**", timeout=PATIENCE)
    expect(choices.nth(2)).to_have_attribute("aria-pressed", "true")
    open_tab(page, "Inside")
    run = runner.run(*FIRST_EXAMPLE[:1], runner.default_settings(FIRST_EXAMPLE[1]), 2)
    expect(page.locator(f"{CELL} .query option")).to_have_count(len(run.target_in), timeout=PATIENCE)


# What runs the model, or is about another's answer: asked alone, once a visitor has it before his eyes, so that no
# picture waits for it.
TO_THE_MODEL = {
    "switched", "two_orders", "word_shift", "in_words", "two_sentences", "why_not", "head_effects", "text_without_part",
    "search_tree", "probes",
}  # fmt: skip
PICTURES = {
    "Attention": {"attention", "exact_attention"},
    "Next token": {"next_token"},
    "Positions": {"position_table", "position_rotation", "raw_numbers"},
    "Inside": {"diagram", "stage", "cell", "toy_attention"},
    "Layers": {"layer_moves"},
    "What if": set(),
    "Learning": {"film", "film_maps", "scores"},
}


@pytest.mark.parametrize("tab", PICTURES)
def test_opening_a_tab_is_one_trip_for_its_picture_and_opening_it_again_is_none(newcomer, tab):
    newcomer.wait_for_function(SETTLED, timeout=PATIENCE)
    trips = []

    def note(request):
        if "/gradio_api/" in request.url:
            assert "/component_server" in request.url
            trips.append({question["name"] for question in request.post_data_json["data"]["questions"]})

    newcomer.on("request", note)
    open_tab(newcomer, tab)
    newcomer.locator("[role=tabpanel]:visible .figure").first.wait_for()
    newcomer.wait_for_timeout(1500)
    pictures = [names for names in trips if not names <= TO_THE_MODEL]
    assert pictures == ([PICTURES[tab]] if PICTURES[tab] else [])
    assert all(len(names) == 1 for names in trips if names <= TO_THE_MODEL)
    assert trips
    n_trips = len(trips)
    open_tab(newcomer, "Translate")
    open_tab(newcomer, tab)
    newcomer.wait_for_timeout(500)
    assert len(trips) == n_trips


def test_on_another_sentence_the_picture_waits_for_no_figure_that_runs_the_model(page, monkeypatch):
    page.set_viewport_size({"width": 1280, "height": 5000})  # all is in sight, the sentence too
    open_tab(page, "Positions")
    expect(page.locator("#order-experiment .verdict.with")).not_to_be_empty(timeout=PATIENCE)
    expect(page.locator("[aria-busy=true]")).to_have_count(0, timeout=PATIENCE)
    answer, go_on = ui.answers.answer, threading.Event()

    def held(models, request, asked):
        assert asked["name"] != "two_orders" or go_on.wait(60)
        return answer(models, request, asked)

    monkeypatch.setattr(ui.answers, "answer", held)
    try:
        page.locator("#text textarea").fill("A small man.")
        page.locator("#text textarea").press("Enter")
        expect(page.locator("#order-experiment [aria-busy=true]")).to_have_count(1, timeout=PATIENCE)
        expect(page.locator("#position-chart [aria-busy=true]")).to_have_count(0, timeout=PATIENCE)
        expect(page.locator("#position-naive [aria-busy=true]")).to_have_count(0, timeout=PATIENCE)
        expect(page.locator("#order-experiment [aria-busy=true]")).to_have_count(1)
    finally:
        go_on.set()
    expect(page.locator("[aria-busy=true]")).to_have_count(0, timeout=PATIENCE)


@pytest.mark.parametrize(
    ("tab", "roots", "drawn"),
    [
        ("Next token", ["#next-token-bars"], "#next-token-bars .chosen-fact"),
        ("Attention", [".figure:has(.attention-map)", ".figure:has(.attention-lines)"], ".attention-map .high"),
    ],
)
def test_what_draws_anothers_answer_waits_with_it_and_is_inert_after_a_refusal(page, monkeypatch, tab, roots, drawn):
    open_tab(page, tab)
    expect(page.locator(drawn)).not_to_be_empty(timeout=PATIENCE)  # the first answer, not the moment before it
    expect(page.locator("[aria-busy=true]")).to_have_count(0, timeout=PATIENCE)
    for root in roots:
        expect(page.locator(f"{root} [inert]")).to_have_count(0, timeout=PATIENCE)
    go_on = threading.Event()

    def refuse(models, request, asked):
        assert go_on.wait(60)
        raise ValueError("expected another sentence")

    monkeypatch.setattr(ui.answers, "answer", refuse)
    try:
        page.locator("#text textarea").fill(f"A small man, a house: {tab}.")  # another, whoever was here before
        page.locator("#text textarea").press("Enter")
        for root in roots:
            expect(page.locator(f"{root} [aria-busy=true][inert]")).to_have_count(1, timeout=PATIENCE)
    finally:
        go_on.set()
    expect(page.locator("[aria-busy=true]")).to_have_count(0, timeout=PATIENCE)
    for root in roots:
        expect(page.locator(f"{root} .unfed[inert]")).to_have_count(1)
