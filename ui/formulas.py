"""Formulas: written once, in LaTeX, and typeset one way, as MathML, which every browser draws by itself.

For texts of this project alone: what a visitor typed never comes here.
"""

from __future__ import annotations

import re
from functools import cache

from latex2mathml.converter import convert

Part = str | dict[str, str]  # a text, or {"math": MathML}


@cache
def mathml(latex: str, display: bool = False) -> str:
    """A formula as a `<math>` element; `display` gives it a line and full size of its own."""
    return convert(latex, display="block" if display else "inline")


@cache
def typeset(text: str) -> tuple[Part, ...]:
    """A text whose formulas stand between dollar signs, as the parts that a script puts side by side."""
    parts = re.split(r"\$(.+?)\$", text)
    return tuple({"math": mathml(part)} if i % 2 else part for i, part in enumerate(parts) if part)


def markdown(text: str) -> str:
    """Markdown in which the formulas, between `$` or `$$`, have become MathML."""

    def formula(found: re.Match[str]) -> str:
        latex, display = (found[1], True) if found[1] else (found[2], False)
        return mathml(latex, display)

    return re.sub(r"\$\$(.+?)\$\$|\$(.+?)\$", formula, text, flags=re.DOTALL)
