"""What the house promises of its files: none too long to hold one idea, each sort in its place."""

import ast
from pathlib import Path

import pytest

from ui.tabs.why import ORDER

ROOT = Path(__file__).parents[1]
FOLDERS = (".ci", "benchmarks", "explain", "interop", "model", "tests", "training", "ui")
CODE = {".py", ".js", ".mjs", ".css", ".html", ".ts"}
MAX_LINES = 350


def too_long(paths: list[Path]) -> dict[str, int]:
    """The lines of each file that has too many."""
    lines = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in paths}
    return {name: n for name, n in lines.items() if n > MAX_LINES}


def test_no_file_is_too_long_to_hold_one_idea():
    paths = [*ROOT.iterdir(), *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*"))]
    code = [path for path in paths if path.is_file() and path.suffix in CODE]
    assert {path.suffix for path in code} == CODE
    assert too_long(code) == {}


def test_a_file_of_one_line_too_many_would_be_found(tmp_path):
    for name, n_lines in (("enough.py", MAX_LINES), ("too_many.py", MAX_LINES + 1)):
        (tmp_path / name).write_text("#\n" * n_lines)
    assert too_long(list(tmp_path.iterdir())) == {"too_many.py": MAX_LINES + 1}


def built_by_position(source: str) -> list[str]:
    """The dataclasses of a text whose fields need not be named where one is built."""
    found = []
    for node in ast.walk(ast.parse(source)):
        for decorator in node.decorator_list if isinstance(node, ast.ClassDef) else []:
            text = ast.unparse(decorator)
            if "dataclass" in text and "kw_only=True" not in text:
                found.append(node.name)
    return found


def test_dataclasses_are_built_by_keyword():
    files = [ROOT / "app.py", *(path for folder in FOLDERS[1:] for path in (ROOT / folder).rglob("*.py"))]
    sources = {path: path.read_text(encoding="utf-8") for path in files if "tests" not in path.parts}
    assert {path.name: names for path, source in sources.items() if (names := built_by_position(source))} == {}
    one = "@dataclass{}\nclass Field:\n    name: str\n"
    found = [built_by_position(one.format(how)) for how in ("", "(frozen=True)", "(frozen=True, kw_only=True)")]
    assert found == [["Field"], ["Field"], []]


def test_every_experiment_of_the_page_is_tested():
    assert {f"test_{name}" for name in ORDER} <= {path.stem for path in (ROOT / "tests/explain/experiments").iterdir()}


WIDGETS = sorted({path.parent for path in (ROOT / "ui" / "components").glob("*/*.html")})


@pytest.mark.parametrize("folder", WIDGETS, ids=lambda folder: folder.name)
def test_a_widget_is_a_folder_of_three_files_of_its_name(folder):
    assert {path.name for path in folder.iterdir()} == {f"{folder.name}.{kind}" for kind in ("html", "css", "js")}
