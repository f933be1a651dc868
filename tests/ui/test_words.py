"""How the page's words are written, wherever they stand."""

import re
from pathlib import Path

SOURCES = [
    path for folder in ("ui", "explain") for path in Path(folder).rglob("*") if path.suffix in {".py", ".js", ".html"}
]
SPACED = re.compile(r"[0-9}] %")  # behind a number, or behind what gives one in a template


def spaced_percents(text: str) -> list[str]:
    """The percent signs that stand apart from their number, which English writes as one."""
    return SPACED.findall(text)


def test_percent_signs_stand_at_their_numbers():
    found = {str(path): spaced_percents(path.read_text(encoding="utf-8")) for path in SOURCES}
    assert {path: signs for path, signs in found.items() if signs} == {}


def test_a_percent_sign_that_stands_apart_would_be_found():
    assert spaced_percents("guessing gives {share:.3g} % of them, 12%; i % 2") == ["} %"]
