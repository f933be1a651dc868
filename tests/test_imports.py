"""Imports run one way: app → ui → explain → model; training → model; interop → model."""

import ast
import importlib
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# What a package may import besides itself and the standard library; None: whatever is installed.
OURS = {"app", "ui", "explain", "model", "training", "interop", "tests", "benchmarks"}
ALLOWED = {
    "model": ({"torch", "safetensors", "tokenizers", "huggingface_hub", "jaxtyping"}, set()),
    "explain": ({"torch", "numpy", "safetensors", "jaxtyping"}, {"model"}),
    "ui": (None, {"explain", "model"}),
    "training": (None, {"model"}),
    "interop": (None, {"model"}),
}
FILES = [path for package in ALLOWED for path in sorted((ROOT / package).rglob("*.py"))]


def imported(path):
    """Top-level names of all modules that a file imports, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write the whole path of an import"
            yield node.module.split(".")[0]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_imports_only_what_its_package_may(path):
    package = path.relative_to(ROOT).parts[0]
    others, ours = ALLOWED[package]
    names = set(imported(path)) - sys.stdlib_module_names
    assert names & OURS <= ours | {package}
    if others is not None:
        assert names - OURS <= others


def test_the_packages_with_narrow_rules_are_there():
    packages = {path.relative_to(ROOT).parts[0] for path in FILES}
    assert {"model", "explain", "training"} <= packages


@pytest.mark.parametrize("path", sorted((ROOT / "benchmarks").glob("[!_]*.py")), ids=lambda path: path.stem)
def test_a_benchmark_can_be_imported(path):
    importlib.import_module(f"benchmarks.{path.stem}")


APP = [ROOT / "app.py", *(path for path in FILES if path.relative_to(ROOT).parts[0] != "training")]


@pytest.mark.parametrize(
    "path",
    [path for path in APP if path.name != "ctranslate2.py"],  # which is for bulk translation, not for the app
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_what_the_app_imports_stands_in_requirements_txt(path):
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    required = {re.match(r"[\w-]+", line)[0].replace("-", "_") for line in lines}
    names = set(imported(path)) - sys.stdlib_module_names - OURS
    assert names <= required | {"starlette"}  # gradio's own, in its public launch options
