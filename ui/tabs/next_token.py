"""The Next token tab: what could have come at each step of the translation, and what if another token had come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from explain.checks import whole_number
from explain.next_token import Sampling, distribution, force, from_prefix, sample_on, steps
from explain.pack import float32_base64
from explain.plain import plain
from explain.run import Run
from explain.runner import Runner
from ui.components import widget
from ui.events import AT_ONCE, EACH, ON_MODEL, kindly
from ui.models import Models
from ui.request import Request
from ui.tabs import TabView

N_CANDIDATES = 50  # tokens whose names are sent; of the others the browser knows the logits alone


def next_token_tab(models: Models, run: Run, request: gr.JSON) -> TabView:
    """Draws the tab; what its visitor forces, types or samples becomes the page's `request`."""
    with gr.Tab("Next token", id="next_token") as tab:
        walk = widget("next_token_steps", steps_value(run, 0), elem_id="next-token-steps")
        bars = widget("next_token_bars", bars_value(run, 0), elem_id="next-token-bars")

    @kindly
    def look(request: Any, event: gr.EventData) -> dict[str, Any]:
        return bars_value(models.open(request), _fields(event).get("position"))

    walk.look(look, [request], [bars], **AT_ONCE, **EACH)

    def changing(change: Callable[[Runner, Run, dict[str, Any]], tuple[Run, int]]) -> dict[str, Any]:
        """An event that leads to another run, and to a step of it."""

        @kindly
        def handle(request: Any, event: gr.EventData) -> tuple[Any, ...]:
            run = models.open(request)
            changed, position = change(models.runner(run.model), run, _fields(event))
            position = min(position, len(changed.target_out) - 1)
            return (
                Request.of(changed).to_browser(),
                steps_value(changed, position),
                bars_value(changed, position),
            )

        return dict(fn=handle, inputs=[request], outputs=[request, walk, bars], **ON_MODEL)

    def forced(runner: Runner, run: Run, fields: dict[str, Any]) -> tuple[Run, int]:
        return force(runner, run, fields.get("position"), fields.get("token")), fields["position"]

    def sampled(runner: Runner, run: Run, fields: dict[str, Any]) -> tuple[Run, int]:
        sampling = Sampling(fields.get("temperature"), fields.get("top_k"), fields.get("top_p"))
        return sample_on(runner, run, fields.get("position"), sampling, fields.get("seed")), fields["position"]

    def begun(runner: Runner, run: Run, fields: dict[str, Any]) -> tuple[Run, int]:
        prefix = fields.get("prefix")
        if isinstance(prefix, str) and not prefix.strip():
            raise ValueError("target prefix: expected a word or more; found none: type the words to go on from")
        typed = from_prefix(runner, run.text, run.settings, prefix)
        return typed, typed.n_text + len(typed.prefix)

    def undone(runner: Runner, run: Run, fields: dict[str, Any]) -> tuple[Run, int]:
        position = whole_number("position", fields.get("position"), 0, len(run.target_out) - 1)
        return run.own, position

    changes = (
        bars.force(**changing(forced)),
        bars.sample(**changing(sampled)),
        walk.begin(**changing(begun)),
        walk.undo(**changing(undone)),
    )
    return TabView(tab, [walk], lambda run: [steps_value(run, None)], changes)


def steps_value(run: Run, position: int | None) -> dict[str, Any]:
    """What the walk draws of a run; `position` is the step whose bars are sent along, if any."""
    return {
        "request": Request.of(run).to_browser(),
        "position": position,
        "text": run.translation.text,
        "own_text": None if run.own is run else run.own.translation.text,
        "translates": run.translates,
        "start": plain(run.target_in[0]),
        "n_text": run.n_text,
        "tokens": plain(run.target_out),
        "steps": plain(steps(run)),
    }


def bars_value(run: Run, position: int) -> dict[str, Any]:
    """What the bars draw of one step: with all logits, so that the browser weighs anew over the whole vocabulary.

    Raises:
        ValueError: no such position.
    """
    found = distribution(run, position, Sampling(), N_CANDIDATES)
    logits = run.trace["logits"][0, position].numpy()
    return {
        "request": Request.of(run).to_browser(),
        "position": position,
        "n_steps": len(run.target_out),
        "translates": run.translates,
        "in_text": position < run.n_text,  # of the text that is continued, where nothing can be forced
        "read": plain(run.target_in[: position + 1]),
        "distribution": plain(found),
        "logits": float32_base64(logits),
        "forbidden": list(run.forbidden_ids),
    }


def _fields(event: gr.EventData) -> dict[str, Any]:
    """What the widget sent along; each field is checked where it is used.

    Raises:
        ValueError: not fields with names.
    """
    if not isinstance(event._data, dict):
        raise ValueError("next token: expected an event of this page; found something else: reload the page")
    return event._data
