"""What ui/web holds is what the page gets."""

import re
from pathlib import Path

from ui.web import SCRIPTS, STYLES, script, styles

WEB = Path("ui/web")


def test_every_script_and_style_reaches_the_page():
    assert sorted(SCRIPTS) == sorted(path.stem for path in WEB.glob("*.js"))
    assert sorted(STYLES) == sorted(path.stem for path in WEB.glob("*.css"))
    assert all(path.is_file() for path in styles())


def test_each_script_defines_the_one_name_under_which_it_is_a_part_of_lens():
    for name in SCRIPTS:
        source = (WEB / f"{name}.js").read_text(encoding="utf-8")
        assert re.findall(r"^(?:const|let|var|function|class) (\w+)", source, re.MULTILINE) == [name]
    assert script().endswith(f"return {{ {', '.join(SCRIPTS)} }};\n}})();")


def test_what_a_script_uses_at_once_stands_before_it():
    for i, name in enumerate(SCRIPTS):
        source = (WEB / f"{name}.js").read_text(encoding="utf-8")
        for used in re.findall(r"^  const \{[^}]*\} = (\w+);", source, re.MULTILINE):
            assert used in SCRIPTS[:i], f"{name}.js takes from {used}.js, which the browser reads after it"


def test_the_checker_knows_every_part():
    declared = re.findall(r"^  (\w+): typeof (\w+);", (WEB / "types.d.ts").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(declared) == sorted((name, name) for name in SCRIPTS)


def test_every_picture_can_fill_the_screen():
    for template in Path("ui/components").glob("*/*.html"):
        source = template.read_text(encoding="utf-8")
        if re.search(r"<canvas|<svg|save-png|save-svg", source):
            assert source.count('class="quiet-button full-screen"') == 1, f"{template}: no button “Full screen”"


def test_nothing_ends_the_pages_script_element():
    assert "</script" not in script()
    assert not re.search(r"^\s*(import|export)\b", script(), re.MULTILINE)
