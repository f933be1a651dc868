"""Checkpoints: what is saved comes back, and every damaged one is refused with a reason."""

import json
import pickle

import pytest
import torch
from huggingface_hub import ModelCard
from safetensors.torch import load_file, save_file

from model.storage import Checkpoint
from model.transformer import Transformer
from model.translator import Translator
from tests.conftest import tiny_translator


@pytest.fixture(scope="module")
def translator():
    return tiny_translator()


def stored(translator):
    return Checkpoint(network=translator.network, tokenizer=translator.tokenizer, card=None)


@pytest.fixture
def folder(translator, tmp_path):
    stored(translator).save(tmp_path / "checkpoint", dtype=torch.float32)
    return tmp_path / "checkpoint"


def test_a_checkpoint_comes_back_as_it_was(folder, translator):
    again = Translator.from_pretrained(folder)
    model, tokenizer = again.network, again.tokenizer
    src, tgt = torch.tensor([[5, 9, 2]]), torch.tensor([[1, 8]])
    assert model.config == translator.network.config
    assert torch.equal(model(src, tgt), translator.network(src, tgt))
    assert tokenizer.encode("a small house") == translator.tokenizer.encode("a small house")


def test_half_precision_on_disk_becomes_single_in_memory(translator, tmp_path):
    stored(translator).save(tmp_path)
    assert {weight.dtype for weight in load_file(tmp_path / "model.safetensors").values()} == {torch.float16}
    model = Translator.from_pretrained(tmp_path).network
    for ours, original in zip(model.parameters(), translator.network.parameters(), strict=True):
        assert torch.equal(ours, original.half().float())


def test_shared_weights_are_stored_once(folder, translator):
    stored = sum(weight.numel() for weight in load_file(folder / "model.safetensors").values())
    assert stored == sum(parameter.numel() for parameter in translator.network.parameters())


def test_who_may_read_the_config_may_read_the_weights(folder):
    assert (folder / "model.safetensors").stat().st_mode == (folder / "config.json").stat().st_mode


def test_the_model_card_stays_with_the_weights(folder, tmp_path):
    (folder / "README.md").write_text("---\nlicense: other\n---\n\n# Ours\n")
    for save in (Translator.from_pretrained(folder).save_pretrained, Checkpoint.load(folder).save):
        save(tmp_path / "again")
        assert (tmp_path / "again" / "README.md").read_bytes() == (folder / "README.md").read_bytes()
        (tmp_path / "again" / "README.md").unlink()


def test_the_card_of_other_weights_does_not_stay(translator, tmp_path):
    for save in (translator.save_pretrained, Checkpoint(network=translator.network).save):
        (tmp_path / "README.md").write_text("---\nlicense: mit\n---\n\nBLEU 99, of weights that were here before\n")
        save(tmp_path)
        assert "No scores were measured" in (tmp_path / "README.md").read_text()
    (tmp_path / "README.md").write_text("BLEU 99")
    stored(translator).save(tmp_path)
    assert not (tmp_path / "README.md").exists()


def test_a_model_without_a_card_gets_one_that_claims_nothing(translator, tmp_path):
    translator.save_pretrained(tmp_path)
    card = ModelCard.load(tmp_path / "README.md")
    assert card.data.pipeline_tag == "translation" and not card.data.eval_results
    assert "No scores were measured" in card.text


def test_the_model_alone_comes_back_as_it_was(translator, tmp_path):
    Checkpoint(network=translator.network).save(tmp_path)
    again = Checkpoint.load(tmp_path).network
    assert again.config == translator.network.config and not again.training
    for ours, original in zip(again.parameters(), translator.network.parameters(), strict=True):
        assert torch.equal(ours, original.half().float())


def test_a_missing_file_is_named(folder):
    (folder / "tokenizer.json").unlink()
    with pytest.raises(ValueError, match=r"checkpoint: expected tokenizer.json; found config.json, model.safetensors"):
        Translator.from_pretrained(folder)


def test_pickled_weights_are_never_loaded(folder):
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps({"not": "loaded"}))
    with pytest.raises(ValueError, match="pickled weights can run code and are never loaded; save them as safetensors"):
        Translator.from_pretrained(folder)


def test_a_pickle_under_the_name_of_safetensors_is_refused(folder):
    torch.save({"tokens.weight": torch.zeros(3)}, folder / "model.safetensors")
    with pytest.raises(ValueError, match=r"model.safetensors: expected safetensors; found a damaged or other file"):
        Translator.from_pretrained(folder)


def test_a_truncated_file_is_refused(folder):
    data = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(data[: len(data) // 2])
    with pytest.raises(ValueError, match=r"found a damaged or other file .*: download it again"):
        Translator.from_pretrained(folder)


def change_config(folder, **changes):
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n_decoder_layers": 3}, r"expected \d+ tensors by config.json; missing decoder.layers.2"),
        ({"n_decoder_layers": 1}, "config.json has no place for decoder.layers.1"),
        ({"d_ff": 31}, r"linear_1.weight: expected shape \(31, 22\) by config.json; found \(29, 22\)"),
        ({"vocab_size": 999}, "tokenizer.json: expected the config's vocab_size=999 tokens; found"),
        ({"n_encoder_layers": 0}, "expected an encoder and a decoder, to translate; found only one of them"),
        ({"n_decoder_layers": 0}, "expected an encoder and a decoder, to translate; found only one of them"),
        ({"src_vocab_size": 50}, "expected one vocabulary for both sides; found src_vocab_size=50"),
        ({"pad_id": 7}, "tokenizer.json: expected the config's pad_id=7; found 0"),
        ({"eos_id": 9}, "tokenizer.json: expected the config's eos_id=9; found 2"),
    ],
)
def test_a_config_that_does_not_fit_the_weights_is_refused(folder, changes, message):
    change_config(folder, **changes)
    with pytest.raises(ValueError, match=message):
        Translator.from_pretrained(folder)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"d_ff": 10**7}, r"linear_1.weight: expected shape \(10000000, 22\) by config.json; found \(29, 22\)"),
        ({"n_encoder_layers": 10**9}, "n_encoder_layers: expected at most 1,024; found 1000000000"),
        ({"max_positions": 10**13}, "max_positions: expected at most 65,536; found 10000000000000"),
    ],
)
def test_a_config_that_would_take_all_memory_is_refused_before_it_does(folder, changes, message, monkeypatch):
    change_config(folder, **changes)
    monkeypatch.setattr(Transformer, "initialize", _without_memory(Transformer.initialize))
    with pytest.raises(ValueError, match=message):
        Translator.from_pretrained(folder)


def _without_memory(initialize):
    def check(model):
        assert model.device.type == "meta", "nothing is allocated for a config that does not fit"
        initialize(model)

    return check


def test_a_superfluous_tensor_is_named(folder):
    weights = load_file(folder / "model.safetensors")
    save_file({**weights, "extra.weight": torch.zeros(2)}, folder / "model.safetensors")
    with pytest.raises(ValueError, match=r"config.json has no place for extra.weight"):
        Translator.from_pretrained(folder)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (
            lambda weight: weight.index_fill(0, torch.tensor([0]), float("nan")),
            "expected finite numbers; found infinity",
        ),
        (lambda weight: weight * float("inf"), "expected finite numbers; found infinity or NaN"),
        (lambda weight: weight.to(torch.int8), "expected floating-point numbers; found int8: convert them first"),
    ],
)
def test_weights_that_no_good_training_leaves_are_refused(folder, spoil, message):
    weights = load_file(folder / "model.safetensors")
    name = "encoder.layers.0.feed_forward.linear_1.weight"
    save_file({**weights, name: spoil(weights[name])}, folder / "model.safetensors")
    with pytest.raises(ValueError, match=f"model.safetensors: {name}: {message}"):
        Translator.from_pretrained(folder)


def test_a_config_of_two_hundred_thousand_levels_is_refused(folder):
    (folder / "config.json").write_text("[" * 200_000)
    with pytest.raises(ValueError, match=r"config\.json: expected JSON; found something else"):
        Translator.from_pretrained(folder)


@pytest.mark.parametrize("text", ["", "{}", "not json"])
def test_a_damaged_tokenizer_is_refused(folder, text):
    (folder / "tokenizer.json").write_text(text)
    with pytest.raises(ValueError, match=r"tokenizer.json: expected a Hugging Face tokenizer.json"):
        Translator.from_pretrained(folder)


@pytest.mark.parametrize("name", ["/no/such/folder", "../no-such-folder", "https://example.org/model", "a/b/c", "a b"])
def test_what_is_neither_folder_nor_hub_id_is_refused(name):
    with pytest.raises(ValueError, match="checkpoint: expected a folder or a Hub id such as org/name; found neither"):
        Translator.from_pretrained(name)
