"""What the Space's card, the pins and the checkpoint promise one another."""

import re
from pathlib import Path

import yaml
from safetensors import safe_open

from explain.calibration import load_calibration
from explain.head_means import load_head_means
from model.storage.checkpoint import read_config
from model.storage.files import HEAD_MEANS

ROOT = Path(__file__).parents[1]
CARD = yaml.safe_load((ROOT / "README.md").read_text(encoding="utf-8").split("---")[1])


def test_the_card_and_the_pin_name_one_version_of_gradio():
    pin = re.search(r"^gradio==(\S+)$", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert pin[1] == CARD["sdk_version"]


def test_the_card_fits_the_hubs_limits():
    assert len(CARD["short_description"]) <= 60
    assert (ROOT / CARD["app_file"]).is_file()


def test_the_bundled_weights_are_half_precision_and_at_most_25_mb():
    path = ROOT / "checkpoints" / "en-de" / "model.safetensors"
    assert path.stat().st_size <= 25e6
    with safe_open(path, "pt") as weights:
        assert {weights.get_slice(name).get_dtype() for name in weights.keys()} == {"F16"}  # noqa: SIM118


def test_the_bundled_means_of_heads_are_of_the_bundled_weights():
    """Where the weights are new: `python -m training.head_means checkpoints/en-de --data-dir DATA`."""
    folder = ROOT / "checkpoints" / "en-de"
    assert (folder / HEAD_MEANS).stat().st_size < 100_000
    assert load_head_means(folder, read_config(folder)) is not None


def test_the_bundled_calibration_is_of_the_bundled_weights():
    """Where the weights are new: `python -m training.calibration checkpoints/en-de --data-dir DATA`."""
    found = load_calibration(ROOT / "checkpoints" / "en-de")
    assert found is not None
    assert found.corpora[0].name == "everyday", "text of the kind that visitors bring, which was held out"


def test_the_pages_draw_no_random_numbers():
    scripts = [path for path in (ROOT / "ui").rglob("*.js")]
    assert scripts
    assert not [path for path in scripts if "Math.random" in path.read_text(encoding="utf-8")]
