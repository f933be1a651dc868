"""The Chromium of the benchmarks and of the browser tests: on this machine, and alone with the page."""

from __future__ import annotations

import shutil

from playwright.sync_api import Browser, Playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def launched(playwright: Playwright) -> Browser:
    """A browser of its own, until it is closed.

    Raises:
        FileNotFoundError: this machine has none.
    """
    if (chromium := shutil.which("chromium")) is None:
        raise FileNotFoundError("expected Chromium; found none: apt-get install chromium")
    return playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
