"""The named endpoints, through gradio_client as another program would use them."""

from collections.abc import Iterator

import httpx
import numpy as np
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from explain.attention import attention_maps, head_statistics
from explain.contrast import contrast
from explain.next_token import Sampling, distribution
from explain.run import Settings
from explain.runner import Runner
from explain.source_words import source_words
from model.positional import sinusoidal_encoding
from tests.conftest import tiny_translator
from ui.launch import launch
from ui.models import Models
from ui.page import build_page


@pytest.fixture(scope="module")
def runner() -> Runner:
    return Runner(tiny_translator(max_positions=251))


@pytest.fixture(scope="module")
def client(runner) -> Iterator[Client]:
    demo = build_page(Models([runner]))
    _, url, _ = launch(demo, prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
    yield Client(url, verbose=False)
    demo.close()


def test_translate_gives_the_translators_own_numbers(client, runner):
    answer = client.predict("A small house.", "en-de", 3, 0.5, 2, api_name="/translate")
    [hypotheses] = runner.text_model.hypotheses(["A small house."], "en-de", beam_size=3, alpha=0.5, n_best=2)
    assert answer["translation"] == runner.text_model.translate("A small house.", "en-de", beam_size=3, alpha=0.5)
    assert [h["score"] for h in answer["hypotheses"]] == pytest.approx([h.score for h in hypotheses], abs=1e-5)
    assert [tuple(t["id"] for t in h["tokens"]) for h in answer["hypotheses"]] == [h.ids for h in hypotheses]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("", "en-de"), "text: expected a word or a sentence; found none"),
        (("house", "en-fr"), "direction: expected one of en-de, de-en; found 'en-fr'"),
        (("house", "en-de", 99), "beam_size: expected"),
        (("house", "en-de", 4, 1e9), "alpha: expected"),
        (("house", "en-de", 2, 0.6, 3), "n_best: expected"),
        (("x" * 50_000, "en-de"), "text: expected at most"),
    ],
)
def test_a_bad_request_gets_the_reason(client, arguments, message):
    with pytest.raises(AppError, match=message):
        client.predict(*arguments, api_name="/translate")


def test_attention_gives_the_weights_that_the_tab_shows(client, runner):
    answer = client.predict("A small house.", "en-de", "cross", api_name="/attention")
    maps = attention_maps(runner.run("A small house.", Settings(direction="en-de")), "cross")
    assert np.allclose(answer["weights"], maps.weights, atol=1e-7)
    assert [token["text"] for token in answer["columns"]] == [token.text for token in maps.columns]
    assert np.allclose(answer["statistics"]["entropy_bits"], head_statistics(maps).entropy_bits)


def test_next_token_gives_the_distribution_that_the_tab_shows(client, runner):
    answer = client.predict("A small house.", "en-de", 2, 0.7, 5, 0.9, 3, api_name="/next_token")
    run = runner.run("A small house.", Settings(direction="en-de"))
    expected = distribution(run, 2, Sampling(temperature=0.7, top_k=5, top_p=0.9), n_shown=3)
    assert [c["id"] for c in answer["candidates"]] == [c.id for c in expected.candidates]
    assert answer["candidates"][0]["sampling_probability"] == expected.candidates[0].sampling_probability
    assert answer["entropy_bits"] == expected.entropy_bits


def test_source_words_gives_the_shares_of_the_words_and_of_all_pieces(client, runner):
    answer = client.predict("A small house.", "en-de", 1, api_name="/source_words")
    run = runner.run("A small house.", Settings(direction="en-de"), 1)
    found = source_words(run)
    n_target = len(answer["target"])
    assert answer["source"] == ["A", "small", "house."]
    assert " ".join(answer["target"]) == run.translation.text
    assert np.allclose(answer["share"], found.share[:n_target, :3])
    assert np.allclose(answer["attention"], found.attention[:n_target, :3])
    assert np.shape(answer["share"]) == np.shape(answer["attention"]) == (n_target, 3)
    assert answer["aligned"] is None
    best = np.argmax(answer["share"], axis=1)
    assert answer["links"] == " ".join(f"{source}-{target}" for target, source in enumerate(best))
    assert [token["text"] for token in answer["pieces"]["source"]] == [token.text for token in run.source]
    assert np.allclose(answer["pieces"]["share"], found.pieces.share)


def test_why_gives_parts_that_add_up_to_the_difference(client, runner):
    run = runner.run("A small house.", Settings(direction="en-de"))
    rival = next(c for c in distribution(run, 2).candidates if c.id != run.translation.ids[2])
    answer = client.predict("A small house.", "en-de", 2, rival.text, api_name="/why")
    expected = contrast(run, 2, rival.id)
    assert (answer["token"], answer["rival"]) == (run.target_out[2].text, rival.text)
    logits = run.trace["logits"][0, 2]
    assert answer["difference"] == pytest.approx((logits[run.translation.ids[2]] - logits[rival.id]).item())
    assert sum(part["value"] for part in answer["parts"]) == pytest.approx(answer["difference"], abs=1e-4)
    assert [(part["part"], part["value"]) for part in answer["parts"]] == [(p.name, p.value) for p in expected.parts]
    names = [part["part"] for part in answer["parts"]]
    assert names[:5] == ["source: >>de<<", "source: A", "source: small", "source: house.", "source: </s>"]
    assert names[5] == "read: <s>" and names[-3:] == ["feed-forward", "embedding", "rest"]


def test_the_chosen_token_is_no_rival_of_itself(client, runner):
    chosen = runner.run("A small house.", Settings(direction="en-de")).target_out[0].text
    with pytest.raises(AppError, match="rival: expected another token than the chosen one"):
        client.predict("A small house.", "en-de", 0, chosen, api_name="/why")


@pytest.mark.parametrize("d_model", [16, None])
def test_positional_encoding_gives_the_table(client, d_model):
    answer = client.predict(7, d_model, api_name="/positional_encoding")
    assert np.allclose(answer["values"], sinusoidal_encoding(7, d_model or 22), atol=1e-6)


@pytest.mark.parametrize(
    ("endpoint", "arguments", "message"),
    [
        ("/attention", ("house", "en-de", "all"), "attention: expected one of encoder, decoder, cross; found 'all'"),
        ("/next_token", ("house", "en-de", 10_000), "position: expected"),
        ("/next_token", ("house", "en-de", 0, -1), "temperature: expected"),
        ("/source_words", ("house", "en-de", 4), "hypothesis: expected a whole number from 0 to 3"),
        ("/source_words", ("", "en-de"), "text: expected a word or a sentence; found none"),
        ("/why", ("house", "en-de", 10_000, "Haus"), "position: expected"),
        ("/why", ("house", "en-de", 0, ""), "rival: expected a token of the vocabulary; found none"),
        ("/why", ("house", "en-de", 0, "no token"), "rival: expected one token of the vocabulary; found 'no token'"),
        ("/positional_encoding", (7, 15), "d_model: expected"),
        ("/positional_encoding", (10**9, 16), "positions: expected"),
    ],
)
def test_a_bad_number_gets_the_reason(client, endpoint, arguments, message):
    with pytest.raises(AppError, match=message):
        client.predict(*arguments, api_name=endpoint)


def test_only_the_named_endpoints_are_public(client):
    endpoints = {"/translate", "/attention", "/next_token", "/source_words", "/why", "/positional_encoding"}
    assert set(client.view_api(return_format="dict")["named_endpoints"]) == endpoints


def test_no_endpoint_is_called_past_its_line(client):
    response = httpx.post(
        f"{client.src}gradio_api/run/translate", json={"data": ["A small house.", "en-de", 4, 0.6, 1]}
    )
    assert (response.status_code, "join the queue" in response.text) == (404, True)
