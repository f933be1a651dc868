"""The named endpoints, through gradio_client as another program would use them."""

from collections.abc import Iterator

import httpx
import numpy as np
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from explain.attention import attention_maps, head_statistics
from explain.effects import effects
from explain.next_token import Sampling, distribution
from explain.run import Settings
from explain.runner import Runner
from model.positional import sinusoidal_encoding
from tests.conftest import tiny_translator
from tests.explain.test_effects import some_means
from ui.launch import launch
from ui.models import Models
from ui.page import build_page


@pytest.fixture(scope="module")
def runner() -> Runner:
    translator = tiny_translator(max_positions=251)
    return Runner(translator, head_means=some_means(translator.network.config))


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


@pytest.mark.parametrize("hypothesis", [0, 1])
def test_heads_gives_the_effects_of_the_run(client, runner, hypothesis):
    answer = client.predict("A small house.", "en-de", hypothesis, api_name="/heads")
    run = runner.run("A small house.", Settings(direction="en-de"), hypothesis)
    found = effects(run, runner.head_means)
    assert answer["translation"] == run.translation.text
    heads, parts = answer["heads"], answer["parts"]
    assert [(head["kind"], head["layer"], head["head"]) for head in heads] == [
        (part.kind, part.layer, part.head) for part in found.parts if part.name == "head"
    ]
    assert [part["part"] for part in parts] == ["feed_forward"] * 5 + ["layer"] * 5 + ["cross_attention"]
    assert {type(each["effect_zero"]) for each in heads + parts} == {float}
    assert np.allclose([each["effect_zero_by_step"] for each in heads + parts], found.zero)
    assert np.allclose([each["effect_zero"] for each in heads + parts], found.zero.sum(axis=1))
    assert np.allclose([head["effect_mean"] for head in heads], found.mean.sum(axis=1))
    for kind in run.kinds:
        entropies = head_statistics(attention_maps(run, kind)).entropy_bits
        assert np.allclose([head["entropy"] for head in heads if head["kind"] == kind], entropies.flatten())


@pytest.mark.parametrize("d_model", [16, None])
def test_positional_encoding_gives_the_table(client, d_model):
    answer = client.predict(7, d_model, api_name="/positional_encoding")
    assert np.allclose(answer["values"], sinusoidal_encoding(7, d_model or 22), atol=1e-6)


@pytest.mark.parametrize(
    ("endpoint", "arguments", "message"),
    [
        ("/attention", ("house", "en-de", "all"), "attention: expected one of encoder, decoder, cross; found 'all'"),
        ("/heads", ("house", "en-de", 4), "hypothesis: expected a whole number from 0 to 3; found 4"),
        ("/heads", ("", "en-de"), "text: expected a word or a sentence; found none"),
        ("/next_token", ("house", "en-de", 10_000), "position: expected"),
        ("/next_token", ("house", "en-de", 0, -1), "temperature: expected"),
        ("/positional_encoding", (7, 15), "d_model: expected"),
        ("/positional_encoding", (10**9, 16), "positions: expected"),
    ],
)
def test_a_bad_number_gets_the_reason(client, endpoint, arguments, message):
    with pytest.raises(AppError, match=message):
        client.predict(*arguments, api_name=endpoint)


def test_only_the_named_endpoints_are_public(client):
    endpoints = {"/translate", "/attention", "/heads", "/next_token", "/positional_encoding"}
    assert set(client.view_api(return_format="dict")["named_endpoints"]) == endpoints


def test_no_endpoint_is_called_past_its_line(client):
    response = httpx.post(
        f"{client.src}gradio_api/run/translate", json={"data": ["A small house.", "en-de", 4, 0.6, 1]}
    )
    assert (response.status_code, "join the queue" in response.text) == (404, True)
