"""What a visitor sees of a widget, frame by frame, while it is asked again and again."""

import json

from playwright.sync_api import Page, expect

PATIENCE = 20_000

# What a visitor can see, frame by frame, while nothing says that it waits: [selectors, what is shown].
WATCH = """([selectors, shown]) => {
    const read = (selector) => {
        const found = document.querySelector(selector);
        return found.value ?? found.getAttribute("aria-valuenow") ?? found.textContent;
    };
    const seen = (window.seen = []);
    const look = () => {
        if (window.seen !== seen) return; // the next test looks
        if (!document.querySelector("[aria-busy=true]")) {
            const state = JSON.stringify([selectors.map(read), read(shown)]);
            if (state !== seen.at(-1)) seen.push(state);
        }
        requestAnimationFrame(look);
    };
    look();
}"""


def open_tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()


def watch(page: Page, selectors: list[str], shown: str) -> None:
    expect(page.locator("[aria-busy=true]")).to_have_count(0, timeout=PATIENCE)
    page.evaluate(WATCH, [selectors, shown])


def seen(page: Page) -> list[tuple[list[str], str]]:
    """The states that were shown one after another, when all has come to rest."""
    expect(page.locator("[aria-busy=true]")).to_have_count(0, timeout=PATIENCE)
    page.wait_for_timeout(100)  # a frame in which the last is seen
    states = [tuple(json.loads(state)) for state in page.evaluate("window.seen")]
    assert len(states) >= 2
    return states
