"""What a visitor does while the server is still busy with what came before; a tiny model, held by the tests."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

import ui.tabs.inside
from explain.run import Run
from explain.runner import Runner
from explain.source_words import source_words
from explain.toy import starting_matrices, toy
from tests.browser.figures import shown
from tests.browser.waits import answered
from tests.conftest import tiny_translator
from tests.serving import serving
from ui.models import Models
from ui.page import build_page

TEXT, SECOND = "The hand of a man.", "A house, a house, a small house!"
SOURCE = "#inside-cell .key option"  # the Inside tab names the source's tokens here
PATIENCE = 20_000


class Held(Runner):
    """A runner that keeps some texts waiting."""

    held: frozenset[str] = frozenset()
    waiting = threading.Semaphore(0)
    go_on = threading.Event()

    def run(self, text: str, *arguments, **settings) -> Run:
        if text in self.held:
            self.waiting.release()
            assert self.go_on.wait(60)
        return super().run(text, *arguments, **settings)


@contextmanager
def holding(runner: Held, text: str) -> Iterator[None]:
    """Meanwhile this text is not answered; at the end of the block it is."""
    runner.held, runner.waiting, runner.go_on = frozenset([text]), threading.Semaphore(0), threading.Event()
    try:
        yield
    finally:
        runner.held = frozenset()
        runner.go_on.set()


@pytest.fixture(scope="module")
def runner() -> Held:
    return Held(tiny_translator(max_positions=251, n_decoder_layers=3), "own")


@pytest.fixture(scope="module")
def hub() -> threading.Event:
    """Models are loaded once it is set."""
    return threading.Event()


@pytest.fixture(scope="module")
def app_url(runner, hub) -> Iterator[str]:
    def load(name, progress):
        assert hub.wait(60)
        return Runner(tiny_translator(max_positions=251, n_encoder_layers=1), name)

    with serving(build_page(Models([runner], ["org/*"], load))) as url:
        yield url


def enter(page: Page, text: str) -> None:
    page.locator("#text textarea").fill(text)
    page.locator("#text textarea").press("Enter")


def open_tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()


def source(runner: Runner, text: str) -> list[str]:
    """The source's tokens as the Inside tab lists them."""
    run = runner.run(text, runner.default_settings("en-de"))
    return [f"{i} {token.text.replace('▁', '') or '␣'}" for i, token in enumerate(run.source, start=1)]


def test_who_waits_for_the_model_is_told_how_many_come_first_and_for_about_how_long(page, runner):
    expect(page.locator("#translation .text")).not_to_be_empty(timeout=PATIENCE)
    answered(page)  # or the page's own questions stand in the line as well
    with runner.line:
        enter(page, TEXT)
        told = page.get_by_text(re.compile(r"1 other text comes first, which takes about \d+ s"))
        expect(told.locator("visible=true").first).to_be_visible(timeout=PATIENCE)
        expect(page.locator("#text textarea")).to_have_value(TEXT)
    expect(told).to_have_count(0, timeout=PATIENCE)
    expect(page.locator("#translation .text")).to_have_text(
        runner.run(TEXT, runner.default_settings("en-de")).translation.text, timeout=PATIENCE
    )


def test_a_tab_opened_during_a_search_shows_what_was_searched(page, runner):
    with holding(runner, TEXT):
        enter(page, TEXT)
        assert runner.waiting.acquire(timeout=20)
        open_tab(page, "Inside")
        expect(page.locator(SOURCE).first).to_be_attached(timeout=PATIENCE)
    expect(page.locator(SOURCE)).to_have_text(source(runner, TEXT), timeout=PATIENCE)
    page.wait_for_url("**text=The+hand**tab=inside**")


def test_a_tab_opened_while_a_model_is_loaded_shows_that_model_and_follows_the_next_search(page, runner, hub):
    page.get_by_role("button", name="Another model").click()
    page.fill("#model-name input", "org/other")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Open this model").click()
    open_tab(page, "Inside")
    layers = page.locator("#inside-diagram .encoder .layer")
    expect(layers).to_have_count(runner.config.n_encoder_layers, timeout=PATIENCE)
    hub.set()
    expect(page.locator("#about-model")).to_contain_text("org/other: ", timeout=PATIENCE)
    expect(layers).to_have_count(1, timeout=PATIENCE)
    enter(page, TEXT)
    expect(page.locator(SOURCE)).to_have_text(source(runner, TEXT), timeout=PATIENCE)


def test_a_text_entered_while_another_is_translated_is_translated_next(page, runner):
    with holding(runner, TEXT):
        enter(page, TEXT)
        assert runner.waiting.acquire(timeout=20)
        enter(page, SECOND)
    page.wait_for_url("**text=A+house**", timeout=PATIENCE)
    run = runner.run(SECOND, runner.default_settings("en-de"))
    words = page.locator(".word-sources .source-words .word")
    expect(words).to_have_text([word.text for word in source_words(run).source], timeout=PATIENCE)


def test_a_layer_opened_while_another_is_fetched_gets_its_digits_too(page, runner):
    enter(page, TEXT)
    page.wait_for_url("**text=The+hand**", timeout=PATIENCE)
    open_tab(page, "Attention")
    save = page.locator(".attention-map .save-json")
    page.wait_for_function("() => document.querySelector('.attention-heads .layer')?.closest('[inert]') === null")
    expect(save).to_be_enabled(timeout=PATIENCE)
    with holding(runner, TEXT):
        page.locator(".attention-heads .layer").select_option("2")
        assert runner.waiting.acquire(timeout=20)
        page.locator(".attention-heads .layer").select_option("3")
        page.wait_for_timeout(300)
        expect(save).to_be_disabled()
    expect(save).to_be_enabled(timeout=PATIENCE)


def test_the_switch_pressed_last_is_the_one_shown(page, runner):
    open_tab(page, "What if")
    enter(page, TEXT)
    page.wait_for_url("**text=The+hand**", timeout=PATIENCE)
    off = page.locator("#inside-switches .off")
    expect(page.locator("#two-sentences .result")).to_be_visible(timeout=PATIENCE)  # which pushes the switches down
    page.locator("#inside-switches").scroll_into_view_if_needed()
    expect(off).to_have_text("Positions off", timeout=PATIENCE)
    with holding(runner, TEXT):
        page.locator("#inside-switches").get_by_role("button", name="Residual connections off").click()
        assert runner.waiting.acquire(timeout=20)
        page.locator("#inside-switches").get_by_role("button", name="Division by").click()
        page.wait_for_timeout(300)
    expect(off).to_contain_text("Division by", timeout=PATIENCE)


def test_the_number_typed_last_is_the_one_computed(page, monkeypatch):
    open_tab(page, "Inside")
    page.locator("#inside-toy summary").click()
    sums = page.locator("#inside-toy .sums")
    expect(sums).to_contain_text("sum to", timeout=PATIENCE)
    begun, go_on = threading.Event(), threading.Event()

    def slow(*arguments):
        begun.set()
        assert go_on.wait(60)
        return toy(*arguments)

    monkeypatch.setattr(ui.tabs.inside, "toy", slow)
    entry = page.locator("#inside-toy").get_by_label("W_Q, row 2, column 3")
    entry.fill("5")
    assert begun.wait(20)
    entry.fill("-7")
    page.wait_for_timeout(500)
    go_on.set()
    matrices = starting_matrices(4)
    matrices["W_Q"][1][2] = -7.0
    query = toy(matrices, 4, 1).q[0][:, 2]
    column = page.locator("#inside-toy .outputs table").first.locator("td:nth-last-child(2)")
    expect(column).to_have_text([shown(value) for value in query], timeout=PATIENCE)
