"""Where a widget stands on a run: what it chose on another one, as far as this one has it."""

from __future__ import annotations

from explain.checks import whole_number
from explain.kinds import KINDS, PLACES, Kind, checked_kind
from explain.run import Run


def layer_counts(run: Run) -> dict[Kind, int]:
    """How many layers have each kind of attention."""
    return {kind: len(run.stack(PLACES[kind].side).layers) for kind in run.kinds}


def head_on(run: Run, kind: str | None, layer: int | None, head: int | None) -> tuple[Kind, int, int]:
    """That head, or what stands for it on this run: the last kind of attention, its last layer, its first head.

    Raises:
        ValueError: no such attention in any model, or a number below 0.
    """
    chosen = None if kind is None else checked_kind(kind, KINDS)
    found = chosen if chosen in run.kinds else run.kinds[-1]
    n_layers = layer_counts(run)[found]
    return found, within("layer", layer, n_layers, n_layers - 1), within("head", head, run.config.n_heads, 0)


def within(name: str, number: int | None, count: int, default: int) -> int:
    """The number if it is below `count`; else, as where none is given, the default.

    Raises:
        ValueError: it is below 0.
    """
    if number is None or number >= count:
        return default
    return whole_number(name, number, 0, count - 1)
