"""One file a tab: what it shows of the run that the whole page shares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from explain.run import Run


@dataclass(frozen=True)
class TabView:
    """A tab that follows the page's run: `render(run)` gives new values for `outputs`, in their order.

    `changes` are events after which the page's request is another one, as when a token was forced.
    """

    tab: gr.Tab
    outputs: list[gr.components.Component]
    render: Callable[[Run], list[Any]]
    changes: tuple[gr.events.Dependency, ...] = ()
