"""Imports run one way and hold no circle: app → ui → explain → model; training → model; interop → model."""

import ast
import importlib
import re
import sys
from graphlib import CycleError, TopologicalSorter
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
APP = [ROOT / "app.py", *(path for path in FILES if path.relative_to(ROOT).parts[0] != "training")]

# The paper, from its sizes up; above it what writes texts; storage stands beside that.
PAPER = {
    f"model.{name}"
    for name in ("checks", "config", "linear", "cache", "taps", "masks", "positional", "embedding", "attention")
} | {"model.layers", "model.transformer"}


def module_name(path: Path) -> str:
    """`ui/tabs/why.py` as `ui.tabs.why`, and a package's `__init__.py` as the package."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported(source: str, module: str, is_package: bool, known: set[str]) -> set[str]:
    """The modules that a file imports, wherever in it, also those for annotations alone; names in them are left out."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = module.split(".")[: len(module.split(".")) - node.level + is_package] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                submodule = f"{origin}.{alias.name}"
                found.add(submodule if submodule in known else origin)
    return found


def import_graph(sources: dict[str, tuple[str, bool]]) -> dict[str, set[str]]:
    """What each module imports; `sources` are texts by module name, and whether they are a package's `__init__`."""
    return {
        module: imported(source, module, is_package, set(sources)) for module, (source, is_package) in sources.items()
    }


def circle(graph: dict[str, set[str]]) -> list[str]:
    """Modules that lead back to the first of them; none if there is no circle."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


BENCHMARKS = sorted((ROOT / "benchmarks").glob("*.py"))
GRAPH = import_graph(
    {
        module_name(path): (path.read_text(encoding="utf-8"), path.name == "__init__.py")
        for path in [ROOT / "app.py", *FILES, *BENCHMARKS]
    }
)


def roots(modules: set[str]) -> set[str]:
    """The first parts of their names, without the standard library's."""
    return {module.split(".")[0] for module in modules} - sys.stdlib_module_names


def reached_from(module: str) -> set[str]:
    """All that importing a file imports, by the files that it names, and those that they name."""
    reached, new = set(), {module}
    while new:
        reached |= new
        new = {each for module in new for each in GRAPH.get(module, ())} - reached
    return reached


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_imports_only_what_its_package_may(path):
    package = path.relative_to(ROOT).parts[0]
    others, ours = ALLOWED[package]
    names = roots(GRAPH[module_name(path)])
    assert names & OURS <= ours | {package}
    if others is not None:
        assert names - OURS <= others


def test_no_imports_go_in_a_circle_not_even_for_annotations():
    assert len(GRAPH) > 100
    assert circle(GRAPH) == []


def test_a_circle_would_be_found():
    """Whether it is written from the root or from where the file stands, for annotations alone or in a function."""
    for back in ("from p.sub.a import A", "from .sub import a", "def late():\n    from .sub.a import A"):
        annotations = f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    {back}" if "def" not in back else back
        sources = {
            "p": ("from .b import B", True),
            "p.sub": ("", True),
            "p.sub.a": ("from ..b import B", False),
            "p.b": (annotations, False),
        }
        assert set(circle(import_graph(sources))) == {"p.b", "p.sub.a"}


def test_the_paper_stands_on_torch_alone():
    reached = reached_from("model.transformer")
    assert {module for module in reached if module.startswith("model")} == PAPER
    assert roots(reached) == {"model", "torch", "jaxtyping"}


def test_below_storage_nothing_reads_files_or_speaks_to_the_hub():
    below = PAPER | {"model.decoding", "model.sampling", "model.tokenizer", "model.text_model", "model.language_model"}
    for module in below:
        assert not any(name.startswith("model.storage") for name in reached_from(module)), module
    stored = reached_from("model.storage")
    assert {module for module in stored if module.startswith("model") and "storage" not in module} <= PAPER


@pytest.mark.parametrize("path", sorted((ROOT / "model").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_model_names_itself_by_where_its_files_stand(path):
    """So that it is `transformer_opened` when it is installed."""
    written_out = {
        node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import) or (isinstance(node, ast.ImportFrom) and not node.level)
    }
    assert not {name for name in written_out if name and name.split(".")[0] in OURS}


@pytest.mark.parametrize("path", sorted((ROOT / "benchmarks").glob("[!_]*.py")), ids=lambda path: path.stem)
def test_a_benchmark_can_be_imported(path):
    importlib.import_module(f"benchmarks.{path.stem}")


@pytest.mark.parametrize(
    "path",
    [path for path in APP if path.parent.name != "ctranslate2"],  # which is for bulk translation, not for the app
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_what_the_app_imports_stands_in_requirements_txt(path):
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    required = {re.match(r"[\w-]+", line)[0].replace("-", "_") for line in lines}
    names = roots(GRAPH[module_name(path)]) - OURS
    assert names <= required | {"starlette"}  # gradio's own, in its public launch options
