"""How the page is served: its theme, style and script, and the guard before it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
from starlette.middleware import Middleware

from ui.server import Guard

_ASSETS = Path(__file__).parent / "assets"

# IBM Plex comes with Gradio: no font is fetched from outside.
THEME = gr.themes.Base(
    primary_hue="indigo",
    neutral_hue="slate",
    font=[gr.themes.LocalFont("IBM Plex Sans"), "system-ui", "sans-serif"],
    font_mono=[gr.themes.LocalFont("IBM Plex Mono"), "ui-monospace", "monospace"],
)


def launch(demo: gr.Blocks, **options: Any) -> Any:
    """Serves the page; `options` as for `gr.Blocks.launch`."""
    demo.queue(max_size=16, default_concurrency_limit=4)
    script = (_ASSETS / "lens.js").read_text(encoding="utf-8")
    return demo.launch(
        theme=THEME,
        css_paths=[_ASSETS / "style.css"],
        head=f"<script>{script}</script>",
        app_kwargs={"middleware": [Middleware(Guard)]},
        run_history=False,
        footer_links=["api"],
        **options,
    )
