"""The Next token tab: what could have come at each step of the translation, and what if another token had come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from explain.contrast import contrast, token_as_written
from explain.next_token import Sampling, distribution, force, from_prefix, sample_on, steps
from explain.pack import float32_base64
from explain.plain import plain
from explain.run import Run
from explain.runner import Runner
from ui.answers import Ask, question
from ui.components import widget
from ui.events import Fields, Trigger, fields_of, kindly, on_model
from ui.models import Models
from ui.request import Request
from ui.tabs.places import within

N_CANDIDATES = 50  # tokens whose names are sent; of the others the browser knows the logits alone


def next_token_tab(models: Models, request: gr.HTML, ask: Ask) -> gr.Tab:
    """Draws the tab; what its visitor forces, types or samples becomes the page's `request`."""
    with gr.Tab("Next token", id="next_token") as tab:
        walk = widget("next_token_steps", ask=ask, elem_id="next-token-steps")
        bars = widget("next_token_bars", elem_id="next-token-bars")
        widget("why_not", ask=ask, elem_id="why-not")

    def changing(trigger: Trigger, change: Callable[[Runner, Run, Fields], Run]) -> None:
        """Ties a widget's event to what leads to another run."""

        @kindly
        def handle(request: Any, event: gr.EventData) -> dict[str, Any]:
            run = models.open(request)
            runner, fields = models.runner(run.model), fields_of(event)
            with runner.line:
                changed = change(runner, run, fields)
            return Request.from_browser(request).on(changed).to_browser()

        on_model(trigger, handle, [request], [request], again="multiple")

    changing(bars.force, forced)
    changing(bars.sample, sampled)
    changing(walk.begin, begun)
    changing(walk.undo, lambda runner, run, fields: run.own)
    return tab


# What a field holds is checked where it is used.


def forced(runner: Runner, run: Run, fields: Fields) -> Run:
    """Another token at a position."""
    return force(runner, run, fields["position"], fields["token"])


def sampled(runner: Runner, run: Run, fields: Fields) -> Run:
    """Tokens drawn from a position on."""
    sampling = Sampling(temperature=fields["temperature"], top_k=fields["top_k"], top_p=fields["top_p"])
    return sample_on(runner, run, fields["position"], sampling, fields["seed"])


def begun(runner: Runner, run: Run, fields: Fields) -> Run:
    """A beginning that was typed.

    Raises:
        ValueError: there is none, or as `explain.next_token.from_prefix`.
    """
    prefix = fields["prefix"]
    if isinstance(prefix, str) and not prefix.strip():
        raise ValueError("target prefix: expected a word or more; found none: type the words to start with")
    return from_prefix(runner, run.text, run.settings, prefix)


@question
def next_token(run: Run, position: int | None = None) -> dict[str, Any]:
    """The walk over a run, and what the bars draw of one step of it.

    The step is the first that the model chose where none is given, and the last where there are not so many.

    Raises:
        ValueError: the position is below 0.
    """
    last = len(run.target_out) - 1
    if position is None:
        position = min(run.n_text + len(run.prefix), last)
    return {"walk": walk_value(run), "bars": bars_value(run, within("position", position, last + 1, last))}


@question
def why_not(run: Run, position: int, rival: int | None = None, typed: str | None = None) -> dict[str, Any]:
    """Why the token chosen at a step was ahead of another: one with an id, one as it is written, or the likeliest.

    Raises:
        ValueError: as `explain.contrast`.
    """
    if typed is not None:
        rival = token_as_written(run, position, typed)
    elif rival is None:
        chosen = run.target_out[position].id
        likeliest = distribution(run, position, n_shown=2).candidates
        rival = next(candidate.id for candidate in likeliest if candidate.id != chosen)
    found = contrast(run, position, rival)
    return {"request": Request.of(run).to_browser(), "n_steps": len(run.target_out), **plain(found)}


def walk_value(run: Run) -> dict[str, Any]:
    """What the walk draws of a run."""
    return {
        "request": Request.of(run).to_browser(),
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
        "in_text": position < run.n_text,  # of the text that is continued, where nothing can be forced
        "read": plain(run.target_in[: position + 1]),
        "distribution": plain(found),
        "logits": float32_base64(logits),
        "forbidden": list(run.forbidden_ids),
    }
