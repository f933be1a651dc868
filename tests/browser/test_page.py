"""What holds for the page whatever tab is open."""

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import assert_accessible
from tests.browser.visitor import PHONE, visiting

TABS = ["translate", "attention", "next_token", "positions", "inside", "layers", "what-if", "learning", "why"]


@pytest.mark.parametrize("tab", TABS)
def test_a_link_reopens_its_tab_and_on_a_phone_the_page_never_scrolls_sideways(browser, app_url, tab):
    address = f"{app_url}?text=Where+is+my+book%3F&direction=en-de&tab={tab}"
    with visiting(browser, address, viewport=PHONE) as page:
        page.wait_for_url(f"**tab={tab}**")
        page.wait_for_function("document.querySelector('#text textarea')?.value === 'Where is my book?'")
        page.wait_for_selector(
            ", ".join(f"[role=tabpanel]:visible {what}:visible" for what in ("canvas", ".token", "svg", ".why-run"))
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_the_translation_stands_in_the_first_screen(browser, app_url, width, height):
    with visiting(browser, app_url) as page:
        page.set_viewport_size({"width": width, "height": height})
        translation = page.locator(".translation .text")
        expect(translation).not_to_be_empty(timeout=20_000)
        expect(translation).to_be_in_viewport(ratio=1)
        words = page.evaluate("""() => {
            const range = document.createRange();
            range.setStartBefore(document.body);
            range.setEndBefore(document.querySelector("#text textarea"));
            const shown = [...document.querySelectorAll("h1, h1 ~ *, #text span")]
                .filter((each) => range.intersectsNode(each) && each.checkVisibility());
            return shown.map((each) => each.innerText).join(" ").split(/\\s+/).filter(Boolean).length;
        }""")
        assert 5 < words <= 25


def test_what_is_pressed_for_a_translation_stands_in_one_line_at_any_width(browser, app_url):
    with visiting(browser, app_url) as page:
        for width in (390, 641, 820, 1000, 1024, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            direction, *buttons = [page.locator(each).bounding_box() for each in ("#direction", "#swap", "#go")]
            for each in buttons:
                assert direction["y"] < each["y"] < direction["y"] + direction["height"], width
            assert page.locator("#text").bounding_box()["width"] > min(width, 640) * 0.7, width


def test_on_a_phone_every_tab_is_in_the_strip(browser, app_url):
    with visiting(browser, app_url) as page:
        page.set_viewport_size({"width": 390, "height": 844})
        tabs = page.get_by_role("tab")
        expect(tabs).to_have_count(len(TABS))
        last = tabs.last
        last.scroll_into_view_if_needed()
        last.click()
        expect(last).to_have_attribute("aria-selected", "true")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


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
    with visiting(browser, f"{app_url}?{query}") as page:
        page.get_by_text(message).first.wait_for()
        assert page.locator(".translation .text").inner_text()


def test_no_tab_is_longer_than_about_three_screens(page):
    for tab in page.get_by_role("tab").all():
        tab.click()
        page.wait_for_function("() => !document.querySelector('[aria-busy=true]')")
        page.keyboard.press("End")  # what runs the model is asked when it is in sight
        page.wait_for_timeout(1500)
        page.wait_for_function("() => !document.querySelector('[aria-busy=true]')")
        assert page.evaluate("document.documentElement.scrollHeight") <= 3.05 * 900, tab.inner_text()
    assert page.get_by_role("tab").count() <= 9


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_open_tab_is_read_easily(page, scheme):
    page.emulate_media(color_scheme=scheme)
    page.reload()
    expect(page.locator("#tabs [data-tab-id=translate]")).to_have_attribute("aria-selected", "true")
    assert_accessible(page, "#tabs [role=tablist]", rules=["color-contrast"])


def test_the_menu_of_directions_is_closed_behind_who_goes_on_by_keyboard(page):
    page.get_by_label("Direction").focus()
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator("#swap")).to_be_focused()
    expect(page.get_by_role("listbox")).to_have_count(0)


def test_a_box_that_is_checked_looks_so(page):
    page.get_by_role("tab", name="Next token").click()
    box = page.locator("#why-not .every")
    box.check()
    assert box.evaluate("box => getComputedStyle(box).appearance") == "auto"
