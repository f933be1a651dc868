"""The Positions tab: the position table and what makes it one, and what a Transformer would be without it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gradio as gr
import numpy as np

from explain.order import OrderExperiment, naive_comparison, order_experiment
from explain.pack import float32_base64
from explain.plain import plain
from explain.positional import MAX_POSITIONS, PositionTable, model_table, position_table, rotation, similarity
from explain.run import Run
from ui.components import widget
from ui.events import EACH, LAST, ON_MODEL
from ui.languages import direction_choices
from ui.models import Models
from ui.request import Request
from ui.tabs import TabView

ORDERS = ("Ram pushed Hari.", "Hari pushed Ram.")
NAIVE_POSITIONS = 64

# What computes a table and no more: several at once, in no line. Each question carries a number, which its answer
# repeats: the widget ignores the answers to all but its last question.
_QUICK = dict(api_visibility="private", show_progress="hidden", **EACH)


def positions_tab(models: Models, run: Run, request: gr.JSON) -> TabView:
    """Draws the tab; its widgets ask for their first values when the tab is first opened."""
    with gr.Tab("Positions", id="positions") as tab:
        chart = widget("position_chart", elem_id="position-chart")
        widget("position_curves", elem_id="position-curves")
        widget("position_similarity", elem_id="position-similarity")
        turn = widget("position_rotation", elem_id="position-rotation")
        naive = widget("position_naive", elem_id="position-naive")
        gr.Markdown("## Why positions are needed: the same words in two orders")
        with gr.Row():
            first = gr.Textbox(ORDERS[0], label="One order", elem_id="order-first")
            second = gr.Textbox(ORDERS[1], label="Another order of the same words", elem_id="order-second")
            direction = gr.Radio(**direction_value(run), label="Direction of both")
        go = gr.Button("Compare the two orders", elem_id="order-go")
        order = widget("order_experiment", elem_id="order-experiment")

    def another_table(request: Any, event: gr.EventData) -> dict[str, Any]:
        try:
            value = chart_value(*_table(models, request, event))
        except ValueError as error:
            value = {"problem": str(error)}
        return {**value, "question": _typed(event, "question")}

    def another_turn(request: Any, event: gr.EventData) -> dict[str, Any]:
        try:
            table, _ = _table(models, request, event)
            value = rotation_value(table, _typed(event, "pair"), _typed(event, "offset"))
        except ValueError as error:
            value = {"problem": str(error)}
        return {**value, "question": _typed(event, "question")}

    def compare(first: str, second: str, request: Any, direction: str | None = None) -> dict[str, Any]:
        """By default in the direction of the page."""
        try:
            asked = Request.from_browser(request)
            settings = replace(asked.settings, direction=direction or asked.settings.direction)
            return order_value(order_experiment(models.runner(asked.model), first, second, settings))
        except ValueError as error:
            return {"problem": str(error)}

    def render(run: Run) -> list[Any]:
        return [naive_value(run), gr.Radio(**direction_value(run))]

    chart.table(another_table, [request], [chart], **_QUICK)
    turn.turn(another_turn, [request], [turn], **_QUICK)
    asked = [go.click, first.submit, second.submit]
    gr.on(asked, compare, [first, second, request, direction], [order], **ON_MODEL, **LAST)
    # without the choice of directions: when another model was opened, the browser still has that of the one before
    order.start(compare, [first, second, request], [order], **ON_MODEL, **LAST)
    return TabView(tab, [naive, direction], render)


def direction_value(run: Run) -> dict[str, Any]:
    """The model's directions, and that of the run among them."""
    return {"choices": direction_choices(run.directions), "value": run.settings.direction}


def chart_value(table: PositionTable, own: bool) -> dict[str, Any]:
    """What the chart, and the figures that share its table, draw; `own`: it is the model's."""
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


def rotation_value(table: PositionTable, pair: int, offset: int) -> dict[str, Any]:
    """What the widget draws of a shift.

    Raises:
        ValueError: as `explain.positional.rotation`.
    """
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


def naive_value(run: Run) -> dict[str, Any]:
    """What the widget draws of raw position numbers beside the embeddings of a run."""
    n_tokens, longest = len(run.read_by(run.reading_side)), run.config.max_positions
    n_positions = min(max(NAIVE_POSITIONS, n_tokens), longest, MAX_POSITIONS)
    compared = plain(naive_comparison(run, n_positions))
    return {**compared, "model": run.model, "learned": run.config.positions == "learned"}


def order_value(experiment: OrderExperiment) -> dict[str, Any]:
    """What the widget draws of two orders."""
    orders = {
        name: {"text": run.text, "tokens": plain(run.source), "translation": run.translation.text}
        for name, run in [("first", experiment.first), ("second", experiment.second)]
    }
    maps = {name: exact(getattr(experiment, name)) for name in ("map_with", "map_without")}
    names = ("pairing", "differences_with", "differences_without", "largest_with", "largest_without")
    return {**orders, **maps, **{name: plain(getattr(experiment, name)) for name in names}}


def exact(values: np.ndarray) -> dict[str, Any]:
    """An array as one string of 32-bit floats in C order, for numbers that are shown to three digits."""
    return {"shape": list(values.shape), "base64": float32_base64(values)}


def _table(models: Models, request: Any, event: gr.EventData) -> tuple[PositionTable, bool]:
    """The table that an event of the browser asks for, and whether it is the model's own."""
    n_positions, own = _typed(event, "positions"), getattr(event, "own", None) is True
    if own:
        return model_table(models.runner(Request.from_browser(request).model).network, n_positions), own
    return position_table(n_positions, _typed(event, "dimensions")), own


def _typed(event: gr.EventData, name: str) -> int | str:
    """What stood in a field: a number where it is one, else the beginning of it, for the message."""
    text = str(getattr(event, name, ""))[:20].strip()
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() else text
