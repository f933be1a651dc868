"""No widget shows a number that does not belong to its selectors, however slow the server; a tab opens in one trip."""

import json
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

import ui.answers
from explain.cell import attention_cell
from explain.run import Run
from explain.runner import Runner
from explain.walk import stage_view
from tests.browser.figures import numbers, rounded
from tests.conftest import tiny_translator
from ui.launch import launch
from ui.models import Models
from ui.page import build_page, first_run

PATIENCE = 20_000
CELL, STAGE = "#inside-cell", "#inside-stage"

# What a visitor can see, frame by frame, while the widget does not say that it waits: [selectors, what is shown].
WATCH = """([root, selectors, shown]) => {
    const widget = document.querySelector(root);
    const read = (selector) => {
        const found = widget.querySelector(selector);
        return found.value ?? found.textContent;
    };
    window.seen = [];
    const look = () => {
        const waits = widget.matches("[aria-busy=true]") || widget.querySelector("[aria-busy=true]");
        if (!waits) window.seen.push(JSON.stringify([selectors.map(read), read(shown)]));
        requestAnimationFrame(look);
    };
    look();
}"""


@pytest.fixture(scope="module")
def runner() -> Runner:
    return Runner(tiny_translator(max_positions=251), "own")


@pytest.fixture(scope="module")
def run(runner) -> Run:
    return first_run(runner)


@pytest.fixture(scope="module")
def app_url(runner) -> Iterator[str]:
    demo = build_page(Models([runner]))
    _, url, _ = launch(demo, prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
    yield url
    demo.close()


@pytest.fixture
def slow_then_quick(monkeypatch):
    """The first answer takes long, the next ones less: sent at once, they would come back the wrong way round."""
    answer, seconds = ui.answers.answer, iter([0.8, 0.4, 0.2])

    def late(*arguments):
        time.sleep(next(seconds, 0))
        return answer(*arguments)

    return lambda: monkeypatch.setattr(ui.answers, "answer", late)


def open_tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()


def settled(page: Page, root: str) -> None:
    expect(page.locator(f"{root} [aria-busy=true], {root}[aria-busy=true]")).to_have_count(0, timeout=PATIENCE)


def seen(page: Page) -> list[tuple[list[str], str]]:
    """The different states that were shown, in their order."""
    return [tuple(json.loads(state)) for state in dict.fromkeys(page.evaluate("window.seen"))]


def test_the_worked_cell_belongs_to_its_selectors(page, runner, run, slow_then_quick):
    open_tab(page, "Inside")
    expect(page.locator(f"{CELL} .scaled")).to_contain_text("score", timeout=PATIENCE)
    slow_then_quick()
    places = ["layer", "head", "query", "key"]
    page.evaluate(WATCH, [CELL, [f".{place}" for place in places], ".scaled"])
    for head in ("3", "5", "7", "9", "4"):
        page.locator(f"{CELL} .head").select_option(head)
    settled(page, CELL)
    states = seen(page)
    assert len(states) >= 2
    for selectors, shown in states:
        cell = attention_cell(run, "cross", *map(int, selectors))
        assert numbers(shown)[-1] == rounded(cell.score)
    assert states[-1][0][1] == "4"


def test_the_stage_belongs_to_its_number(page, runner, run, slow_then_quick):
    open_tab(page, "Inside")
    expect(page.locator(f"{STAGE} .where")).to_contain_text("1 of", timeout=PATIENCE)
    slow_then_quick()
    page.evaluate(WATCH, [STAGE, [".where"], ".title"])
    for _ in range(5):
        page.locator(f"{STAGE} .after").click()
    settled(page, STAGE)
    states = seen(page)
    for [where], title in states:
        assert title == stage_view(run, int(where.split()[0]) - 1, 0).title
    assert states[-1][0][0].startswith("6 of")
