"""The named endpoints, through gradio_client as another program would use them."""

from collections.abc import Iterator

import httpx
import numpy as np
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from explain.attention import attention_maps, head_statistics
from explain.beam_tree import beam_tree
from explain.contrast import contrast
from explain.decoder_lens import ladder
from explain.effects import effects
from explain.logit_lens import logit_lens
from explain.next_token import Sampling, distribution
from explain.patching import patch
from explain.run import Settings
from explain.runner import Runner
from explain.source_words import source_words
from model.positional import sinusoidal_encoding
from tests.conftest import tiny_translator
from tests.explain.test_effects import some_means
from tests.serving import serving
from ui.models import Models
from ui.page import build_page


@pytest.fixture(scope="module")
def runner() -> Runner:
    translator = tiny_translator(max_positions=251)
    return Runner(translator, head_means=some_means(translator.network.config))


@pytest.fixture(scope="module")
def client(runner) -> Iterator[Client]:
    with serving(build_page(Models([runner]))) as url:
        yield Client(url, verbose=False)


def test_translate_gives_the_translators_own_numbers(client, runner):
    answer = client.predict("A small house.", "en-de", 3, 0.5, 2, api_name="/translate")
    [hypotheses] = runner.text_model.hypotheses(["A small house."], "en-de", beam_size=3, alpha=0.5, n_best=2)
    assert answer["translation"] == runner.text_model.translate("A small house.", "en-de", beam_size=3, alpha=0.5)
    assert [h["score"] for h in answer["hypotheses"]] == pytest.approx([h.score for h in hypotheses], abs=1e-5)
    assert [tuple(t["id"] for t in h["tokens"]) for h in answer["hypotheses"]] == [h.ids for h in hypotheses]


def test_translate_gives_the_whole_text_and_each_sentence_of_it(client, runner):
    text = "A small house.\n\nThe hand of a man."
    answer = client.predict(text, "en-de", 2, 0.6, 2, api_name="/translate")
    assert answer["translation"] == runner.text_model.translate(text, "en-de", beam_size=2, alpha=0.6)
    alone = [client.predict(each, "en-de", 2, 0.6, 2, api_name="/translate") for each in text.split("\n\n")]
    assert [each["text"] for each in answer["sentences"]] == text.split("\n\n")
    for each, expected in zip(answer["sentences"], alone, strict=True):
        assert {name: each[name] for name in ("translation", "source", "hypotheses")} == {
            name: expected[name] for name in ("translation", "source", "hypotheses")
        }
        assert expected["sentences"] == [each]
    assert (answer["source"], answer["hypotheses"]) == (alone[0]["source"], alone[0]["hypotheses"])
    assert answer["seconds"] == pytest.approx(sum(each["seconds"] for each in answer["sentences"]))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("house. " * 51, "en-de"), "text: expected at most 50 sentences; found 51: translate it in parts"),
        (("A man. A house.", "en-fr"), "direction: expected one of en-de, de-en; found 'en-fr'"),
        (("\n\n", "en-de"), "text: expected a word or a sentence; found none"),
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


def test_beam_gives_the_search_as_a_tree(client, runner):
    answer = client.predict("A small house.", "en-de", 3, 0.6, api_name="/beam")
    tree = beam_tree(runner.run("A small house.", Settings(direction="en-de", beam_size=3, n_best=3)))
    fields = ("id", "parent", "step", "log_prob", "total", "score", "state")
    found = [[node[field] for field in fields] for node in answer["nodes"]]
    assert found == [[getattr(node, field) for field in fields] for node in tree.nodes]
    assert [node["token"] for node in answer["nodes"]] == [node.token.text for node in tree.nodes]


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


@pytest.mark.parametrize("hypothesis", [0, 2])
def test_layers_gives_the_sentences_and_guesses_that_the_tab_shows(client, runner, hypothesis):
    answer = client.predict("A small house.", "en-de", hypothesis, api_name="/layers")
    run = runner.run("A small house.", Settings(direction="en-de"), hypothesis)
    rungs, lens = ladder(run).rungs, logit_lens(run)
    assert answer["encoder"] == [{"layer": layer, "text": rung.text} for layer, rung in enumerate(rungs)]
    assert answer["encoder"][-1]["text"] == answer["translation"] == run.translation.text
    n_steps = len(run.target_out)
    assert len(answer["decoder"]) == (run.config.n_decoder_layers + 1) * n_steps
    for i, found in enumerate(answer["decoder"]):
        layer, step = divmod(i, n_steps)
        assert (found["layer"], found["step"]) == (layer, step)
        assert found["token"] == lens.guesses[layer][step].text
        assert found["probability"] == lens.probabilities[layer, step]
        assert found["rank"] == lens.written_ranks[layer, step]
    last = answer["decoder"][-n_steps:]
    written = [found["written_probability"] for found in last]
    assert written == pytest.approx([token["probability"] for token in answer["tokens"]], rel=1e-4)


def test_patch_gives_the_grid_that_the_tab_shows(client, runner):
    first, second = "A small house.", "A small hand."
    answer = client.predict(first, second, "en-de", api_name="/patch")
    expected = patch(*(runner.run(text, Settings(direction="en-de")) for text in (first, second)))
    assert answer["source"] == [token.text for token in expected.first.source]
    assert np.shape(answer["recovery"]) == (runner.config.n_encoder_layers + 1, len(answer["source"]))
    assert np.allclose(answer["recovery"], expected.recovery, atol=1e-4)
    assert np.allclose(answer["kept"], expected.kept, atol=1e-4)
    assert answer["step"] == expected.step
    assert (answer["token"], answer["other_token"]) == (expected.token.text, expected.other_token.text)
    assert (answer["margin"], answer["other_margin"]) == pytest.approx((expected.first_margin, expected.second_margin))


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
        ("/layers", ("", "en-de"), "text: expected a word or a sentence; found none"),
        ("/layers", ("house " * 129, "en-de"), "text: expected at most 128 tokens; found"),
        ("/layers", ("house", "en-fr"), "direction: expected one of en-de, de-en; found 'en-fr'"),
        ("/layers", ("house", "en-de", 4), "hypothesis: expected a whole number from 0 to 3; found 4"),
        ("/patch", ("A house.", "A house.", "en-de"), "two sentences: expected a word that differs; found the same"),
        ("/patch", ("A house.", "A small house.", "en-de"), "two sentences: expected as many pieces in both; found"),
        ("/patch", ("A house.", "", "en-de"), "text: expected a word or a sentence; found none"),
        ("/patch", ("A house.", "man " * 128, "en-de"), "two sentences: expected at most 40 tokens"),
        ("/attention", ("house", "en-de", "all"), "attention: expected one of encoder, decoder, cross; found 'all'"),
        ("/heads", ("house", "en-de", 4), "hypothesis: expected a whole number from 0 to 3; found 4"),
        ("/heads", ("", "en-de"), "text: expected a word or a sentence; found none"),
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
    endpoints = {
        "/translate", "/attention", "/next_token", "/positional_encoding", "/source_words", "/why", "/heads", "/layers",
        "/patch", "/beam",
    }  # fmt: skip
    assert set(client.view_api(return_format="dict")["named_endpoints"]) == endpoints


def test_no_endpoint_is_called_past_its_line(client):
    response = httpx.post(
        f"{client.src}gradio_api/run/translate", json={"data": ["A small house.", "en-de", 4, 0.6, 1]}
    )
    assert (response.status_code, "join the queue" in response.text) == (404, True)
