"""How the page's events run: one line for the model, what a second press does, and errors as messages."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import wraps
from typing import Any

import gradio as gr

# Events that run the model wait in one line: two at once on the same cores are slower than one after the other.
ONE_LINE = dict(concurrency_id="model", concurrency_limit=1)
ON_MODEL = dict(**ONE_LINE, api_visibility="private", show_progress="minimal")
# For what answers from the cached run within a blink: Gradio's progress would only make the page flicker.
AT_ONCE = dict(**ONE_LINE, api_visibility="private", show_progress="hidden")

# What comes while the same event is under way is dropped by default. Of an event that reads the page's fields, the last
# is kept: it runs behind the one before, and reads them then.
LAST = dict(trigger_mode="always_last")
# A widget sends along what was chosen. Of these each is answered, in a line, so that the last one's answer stays:
# "always_last" would choose the first one again.
EACH = dict(trigger_mode="multiple")

_LINE = dict(concurrency_id="model", concurrency_limit=1)
ON_MODEL = dict(**ONE_LINE, api_visibility="private", show_progress="minimal")
# For what answers from the cached run within a blink: Gradio's progress would only make the page flicker.
AT_ONCE = dict(**ONE_LINE, api_visibility="private", show_progress="hidden")

# What comes while the same event is under way is dropped by default. Of an event that reads the page's fields, the last
# is kept: it runs behind the one before, and reads them then.
LAST = dict(trigger_mode="always_last")
# A widget sends its question along with the event. Of these each is asked, in a line, so that the last one's answer
# stays: "always_last" would ask the first one again.
EACH = dict(trigger_mode="multiple")

_LINE = threading.Lock()


def in_line(function: Callable) -> Callable:
    """Lets one such function run at a time, whether an event or a widget's question called it."""

    @wraps(function)
    def alone(*arguments: Any, **named: Any) -> Any:
        with _LINE:
            return function(*arguments, **named)

    return alone


def kindly(function: Callable) -> Callable:
    """Turns the ValueError of a library into a message on the page; what was typed stays."""

    @wraps(function)
    def with_message(*arguments: Any) -> Any:
        try:
            return function(*arguments)
        except ValueError as error:
            raise gr.Error(str(error), print_exception=False) from error

    return with_message


def fields_of(event: gr.EventData) -> dict[str, Any]:
    """What a widget sent along with its event; each field is checked where it is used.

    Raises:
        ValueError: not fields with names.
    """
    if not isinstance(event._data, dict):
        raise ValueError("event: expected one of this page; found something else: reload the page")
    return event._data
