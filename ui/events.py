"""How the page's events run: one line for the model, and errors as messages."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import gradio as gr

# All events that run the model wait in one line: two at once on the same cores are slower than one after the other.
ONE_LINE = dict(concurrency_id="model", concurrency_limit=1)
ON_MODEL = dict(**ONE_LINE, api_visibility="private", show_progress="minimal")
# For what answers from the cached run within a blink: Gradio's progress would only make the page flicker.
AT_ONCE = dict(**ONE_LINE, api_visibility="private", show_progress="hidden")


def kindly(function: Callable) -> Callable:
    """Turns the ValueError of a library into a message on the page; what was typed stays."""

    @wraps(function)
    def with_message(*arguments: Any) -> Any:
        try:
            return function(*arguments)
        except ValueError as error:
            raise gr.Error(str(error), print_exception=False) from error

    return with_message
