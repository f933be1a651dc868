"""A page of this project, served on a free port of this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import gradio as gr

from ui.launch import launch


@contextmanager
def serving(demo: gr.Blocks) -> Iterator[str]:
    """Its address, until it is closed."""
    _, url, _ = launch(demo, prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
    try:
        yield url
    finally:
        demo.close()
