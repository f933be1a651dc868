"""What a visitor's hands do in the Attention tab, and what they read there."""

from __future__ import annotations

from pathlib import Path

from tests.browser.figures import numbers
from tests.browser.waits import answered

DETAILS = ".attention-map .figure-details"
CANVASES = "() => [...document.querySelectorAll('.map canvas')].map(c => c.toDataURL()).join()"


def say(tab, text: str) -> None:
    """Translates a text unless it is the one that is shown, with every control of the tab as at the start."""
    box = tab.locator("#text textarea")
    if box.input_value() != text:
        box.fill(text)
        before = canvases(tab)
        box.press("Enter")
        tab.wait_for_function(f"before => ({CANVASES})() !== before", arg=before)
    answered(tab)  # the effects come after the maps
    tab.locator(".attention-grid .order").select_option("layers")
    tab.locator(".attention-grid .hide input").uncheck()
    tab.locator(".drawings label", has_text="Map").click()
    switch(tab, "cross")


def canvases(tab) -> str:
    return tab.evaluate(CANVASES)


def switch(tab, kind: str) -> None:
    tab.locator(f".kinds label:has(input[value={kind}])").click()


def open_head(tab, name: str) -> None:
    tab.locator(f'.map[data-head="{name}"]').click()
    wait_for_exact(tab)


def wait_for_exact(tab) -> None:
    tab.wait_for_function(
        "() => [...document.querySelectorAll('.attention-map .save-csv')].every(button => !button.disabled)"
    )


def point(tab, row: int, column: int, shape) -> None:
    box = tab.locator(".cells canvas").bounding_box()
    x, y = (column + 0.5) * box["width"] / shape[1], (row + 0.5) * box["height"] / shape[0]
    tab.locator(".cells").hover(position={"x": x, "y": y})


def shown_weight(tab) -> float:
    text = tab.locator(DETAILS).inner_text()
    assert "≈" not in text
    return numbers(text.split("weight ")[1])[0]


def saved(tab, button: str, within: str) -> Path:
    with tab.expect_download() as download:
        tab.locator(within).get_by_role("button", name=button).click()
    return download.value.path()
