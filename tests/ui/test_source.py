"""The source that visitors may read: the code and the card that run here, and no other file of this machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from explain.runner import Runner
from tests.conftest import tiny_translator
from ui.source import page_foot, source_routes

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(Starlette(routes=source_routes()))


@pytest.mark.parametrize("name", ["app.py", "model/attention.py", "ui/web/ask.js", "checkpoints/en-de/README.md"])
def test_a_file_is_listed_and_shown_as_it_is(client, name):
    assert f'href="source/{name}"' in client.get("/source").text
    answer = client.get(f"/source/{name}")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text == (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name",
    [
        "", "ui", "../app.py", "%2e%2e/app.py", "ui/..%2fapp.py", "/etc/passwd", "%2fetc%2fpasswd", ".git/config",
        "app.py/", "checkpoints/en-de/model.safetensors", "nothing.py",
    ],
)  # fmt: skip
def test_nothing_else_is(client, name):
    assert client.get(f"/source/{name}").status_code == 404


def test_what_another_program_left_beside_it_is_not_listed(client):
    listed = client.get("/source").text
    assert "node_modules" not in listed and "__pycache__" not in listed and ".venv" not in listed


def test_the_foot_leads_to_the_card_of_the_model_that_is_open(client):
    translator = tiny_translator()
    assert "Model card" not in page_foot(Runner(translator, "en-de"))
    translator.card = (ROOT / "checkpoints/en-de/README.md").read_text(encoding="utf-8")
    foot = page_foot(Runner(translator, "en-de"))
    assert "(source/checkpoints/en-de/README.md)" in foot and "(source)" in foot and "arxiv.org" in foot
    assert "Model card" not in page_foot(Runner(translator, "org/name"))
