"""Hubs on this machine, and a small translator of ours in the form in which it is uploaded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from model.translator import Translator
from tests.conftest import tiny_translator
from tests.hub.server import LocalHub, visit
from tests.hub.stand_in import StandIn

NAME = "lab/tiny"
LIMIT = 10_000_000  # bytes


def same_files(folder: Path, checkpoint: Path) -> bool:
    names = ("config.json", "model.safetensors", "tokenizer.json")
    return all((folder / name).read_bytes() == (checkpoint / name).read_bytes() for name in names)


@pytest.fixture(scope="session")
def translator() -> Translator:
    """What the Hubs serve as `lab/tiny`."""
    return tiny_translator()


@pytest.fixture(scope="session")
def checkpoint(translator, tmp_path_factory) -> Path:
    """The same as a folder."""
    folder = tmp_path_factory.mktemp("ours") / "tiny"
    translator.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def olah(tmp_path_factory, checkpoint) -> Iterator[LocalHub]:
    """A real Hub that serves `lab/tiny`."""
    with LocalHub(tmp_path_factory.mktemp("olah")) as hub:
        hub.publish(checkpoint, NAME)
        yield hub


@pytest.fixture
def hub(olah, monkeypatch, tmp_path) -> LocalHub:
    """The real Hub, seen from an empty cache."""
    visit(monkeypatch, olah.url, tmp_path / "home")
    return olah


@pytest.fixture
def stand_in(checkpoint, monkeypatch, tmp_path) -> Iterator[StandIn]:
    """The stand-in with `lab/tiny`, seen from an empty cache."""
    files = {path.name: path.read_bytes() for path in checkpoint.iterdir()}
    with StandIn({NAME: {"main": files}}) as hub:
        visit(monkeypatch, hub.url, tmp_path / "home")
        yield hub
