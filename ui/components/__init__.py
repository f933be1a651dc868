"""Widgets drawn by this project: each is a folder with `NAME.html`, `NAME.css` and `NAME.js`, shown by a `gr.HTML`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

_FOLDER = Path(__file__).parent


def widget(name: str, value: Any = None, **properties: Any) -> gr.HTML:
    """A component of the page whose `value` is plain data that the script draws, in the look of the class `figure`.

    The template is static: it is run as JavaScript in the browser, so no text of a visitor may ever enter it. A factory
    and not a subclass, because Gradio writes a `.pyi` beside the source of each subclass.
    """
    source = _FOLDER / name / name
    return gr.HTML(
        value=value,
        html_template=source.with_suffix(".html").read_text(encoding="utf-8"),
        css_template=source.with_suffix(".css").read_text(encoding="utf-8"),
        js_on_load=source.with_suffix(".js").read_text(encoding="utf-8"),
        apply_default_css=False,
        elem_classes="figure",
        **properties,
    )
