"""A visitor: a browser's context of its own, on one page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, ConsoleMessage, Page


@contextmanager
def visiting(browser: Browser, url: str, console_errors: bool = False) -> Iterator[Page]:
    """A fresh visitor who opens `url`; a script error or a request to another host fails at the end.

    With `console_errors`, so does whatever else the console calls an error.
    """
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    page = context.new_page()
    own = (url.split("?")[0], "data:", "blob:")
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(f"script error: {error}"))

    def hear(message: ConsoleMessage) -> None:
        # Gradio catches what a widget's script throws at a new value, and tells the console
        if "watch callback" in message.text or (console_errors and message.type == "error"):
            wrong.append(message.text)

    page.on("console", hear)
    page.on("request", lambda request: request.url.startswith(own) or wrong.append(f"outside request: {request.url}"))
    try:
        page.goto(url)
        yield page
    finally:
        context.close()
    assert not wrong, wrong
