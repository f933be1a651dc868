"""What the widgets' scripts and styles share: one idea a file, in the order in which the browser reads them.

Each script `NAME.js` defines one object of its name; on the page they are the parts of one global, `lens`. No build
step: a widget takes what it needs with `const { number } = lens.numbers;`.
"""

from __future__ import annotations

from pathlib import Path

SCRIPTS = (
    "numbers", "sampling",
    "elements", "tokens", "colours", "redrawing", "fullscreen", "topics", "address", "ask", "tabs", "popups", "menus",
    "docking",
    "surfaces", "axes", "planes", "cells", "ribbons", "architecture", "walking", "figures", "recovery",
    "saving",
)  # fmt: skip
STYLES = ("colours", "page", "tokens", "figures", "fullscreen", "tables", "controls", "docking")

_FOLDER = Path(__file__).parent


def script() -> str:
    """The one script behind all widgets: it defines `lens`."""
    sources = "\n".join((_FOLDER / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS)
    return f"const lens = (() => {{\n{sources}\nreturn {{ {', '.join(SCRIPTS)} }};\n}})();"


def styles() -> list[Path]:
    """The page's style sheets."""
    return [_FOLDER / f"{name}.css" for name in STYLES]
