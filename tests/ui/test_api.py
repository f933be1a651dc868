"""The named endpoints, through gradio_client as another program would use them."""

from collections.abc import Iterator

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from explain.run import Runner
from tests.conftest import tiny_translator
from ui.launch import launch
from ui.page import build_page


@pytest.fixture(scope="module")
def runner() -> Runner:
    return Runner(tiny_translator(max_positions=251))


@pytest.fixture(scope="module")
def client(runner) -> Iterator[Client]:
    demo = build_page(runner)
    _, url, _ = launch(demo, prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
    yield Client(url, verbose=False)
    demo.close()


def test_translate_gives_the_translators_own_numbers(client, runner):
    answer = client.predict("A small house.", "en-de", 3, 0.5, 2, api_name="/translate")
    [hypotheses] = runner.translator.hypotheses(["A small house."], "en-de", beam_size=3, alpha=0.5, n_best=2)
    assert answer["translation"] == runner.translator.translate("A small house.", "en-de", beam_size=3, alpha=0.5)
    assert [h["score"] for h in answer["hypotheses"]] == pytest.approx([h.score for h in hypotheses], abs=1e-5)
    assert [tuple(t["id"] for t in h["tokens"]) for h in answer["hypotheses"]] == [h.ids for h in hypotheses]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("", "en-de"), "text: expected a word or a sentence; found none"),
        (("house", "en-fr"), "direction: expected one of en-de, de-en; found 'en-fr'"),
        (("house", "en-de", 99), "beam_size: expected"),
        (("house", "en-de", 4, float("inf")), "alpha: expected|Out of range"),
        (("house", "en-de", 2, 0.6, 3), "n_best: expected"),
        (("x" * 50_000, "en-de"), "text: expected at most"),
    ],
)
def test_a_bad_request_gets_the_reason(client, arguments, message):
    with pytest.raises(AppError, match=message):
        client.predict(*arguments, api_name="/translate")


def test_only_the_named_endpoints_are_public(client):
    assert set(client.view_api(return_format="dict")["named_endpoints"]) == {"/translate"}
