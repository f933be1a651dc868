"""A visitor: a page of its own, that remembers nothing of the visitors before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize

DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
KEPT = "cookies,local_storage,indexeddb,cache_storage,service_workers"  # by the browser, of an origin


def _shared(browser: Browser, url: str) -> BrowserContext:
    """The context in which all visitors come, one empty page of the site open in it.

    That page keeps the site's process alive, and with it the scripts that are read and compiled: a visitor who comes
    to a new context takes three times as long to see the page.
    """
    context = browser.contexts[0] if browser.contexts else browser.new_context(accept_downloads=True)
    if not context.pages:
        context.new_page().goto(f"{_origin(url)}/robots.txt")
    return context


def _origin(url: str) -> str:
    return "/".join(url.split("/")[:3])


@contextmanager
def visiting(
    browser: Browser, url: str, console_errors: bool = False, viewport: ViewportSize = DESKTOP
) -> Iterator[Page]:
    """A fresh visitor who opens `url`; a script error or a request to another host fails at the end.

    With `console_errors`, so does whatever else the console calls an error.
    """
    context = _shared(browser, url)
    page = context.new_page()
    page.set_viewport_size(viewport)
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
        page.close()
        forget = context.new_cdp_session(context.pages[0])
        forget.send("Storage.clearDataForOrigin", {"origin": _origin(url), "storageTypes": KEPT})
        forget.detach()
    assert not wrong, wrong


@contextmanager
def on_a_phone(browser: Browser, url: str) -> Iterator[Page]:
    """A visitor who touches a small screen, in a context of their own."""
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    page = context.new_page()
    try:
        page.goto(url)
        yield page
    finally:
        context.close()
