"""A visitor opens other people's models from a Hub on this machine, and is refused what cannot be opened."""

import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app import from_hub
from explain.runner import Runner
from tests.browser.conftest import FIRST_TRANSLATION
from tests.browser.visitor import visiting
from tests.hub.server import LocalHub, visit
from tests.hub.stand_in import StandIn
from tests.interop.conftest import MARIAN, write_gpt2, write_marian
from tests.serving import serving
from ui.models import Models
from ui.page import build_page
from ui.sentence_bar import FIRST_EXAMPLE

ABOUT, NAME = "#about-model", "#model-name input"


@pytest.fixture(scope="module")
def repositories(tmp_path_factory) -> Path:
    """Models as `transformers` saves them, and what pretends to be one."""
    folder = tmp_path_factory.mktemp("repositories")
    write_marian(folder / "marian", **dict(MARIAN["shared"]))
    write_gpt2(folder / "gpt2")
    damaged = {"bert": {"model_type": "bert"}, "unfit": {"model_type": "gpt2", "n_embd": 44}}
    for name, changes in damaged.items():
        (folder / name).mkdir()
        for file in (folder / "gpt2").iterdir():
            (folder / name / file.name).write_bytes(file.read_bytes())
        config = folder / name / "config.json"
        config.write_text(json.dumps(json.loads(config.read_text()) | changes))
    (folder / "pickle").mkdir()
    (folder / "pickle" / "config.json").write_bytes((folder / "gpt2" / "config.json").read_bytes())
    (folder / "pickle" / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    return folder


@pytest.fixture(scope="module")
def hub(repositories, tmp_path_factory) -> Iterator[None]:
    """A real Hub with these repositories, seen from an empty cache."""
    with LocalHub(tmp_path_factory.mktemp("olah")) as olah, pytest.MonkeyPatch.context() as environment:
        for folder in repositories.iterdir():
            olah.publish(folder, f"theirs/{folder.name}")
        visit(environment, olah.url, tmp_path_factory.mktemp("home"))
        yield


@pytest.fixture(scope="module")
def picker_url(hub, runner) -> Iterator[str]:
    """The page, which lets in whatever stands under `theirs/` and comes within 20 s."""
    with serving(
        build_page(Models([Runner(runner.text_model, "en-de")], ["theirs/*"], partial(from_hub, time_limit=20)))
    ) as url:
        yield url


@pytest.fixture(scope="module")
def visitor(browser, picker_url) -> Iterator[Page]:
    """One visitor for all tests of this file, with the choice of models before them."""
    with visiting(browser, picker_url) as page:
        page.get_by_role("button", name="Another model").click()
        page.locator(f"{ABOUT} > button").click()  # what the model is
        yield page


@pytest.fixture(scope="module")
def translation(runner) -> str:
    """What the bundled model makes of the first example."""
    return runner.run(FIRST_EXAMPLE[0], runner.default_settings(FIRST_EXAMPLE[1])).translation.text


@pytest.fixture
def page(visitor, translation) -> Page:
    """The visitor at the Translate tab, with the bundled model."""
    visitor.get_by_role("tab", name="Translate").click()
    visitor.fill("#text textarea", FIRST_EXAMPLE[0])
    # not opened again where it is open: a press on the button counts only once the one before is answered
    if "en-de has" in visitor.locator(ABOUT).inner_text():
        visitor.click("#go")
    else:
        open_model(visitor, "en-de")
    expect(visitor.locator(ABOUT)).to_contain_text("6 encoder and 3 decoder layers")
    expect(visitor.locator(FIRST_TRANSLATION)).to_have_text(translation)
    return visitor


def open_model(page: Page, name: str) -> None:
    page.fill(NAME, name)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Open this model").click()


def test_a_marian_model_translates_and_shows_its_heads(page, translation):
    open_model(page, "theirs/marian")
    expect(page.locator(ABOUT)).to_contain_text(
        re.compile("theirs/marian has 3 encoder and 2 decoder layers, 11 heads", re.DOTALL)
    )
    expect(page.locator(FIRST_TRANSLATION)).not_to_have_text(translation)
    page.fill("#text textarea", "A small house.")
    page.click("#go")
    expect(page.locator(".word-sources .source-words")).to_contain_text(">>de<<")
    page.get_by_role("tab", name="Attention", exact=True).click()
    expect(page.locator(".attention-heads .heads button")).to_have_count(11)
    expect(page.locator(".attention-heads .figure-title")).to_contain_text("Cross-attention, L1 H1")


def test_gpt_2_continues_a_text_and_is_walked_through_token_by_token(page):
    open_model(page, "theirs/gpt2")
    expect(page.locator(ABOUT)).to_contain_text("3 decoder layers, 11 heads each")
    expect(page.locator(ABOUT)).to_contain_text("It is a language model")
    expect(page.locator("#go")).to_have_text("Continue")
    expect(page.locator("#swap")).to_be_disabled()
    page.get_by_role("tab", name="Next token").click()
    expect(page.locator("#next-token-steps")).to_contain_text("your text:")  # no longer the model before
    title = page.locator("#next-token-bars .title")
    expect(title).to_contain_text(re.compile(r"Step \d+ of "))
    page.locator("#next-token-steps .strip").press("Home")
    expect(title).to_contain_text("Step 1 of ")
    page.get_by_role("button", name="One step forward").click()
    expect(title).to_contain_text("Step 2 of ")
    page.get_by_role("tab", name="Attention", exact=True).click()
    expect(page.locator(".attention-heads .figure-title")).to_contain_text("Decoder self-attention, L1 H1")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("theirs/nothing", "theirs/nothing: expected a repository on the Hub; found none, or a private one"),
        ("theirs/bert", "model_type: expected marian, gpt2, or none for a model of this project; found 'bert'"),
        ("theirs/pickle", "pickled weights can run code and are never loaded"),
        ("theirs/unfit", "by config.json"),
        ("others/gpt2", "model: expected en-de or theirs/*; found 'others/gpt2'"),
        ("../../etc", "model: expected en-de or theirs/*; found '../../etc'"),
        ("theirs/../../etc", "model: expected a Hub id such as org/name; found 'theirs/../../etc'"),
        ("https://example.org/x", "model: expected en-de or theirs/*; found 'https://example.org/x'"),
    ],
)
def test_what_cannot_be_opened_is_refused_and_the_page_goes_on(page, translation, name, message):
    open_model(page, name)
    refusal = page.get_by_test_id("toast-body").last
    expect(refusal).to_contain_text(message)
    assert not re.search(r"/tmp|/root|/home|Traceback", refusal.inner_text())
    expect(page.locator(ABOUT)).to_contain_text("en-de has")
    expect(page.locator(FIRST_TRANSLATION)).to_have_text(translation)
    page.fill("#text textarea", "Two dogs.")
    page.click("#go")
    expect(page.locator(FIRST_TRANSLATION)).not_to_have_text(translation)


@pytest.mark.parametrize(
    ("trouble", "message"),
    [
        ("too large", "theirs/large: expected at most 1,000 MB; found 50,000 MB: choose a smaller model"),
        ("dies in the middle", "theirs/large: expected the whole download; found it broken off after"),
        ("stalls in the middle", "theirs/large: expected the download to end within 20 s; found"),
        ("keeps it private", "theirs/large: expected a public repository; found a gated one"),
    ],
)
def test_a_hub_in_trouble_leaves_the_page_as_it_was(page, repositories, monkeypatch, tmp_path, trouble, message):
    """The stand-in, because a real Hub neither claims 50 GB for a small file nor dies when asked to."""
    files = {path.name: path.read_bytes() for path in (repositories / "gpt2").iterdir()}
    with StandIn({"theirs/large": {"main": files}}) as stand_in:
        visit(monkeypatch, stand_in.url, tmp_path)
        stand_in.claims = {"model.safetensors": 50 * 10**9} if trouble == "too large" else {}
        stand_in.die = trouble == "dies in the middle"
        stand_in.stall = trouble == "stalls in the middle"
        stand_in.refuse = "GatedRepo" if trouble == "keeps it private" else None
        open_model(page, "theirs/large")
        expect(page.get_by_test_id("toast-body").last).to_contain_text(message, timeout=60_000)
    expect(page.locator(ABOUT)).to_contain_text("en-de has")


def test_a_link_opens_the_model_that_it_names(browser, picker_url):
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{picker_url}?model=theirs/marian&text=A+small+house.&direction=en-de&tab=attention")
    expect(page.locator(ABOUT)).to_contain_text("theirs/marian: ")
    expect(page.locator(".attention-heads .heads button")).to_have_count(11)
    context.close()
