"""The kinds of charts that an experiment may have, as the widget takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from explain.plain import plain

Figure = dict[str, Any]


def lines(
    title: str, x: tuple[str, np.ndarray], y: str, series: Mapping[str, np.ndarray], log: str = "", note: str = ""
) -> Figure:
    """Several lines over the same numbers; `log` names the logarithmic axes, such as "xy"."""
    name, numbers = x
    return {
        "kind": "lines",
        "title": title,
        "note": note,
        "x": {"name": name, "log": "x" in log},
        "y": {"name": y, "log": "y" in log},
        "series": [{"name": name, "x": plain(numbers), "y": plain(values)} for name, values in series.items()],
    }


def mask(title: str, cells: np.ndarray) -> Figure:
    """Who may look at whom: 1 or 0 for each pair of positions."""
    return {
        "kind": "mask",
        "title": title,
        "note": "",
        "rows": "who looks",
        "columns": "who is looked at",
        "cells": plain(cells),
    }


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str | int]], note: str = "") -> Figure:
    """Numbers in rows, each behind its name."""
    return {"kind": "table", "title": title, "note": note, "columns": list(columns), "rows": plain(rows)}
