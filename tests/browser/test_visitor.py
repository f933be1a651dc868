"""What the other browser tests build upon: each visitor comes as if nobody had been there."""

from tests.browser.visitor import visiting


def test_a_visitor_remembers_nothing_of_the_one_before(browser, app_url):
    for _ in range(2):
        with visiting(browser, app_url) as page:
            assert page.evaluate("[localStorage.getItem('seen'), document.cookie.includes('seen')]") == [None, False]
            page.evaluate("localStorage.setItem('seen', 'yes'), document.cookie = 'seen=yes'")
            assert page.evaluate("[localStorage.getItem('seen'), document.cookie.includes('seen')]") == ["yes", True]
