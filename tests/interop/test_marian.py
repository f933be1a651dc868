"""MarianMTModel repositories in our model, beside `transformers` in the same run."""

import json
import pickle
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import MarianMTModel, MarianTokenizer

import interop
from interop import marian
from model.translator import Translator
from tests.conftest import tiny_translator
from tests.interop.conftest import MARIAN, TEXTS, write_marian

SRC = torch.tensor([[5, 9, 20, 11, 0, 0], [7, 8, 9, 10, 11, 0]])
TGT = torch.tensor([[3, 30, 31, 32, 33], [3, 21, 22, 23, 24]])


@pytest.fixture(scope="module", params=MARIAN)
def repository(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub") / request.param
    write_marian(folder, **MARIAN[request.param])
    return folder


@pytest.fixture(scope="module")
def theirs(repository):
    return MarianMTModel.from_pretrained(repository).eval()


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub") / "repository"
    write_marian(folder, **MARIAN["shared"])
    return folder


@pytest.fixture
def copy(shared, tmp_path):
    return shutil.copytree(shared, tmp_path / "repository")


@torch.no_grad()
def test_logits_agree(repository, theirs):
    pad = theirs.config.pad_token_id
    src, tgt = SRC.clone(), TGT.clone()
    src[0, 4:], tgt[:, 0] = pad, pad
    expected = theirs(input_ids=src, attention_mask=(src != pad).long(), decoder_input_ids=tgt).logits
    logits = marian.load_model(repository)(src, tgt)
    assert (logits - expected).abs().max() < 1e-4 * expected.abs().max()


def test_texts_become_the_same_ids_and_back(repository):
    ours, theirs = interop.load(repository), MarianTokenizer.from_pretrained(repository)
    several = len(ours.directions) > 1
    for text in ["The old house.", "  two   spaces ", "Ein Straßencafé 漢字", "tag >>de<< inside", "😀"]:
        expected = theirs(f">>fr<< {text}" if several else text).input_ids
        assert list(ours.encode(text, ours.directions[-1]).src) == expected
    torch.manual_seed(0)
    for _ in range(5):
        ids = torch.randint(4, len(ours.tokenizer) - 5, (9,)).tolist()
        assert ours.tokenizer.decode([*ids, 0]) == theirs.decode([*ids, 0], skip_special_tokens=True)
        assert (
            ours.tokenizer.encode(ours.tokenizer.decode(ids)) == theirs(text_target=theirs.decode(ids)).input_ids[:-1]
        )


def test_a_multilingual_model_has_a_direction_for_each_tag(repository):
    tags = ">>fr<<" in json.loads((repository / "vocab.json").read_text())
    assert interop.load(repository).directions == (("en-de", "en-fr") if tags else ("en-de",))


@torch.no_grad()
def test_beam_search_finds_the_same_as_generate(repository, theirs):
    ours, tokenizer = interop.load(repository), MarianTokenizer.from_pretrained(repository)
    direction = ours.directions[0]
    tag = ">>de<< " if len(ours.directions) > 1 else ""
    ended = 0
    for text in TEXTS[:16]:
        inputs = tokenizer(tag + text, return_tensors="pt")
        limit = inputs.input_ids.shape[1] + 50
        # a forced end would be free of charge at the limit, and only there
        [expected] = theirs.generate(**inputs, max_new_tokens=limit, forced_eos_token_id=None)
        [[hypothesis]] = ours.hypotheses([text], direction)
        assert list(hypothesis.ids) == [i for i in expected[1:].tolist() if i != tokenizer.pad_token_id]
        assert ours.translate_sentences([text], direction) == [tokenizer.decode(expected, skip_special_tokens=True)]
        ended += hypothesis.ids[-1] == ours.tokenizer.eos_id
    assert ended >= 8


def test_beam_settings_are_those_of_the_repository(copy):
    beam = interop.load(copy).beam
    pad_id = MarianTokenizer.from_pretrained(copy).pad_token_id
    assert (beam.beam_size, beam.alpha, beam.length_offset) == (4, 1.0, 0)
    assert (beam.early_stopping, beam.renormalize, beam.forbidden) == (False, True, (pad_id,))


def test_beam_settings_of_old_repositories_stand_in_the_config(copy):
    (copy / "generation_config.json").unlink()
    change_json(copy / "config.json", num_beams=6, bad_words_ids=[[7]])
    beam = interop.load(copy).beam
    assert (beam.beam_size, beam.forbidden) == (6, (7,))


@torch.no_grad()
def test_a_stored_position_table_and_half_precision_are_read(copy):
    before = marian.load_model(copy)(SRC, TGT)
    weights = load_file(copy / "model.safetensors")
    theirs = MarianMTModel.from_pretrained(copy)
    for side in ("encoder", "decoder"):
        name = f"model.{side}.embed_positions.weight"
        weights[name] = theirs.get_parameter(name).detach().clone()
    save_file({name: weight.half() for name, weight in weights.items()}, copy / "model.safetensors")
    after = marian.load_model(copy)(SRC, TGT)
    assert 0 < (after - before).abs().max() < 1e-2 * before.abs().max()
    weights["model.encoder.embed_positions.weight"] += 0.1
    save_file(weights, copy / "model.safetensors")
    with pytest.raises(ValueError, match=r"encoder.embed_positions.weight: expected Marian's sines and cosines"):
        marian.load_model(copy)


def test_what_comes_in_goes_out_as_it_was(repository, theirs, tmp_path):
    # our own tokenizer, because a Marian one stays where it is
    model = marian.load_model(repository)
    marian.save_model(Translator(model, tiny_translator().tokenizer), tmp_path)
    again = MarianMTModel.from_pretrained(tmp_path)
    for name, expected in theirs.state_dict().items():
        if "embed_positions" not in name and name in again.state_dict():
            torch.testing.assert_close(again.state_dict()[name], expected, rtol=0, atol=0)


def test_a_marian_tokenizer_stays_in_its_repository(shared, tmp_path):
    translator = interop.load(shared)
    with pytest.raises(ValueError, match="expected a tokenizer of this project; found a Marian model's"):
        translator.save_pretrained(tmp_path)
    with pytest.raises(ValueError, match="tokenizer: expected one of this project; found another"):
        marian.save_model(translator, tmp_path)
    assert not list(tmp_path.iterdir())


def change_json(path, **changes):
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"model_type": "bert"},
            "model_type: expected marian, gpt2, or none for a model of this project; found 'bert'",
        ),
        (
            {"d_model": 24, "encoder_attention_heads": 12, "decoder_attention_heads": 12},
            r"tokens.weight: expected shape",
        ),
        ({"decoder_layers": 3}, r"expected the tensor model.decoder.layers.2\S+ by config.json; found none"),
        ({"encoder_layers": 2}, r"config.json has no place for model.encoder.layers.2"),
        ({"activation_function": "mish"}, "activation_function: expected one of relu, gelu, .*; found 'mish'"),
        ({"decoder_ffn_dim": 31}, "expected one d_ff for encoder and decoder; found 29 and 31"),
        ({"encoder_attention_heads": None}, "expected encoder_attention_heads, a whole number; found none"),
        ({"scale_embedding": 1}, "config.json: scale_embedding: expected true or false; found 1"),
    ],
)
def test_a_config_that_does_not_fit_is_refused(copy, changes, message):
    change_json(copy / "config.json", **changes)
    with pytest.raises(ValueError, match=message):
        interop.load(copy)


def test_bad_words_of_several_tokens_are_refused(copy):
    change_json(copy / "generation_config.json", bad_words_ids=[[1, 2]])
    with pytest.raises(ValueError, match=r"bad_words_ids: expected lists of one token id each; found \[\[1, 2\]\]"):
        interop.load(copy)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"bad_words_ids": [[10**6]]}, r"bad_words_ids: expected ids from 0 to \d+; found 1000000"),
        ({"bad_words_ids": [[-1]]}, r"bad_words_ids: expected ids from 0 to \d+; found -1"),
        ({"num_beams": 0}, "num_beams: expected 1 or more; found 0"),
    ],
)
def test_search_settings_out_of_range_are_refused(copy, changes, message):
    change_json(copy / "generation_config.json", **changes)
    with pytest.raises(ValueError, match=message):
        interop.load(copy)


def test_pickled_weights_are_never_loaded(copy):
    (copy / "model.safetensors").rename(copy / "pytorch_model.bin")
    (copy / "pytorch_model.bin").write_bytes(pickle.dumps({"not": "loaded"}))
    with pytest.raises(ValueError, match="pickled weights can run code and are never loaded; save them as safetensors"):
        interop.load(copy)


def test_a_repository_without_a_tokenizer_is_refused(copy):
    (copy / "source.spm").unlink()
    with pytest.raises(ValueError, match=r"repository: expected source.spm; found config.json"):
        interop.load(copy)


def test_a_damaged_sentencepiece_model_is_refused(copy):
    (copy / "target.spm").write_bytes(b"not a model")
    with pytest.raises(ValueError, match=r"target.spm: expected a SentencePiece model; found something else"):
        interop.load(copy)


def test_a_vocabulary_of_another_size_is_refused(copy):
    vocab = json.loads((copy / "vocab.json").read_text())
    (copy / "vocab.json").write_text(json.dumps({"more": len(vocab), **vocab}))
    with pytest.raises(ValueError, match=rf"vocab.json: expected ids from 0 to the config's {len(vocab) - 1}; found"):
        interop.load(copy)


def test_a_damaged_config_is_refused(copy):
    (copy / "config.json").write_text("{")
    with pytest.raises(ValueError, match=r"config.json: expected JSON; found something else"):
        interop.load(copy)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        # the tests run offline: what the Hub itself answers is tested where a Hub is
        ("no-such/repository", "expected an answer from the Hub, or the files"),
        ("../no/folder", "expected a folder or a Hub id"),
        ("https://example.org/model", "expected a folder or a Hub id"),
    ],
)
def test_a_missing_repository_is_refused(name, message):
    with pytest.raises(ValueError, match=message):
        interop.load(name)
