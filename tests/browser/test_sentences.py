"""A text of several sentences: each with its translation, and one of them open in every tab."""

import pytest
from playwright.sync_api import Browser, Page, expect

from explain.run import Run, Settings
from tests.browser.accessibility import assert_accessible
from tests.browser.conftest import FIRST_TRANSLATION
from tests.browser.visitor import visiting
from tests.browser.waits import answered
from tests.browser.watching import PATIENCE, open_tab

TEXT = "Good morning!\nMy name is Anna. Where is my book?\n\nTwo dogs are playing in the snow."
PARTS = ["Good morning!", "My name is Anna.", "Where is my book?", "Two dogs are playing in the snow."]
LIST = "#sentences .list button"
OPEN = f"{LIST}[aria-pressed=true]"


@pytest.fixture(scope="module")
def runs(runner) -> list[Run]:
    """What each sentence becomes by itself."""
    return [runner.run(part, Settings(direction="en-de")) for part in PARTS]


@pytest.fixture
def page(visitor) -> Page:
    """The text, translated, on the Translate tab; its first sentence is open."""
    open_tab(visitor, "Translate")
    enter(visitor, "Thank you.")
    expect(visitor.locator("#sentences .passage")).to_be_hidden(timeout=PATIENCE)
    enter(visitor, TEXT)
    expect(visitor.locator(OPEN)).to_contain_text(PARTS[0], timeout=PATIENCE)
    answered(visitor)
    return visitor


def enter(page: Page, text: str) -> None:
    page.locator("#text textarea").fill(text)
    page.locator("#text textarea").press("Enter")


def is_open(page: Page, runs: list[Run], sentence: int) -> None:
    """Waits until this sentence is open: in the list, on the Translate tab and in the address."""
    expect(page.locator(OPEN)).to_have_count(1)
    expect(page.locator(OPEN)).to_contain_text(PARTS[sentence], timeout=PATIENCE)
    expect(page.locator(FIRST_TRANSLATION)).to_have_text(runs[sentence].translation.text, timeout=PATIENCE)
    page.wait_for_url(f"**sentence={sentence}&**")


def test_each_sentence_stands_beside_its_translation_and_the_first_is_open(page, runs):
    expect(page.locator(f"{LIST} .source")).to_have_text(PARTS)
    expect(page.locator(f"{LIST} .target")).to_have_text([run.translation.text for run in runs])
    is_open(page, runs, 0)
    assert page.locator("#sentences li.apart").all_inner_texts() == [
        f"{PARTS[i]}\n{runs[i].translation.text}" for i in (1, 3)
    ]


def test_by_mouse_a_sentence_opens_in_all_tabs(page, runs):
    page.locator(LIST).nth(2).click()
    is_open(page, runs, 2)
    expect(page.locator("#sentences .open")).to_have_text(
        "Sentence 3 of 4 is open in the tabs. Choose another to look into its run."
    )
    open_tab(page, "Inside")
    tokens = page.locator("#inside-cell .query option")
    expect(tokens).to_have_count(len(runs[2].target_in), timeout=PATIENCE)
    page.locator(LIST).nth(3).click()
    expect(tokens).to_have_count(len(runs[3].target_in), timeout=PATIENCE)
    open_tab(page, "Next token")
    expect(page.locator("#next-token-steps .strip")).to_have_attribute("aria-valuenow", "1", timeout=PATIENCE)
    expect(page.locator("#next-token-steps .strip")).to_have_attribute("aria-valuemax", str(len(runs[3].target_out)))


def test_by_keyboard_a_sentence_opens_and_the_keys_stay_there(page, runs):
    page.locator(LIST).first.focus()
    for key in ("ArrowDown", "End", "ArrowUp"):
        page.keyboard.press(key)
    expect(page.locator(LIST).nth(2)).to_be_focused()
    is_open(page, runs, 0)
    page.keyboard.press("Enter")
    is_open(page, runs, 2)
    answered(page)
    expect(page.locator(LIST).nth(2)).to_be_focused()
    expect(page.locator(f"{LIST}[tabindex='0']")).to_have_count(1)  # the Tab key reaches one of them
    page.keyboard.press("Home")
    page.keyboard.press("Space")
    is_open(page, runs, 0)


def test_another_hypothesis_changes_its_sentence_alone(page, runs):
    page.locator(LIST).nth(1).click()
    is_open(page, runs, 1)
    second = runs[1].translations[1].text
    hypothesis = page.locator(".hypotheses button").nth(1)
    expect(hypothesis).to_contain_text(second, timeout=PATIENCE)  # before, it is one of the first sentence
    hypothesis.click()
    page.locator("#sentences").scroll_into_view_if_needed()  # it asks when it is in sight
    texts = [run.translation.text for run in runs]
    expect(page.locator(f"{LIST} .target")).to_have_text([texts[0], second, *texts[2:]], timeout=PATIENCE)
    page.locator(LIST).nth(0).click()
    expect(page.locator(f"{LIST} .target")).to_have_text(texts, timeout=PATIENCE)


def test_a_swap_turns_the_whole_translation_into_the_text(page, runs):
    whole = "{}\n{} {}\n\n{}".format(*(run.translation.text for run in runs))
    page.locator("#swap").click()
    expect(page.locator("#text textarea")).to_have_value(whole, timeout=PATIENCE)
    expect(page.locator(f"{LIST} .source").first).to_have_text(runs[0].translation.text, timeout=PATIENCE)
    page.locator("#swap").click()
    expect(page.get_by_label("Direction")).to_have_value("English → German", timeout=PATIENCE)


def test_the_address_opens_the_text_at_its_sentence(page, runs, browser):
    page.locator(LIST).nth(3).click()
    is_open(page, runs, 3)
    open_tab(page, "Inside")
    page.wait_for_url("**tab=inside**")
    with visiting(browser, page.url) as other:
        expect(other.locator(OPEN)).to_contain_text(PARTS[3], timeout=PATIENCE)
        assert other.locator("#text textarea").input_value() == TEXT
        tokens = other.locator("#inside-cell .query option")
        expect(tokens).to_have_count(len(runs[3].target_in), timeout=PATIENCE)


def test_by_touch_a_sentence_opens_on_a_phone(browser: Browser, app_url, runs):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    page.goto(app_url)
    page.wait_for_selector(FIRST_TRANSLATION)
    enter(page, TEXT)
    expect(page.locator(OPEN)).to_contain_text(PARTS[0], timeout=PATIENCE)
    page.locator(LIST).nth(2).tap()
    is_open(page, runs, 2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert all(box.bounding_box()["height"] >= 44 for box in page.locator(LIST).all())
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_list_is_accessible(page, scheme):
    page.emulate_media(color_scheme=scheme)
    answered(page)
    assert_accessible(page, "#sentences")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\n\n\n", "Type a sentence first."),
        ("Thank you. " * 1000, "This is too long for the model: it reads at most 50 sentences"),
        (f"Thank you. {'house ' * 300}. Thank you.", "50 sentences of 128 word pieces each, and 1,024 in all"),
    ],
)
def test_a_text_that_cannot_be_translated_says_why_and_the_next_one_is(page, runs, text, message):
    enter(page, text)
    expect(page.locator(".translation .problem")).to_contain_text(message, timeout=PATIENCE)
    enter(page, f"{PARTS[1]} {PARTS[2]}")
    expect(page.locator(f"{LIST} .target")).to_have_text([run.translation.text for run in runs[1:3]], timeout=PATIENCE)


def test_markup_is_shown_not_run_and_an_emoji_alone_is_a_sentence(page):
    marked = ["<img src=x onerror=document.title='broken'>.", "${document.title='broken'}.", "{{7*7}}!"]
    enter(page, "\n".join(marked))
    expect(page.locator(f"{LIST} .source")).to_have_text(marked, timeout=PATIENCE)
    assert page.title() != "broken"
    assert page.locator("#sentences img").count() == 0
    enter(page, "😀")
    expect(page.locator("#sentences .passage")).to_be_hidden(timeout=PATIENCE)
    expect(page.locator(FIRST_TRANSLATION)).to_be_visible()
    answered(page)
    expect(page.locator("#sentences .problem")).to_be_hidden()
