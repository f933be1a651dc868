"""What `pip install .` gives: `model/` under the name `transformer_opened`, which needs nothing of the Space."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from email import message_from_string
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from model import Translator

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CHECKPOINT = ROOT / "checkpoints" / "en-de"
TEXT = "A man is reading a book."

# A process in which only the installed package and what it asks for can be imported.
ALONE = """
import importlib.metadata, importlib.util, sys
from importlib.machinery import PathFinder
from packaging.requirements import Requirement

sys.path.insert(0, sys.argv[1])
needed, new = set(), {"transformer-opened"}
while new:
    needed |= new
    required = [Requirement(line) for name in new for line in importlib.metadata.requires(name) or ()]
    new = {each.name.lower() for each in required if each.marker is None or each.marker.evaluate()} - needed

def normal(name):
    return name.lower().replace("_", "-")

needed = {normal(name) for name in needed}
owners = importlib.metadata.packages_distributions()

class OnlyNeeded(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        owner = {normal(each) for each in owners.get(name.split(".")[0], needed)}
        return PathFinder.find_spec(name, path, target) if owner & needed else None

sys.meta_path = [OnlyNeeded if finder is PathFinder else finder for finder in sys.meta_path]
for name in ("gradio", "transformers"):  # or this shows nothing
    try:
        __import__(name)
    except ModuleNotFoundError:
        continue
    sys.exit(f"{name} could be imported")
if importlib.util.find_spec("model"):
    sys.exit("model could be imported under the name that it has in its own folder")

from transformer_opened import Translator

print(Translator.from_pretrained(sys.argv[2]).translate(sys.argv[3], direction="en-de"))
"""


def pip(*arguments: object, check: bool = True) -> subprocess.CompletedProcess[str]:
    """pip, without the network."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *map(str, arguments), "--no-index"]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert not check or ran.returncode == 0, ran.stderr
    return ran


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel of this folder, built from a copy, because building leaves its traces in the folder."""
    folder = tmp_path_factory.mktemp("install")
    left_out = shutil.ignore_patterns(".*", "checkpoints", "node_modules", "__pycache__", "build", "*.egg-info")
    shutil.copytree(ROOT, folder / "source", ignore=left_out)
    pip("wheel", folder / "source", "--no-deps", "--no-build-isolation", "--wheel-dir", folder)
    [wheel] = folder.glob("*.whl")
    return wheel


def test_it_translates_in_an_empty_folder_with_nothing_else_installed(wheel, tmp_path):
    pip("install", wheel, "--no-deps", "--target", tmp_path / "installed")
    assert {path.name for path in (tmp_path / "installed").iterdir()} == {
        "transformer_opened", f"transformer_opened-{PROJECT['version']}.dist-info",
    }  # fmt: skip
    (tmp_path / "empty").mkdir()
    ran = subprocess.run(
        [sys.executable, "-I", "-c", ALONE, tmp_path / "installed", CHECKPOINT, TEXT],
        cwd=tmp_path / "empty", capture_output=True, text=True,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == Translator.from_pretrained(CHECKPOINT).translate(TEXT, direction="en-de")
    assert not list((tmp_path / "empty").iterdir())


def test_it_holds_all_of_model(wheel, tmp_path):
    shutil.unpack_archive(wheel, tmp_path, "zip")
    installed = {
        path.relative_to(tmp_path / "transformer_opened") for path in tmp_path.glob("transformer_opened/**/*.py")
    }
    assert installed == {path.relative_to(ROOT / "model") for path in (ROOT / "model").rglob("*.py")}


def test_a_python_that_is_too_old_is_told_so(wheel, tmp_path):
    """By what pip reads: which pips mind it for another Python than their own has changed over time."""
    shutil.unpack_archive(wheel, tmp_path, "zip")
    [metadata] = tmp_path.glob("*.dist-info/METADATA")
    required = SpecifierSet(message_from_string(metadata.read_text(encoding="utf-8"))["Requires-Python"])
    assert "3.10.19" not in required
    assert "3.11.0" in required and "3.14.0" in required


def test_it_asks_for_what_the_space_asks_for():
    required = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert PROJECT["dependencies"] == [line for line in required if line in PROJECT["dependencies"]]
