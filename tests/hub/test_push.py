"""Uploads: what was pushed is what was on disk, and nothing else. The Hub is the stand-in, for olah takes no pushes."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from model.transformer import Transformer
from model.translator import Translator
from tests.hub.stand_in import TOKEN, StandIn
from training.publish import main

ROOT = Path(__file__).parents[2]
FILES = {"README.md", "config.json", "model.safetensors", "tokenizer.json"}
PUSH = """
import sys
from model import Transformer, Translator
print(Translator.from_pretrained(sys.argv[1]).push_to_hub("lab/pushed"))
Transformer.from_pretrained(sys.argv[1]).push_to_hub("lab/model-alone", private=True)
"""


@pytest.fixture
def scored(checkpoint, tmp_path) -> Path:
    """The checkpoint with a model card that has scores, and with what must not be uploaded."""
    folder = shutil.copytree(checkpoint, tmp_path / "scored")
    shutil.copy(ROOT / "checkpoints" / "en-de" / "README.md", folder)
    (folder / "training.json").write_text("{}")
    (folder / "optimizer.pt").write_bytes(b"\x80")
    (folder / ".env").write_text("secret")
    return folder


def run(*arguments: object, token: str = TOKEN) -> subprocess.CompletedProcess[str]:
    """A Python process that reads the Hub's address and the token from its environment; xet is not spoken here."""
    environment = {**os.environ, "HF_TOKEN": token, "HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
    return subprocess.run(
        [sys.executable, *map(str, arguments)], cwd=ROOT, env=environment, capture_output=True, text=True
    )


def on_disk(folder: Path, names: set[str]) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in names}


def test_publish_uploads_the_checkpoint_and_prints_the_address(stand_in: StandIn, scored):
    ran = run("-m", "training.publish", scored, "--repo-id", "lab/published", "--revision", "v1")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines()[-1].startswith(f"{stand_in.url}/lab/published/commit/")
    assert stand_in.repos["lab/published"]["v1"] == on_disk(scored, FILES | {"training.json"})
    assert stand_in.repos["lab/published"]["main"] == {}


@torch.no_grad()
def test_push_to_hub_uploads_what_from_pretrained_read(stand_in: StandIn, scored):
    ran = run("-c", PUSH, scored)
    assert ran.returncode == 0, ran.stderr
    assert stand_in.repos["lab/pushed"]["main"] == on_disk(scored, FILES)
    again = Translator.from_pretrained("lab/pushed")
    src, tgt = torch.tensor([[5, 9, 2]]), torch.tensor([[1, 8]])
    expected = Translator.from_pretrained(scored).network(src, tgt)
    assert torch.equal(again.network(src, tgt), expected)
    assert again.card == (scored / "README.md").read_text()
    assert set(stand_in.repos["lab/model-alone"]["main"]) == FILES - {"tokenizer.json"}
    assert torch.equal(Transformer.from_pretrained("lab/model-alone")(src, tgt), expected)
    assert stand_in.private == {"lab/model-alone"}


def test_without_leave_to_write_the_reason_is_given(stand_in: StandIn, scored):
    ran = run("-m", "training.publish", scored, "--repo-id", "lab/published", token="hf_other")
    assert (
        "ValueError: lab/published: expected leave to write there; found the Hub's refusal (403): log in" in ran.stderr
    )
    assert "lab/published" not in stand_in.repos


@pytest.mark.parametrize(
    ("card", "message"),
    [
        (None, "README.md: expected the model card; found none: run `python -m training.evaluate` on the checkpoint"),
        ("# No front matter\n", "README.md: expected scores in the model card; found none: run"),
        ("---\nlicense: mit\n---\n", "README.md: expected scores in the model card; found none: run"),
        ("---\nlicense: [\n---\n", "README.md: expected a model card with front matter; found another text: run"),
    ],
)
def test_a_card_without_scores_is_not_published(scored, card, message):
    (scored / "README.md").unlink()
    if card is not None:
        (scored / "README.md").write_text(card)
    with pytest.raises(ValueError, match=message):
        main([str(scored), "--repo-id", "lab/published"])


def test_a_checkpoint_that_does_not_load_is_not_published(scored):
    (scored / "tokenizer.json").unlink()
    with pytest.raises(ValueError, match=r"scored: expected tokenizer.json; found"):
        main([str(scored), "--repo-id", "lab/published"])


def test_only_a_hub_id_is_published_to(scored):
    with pytest.raises(ValueError, match=r"model: expected a Hub id such as org/name; found '\.\./elsewhere'"):
        main([str(scored), "--repo-id", "../elsewhere"])
