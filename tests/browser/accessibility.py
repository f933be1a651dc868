"""What axe finds on a page that stands still."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# Gradio fades what it waits for; in the middle of that, contrast is nobody's
STANDS_STILL = """() => {
  const moving = document.querySelector('.pending, .generating')
    || document.getAnimations().some(animation => animation.playState === 'running');
  if (moving || !window.stillSince) window.stillSince = performance.now();
  return performance.now() - window.stillSince > 300;
}"""


def wait_until_still(page: Page) -> None:
    """Until nothing is waited for or moves, and has not for a third of a second."""
    page.evaluate("() => { delete window.stillSince }")
    page.wait_for_function(STANDS_STILL)


def assert_accessible(page: Page, *widgets: str, rules: list[str] | None = None) -> None:
    """Fails with axe's report where it finds something serious in the widgets; with `rules`, by those alone."""
    wait_until_still(page)
    options: dict[str, Any] = {"resultTypes": ["violations"]}  # what passes need not be told of every element
    if rules:
        options["runOnly"] = rules
    found = Axe().run(page, options=options, context={"include": [[widget] for widget in widgets]})
    serious = [v for v in found.response["violations"] if v["impact"] in {"serious", "critical"}]
    assert not serious, found.generate_report()
