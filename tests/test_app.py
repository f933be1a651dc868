"""What the operator sets in the environment decides which model the app opens with."""

from __future__ import annotations

import pytest

import app
from tests.conftest import tiny_translator


@pytest.fixture(autouse=True)
def no_settings(monkeypatch):
    for name in ("MODEL_ID", "MODEL_REVISION", "ALLOWED_MODELS"):
        monkeypatch.delenv(name, raising=False)


def test_without_settings_the_bundled_checkpoint_is_served_and_no_other_can_be_chosen():
    models, notice = app.load_models()
    assert models.default.name == "en-de"
    assert models.allowed == ()
    assert notice == ""


def test_model_id_may_be_a_folder(monkeypatch, tmp_path):
    tiny_translator().save_pretrained(tmp_path / "own")
    monkeypatch.setenv("MODEL_ID", str(tmp_path / "own"))
    models, notice = app.load_models()
    assert models.names == ("own", "en-de")
    assert models.default.config.d_model == 22
    assert notice == ""


def test_a_folder_of_the_bundled_name_takes_its_place(monkeypatch, tmp_path):
    tiny_translator().save_pretrained(tmp_path / "en-de")
    monkeypatch.setenv("MODEL_ID", str(tmp_path / "en-de"))
    models, _ = app.load_models()
    assert models.names == ("en-de",)
    assert models.default.config.d_model == 22


def test_a_hub_out_of_reach_is_said_and_the_bundled_checkpoint_served(monkeypatch):
    monkeypatch.setenv("MODEL_ID", "org/away")
    monkeypatch.setenv("MODEL_REVISION", "v2")
    models, notice = app.load_models()
    assert models.default.name == "en-de"
    assert notice.startswith(
        "`MODEL_ID` could not be loaded, so this page runs on the bundled `en-de`. org/away: expected"
    )
    assert "/root" not in notice and "Traceback" not in notice


@pytest.mark.parametrize(
    "model_id", ["{}/secret/own-model", "{}/it's/own-model", "{}/secret/there", "./secret/own/own-model"]
)
def test_no_path_of_this_machine_stands_on_the_page(monkeypatch, tmp_path, caplog, model_id):
    """Neither of a folder that is missing nor of one that holds no model; the log has it."""
    (tmp_path / "secret" / "there").mkdir(parents=True)
    model_id = model_id.format(tmp_path)
    monkeypatch.setenv("MODEL_ID", model_id)
    models, notice = app.load_models()
    assert models.names == ("en-de",)
    assert "expected" in notice and model_id.rsplit("/", 1)[-1] in notice
    assert str(tmp_path) not in notice and "secret" not in notice and "it's" not in notice
    assert model_id in caplog.text


def test_the_operator_lists_what_visitors_may_load(monkeypatch):
    monkeypatch.setenv("ALLOWED_MODELS", "Helsinki-NLP/opus-mt-* openai-community/gpt2")
    models, _ = app.load_models()
    assert models.allowed == ("Helsinki-NLP/opus-mt-*", "openai-community/gpt2")


def test_damaged_measurements_are_said_in_the_log_and_done_without(tmp_path, caplog):
    tiny_translator().save_pretrained(tmp_path / "own")
    (tmp_path / "own" / "alignment.json").write_text("not json")
    (tmp_path / "own" / "head_means.safetensors").write_bytes(b"none")
    (tmp_path / "own" / "calibration.json").write_text("{}")
    (tmp_path / "own" / "frames.json").write_text("{")
    runner = app.bundled(tmp_path / "own")
    assert runner.measured is None and runner.head_means is None and runner.calibration is None
    assert runner.film is None and "frames.json" in caplog.text
    assert "alignment.json" in caplog.text and "head_means.safetensors" in caplog.text
    assert "calibration.json" in caplog.text
    assert runner.run("house", runner.default_settings()).translation.ids
