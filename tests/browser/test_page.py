"""What holds for the page whatever tab is open."""

import pytest

TABS = ["translate", "attention", "next_token", "positions", "inside", "layers", "what-if", "why"]


@pytest.mark.parametrize("tab", TABS)
def test_a_link_reopens_its_tab_and_on_a_phone_the_page_never_scrolls_sideways(browser, app_url, tab):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{app_url}?text=Where+is+my+book%3F&direction=en-de&tab={tab}")
    page.wait_for_url(f"**tab={tab}**")
    page.wait_for_function("document.querySelector('#text textarea')?.value === 'Where is my book?'")
    page.wait_for_selector(
        ", ".join(f"[role=tabpanel]:visible {what}" for what in ("canvas", ".token", "svg", ".why-run"))
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("text=house&direction=en-xx", "direction: expected one of en-de, de-en; found 'en-xx'"),
        ("text=house&direction=en-de&beam_size=nan", "link: beam_size: expected a number of ordinary size; found nan"),
        ("text=house&direction=en-de&chosen=3&n_best=2", "hypothesis: expected"),
        ("text=house&direction=en-de&prefix=999999", "target token: expected"),
        ("text=A+house.+A+man.&direction=en-de&sentence=2", "sentence: expected a whole number from 0 to 1"),
    ],
)
def test_a_damaged_link_says_what_is_wrong_and_the_page_works(browser, app_url, query, message):
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{app_url}?{query}")
    page.get_by_text(message).first.wait_for()
    assert page.locator(".translation .text").inner_text()
    context.close()


def test_no_tab_is_longer_than_about_three_screens(page):
    for tab in page.get_by_role("tab").all():
        tab.click()
        page.wait_for_function("() => !document.querySelector('[aria-busy=true]')")
        page.keyboard.press("End")  # what runs the model is asked when it is in sight
        page.wait_for_timeout(1500)
        page.wait_for_function("() => !document.querySelector('[aria-busy=true]')")
        assert page.evaluate("document.documentElement.scrollHeight") <= 3.05 * 900, tab.inner_text()
    assert page.get_by_role("tab").count() <= 9
