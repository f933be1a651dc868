"""GPT2LMHeadModel repositories in our model, beside `transformers` in the same run."""

import json
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import GPT2LMHeadModel, PreTrainedTokenizerFast

import interop
from interop import gpt2
from model.decoding import beam_search
from tests.interop.conftest import TEXTS, write_gpt2

TOKENS = torch.tensor([[5, 9, 20, 11, 200], [7, 8, 9, 10, 270]])
REPOSITORIES = {
    "as-published": {},
    "variant": dict(activation_function="relu", n_inner=31, tie_word_embeddings=False, layer_norm_epsilon=1e-3),
}


@pytest.fixture(scope="module", params=REPOSITORIES)
def repository(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub") / request.param
    write_gpt2(folder, **REPOSITORIES[request.param])
    return folder


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub") / "repository"
    write_gpt2(folder)
    return folder


@pytest.fixture
def copy(published, tmp_path):
    return shutil.copytree(published, tmp_path / "repository")


@torch.no_grad()
def test_logits_agree(repository):
    expected = GPT2LMHeadModel.from_pretrained(repository).eval()(TOKENS).logits
    logits = gpt2.load_model(repository)(TOKENS)
    assert (logits - expected).abs().max() < 1e-4 * expected.abs().max()


@torch.no_grad()
def test_beam_search_finds_the_same_as_generate(repository):
    theirs, ours = GPT2LMHeadModel.from_pretrained(repository).eval(), interop.load(repository)
    for text in TEXTS[:10]:
        ids = list(ours.encode(text).start)
        tokens = torch.tensor([ids])
        [expected] = theirs.generate(
            tokens, attention_mask=torch.ones_like(tokens), num_beams=4, do_sample=False, max_new_tokens=13,
            pad_token_id=0,
        )  # fmt: skip
        [[found]] = beam_search(
            ours.network, None, start=ids, beam_size=4, alpha=1.0, length_offset=0, early_stopping=False, max_length=13
        )
        assert list(found.ids) == expected[len(ids) : len(ids) + len(found.ids)].tolist()
        assert not expected[len(ids) + len(found.ids) :].any()  # what follows an end is padding


def test_texts_become_the_same_ids_and_back(repository):
    ours = interop.load(repository)
    theirs = PreTrainedTokenizerFast(tokenizer_file=str(repository / "tokenizer.json"))
    for text in ["A small house.", "  spaces\n", "Straßencafé 😀", ""]:
        ids = theirs(text).input_ids
        assert ours.tokenizer.encode(text) == ids
        assert ours.tokenizer.decode(ids) == text


def test_tokens_are_shown_as_text(repository):
    tokenizer = interop.load(repository).tokenizer
    shown = [tokenizer.token(i) for i in tokenizer.encode("The man\n😀")]
    assert shown[0] == "The" and "↵" in shown
    assert shown[-4:] == ["<0xF0>", "<0x9F>", "<0x98>", "<0x80>"]
    assert any(text.startswith("▁") for text in shown)
    assert [tokenizer.token(i) for i in tokenizer.encode("\t\x00")] == ["<0x09>", "<0x00>"]
    assert tokenizer.token(tokenizer.eos_id) == "<|endoftext|>"


def test_a_completion_begins_with_the_text_and_repeats_with_its_seed(repository):
    model = interop.load(repository)
    first = model.complete("A small", max_tokens=9, seed=3)
    assert first.startswith("A small")
    assert first == model.complete("A small", max_tokens=9, seed=3) != model.complete("A small", max_tokens=9, seed=4)
    assert isinstance(model.complete("", max_tokens=2), str)


def test_a_text_too_long_is_refused(repository):
    with pytest.raises(ValueError, match="text: expected at most 71 tokens; found 900: shorten it"):
        interop.load(repository).complete("%" * 900)


@torch.no_grad()
def test_old_files_without_prefix_and_with_masks_are_read(copy):
    expected = gpt2.load_model(copy)(TOKENS)
    weights = {
        name.removeprefix("transformer."): weight for name, weight in load_file(copy / "model.safetensors").items()
    }
    weights |= {"h.0.attn.bias": torch.ones(1, 1, 71, 71), "h.0.attn.masked_bias": torch.tensor(-1e4)}
    save_file(weights, copy / "model.safetensors")
    assert torch.equal(gpt2.load_model(copy)(TOKENS), expected)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"scale_attn_by_inverse_layer_idx": True}, "scale_attn_by_inverse_layer_idx: expected False; found True"),
        ({"n_layer": 4}, r"expected the tensor h.3\S+ by config.json; found none"),
        ({"n_layer": 2}, r"config.json has no place for h.2"),
        ({"n_inner": 37}, r"linear_1.weight: expected shape \(37, 22\) by config.json; found \(88, 22\)"),
        ({"n_embd": 33}, r"expected shape \(\d+, 33\) by config.json; found \(\d+, 22\)"),
        ({"vocab_size": 283.5}, "config.json: vocab_size: expected a whole number; found 283.5"),
    ],
)
def test_a_config_that_does_not_fit_is_refused(copy, changes, message):
    path = copy / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    with pytest.raises(ValueError, match=message):
        interop.load(copy)


def test_a_repository_of_another_kind_is_refused_by_name(copy):
    with pytest.raises(ValueError, match=r"config.json: model_type: expected 'marian'; found 'gpt2'"):
        interop.marian.load_model(copy)
