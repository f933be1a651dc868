"""Measured error rates beside a checkpoint: read again, and never taken for those of other weights."""

from pathlib import Path

import pytest

from explain.measured import AlignmentFigure, MeasuredAlignment, measured_alignment, save_measured_alignment

FIGURE = AlignmentFigure(method="logit-share", direction="en-de", error=0.31, low=0.28, high=0.34)
MEASURED = MeasuredAlignment(text="europarl", n_sentences=49, figures=(FIGURE,))


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    return tmp_path


def test_what_is_written_is_read(folder):
    assert measured_alignment(folder) is None
    save_measured_alignment(MEASURED, folder)
    assert measured_alignment(folder) == MEASURED
    assert MEASURED.find("logit-share", "en-de") is FIGURE
    assert MEASURED.find("logit-share", "de-en") is None


def test_figures_of_other_weights_count_as_none(folder):
    save_measured_alignment(MEASURED, folder)
    (folder / "model.safetensors").write_bytes(b"other weights")
    assert measured_alignment(folder) is None


@pytest.mark.parametrize(
    "change", [("{", "["), ('"error"', '"mistake"'), ('"format": 1', '"format": 2'), ("49", '"x", "y": 1')]
)
def test_a_damaged_file_is_an_error(folder, change):
    save_measured_alignment(MEASURED, folder)
    path = folder / "alignment.json"
    path.write_text(path.read_text().replace(*change, 1))
    with pytest.raises(ValueError, match=r"^alignment\.json: expected"):
        measured_alignment(folder)


def test_the_bundled_figures_are_of_the_bundled_weights_and_say_what_the_page_promises():
    found = measured_alignment(Path(__file__).parents[2] / "checkpoints" / "en-de")
    for direction in ("en-de", "de-en"):
        mean, share = (found.find(method, direction).error for method in ("mean-of-heads", "logit-share-average"))
        assert share <= mean - 0.12
