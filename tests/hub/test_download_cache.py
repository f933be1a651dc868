"""What visitors opened stays on disk while there is room, and whatever is damaged, new or in the way is replaced."""

from pathlib import Path

import pytest
from safetensors.torch import save_file

import interop
from interop.download import download
from model.translator import Translator
from tests.hub.conftest import LIMIT, NAME, same_files


def test_a_damaged_file_in_the_cache_is_replaced(stand_in, checkpoint):
    weights = download(NAME, max_bytes=LIMIT) / "model.safetensors"
    weights.resolve().write_bytes(weights.read_bytes()[:-9])
    assert same_files(download(NAME, max_bytes=LIMIT), checkpoint)


def test_a_new_commit_is_found(stand_in, tmp_path, translator):
    first = download(NAME, max_bytes=LIMIT)
    weights = {name: 2 * weight.detach() for name, weight in translator.network.named_parameters()}
    save_file(weights, tmp_path / "changed.safetensors")
    stand_in.repos[NAME]["main"]["model.safetensors"] = (tmp_path / "changed.safetensors").read_bytes()
    second = download(NAME, max_bytes=LIMIT)
    assert second != first
    assert (second / "model.safetensors").read_bytes() == (tmp_path / "changed.safetensors").read_bytes()


def size(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*"))


def opened() -> set[str]:
    """What visitors opened and is still on disk."""
    return {folder.name.rsplit("--", 1)[1] for folder in interop.download.CACHE.glob("models--*")}


def test_the_models_opened_longest_ago_make_room_for_another(stand_in, checkpoint, monkeypatch):
    for name in ("a", "b", "c", "d"):  # one and the same commit, as when a repository is renamed
        stand_in.repos[f"lab/{name}"] = stand_in.repos[NAME]
    monkeypatch.setattr("interop.download.BUDGET", int(3.5 * size(checkpoint)))
    for name in ("a", "b", "a", "c"):
        download(f"lab/{name}", max_bytes=LIMIT)
    assert opened() == {"a", "b", "c"}
    assert same_files(download("lab/d", max_bytes=LIMIT), checkpoint)
    assert opened() == {"a", "c", "d"}


def test_older_commits_and_refused_models_make_room_too(stand_in, checkpoint, monkeypatch):
    budget = int(2.5 * size(checkpoint))
    monkeypatch.setattr("interop.download.BUDGET", budget)
    files = stand_in.repos[NAME]["main"]
    weights = files["model.safetensors"]
    for commit in range(4):
        files["model.safetensors"] = weights[:-1] + bytes([commit])
        assert (download(NAME, max_bytes=LIMIT) / "model.safetensors").read_bytes() == files["model.safetensors"]
        assert size(interop.download.CACHE) < budget
    del files["tokenizer.json"]
    with pytest.raises(ValueError, match=r"lab/tiny: expected tokenizer.json"):
        interop.load(download(NAME, max_bytes=LIMIT))
    stand_in.repos["lab/next"] = {"main": stand_in.repos[NAME]["main"]}
    download("lab/next", max_bytes=LIMIT)
    assert size(interop.download.CACHE) < budget


def test_what_no_visitor_asked_for_is_never_deleted(stand_in, monkeypatch, tmp_path):
    monkeypatch.setattr("interop.download.BUDGET", 0)
    Translator.from_pretrained(NAME)
    before = set((tmp_path / "home").rglob("*"))
    download(NAME, max_bytes=LIMIT)
    stand_in.repos["lab/next"] = stand_in.repos[NAME]
    download("lab/next", max_bytes=LIMIT)
    assert opened() == {"next"}
    assert before < set((tmp_path / "home").rglob("*"))


def test_a_refused_repository_makes_no_room(stand_in, monkeypatch):
    download(NAME, max_bytes=LIMIT)
    monkeypatch.setattr("interop.download.BUDGET", 0)
    stand_in.repos["lab/large"] = stand_in.repos[NAME]
    with pytest.raises(ValueError, match="lab/large: expected at most 0 MB"):
        download("lab/large", max_bytes=9)
    assert opened() == {"tiny"}
