"""`from_pretrained` by Hub id, as for the operator's MODEL_ID: from the Hub, from the cache, or an error in time."""

import pytest
import torch

import interop
from model.download import download
from model.hub import FILES
from model.transformer import Transformer
from model.translator import Translator
from tests.hub.conftest import NAME
from tests.hub.server import visit

SRC, TGT = torch.tensor([[5, 9, 2]]), torch.tensor([[1, 8]])
NOWHERE = "http://127.0.0.1:9"


@torch.no_grad()
def test_a_real_hub_gives_the_model_and_the_cache_does_when_it_is_gone(hub, checkpoint, monkeypatch, tmp_path):
    expected = Translator.from_pretrained(checkpoint)
    for _ in range(2):
        found = Translator.from_pretrained(NAME)
        assert torch.equal(found.network(SRC, TGT), expected.network(SRC, TGT))
        assert found.tokenizer.encode("a small house") == expected.tokenizer.encode("a small house")
        assert found.card == (checkpoint / "README.md").read_text()
        visit(monkeypatch, NOWHERE, tmp_path / "home")
    assert torch.equal(Transformer.from_pretrained(NAME)(SRC, TGT), expected.network(SRC, TGT))
    assert isinstance(interop.load(NAME), Translator)


@pytest.mark.parametrize("load", [Translator.from_pretrained, Transformer.from_pretrained, interop.load])
def test_without_hub_and_cache_there_is_an_error_at_once(load, monkeypatch, tmp_path):
    visit(monkeypatch, NOWHERE, tmp_path)
    with pytest.raises(
        ValueError, match="lab/tiny: expected an answer from the Hub, or the files in the local cache; fo"
    ):
        load(NAME)


def test_a_hub_that_never_answers_is_not_waited_for(stand_in, monkeypatch):
    monkeypatch.setattr("model.download.ANSWER_LIMIT", 0.5)
    stand_in.mute = True
    with pytest.raises(
        ValueError, match="lab/tiny: expected an answer from the Hub, or the files in the local cache; fo"
    ):
        Translator.from_pretrained(NAME)


def test_a_hub_that_never_answers_is_done_without_when_the_cache_has_all(stand_in, monkeypatch):
    Translator.from_pretrained(NAME)
    monkeypatch.setattr("model.download.ANSWER_LIMIT", 0.5)
    stand_in.mute = True
    assert isinstance(Translator.from_pretrained(NAME), Translator)


PAGES = [b"<!DOCTYPE html><title>Sign in</title>", b"\xff\xfe", b'{"status": "maintenance"}', b"[1]"]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_that_is_not_the_hubs_is_done_without_when_the_cache_has_all(stand_in, page):
    Translator.from_pretrained(NAME)
    stand_in.page = page
    assert isinstance(Translator.from_pretrained(NAME), Translator)


def test_a_page_that_is_not_the_hubs_is_said(stand_in):
    stand_in.page = PAGES[0]
    with pytest.raises(
        ValueError, match=r"lab/tiny: .* found neither \(what answered is not the Hub, but perhaps a proxy"
    ):
        Translator.from_pretrained(NAME)


def test_an_update_that_breaks_off_leaves_the_complete_model_before_it(stand_in, monkeypatch, tmp_path):
    before = Transformer.from_pretrained(NAME)
    other = Transformer(before.config)
    other.save_pretrained(tmp_path / "other")
    stand_in.repos[NAME]["main"] = stand_in.repos[NAME]["main"] | {
        "model.safetensors": (tmp_path / "other" / "model.safetensors").read_bytes()
    }
    stand_in.die = True
    for _ in range(2):  # the Hub dies in the middle of the new weights, and then is gone
        assert torch.equal(Transformer.from_pretrained(NAME).tokens.weight, before.tokens.weight)
        assert stand_in.halfway.is_set()
    with type(stand_in)(stand_in.repos) as again:
        visit(monkeypatch, again.url, tmp_path / "home")
        after = Transformer.from_pretrained(NAME).tokens.weight
    assert torch.equal(after, other.tokens.weight.half().float())
    visit(monkeypatch, NOWHERE, tmp_path / "home")
    assert torch.equal(Transformer.from_pretrained(NAME).tokens.weight, after)


def test_half_a_download_is_not_taken_for_a_model_when_the_hub_is_gone(stand_in, monkeypatch, tmp_path):
    stand_in.stall = True
    with pytest.raises(ValueError, match="expected the download to end within 8 s"):
        download(NAME, None, FILES, time_limit=8)
    assert stand_in.halfway.is_set()
    visit(monkeypatch, NOWHERE, tmp_path / "home")
    with pytest.raises(
        ValueError, match="expected an answer from the Hub, or the files in the local cache; found neith"
    ):
        Translator.from_pretrained(NAME)


def test_a_repository_without_a_models_files_is_refused(stand_in):
    stand_in.repos[NAME]["main"] = {"pictures.zip": b"PK"}
    with pytest.raises(ValueError, match=r"lab/tiny: expected a model's files, such as config\.json, .*; found no"):
        Translator.from_pretrained(NAME)


def test_the_revision_chooses(stand_in, tmp_path, translator):
    main = stand_in.repos[NAME]["main"]
    torch.manual_seed(1)
    other = Translator(Transformer(translator.network.config), translator.tokenizer)
    other.save_pretrained(tmp_path / "other")
    stand_in.repos[NAME]["v1"] = main | {"model.safetensors": (tmp_path / "other" / "model.safetensors").read_bytes()}
    half = {name: weight.half().float() for name, weight in other.network.named_parameters()}
    for name, weight in Transformer.from_pretrained(NAME, revision="v1").named_parameters():
        assert torch.equal(weight, half[name])
    assert not torch.equal(Transformer.from_pretrained(NAME).tokens.weight, half["tokens.weight"])


def test_the_operators_token_is_sent(stand_in, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_operator")
    Transformer.from_pretrained(NAME)
    assert set(stand_in.tokens.values()) == {"Bearer hf_operator"}


def test_a_private_repository_is_refused_without_trying_the_cache(stand_in):
    Translator.from_pretrained(NAME)
    stand_in.refuse = "RepoNotFound"
    with pytest.raises(ValueError, match="lab/tiny: expected a repository on the Hub; found none, or a private one"):
        Translator.from_pretrained(NAME)
