"""What it gets wrong, as a visitor finds out: guess, see, and ask why."""

from playwright.sync_api import expect

from explain.probes import PROBES, probe
from tests.browser.accessibility import assert_accessible
from tests.browser.visitor import visiting
from ui.probes import verdict


def test_a_visitor_guesses_sees_what_the_model_wrote_and_asks_why(browser, app_url, runner):
    asked = PROBES["en-de"][0]
    found = probe(runner, "en-de", asked.text, asked.senses)
    with visiting(browser, app_url, console_errors=True) as page:
        page.get_by_role("tab", name="What if").click()
        expect(page.locator("#two-sentences .result")).to_be_visible(timeout=40_000)
        page.locator("#probes").scroll_into_view_if_needed()
        page.locator("#probes summary").click()
        card = page.locator("#probes .card").first
        expect(card).to_contain_text(asked.text, timeout=40_000)
        expect(card.locator(".written")).to_have_count(0)
        card.get_by_role("button", name=asked.senses[1].name).click()
        expect(card.locator(".written")).to_have_text(found.written)
        expect(card.locator("[role=status]")).to_contain_text(verdict(asked, found))
        assert_accessible(page, "#probes")
        card.locator(".why").click()
        expect(page.locator("#two-sentences dt")).to_have_text([asked.text, asked.other], timeout=40_000)
        expect(page.locator("#two-sentences h2")).to_be_focused()
