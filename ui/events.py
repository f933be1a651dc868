"""How the page's events run: who waits for the model, what a second press does, and errors as messages."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import wraps
from typing import Any, Literal

import gradio as gr
from gradio.blocks import Block
from gradio.events import Dependency

from explain.line import telling

MODEL_EVENTS = 128  # of all visitors under way: each is a thread that waits; what comes then waits in Gradio's queue
NOT_OURS = "This could not be done: expected an event of this page. Reload the page, and try again."
_log = logging.getLogger(__name__)

Trigger = Callable[..., Dependency]  # such as `button.click`, or `event.success` of an event before it


def on_model(
    trigger: Trigger,
    function: Callable,
    inputs: Sequence[Block] | None,
    outputs: Sequence[Block],
    *,
    again: Literal["once", "always_last", "multiple"] = "once",
    at_once: bool = False,
    progress_on: Block | None = None,
) -> Dependency:
    """An event that runs the model: these wait in the model's own line, where a batch takes many of them along.

    What comes `again` while the same event is under way is dropped, or kept if it is the last: it runs then, and reads
    the page's fields then. With "multiple" each is answered in turn, as where a widget sends along what was chosen:
    "always_last" would choose the first one again. `at_once` is for what answers from the cached run within a blink:
    Gradio's progress would only make the page flicker.
    """
    return trigger(
        function,
        inputs,
        outputs,
        concurrency_id="model",
        concurrency_limit=MODEL_EVENTS,
        api_visibility="private",
        trigger_mode=again,
        show_progress="hidden" if at_once else "minimal",
        show_progress_on=progress_on,
    )


def on_hub(
    trigger: Trigger, function: Callable, inputs: Sequence[Block] | None, progress_on: Block | None = None
) -> Dependency:
    """An event that loads a model: it takes its time, and must not stand in the line of those who translate."""
    return trigger(
        function,
        inputs,
        None,
        concurrency_id="hub",
        concurrency_limit=4,
        api_visibility="private",
        show_progress_on=progress_on,
    )


def in_browser(trigger: Trigger, script: str, inputs: Sequence[Block] | None, outputs: Sequence[Block]) -> Dependency:
    """An event that a script answers, without the server."""
    return trigger(None, inputs, outputs, js=script, api_visibility="private")


def kindly(function: Callable) -> Callable:
    """Turns the ValueError of a library into a message on the page; what was typed stays."""

    @wraps(function)
    def with_message(*arguments: Any) -> Any:
        try:
            return function(*arguments)
        except ValueError as error:
            raise gr.Error(str(error), print_exception=False) from error

    return with_message


def telling_place(progress: gr.Progress) -> AbstractContextManager[None]:
    """While this thread waits for a model, the visitor is told how many are before, and about how long that takes."""

    def tell(before: int, seconds: float) -> None:
        others = "other text comes" if before == 1 else "other texts come"
        progress((before, None), unit=f"{others} first, which takes about {max(1, round(seconds))} s")

    return telling(tell)


class KindBlocks(gr.Blocks):
    """Gradio's Blocks, in which whatever fails says so in words.

    Gradio keeps silent about what is wrong with an event itself, such as too few inputs or inputs of other kinds.
    """

    async def process_api(self, *arguments: Any, **named: Any) -> dict[str, Any]:
        try:
            return await super().process_api(*arguments, **named)
        except gr.Error:
            raise
        except Exception as error:
            _log.exception("an event failed")
            raise gr.Error(NOT_OURS, print_exception=False) from error


class Fields(dict[str, Any]):
    """What a widget sent along; a field that it left out is None, and each is checked where it is used."""

    def __missing__(self, name: str) -> Any:
        return None


def fields_of(event: gr.EventData) -> Fields:
    """What a widget sent along with its event.

    Raises:
        ValueError: not fields with names.
    """
    if not isinstance(event._data, dict):
        raise ValueError("event: expected one of this page; found something else: reload the page")
    return Fields(event._data)
