"""Numbers as the page writes them: three significant digits, a true minus, a power of ten where they are small."""

from __future__ import annotations

import re

# Where each element begins and ends, from above; for `evaluate_all`.
ENDS = "all => all.map(each => each.getBoundingClientRect()).map(({ top, bottom }) => [top, bottom])"
NUMBER = r"−?\d[\d.]*(?:e[+−]\d+)?"


def rounded(value: float) -> float:
    """What is left of a value in three significant digits."""
    return float(f"{value:.3g}")


def numbers(text: str) -> list[float]:
    """The numbers that a text of the page holds, in order."""
    return [float(found.replace("−", "-")) for found in re.findall(NUMBER, text)]


def shown(value: float) -> str:
    """A finite value as the page writes it."""
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        text = f"{rounded(value):.10g}"
    else:
        mantissa, exponent = f"{value:.2e}".split("e")
        text = f"{mantissa}e{int(exponent):+d}"
    return text.replace("-", "−")
