"""What a visitor does in the Why attention tab, on a page of that tab alone: it needs no checkpoint."""

import csv
import time
from collections.abc import Iterator

import gradio as gr
import pytest
import torch
from playwright.sync_api import Page, expect

from explain.experiments import attention_scale, family, gradient_paths, recall
from tests.browser.accessibility import assert_accessible, wait_until_still
from tests.browser.figures import numbers, rounded
from tests.browser.visitor import visiting
from tests.browser.waits import drawn
from tests.serving import serving
from ui.tabs.why import EXPERIMENTS, why_tab

SCALE, GRADIENTS = "#why-attention-scale", "#why-gradient-paths"
PATIENCE = 60_000  # ms, on a machine that does much else


@pytest.fixture(scope="module")
def why_url() -> Iterator[str]:
    torch.set_num_threads(1)
    with gr.Blocks(analytics_enabled=False) as demo, gr.Tabs(elem_id="tabs"):
        why_tab()
    with serving(demo) as url:
        yield url


@pytest.fixture(scope="module")
def tab(browser, why_url) -> Iterator[Page]:
    """One visitor, whom all tests share."""
    with visiting(browser, why_url) as page:
        expect(page.locator(f"{SCALE} .why-run")).to_be_visible(timeout=PATIENCE)
        yield page


def open_claim(page: Page, claim: str) -> None:
    run = page.locator(f"{claim} .why-run")
    if not run.is_visible():
        page.locator(f"{claim} > button").click()
    expect(run).to_be_visible()
    wait_until_still(page)  # what is typed into a field that just comes is lost


def words(page: Page, claim: str):
    return page.locator(f"{claim} .experiment-words")


def press(page: Page, claim: str, button: str) -> None:
    page.locator(f"{claim} .why-{button}").click()


def test_an_experiment_runs_to_its_end_and_says_its_numbers(tab):
    expect(words(tab, SCALE)).to_contain_text("press Run")
    press(tab, SCALE, "run")
    expect(words(tab, SCALE)).to_contain_text("bits of entropy", timeout=PATIENCE)
    *_, result = attention_scale.run()
    expect(words(tab, SCALE)).to_have_text(attention_scale.words(result).replace("d_k", "dk"))
    expect(tab.locator(f"{SCALE} h4")).to_have_count(3)
    drawn(tab)  # a figure takes no keys before
    chart = tab.locator(f"{SCALE} svg[role=application]").first
    chart.press("End")
    details = tab.locator(f"{SCALE} .figure-details").first.inner_text()
    assert numbers(details) == [1024, rounded(result.entropy[-1]), rounded(result.entropy_divided[-1])]


def test_the_code_beside_it_is_the_code_that_ran(tab):
    tab.locator(SCALE).get_by_text("The code that runs").click()
    [shown] = [shown for shown in EXPERIMENTS if shown.module is attention_scale]
    first_line = shown.code.splitlines()[0]
    expect(tab.locator(f"{SCALE} .why-code .cm-line").first).to_have_text(first_line)


def test_its_numbers_can_be_saved(tab):
    with tab.expect_download() as download:
        tab.locator(SCALE).get_by_role("button", name="Save the numbers (CSV)").first.click()
    with download.value.path().open(newline="") as file:
        names, *rows = csv.reader(file)
    *_, result = attention_scale.run()
    assert names == ["line", "d_k", "entropy of the weights, bits"]
    assert [float(row[2]) for row in rows] == [*result.entropy, *result.entropy_divided]
    with tab.expect_download() as download:
        tab.locator(SCALE).get_by_role("button", name="Save the picture (SVG)").first.click()
    assert download.value.path().read_text().count("<polyline") == 2


@pytest.fixture
def slow(monkeypatch) -> list[int]:
    """An endless experiment in place of one: the steps that it has taken."""
    steps: list[int] = []

    def endless():
        while True:
            steps.append(len(steps))
            yield 0.5, f"step {len(steps)}"
            time.sleep(0.05)

    monkeypatch.setattr(gradient_paths, "run", endless)
    return steps


def test_a_cancelled_experiment_stops_and_can_be_run_again(tab, slow, monkeypatch):
    open_claim(tab, GRADIENTS)
    press(tab, GRADIENTS, "run")
    expect(words(tab, GRADIENTS)).to_contain_text("Running: step", timeout=PATIENCE)
    press(tab, GRADIENTS, "cancel")
    expect(words(tab, GRADIENTS)).to_contain_text("Cancelled", timeout=PATIENCE)
    tab.wait_for_timeout(500)  # a step under way ends
    taken = len(slow)
    tab.wait_for_timeout(1000)
    assert len(slow) == taken
    assert words(tab, GRADIENTS).inner_text().startswith("Cancelled")

    monkeypatch.undo()
    press(tab, GRADIENTS, "run")
    expect(words(tab, GRADIENTS)).to_contain_text("self-attention: ", timeout=PATIENCE)


def test_a_visitor_who_leaves_takes_the_experiment_along(browser, why_url, slow):
    page = browser.new_page()
    page.goto(why_url)
    open_claim(page, GRADIENTS)
    press(page, GRADIENTS, "run")
    expect(words(page, GRADIENTS)).to_contain_text("Running: step", timeout=PATIENCE)
    page.close()
    taken = -1
    deadline = time.monotonic() + PATIENCE / 1000
    while taken != len(slow) and time.monotonic() < deadline:
        taken = len(slow)
        time.sleep(0.5)  # ten steps
    assert taken == len(slow)


def test_a_second_experiment_waits_in_line_and_its_place_can_be_given_up(tab, slow):
    open_claim(tab, GRADIENTS)
    press(tab, GRADIENTS, "run")
    expect(words(tab, GRADIENTS)).to_contain_text("Running: step", timeout=PATIENCE)
    press(tab, GRADIENTS, "run")  # the same one again: it runs already, and goes on
    expect(words(tab, GRADIENTS)).to_contain_text("Running: step", timeout=PATIENCE)
    press(tab, SCALE, "run")
    expect(words(tab, SCALE)).to_contain_text("Starting", timeout=PATIENCE)
    press(tab, SCALE, "cancel")
    expect(words(tab, SCALE)).to_contain_text("Cancelled", timeout=PATIENCE)
    press(tab, SCALE, "run")
    expect(words(tab, SCALE)).to_contain_text("Starting", timeout=PATIENCE)
    press(tab, GRADIENTS, "cancel")
    expect(words(tab, SCALE)).to_contain_text("bits of entropy", timeout=PATIENCE)
    expect(words(tab, GRADIENTS)).to_contain_text("Cancelled", timeout=PATIENCE)


def test_an_experiment_that_breaks_says_so_and_can_be_run_again(tab, monkeypatch):
    def broken():
        yield 0.5, "half"
        raise RuntimeError("no such thing")

    open_claim(tab, GRADIENTS)
    with monkeypatch.context() as patch:
        patch.setattr(gradient_paths, "run", broken)
        press(tab, GRADIENTS, "run")
        expect(words(tab, GRADIENTS)).to_contain_text("did not finish", timeout=PATIENCE)
    expect(tab.locator(f"{GRADIENTS} progress")).to_be_hidden()
    press(tab, GRADIENTS, "run")
    expect(words(tab, GRADIENTS)).to_contain_text("self-attention: ", timeout=PATIENCE)


def test_a_fraction_typed_for_a_whole_number_is_rounded(tab, monkeypatch):
    asked: list[int] = []

    def run(steps):
        asked.append(steps)
        raise ValueError("seen")
        yield

    monkeypatch.setattr(recall, "run", run)
    open_claim(tab, "#why-recall")
    tab.locator("#why-recall input[type=number]").fill("75.7")
    tab.locator("#why-recall input[type=number]").press("Enter")
    press(tab, "#why-recall", "run")
    expect(words(tab, "#why-recall")).to_have_text("seen", timeout=PATIENCE)
    [steps] = asked
    assert isinstance(steps, int)
    assert 75 <= steps <= 76


def test_the_visitors_own_model_is_counted(tab):
    open_claim(tab, "#why-family")
    tab.locator("#why-family input[type=number]").first.fill("96")
    tab.locator("#why-family input[type=number]").first.press("Enter")
    press(tab, "#why-family", "run")
    row = tab.locator("#why-family tr").filter(has_text="yours, decoder-only, 96 layers")
    expect(row).to_be_visible(timeout=PATIENCE)
    parts = family.count(family.decoder_only(96, 1024, 16))
    assert row.locator("td").last.inner_text() == f"{sum(parts.values()):,}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_charts_are_accessible_in_both_themes(tab, scheme):
    tab.evaluate("dark => document.body.classList.toggle('dark', dark)", scheme == "dark")
    # what does not hang on the theme is asked once
    assert_accessible(tab, ".experiment-chart", rules=None if scheme == "light" else ["color-contrast"])


def test_nothing_is_wider_than_a_phone(tab):
    tab.set_viewport_size({"width": 390, "height": 800})
    tab.wait_for_function("() => document.documentElement.scrollWidth <= 390")
    assert tab.locator(f"{SCALE} svg[role=application]").first.is_visible()
