"""A real Chromium on the real app with the bundled checkpoint."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from playwright.sync_api import Browser, Page, expect, sync_playwright

import ui.answers
from benchmarks.chromium import launched
from explain.calibration import load_calibration
from explain.frames import load_frames
from explain.head_means import load_head_means
from explain.run import Run
from explain.runner import Runner
from model.translator import Translator
from tests.browser.visitor import visiting
from tests.passes import Count, counted
from tests.serving import serving
from ui.models import Models
from ui.page import build_page, first_run

FIRST_TRANSLATION = ".translation .text"
CHECKPOINT = os.environ.get("CHECKPOINT", Path(__file__).parents[2] / "checkpoints" / "en-de")
expect.set_options(timeout=20_000)  # milliseconds: a busy machine takes its time


@pytest.fixture(scope="session")
def runner() -> Runner:
    """The runner behind the served page."""
    torch.set_num_threads(1)
    translator = Translator.from_pretrained(CHECKPOINT)
    folder = Path(CHECKPOINT)
    means = load_head_means(folder, translator.network.config)
    return Runner(translator, head_means=means, calibration=load_calibration(folder), film=load_frames(folder))


@pytest.fixture(scope="session")
def passes(runner) -> Iterator[Count]:
    """How often the model behind the served page has computed."""
    with counted(runner.network) as count:
        yield count


@pytest.fixture(scope="session")
def app_url(runner) -> Iterator[str]:
    """The app, served on a free port of this machine."""
    with serving(build_page(Models([runner]))) as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        try:
            browser = launched(playwright)
        except FileNotFoundError as error:
            if os.environ.get("REQUIRE_BROWSER"):
                raise
            pytest.skip(str(error))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def run(runner) -> Run:
    """The run that the page shows when it opens."""
    return first_run(runner)


@pytest.fixture(scope="module")
def visitor(browser, app_url) -> Iterator[Page]:
    """One visitor for the tests of a file: the page takes long to open, and little to go back to its beginning."""
    with visiting(browser, app_url) as page:
        page.wait_for_selector(FIRST_TRANSLATION)
        yield page


@pytest.fixture
def page(browser, app_url) -> Iterator[Page]:
    """A fresh visitor on the first page; any script error or request to another host fails the test."""
    with visiting(browser, app_url) as page:
        page.wait_for_selector("#tabs")
        yield page


@pytest.fixture
def slow_then_quick(monkeypatch):
    """The first answer takes long, the next ones less: sent at once, they would come back the wrong way round."""
    answer, seconds = ui.answers.answer, iter([0.8, 0.4, 0.2])

    def late(*arguments):
        time.sleep(next(seconds, 0))
        return answer(*arguments)

    return lambda: monkeypatch.setattr(ui.answers, "answer", late)
