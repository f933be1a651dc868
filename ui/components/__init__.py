"""Widgets drawn by this project: each is a folder with `NAME.html`, `NAME.css` and `NAME.js`, shown by a `gr.HTML`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr

_FOLDER = Path(__file__).parent


# Where a refusal stands, unless a template has a better place.
_PROBLEM = '<p class="problem" role="alert" hidden></p>'


def widget(name: str, value: Any = None, ask: Callable | None = None, **properties: Any) -> gr.HTML:
    """A component of the page whose `value` is plain data that the script draws, in the look of the class `figure`.

    With `ask`, as `ui.answers.answering` gives it, its script can ask the server.
    The template is static: it is run as JavaScript in the browser, so no text of a visitor may ever enter it. A factory
    and not a subclass, because Gradio writes a `.pyi` beside the source of each subclass.
    """
    source = _FOLDER / name / name
    template = source.with_suffix(".html").read_text(encoding="utf-8")
    if ask and 'class="problem"' not in template:
        template = _PROBLEM + template
    return gr.HTML(
        value=value,
        html_template=template,
        css_template=source.with_suffix(".css").read_text(encoding="utf-8"),
        js_on_load=source.with_suffix(".js").read_text(encoding="utf-8"),
        apply_default_css=False,
        elem_classes="figure",
        server_functions=[ask] if ask else None,
        **properties,
    )
