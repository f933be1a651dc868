"""Waiting for the state that a test asserts."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def answered(page: Page) -> None:
    """Until every question is answered: what is drawn then belongs to what was chosen last, not to a choice before."""
    expect(page.locator("[aria-busy=true]")).to_have_count(0, timeout=20_000)


def drawn(page: Page) -> None:
    """Until what was just chosen is drawn: figures are drawn in the next frame."""
    page.evaluate("new Promise((done) => requestAnimationFrame(done))")
