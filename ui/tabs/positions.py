"""The Positions tab: the position table and what makes it one, and what a Transformer would be without it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gradio as gr

from explain.checks import whole_number
from explain.order import naive_comparison, order_experiment
from explain.pack import exact
from explain.plain import plain
from explain.positional import MAX_D_MODEL, MAX_POSITIONS, PositionTable, model_table, rotation, similarity
from explain.positional import position_table as sinusoidal_table
from explain.run import Run
from explain.runner import Runner
from ui.answers import Ask, question, question_to_the_model
from ui.components import widget
from ui.languages import direction_choices

NAIVE_POSITIONS = 64


def positions_tab(ask: Ask) -> gr.Tab:
    """Draws the tab."""
    with gr.Tab("Positions", id="positions") as tab:
        widget("position_chart", ask=ask, elem_id="position-chart")
        widget("position_curves", elem_id="position-curves")
        widget("position_similarity", elem_id="position-similarity")
        widget("position_rotation", ask=ask, elem_id="position-rotation")
        widget("position_naive", ask=ask, elem_id="position-naive")
        widget("order_experiment", ask=ask, elem_id="order-experiment")
    return tab


@question
def position_table(run: Run, positions: int | str, dimensions: int | str, own: bool) -> dict[str, Any]:
    """What the chart, and the figures that share its table, draw; `own`: it is the model's.

    Raises:
        ValueError: as `_table`.
    """
    table = _table(run, positions, dimensions, own)
    near = similarity(table)
    n_positions, d_model = table.values.shape
    return {
        "n_positions": n_positions,
        "d_model": d_model,
        "own": own,
        "bound": table.packed().high,
        "table": exact(table.values),
        "wavelengths": plain(table.wavelengths),
        "dot": exact(near.dot),
        "distance": exact(near.distance),
    }


@question
def position_rotation(
    run: Run, positions: int | str, dimensions: int | str, own: bool, pair: int, offset: int
) -> dict[str, Any]:
    """What the widget draws of a shift.

    Raises:
        ValueError: as `_table`, or as `explain.positional.rotation`.
    """
    table = _table(run, positions, dimensions, own)
    turn = rotation(table, pair, offset)
    return {
        "pair": turn.pair,
        "offset": turn.offset,
        "d_model": table.values.shape[1],
        "angle": turn.angle,
        "matrix": plain(turn.matrix),
        "first": turn.positions[0],
        "before": exact(turn.before),
        "after": exact(turn.after),
        "rotated": exact(turn.rotated),
        "max_difference": turn.max_difference,
    }


@question
def raw_numbers(run: Run) -> dict[str, Any]:
    """What the widget draws of raw position numbers beside the embeddings of a run."""
    n_tokens, longest = len(run.read_by(run.reading_side)), run.config.max_positions
    n_positions = min(max(NAIVE_POSITIONS, n_tokens), longest, MAX_POSITIONS)
    compared = plain(naive_comparison(run, n_positions))
    return {**compared, "model": run.model, "learned": run.config.positions == "learned"}


@question_to_the_model
def two_orders(runner: Runner, run: Run, first: str, second: str, direction: str | None = None) -> dict[str, Any]:
    """What the widget draws of two orders of the same words, translated as the page's sentence was.

    By default, and where this model does not know the direction, in that of the page.

    Raises:
        ValueError: as `explain.order.order_experiment`.
    """
    settings = replace(run.settings, direction=direction if direction in run.directions else run.settings.direction)
    experiment = order_experiment(runner, first, second, settings)
    orders = {
        name: {"text": run.text, "tokens": plain(run.source), "translation": run.translation.text}
        for name, run in [("first", experiment.first), ("second", experiment.second)]
    }
    maps = {name: exact(getattr(experiment, name)) for name in ("map_with", "map_without")}
    names = ("pairing", "differences_with", "differences_without", "largest_with", "largest_without")
    offered = {"directions": direction_choices(run.directions), "direction": settings.direction}
    return {**offered, **orders, **maps, **{name: plain(getattr(experiment, name)) for name in names}}


def _table(run: Run, positions: int | str, dimensions: int | str, own: bool) -> PositionTable:
    """The paper's table of these sizes, or the first positions of the model's own.

    Raises:
        ValueError: a size is out of range or no number, or the model has no positions.
    """
    n_positions = whole_number("positions", positions, 1, MAX_POSITIONS)
    if own:
        return model_table(run.network, n_positions)
    return sinusoidal_table(n_positions, whole_number("d_model", dimensions, 2, MAX_D_MODEL))
