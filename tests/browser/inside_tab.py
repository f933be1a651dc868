"""The Inside tab alone: a page with it opens in a fraction of the time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import gradio as gr
from playwright.sync_api import Browser, Page, ViewportSize, expect

from explain.run import Run
from explain.runner import Runner
from tests.browser.visitor import DESKTOP, visiting
from tests.serving import serving
from ui.answers import answering
from ui.components import widget
from ui.models import Models
from ui.request import Request
from ui.tabs.inside import inside_tab

DIAGRAM, STAGE = "#inside-diagram", "#inside-stage"


@contextmanager
def inside_alone(browser: Browser, runner: Runner, run: Run, viewport: ViewportSize = DESKTOP) -> Iterator[Page]:
    """A visitor of a page that shows a run in this tab and nothing else."""
    with gr.Blocks(analytics_enabled=False) as demo:
        widget("page_request", Request.of(run).to_browser(), visible="hidden")
        with gr.Tabs():
            inside_tab(answering(Models([runner])))
    with serving(demo) as url, visiting(browser, url, viewport=viewport) as page:
        expect(page.locator(f"{STAGE} .title")).not_to_be_empty(timeout=20_000)
        yield page
