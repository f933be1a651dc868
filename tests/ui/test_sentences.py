"""A text of several sentences on the page: which is open, and what becomes of it by each event."""

from types import SimpleNamespace

import gradio as gr
import pytest

from explain.next_token import force
from explain.run import Settings
from explain.runner import Runner
from tests.conftest import tiny_translator
from ui.models import Models
from ui.page import _Page
from ui.request import Request
from ui.sentences import sentences
from ui.tabs.next_token import walk_value

TEXT = "A small house.\nThe hand of a man. A man, a house!"
PARTS = ["A small house.", "The hand of a man.", "A man, a house!"]
SETTINGS = Settings(direction="en-de", beam_size=3, n_best=3)
ASKED = ("en-de", 3, 0.6, 3)


@pytest.fixture(scope="module")
def runner() -> Runner:
    return Runner(tiny_translator(max_positions=251), "own")


@pytest.fixture(scope="module")
def page(runner) -> _Page:
    with gr.Blocks(analytics_enabled=False):
        return _Page(Models([runner]), "")


def request(sentence: int = 0, **changes) -> dict:
    return Request(model="own", text=TEXT, sentence=sentence, settings=SETTINGS, **changes).to_browser()


def shown(page: _Page, values: dict) -> dict:
    """The page's request after an event, which the translation that is shown belongs to."""
    assert values[page.translation]["request"] == values[page.request]
    return values[page.request]


def test_a_search_opens_the_first_sentence(page, runner):
    other = Request.of(runner.run("A man", SETTINGS)).to_browser()
    assert shown(page, page.search(TEXT, *ASKED, other, "translate")) == request()
    assert shown(page, page.search(TEXT, *ASKED, request(2), "attention")) == request(2)  # only a setting changed
    assert shown(page, page.search(TEXT, "de-en", 3, 0.6, 3, request(2), "attention"))["sentence"] == 0


def test_another_sentence_is_opened_with_nothing_forced(page, runner):
    event = SimpleNamespace(_data={"sentence": 1})
    values = page.open_sentence(request(2, chosen=1, prefix=(80,)), event)
    assert shown(page, values) == request(1)
    assert values[page.translation]["hypotheses"][0]["text"] == runner.run(PARTS[1], SETTINGS).translation.text


@pytest.mark.parametrize("fields", [{"sentence": 3}, {"sentence": "1"}, {"sentence": None}, {}, [1]])
def test_a_sentence_that_is_not_there_is_refused(page, fields):
    with pytest.raises(gr.Error, match="expected"):
        page.open_sentence(request(), SimpleNamespace(_data=fields))


def test_choosing_a_hypothesis_and_forcing_a_token_leave_the_text_and_its_open_sentence(page, runner):
    event = SimpleNamespace(_data={"hypothesis": 2})
    assert shown(page, page.choose(request(1), event)) == request(1, chosen=2)
    opened = runner.run_sentence(TEXT, 1, SETTINGS)
    forced = force(runner, opened, 0, 80)
    assert Request.of(opened).on(forced).to_browser() == request(1, prefix=(80,))
    assert walk_value(page.models.open(request(1, prefix=(80,))))["request"] == request(1, prefix=(80,))


def test_a_swap_takes_the_whole_text_along(page, runner):
    best = [runner.run(part, SETTINGS).translations for part in PARTS]
    text, direction = page.swap_sides(TEXT, "en-de", request(1, chosen=1))
    assert (text, direction) == (f"{best[0][0].text}\n{best[1][1].text} {best[2][0].text}", "de-en")
    assert page.swap_sides("A man", "en-de", request(1)) == ("A man", "de-en")  # typed, and not translated yet


def test_the_list_has_every_sentence_and_the_whole(runner):
    value = sentences(runner, runner.run_sentence(TEXT, 1, SETTINGS, 1))
    best = [runner.run(part, SETTINGS).translations for part in PARTS]
    assert (value["sentences"], value["gaps"], value["request"]) == (PARTS, ["\n", " "], request(1, chosen=1))
    assert value["translations"] == [best[0][0].text, best[1][1].text, best[2][0].text]
    assert value["translation"] == "{}\n{} {}".format(*value["translations"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\n\n", "Type a sentence first."),
        ("A man. " * 1000, "This is too long for the model"),
        (f"A man. {'a house ' * 100}. A man.", "This is too long for the model"),
    ],
)
def test_a_text_too_long_is_refused_in_the_place_of_its_translation(page, text, message):
    assert set(page.search(text, *ASKED, request(), "translate")) == {page.translation}
    with pytest.raises(gr.Error, match=message):
        page.search(text, *ASKED, request(), "attention")


def test_the_next_text_may_be_of_any_kind(page):
    for text in ("😀", "<b>A man.</b> ${1+1}. {{7*7}}!", "A man.\n\n\n"):
        values = page.search(text, *ASKED, request(), "translate")
        assert shown(page, values) == {**request(), "text": text}
