"""The handlers of the page, without a browser."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import gradio as gr

from explain.runner import Runner
from tests.conftest import tiny_translator
from ui.models import Models
from ui.page import _Page, first_run
from ui.request import Request


def test_however_many_tabs_are_opened_one_is_drawn_at_a_time():
    runner = Runner(tiny_translator(max_positions=251))
    with gr.Blocks(analytics_enabled=False):
        page = _Page(Models([runner]), "")
    request = Request.of(first_run(runner)).to_browser()
    begun, go_on, drawn = threading.Semaphore(0), threading.Event(), []

    def render(run):
        begun.release()
        assert go_on.wait(30)
        drawn.append(run)
        return [None]

    page.views = [replace(view, render=render) if view.tab.id == "attention" else view for view in page.views]
    with ThreadPoolExecutor(3) as visitors:
        opened = [visitors.submit(page.open_tab, "attention", request, "translate") for _ in range(3)]
        assert begun.acquire(timeout=30)
        assert not begun.acquire(timeout=0.5)  # the others wait
        go_on.set()
        assert all(answer.result(timeout=30) for answer in opened)
    assert len(drawn) == 3
