"""The layers in words as a visitor meets them, by mouse, keyboard and touch; numbers are those that `explain` gives."""

import csv
import io
import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from explain.decoder_lens import Ladder, ladder
from explain.logit_lens import Lens, logit_lens
from explain.run import Run, Settings
from explain.runner import Runner
from tests.browser.accessibility import assert_accessible
from tests.browser.figures import numbers, rounded
from tests.browser.visitor import visiting
from tests.explain.others import open_other
from tests.serving import serving
from ui.models import Models
from ui.page import build_page

ROOT = "#layer-words"
TEXT = "The old woman bought two tickets for the concert on Friday evening."
LINK = "?text=The+old+woman+bought+two+tickets+for+the+concert+on+Friday+evening.&direction=en-de&tab=layers"
SAID, GUESSED = f"{ROOT} .since", f"{ROOT} .guess"


@pytest.fixture(scope="module")
def run(runner) -> Run:
    return runner.run(TEXT, Settings(direction="en-de"))


@pytest.fixture(scope="module")
def rungs(run) -> Ladder:
    return ladder(run)


@pytest.fixture(scope="module")
def guesses(run) -> Lens:
    return logit_lens(run)


@pytest.fixture(scope="module")
def tab(browser, app_url) -> Iterator[Page]:
    """One visitor of this sentence, whom all tests share."""
    with visiting(browser, app_url + LINK) as page:
        expect(page.locator(f"{ROOT} .ladder dd").first).not_to_be_empty(timeout=60_000)
        yield page


def names(n_layers: int) -> list[str]:
    return ["embedding", *(f"L{layer}" for layer in range(1, n_layers + 1))]


def cell(guesses: Lens, layer: int, step: int) -> list[float]:
    """The numbers that the line of words tells of a cell."""
    place = [step + 1, *([layer] if layer else []), rounded(100 * guesses.probabilities[layer, step])]
    rank = guesses.written_ranks[layer, step]
    return place if rank == 1 else [*place, rank, rounded(100 * guesses.written_probabilities[layer, step])]


def test_the_tab_opens_with_the_sentence_of_each_layer_and_marks_words_where_they_settle(tab, run, rungs):
    assert tab.locator("[role=tabpanel]:visible section").first.get_attribute("class") == "layer-words"
    assert tab.locator(f"{ROOT} dt").all_inner_texts() == names(run.config.n_encoder_layers)
    lines = tab.locator(f"{ROOT} dd")
    assert lines.all_inner_texts() == [rung.text for rung in rungs.rungs]
    assert lines.last.inner_text() == run.translation.text
    for rung, line in zip(rungs.rungs, lines.all(), strict=True):
        settled = [word.text.strip() for word in rung.words if word.final in settling(rungs, rung.layer)]
        assert line.locator("mark").all_inner_texts() == settled
    assert tab.locator(f"{ROOT} dd mark").count() == len(rungs.since)  # each word once
    assert len(set(rungs.since)) > 1  # they do not all settle at one depth


def settling(rungs: Ladder, layer: int) -> set[int]:
    return {place for place, since in enumerate(rungs.since) if since == layer}


def test_a_word_tells_by_mouse_since_when_it_stands_and_lights_in_every_line(tab, rungs):
    late = max(range(len(rungs.since)), key=lambda place: rungs.since[place])
    word = tab.locator(f"{ROOT} dd").last.locator(f"[data-final='{late}']")
    word.hover()
    expect(tab.locator(SAID)).to_contain_text(f"“{word.inner_text()}” stands in every line from")
    assert numbers(tab.locator(SAID).inner_text()) == [rungs.since[late]]
    holding = sum(any(word.final == late for word in rung.words) for rung in rungs.rungs)
    expect(tab.locator(f"{ROOT} .lit")).to_have_count(holding)
    other = next(word for word in rungs.rungs[0].words if word.final is None)
    tab.locator(f"{ROOT} dd").first.get_by_text(other.text.strip(), exact=True).first.hover()
    expect(tab.locator(SAID)).to_contain_text("in this place the translation has another word")


def test_the_words_of_the_translation_are_walked_by_keyboard(tab, rungs):
    words = tab.locator(f"{ROOT} dd button")
    expect(words).to_have_count(len(rungs.since))
    words.first.focus()
    for place in range(1, 4):
        tab.keyboard.press("ArrowRight")
        expect(words.nth(place)).to_be_focused()
        expect(tab.locator(SAID)).to_contain_text(f"“{words.nth(place).inner_text()}” stands in every line from")
        assert numbers(tab.locator(SAID).inner_text()) == ([rungs.since[place]] if rungs.since[place] else [])
    tab.keyboard.press("End")
    expect(words.last).to_be_focused()
    assert tab.locator(f"{ROOT} dd button[tabindex='0']").count() == 1  # Tab leads on, not through all words


def test_each_guess_tells_its_probability_and_the_rank_of_the_word_written(tab, run, guesses):
    drawing = tab.locator(f"{ROOT} .guesses")
    for key in ("Home", "PageUp"):
        drawing.press(key)
    for layer in range(run.config.n_decoder_layers + 1):
        for step in range(3):
            expect(tab.locator(GUESSED)).to_contain_text(f"step {step + 1}, ")
            expect(tab.locator(GUESSED)).to_contain_text(f"after decoder L{layer}:" if layer else "embedding:")
            assert numbers(tab.locator(GUESSED).inner_text()) == cell(guesses, layer, step)
            drawing.press("ArrowRight")
        drawing.press("Home")
        drawing.press("ArrowDown")
    ranks = [f"#{rank}" for column in guesses.written_ranks.T for rank in column]
    shown = drawing.locator("text").all_text_contents()
    assert [words for words in shown if words in set(ranks)][: len(ranks)] == ranks
    found = [int((row == 1).sum()) for row in guesses.written_ranks]
    told = numbers(tab.locator(f"{ROOT} .found").inner_text())
    assert told == [found[0], len(run.target_out), *(n for i, of in enumerate(found[1:], 1) for n in (of, i))]
    assert found[-1] > found[0]


def test_the_pointer_shows_a_guess_and_a_click_goes_to_it(tab, guesses):
    drawing = tab.locator(f"{ROOT} .guesses")
    drawing.hover(position={"x": 100, "y": 26 + 2.5 * 40})
    assert numbers(tab.locator(GUESSED).inner_text()) == cell(guesses, 2, 0)
    drawing.click(position={"x": 100, "y": 26 + 1.5 * 40})
    drawing.press("ArrowRight")
    assert numbers(tab.locator(GUESSED).inner_text()) == cell(guesses, 1, 1)


def test_what_is_shown_can_be_saved(tab, rungs, guesses):
    saved = {}
    for kind in ("SVG", "CSV", "JSON"):
        with tab.expect_download() as download:
            tab.locator(ROOT).get_by_role("button", name=f"({kind})").click()
        saved[kind] = download.value.path().read_text()
    assert "rank of the word written" in saved["SVG"] and f"#{guesses.written_ranks[0, 0]}" in saved["SVG"]
    rows = list(csv.DictReader(io.StringIO(saved["CSV"])))
    assert [int(row["written_rank"]) for row in rows] == guesses.written_ranks.flatten().tolist()
    assert json.loads(saved["JSON"])["ladder"]["since"] == list(rungs.since)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible_in_both_themes(tab, scheme):
    tab.evaluate("dark => document.body.classList.toggle('dark', dark)", scheme == "dark")
    assert_accessible(tab, ROOT, rules=None if scheme == "light" else ["color-contrast"])
    tab.evaluate("document.body.classList.remove('dark')")


def test_by_touch_a_tap_tells_what_hovering_tells_and_no_line_is_wider_than_the_phone(browser, app_url, rungs, guesses):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(app_url + LINK)
    expect(page.locator(f"{ROOT} .ladder dd").first).not_to_be_empty(timeout=60_000)
    page.locator(f"{ROOT} dd").last.locator("button").nth(1).tap()
    expect(page.locator(SAID)).to_contain_text("stands in every line from")
    assert numbers(page.locator(SAID).inner_text()) == [rungs.since[1]]
    first = [word.text.strip() for word in rungs.rungs[0].words]
    other = next(i for i, word in enumerate(rungs.rungs[0].words) if word.final is None)
    page.locator(f"{ROOT} dd").first.get_by_text(first[other], exact=True).nth(first[:other].count(first[other])).tap()
    expect(page.locator(SAID)).to_contain_text("the translation has another word")
    page.locator(f"{ROOT} .guesses").tap(position={"x": 160, "y": 26 + 1.5 * 40})
    expect(page.locator(GUESSED)).to_contain_text("step 2, ")
    assert numbers(page.locator(GUESSED).inner_text()) == cell(guesses, 1, 1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


def test_another_hypothesis_and_a_forced_beginning_are_named(browser, app_url, runner):
    [forced] = runner.tokenizer.encode("Eine")[:1]
    with visiting(browser, f"{app_url}{LINK}&chosen=1&prefix={forced}") as page:
        which = page.locator(f"{ROOT} .which")
        expect(which).to_contain_text("Each line is hypothesis 2 of its own search", timeout=60_000)
        expect(which).to_contain_text("The beginning was given")
        run = runner.run(TEXT, Settings(direction="en-de"), 1, (forced,))
        lines = page.locator(f"{ROOT} dd").all_inner_texts()
        assert lines == [rung.text for rung in ladder(run).rungs] and lines[-1] == run.translation.text


def test_of_a_language_model_the_guesses_are_shown_and_what_it_lacks_is_named(browser, tmp_path):
    gpt2: Runner = open_other("gpt2", tmp_path / "gpt2").runner
    with serving(build_page(Models([gpt2]))) as url, visiting(browser, f"{url}?tab=layers") as page:
        page.get_by_role("tab", name="Layers").click()
        expect(page.locator(f"{ROOT} .found")).not_to_be_empty(timeout=60_000)
        expect(page.locator(f"{ROOT} .encoder")).to_be_hidden()
        expect(page.locator(f"{ROOT} .no-encoder")).to_contain_text("A language model has no encoder")
        page.locator(f"{ROOT} .guesses").press("End")
        expect(page.locator(GUESSED)).to_contain_text("best guess")
