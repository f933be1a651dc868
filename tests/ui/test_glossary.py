"""The glossary: every term that is marked has a meaning, every meaning a place, once in a tab."""

import re
from html import unescape
from pathlib import Path

import pytest

from ui.glossary import TERMS

COMPONENTS = Path("ui/components")
MARKED = re.compile(
    r'<dfn tabindex="0"(?: data-term="(?P<named>[^"]+)")?>(?P<shown>[^<]+)</dfn>'
    r'|make\("dfn", \{ tabindex: 0 \}, "(?P<made>[^"]+)"\)'
)
MOST_CHARACTERS = 140


def marked(source: str) -> list[str]:
    """The terms that a file marks, in its order."""
    return [unescape(each["named"] or each["shown"] or each["made"]) for each in MARKED.finditer(source)]


def sources() -> dict[Path, str]:
    paths = [path for path in Path("ui").rglob("*") if path.suffix in {".html", ".js", ".py"}]
    return {path: path.read_text(encoding="utf-8") for path in paths if path.stem != "glossary"}


def widgets_of(tab: Path) -> list[str]:
    return re.findall(r'widget\(\s*"(\w+)"', tab.read_text(encoding="utf-8"))


def test_terms_that_are_marked_have_a_meaning_and_all_others_are_not_kept():
    used = {term for source in sources().values() for term in marked(source)}
    assert used == set(TERMS)


def test_no_mark_is_written_otherwise():
    for path, source in sources().items():
        assert len(marked(source)) == len(re.findall(r"<dfn|\"dfn\"", source)), path


@pytest.mark.parametrize("tab", sorted(Path("ui/tabs").glob("*.py")), ids=lambda path: path.stem)
def test_in_a_tab_a_term_is_marked_where_it_stands_first(tab):
    texts = [
        (COMPONENTS / name / f"{name}{ending}").read_text(encoding="utf-8")
        for name in widgets_of(tab)
        for ending in (".html", ".js")
    ]
    found = [term for text in texts for term in marked(text)]
    assert len(found) == len(set(found)), f"marked twice: {sorted({term for term in found if found.count(term) > 1})}"


@pytest.mark.parametrize("term", TERMS)
def test_a_meaning_is_short(term):
    sentences = re.findall(r"[.](?: |$)", TERMS[term])
    assert TERMS[term].endswith(".") and len(sentences) <= 2 and len(TERMS[term]) <= MOST_CHARACTERS
