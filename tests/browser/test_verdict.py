"""The verdict under the translation: which token is doubtful, and what its sureness was worth on held-out text."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from explain.run import Settings
from explain.runner import Runner
from tests.browser.accessibility import assert_accessible
from tests.browser.visitor import visiting
from tests.browser.waits import answered
from ui.tabs.translate import sureness, translation

SAYS = "#verdict .says"
SENTENCES = ["Thank you.", "The dog is big.", "She sold the rusty anvil to a haggard tinker.", "He quaffed the mead."]


@pytest.fixture(scope="module")
def page(browser, app_url) -> Iterator[Page]:
    with visiting(browser, app_url) as page:
        expect(page.locator(SAYS)).not_to_be_empty(timeout=20_000)
        yield page


def told(runner: Runner, text: str) -> dict:
    return sureness(runner, runner.run(text, Settings(direction="en-de")))


@pytest.fixture(scope="module")
def doubted(runner) -> str:
    """A sentence of which the model doubts a part."""
    return next(text for text in SENTENCES if told(runner, text)["doubtful"])


@pytest.fixture(scope="module")
def trusted(runner) -> str:
    """A sentence of which it doubts nothing."""
    return next(text for text in SENTENCES if not told(runner, text)["doubtful"])


def translate(page: Page, text: str) -> None:
    page.locator("#text textarea").fill(text)
    page.locator("#text textarea").press("Enter")
    page.wait_for_function("text => new URL(location).searchParams.get('text') === text", arg=text)
    answered(page)


def test_a_doubtful_sentence_gets_its_verdict_and_its_marks(page, runner, doubted):
    translate(page, doubted)
    found = told(runner, doubted)
    least = found["tokens"][found["least"]]
    says = page.locator(SAYS).inner_text()
    assert says.startswith(f"Least sure of “{least['text'].removeprefix('▁')}”")
    assert least["right"] < 0.5
    assert says.endswith(f"a person’s translation agrees {round(100 * least['right'])} times in 100.")
    chips = page.locator("#hypotheses .target .token")
    marked = [i for i, chip in enumerate(chips.all()) if "doubtful" in chip.get_attribute("class").split()]
    assert marked == found["doubtful"]
    words = page.locator("#translation .word.doubtful").all()
    assert words and all(word.evaluate("word => word.ariaDescription") == "doubtful" for word in words)
    keys = {int(word.get_attribute("data-token").removeprefix("tgt:")) for word in words}
    parts = translation(runner.run(doubted, Settings(direction="en-de")))["parts"]
    assert keys == {part["tokens"][0] for part in parts if set(part["tokens"]) & set(found["doubtful"])}
    look = chips.nth(marked[0]).evaluate("chip => getComputedStyle(chip).textDecorationStyle")
    assert look == "wavy", "not by colour alone"
    assert chips.nth(marked[0]).get_attribute("aria-label").endswith(", doubtful")


def test_a_sure_sentence_gets_the_share_that_was_right(page, runner, trusted):
    translate(page, trusted)
    found = told(runner, trusted)
    right = found["tokens"][found["least"]]["right"]
    assert page.locator(SAYS).inner_text().endswith(f"a person’s translation agrees {round(100 * right)} times in 100.")
    assert page.locator("#hypotheses .doubtful").count() == 0


@pytest.mark.parametrize("act", ["hover", "focus", "tap"])
def test_a_token_tells_what_its_sureness_was_worth(page, runner, trusted, act):
    translate(page, trusted)
    verdict = page.locator(SAYS).inner_text()
    token = told(runner, trusted)["tokens"][0]
    chip = page.locator("#hypotheses .target .token").first
    if act == "tap":
        chip.dispatch_event("mouseenter")  # which a browser makes of a tap
    else:
        getattr(chip, act)()
    expect(page.locator(SAYS)).to_contain_text(f"of {token['n']:,} tokens from")
    assert page.locator(SAYS).inner_text().startswith(f"“{token['text'].removeprefix('▁')}”")
    page.mouse.move(0, 0)
    page.locator("body").click(position={"x": 2, "y": 2})
    chip.dispatch_event("mouseleave")
    expect(page.locator(SAYS)).to_have_text(verdict)


def test_the_darker_token_is_the_less_sure_one(page, runner, doubted):
    translate(page, doubted)
    chips = page.locator("#hypotheses .target .token:not(.special)").all()
    tokens = [token for token in told(runner, doubted)["tokens"] if not token["special"]]
    light = [
        sum(chip.evaluate("""chip => {
            const pen = document.createElement("canvas").getContext("2d");
            pen.fillStyle = getComputedStyle(chip).backgroundColor;
            pen.fillRect(0, 0, 1, 1);
            return [...pen.getImageData(0, 0, 1, 1).data.slice(0, 3)];
        }"""))
        for chip in chips
    ]  # fmt: skip
    surest, least = (pick(range(len(tokens)), key=lambda i: tokens[i]["probability"]) for pick in (max, min))
    assert light[least] < light[surest]


def test_the_verdict_is_accessible(page):
    page.locator("#verdict summary").click()
    expect(page.locator("#verdict .how")).to_contain_text("held-out sentences (everyday)")
    assert_accessible(page, "#verdict", "#hypotheses")
