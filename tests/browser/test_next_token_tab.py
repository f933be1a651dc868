"""What a visitor does in the Next token tab."""

import csv
import json
import xml.etree.ElementTree as ElementTree

import pytest

from explain.next_token import Sampling, distribution, force, from_prefix, sample_on, steps
from explain.run import Settings
from tests.browser.accessibility import assert_accessible
from tests.browser.visitor import visiting
from ui.sentence_bar import FIRST_EXAMPLE

STEPS, BARS = "#next-token-steps", "#next-token-bars"
SETTINGS = Settings(direction=FIRST_EXAMPLE[1])


@pytest.fixture
def run(runner):
    """The run that the page shows when it opens."""
    return runner.run(FIRST_EXAMPLE[0], SETTINGS)


@pytest.fixture(scope="module")
def visitor(browser, app_url):
    """One visitor for all tests of this file: the page takes long to open, and little to go back to its beginning."""
    with visiting(browser, app_url) as page:
        page.get_by_role("tab", name="Next token").click()
        yield page


@pytest.fixture
def tab(visitor, run):
    """The tab as it opens: the model's own translation, its first step, the sliders at rest."""
    visitor.get_by_role("tab", name="Next token").click()
    visitor.get_by_role("button", name="Reset", exact=True).evaluate("button => button.click()")
    becomes(visitor, run.translation.text)
    visitor.locator(f"{STEPS} .strip").press("Home")
    at_step(visitor, 1)
    visitor.get_by_role("button", name="Reset the sliders").click()
    visitor.locator(f"{BARS} .n-shown").select_option("10")
    return visitor


def at_step(page, number: int) -> None:
    page.wait_for_function(
        "([bars, title]) => document.querySelector(`${bars} .title`)?.textContent.startsWith(title)",
        arg=[BARS, f"Step {number} of "],
    )


def now(page) -> str:
    return page.locator(f"{STEPS} .now").inner_text()


def becomes(page, text: str) -> None:
    page.wait_for_function(
        "([steps, text]) => document.querySelector(`${steps} .now`).innerText === text", arg=[STEPS, text]
    )


def shown_rows(page) -> list[tuple[str, str, float, float]]:
    """Rank, name and the two probabilities, in full precision, of each row of the table."""
    rows = page.locator(f"{BARS} tbody tr").evaluate_all(
        """lines => lines.map(line => [
            line.querySelector(".rank").textContent, line.querySelector("th").textContent,
            ...[...line.querySelectorAll("data")].map(data => Number(data.value))])"""
    )
    return [tuple(row) for row in rows]


def slide(page, name: str, value: float) -> None:
    page.locator(f"{BARS} .{name}").evaluate(
        "(slider, value) => { slider.value = value; slider.dispatchEvent(new Event('input', { bubbles: true })); }",
        value,
    )


def force_row(page, number: int) -> None:
    page.locator(f"{BARS} tbody tr").nth(number).locator("button.token").click()


def assert_bars_equal(page, expected) -> None:
    """The table shows explain's Distribution of ten tokens, of which one is the chosen one."""
    rows = shown_rows(page)
    assert [row[0] for row in rows] == [*map(str, range(1, 11)), ""]
    assert rows[-1][1] == f"all {expected.n_rest:,} other tokens"
    probabilities = [c.probability for c in expected.candidates] + [expected.rest_probability]
    sampling = [c.sampling_probability for c in expected.candidates] + [expected.rest_sampling_probability]
    assert [row[2] for row in rows] == pytest.approx(probabilities, rel=1e-9, abs=1e-12)
    assert [row[3] for row in rows] == pytest.approx(sampling, rel=1e-9, abs=1e-12)


def test_the_tab_opens_on_the_first_step_and_every_step_can_be_reached(tab, passes, run):
    before = passes.n
    assert_bars_equal(tab, distribution(run, 0))
    chips = tab.locator(f"{STEPS} .sequence button")
    assert chips.count() == len(run.target_out)

    chips.nth(3).click()
    at_step(tab, 4)
    assert_bars_equal(tab, distribution(run, 3))
    tab.keyboard.press("ArrowRight")
    at_step(tab, 5)
    tab.keyboard.press("ArrowLeft")
    at_step(tab, 4)
    tab.locator(f"{STEPS} .strip").press("End")
    at_step(tab, len(run.target_out))
    assert_bars_equal(tab, distribution(run, len(run.target_out) - 1))
    tab.get_by_role("button", name="One step back").click()
    at_step(tab, len(run.target_out) - 1)
    tab.get_by_role("button", name="One step forward").click()
    at_step(tab, len(run.target_out))
    assert passes.n == before


def test_the_least_certain_step_is_one_click_away(tab, run):
    least_certain = int(steps(run).entropies_bits.argmax())
    tab.locator(f"{STEPS} .uncertain button").first.click()
    at_step(tab, least_certain + 1)
    details = tab.locator(f"{STEPS} .figure-details").inner_text()
    assert f"rank {steps(run).ranks[least_certain]}, " in details


def test_sliders_weigh_the_whole_vocabulary_anew_without_the_model(tab, passes, run):
    least_certain = int(steps(run).entropies_bits.argmax())
    tab.locator(f"{STEPS} .sequence button").nth(least_certain).click()
    at_step(tab, least_certain + 1)
    before = passes.n
    requests = []
    tab.on("request", lambda request: requests.append(request.url))
    for sampling in (
        Sampling(temperature=0.7),
        Sampling(temperature=1.3, top_k=5),
        Sampling(temperature=2.5, top_k=0, top_p=0.9),
        Sampling(temperature=0.8, top_k=40, top_p=0.5),
        Sampling(temperature=0),
    ):
        slide(tab, "temperature", sampling.temperature)
        slide(tab, "top-k", sampling.top_k)
        slide(tab, "top-p", sampling.top_p)
        expected = distribution(run, least_certain, sampling)
        assert_bars_equal(tab, expected)
        entropy = float(tab.locator(f"{BARS} .sampling-fact").inner_text().split(" bits")[0])
        assert entropy == pytest.approx(expected.sampling_entropy_bits, rel=6e-3, abs=1e-9)
    assert passes.n == before
    assert not requests


def test_a_forced_token_changes_the_rest_in_all_tabs_until_it_is_undone(tab, runner, run):
    own = now(tab)
    candidates = distribution(run, 1).candidates
    row = next(i for i, c in enumerate(candidates) if c.id != run.target_out[1].id and not c.special)
    expected = force(runner, run, 1, candidates[row].id)
    tab.locator(f"{STEPS} .sequence button").nth(1).click()
    at_step(tab, 2)
    force_row(tab, row)
    becomes(tab, expected.translation.text)
    assert_bars_equal(tab, distribution(expected, 1))
    assert tab.locator(f"{STEPS} .own").inner_text() == own
    assert tab.locator(f"{STEPS} .label").all_inner_texts() == ["given:", "the model:"]
    assert tab.locator(f"{STEPS} .sequence .given").count() == 2

    tab.wait_for_url(f"**prefix={'.'.join(map(str, expected.prefix))}**")
    tab.get_by_role("tab", name="Translate").click()
    tab.wait_for_function(
        "text => document.querySelector('.translation .text').innerText === text", arg=expected.translation.text
    )

    tab.get_by_role("tab", name="Next token").click()
    tab.get_by_role("button", name="Reset", exact=True).click()
    becomes(tab, own)
    at_step(tab, 2)
    assert tab.locator(f"{STEPS} .given").count() == 0


def test_a_chosen_token_far_down_has_a_row_of_its_own(tab, runner, run):
    candidates = distribution(run, 0, n_shown=20).candidates
    row = next(i for i in range(10, 20) if not candidates[i].special)
    tab.locator(f"{BARS} .n-shown").select_option("20")
    force_row(tab, row)
    forced = force(runner, run, 0, candidates[row].id)
    becomes(tab, forced.translation.text)
    tab.locator(f"{BARS} .n-shown").select_option("10")
    rows = shown_rows(tab)
    assert rows[10][0] == str(row + 1)
    assert rows[10][1].endswith("chosen")
    assert rows[10][2] == pytest.approx(distribution(forced, 0).chosen.probability, rel=1e-9)
    assert rows[11][1] == f"all {len(runner.tokenizer) - 11:,} other tokens"
    assert sum(row[2] for row in rows) == pytest.approx(1, abs=1e-9)
    assert sum(row[3] for row in rows) == pytest.approx(1, abs=1e-9)


def test_sampling_with_a_seed_draws_the_same_again(tab, runner, run):
    middle, sampling = len(run.target_out) // 2, Sampling(temperature=1.2)

    def draw(seed: int) -> str:
        return sample_on(runner, run, middle, sampling, seed).translation.text

    drawn = {}  # two seeds, so that every press changes the text
    for seed in range(1, 20):
        if draw(seed) not in (run.translation.text, *drawn.values()) and len(drawn) < 2:
            drawn[seed] = draw(seed)
    one, other = drawn
    tab.locator(f"{STEPS} .sequence button").nth(middle).click()
    at_step(tab, middle + 1)
    slide(tab, "temperature", 1.2)
    for seed in (one, other, one):
        tab.get_by_label("Seed").fill(str(seed))
        tab.get_by_role("button", name="Sample from here on").click()
        becomes(tab, drawn[seed])


def test_a_typed_beginning_is_gone_on_from(tab, runner, run):
    expected = from_prefix(runner, run.text, SETTINGS, "Zwei Hunde")
    tab.get_by_label("Start with").fill("Zwei Hunde")
    tab.get_by_label("Start with").press("Enter")
    becomes(tab, expected.translation.text)
    at_step(tab, len(expected.prefix) + 1)


def test_a_new_sentence_begins_at_its_first_step(page, runner):
    page.get_by_role("tab", name="Next token").click()
    page.get_by_role("button", name="One step forward").click()
    at_step(page, 2)
    page.locator("#text textarea").fill("Where is my book?")
    page.locator("#text textarea").press("Enter")
    expected = runner.run("Where is my book?", SETTINGS)
    becomes(page, expected.translation.text)
    at_step(page, 1)
    assert_bars_equal(page, distribution(expected, 0))


def test_bad_input_gets_a_message_and_the_page_goes_on(tab, run):
    begin = tab.get_by_label("Start with")
    for typed, message in [
        ("  ", "expected a word or more; found none"),
        ("Haus " * 200, "target prefix: expected at m"),
    ]:
        begin.fill(typed)
        begin.press("Enter")
        tab.get_by_text(message).wait_for()
    tab.get_by_label("Seed").fill("-1")
    tab.get_by_role("button", name="Sample from here on").click()
    tab.get_by_text("seed: expected a whole number from 0").wait_for()
    assert now(tab) == run.translation.text
    tab.get_by_role("button", name="One step forward").click()
    at_step(tab, 2)


def test_markup_is_shown_not_run(tab):
    markup = "<img src=x onerror=document.title='broken'>${document.title='broken'}{{7*7}}"
    tab.get_by_label("Start with").fill(markup)
    tab.get_by_label("Start with").press("Enter")
    tab.wait_for_function(f"document.querySelector('{STEPS} .now').innerText.includes('7*7')")
    assert tab.title() != "broken"
    assert tab.locator(f"{STEPS} img, {BARS} img").count() == 0


def test_the_numbers_and_pictures_can_be_saved(tab, runner, run):
    def saved(where: str, name: str) -> str:
        with tab.expect_download() as download:
            tab.locator(where).get_by_role("button", name=name).click()
        return download.value.path().read_text()

    slide(tab, "top-k", 3)
    expected = distribution(run, 0, Sampling(temperature=1, top_k=3))
    rows = list(csv.DictReader(saved(BARS, "CSV").splitlines()))
    assert [float(row["probability"]) for row in rows[:-1]] == [c.probability for c in expected.candidates]
    assert [float(row["sampling_probability"]) for row in rows[:-1]] == pytest.approx(
        [c.sampling_probability for c in expected.candidates], rel=1e-9
    )
    assert rows[-1]["n_tokens"] == str(expected.n_rest)

    numbers = json.loads(saved(BARS, "JSON"))
    assert numbers["sampling"] == {"temperature": 1, "top_k": 3, "top_p": 1}
    assert numbers["sampling_entropy_bits"] == pytest.approx(expected.sampling_entropy_bits, rel=1e-9)

    walk = list(csv.DictReader(saved(STEPS, "CSV").splitlines()))
    assert [float(row["entropy_bits"]) for row in walk] == pytest.approx(list(steps(run).entropies_bits), rel=1e-12)
    for where, picture in ((BARS, "picture"), (STEPS, "strip")):
        drawing = ElementTree.fromstring(saved(where, picture))
        texts = [element.text for element in drawing.iter("{http://www.w3.org/2000/svg}text")]
        assert any(expected.chosen.text.strip("▁") in text for text in texts)


def test_the_tab_is_accessible(tab):
    for _ in ("light", "dark"):
        tab.evaluate("document.body.classList.toggle('dark')")
        assert_accessible(tab, STEPS, BARS)
