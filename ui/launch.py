"""How the page is served: its theme, style, script and head, and the guard before it."""

from __future__ import annotations

import os
from functools import partial
from typing import Any

import gradio as gr
from gradio.themes import Base
from gradio.themes.utils.fonts import LocalFont
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from ui.events import MODEL_EVENTS
from ui.head import ICON, Head, preview_route
from ui.server import Guard
from ui.source import source_routes
from ui.watchdog import works
from ui.web import script, styles

# IBM Plex comes with Gradio: no font is fetched from outside. Colours are those of ui/web/colours.css, light and dark.
_COLOURS = {
    "body_background_fill": "var(--ground)",
    "body_text_color": "var(--ink)",
    "body_text_color_subdued": "var(--muted)",
    "block_background_fill": "var(--ground)",
    "block_border_color": "var(--line)",
    "block_label_text_color": "var(--muted)",
    "block_title_text_color": "var(--muted)",
    "block_info_text_color": "var(--muted)",
    "border_color_primary": "var(--line)",
    "input_background_fill": "var(--panel)",
    "input_border_color": "var(--line)",
    "button_secondary_background_fill": "var(--panel)",
    "button_secondary_background_fill_hover": "var(--line)",
    "button_secondary_border_color": "var(--line)",
    "button_secondary_text_color": "var(--ink)",
    "button_primary_background_fill": "var(--action)",
    "button_primary_background_fill_hover": "var(--action)",
    "button_primary_text_color": "#ffffff",
    "link_text_color": "var(--link)",
    "link_text_color_hover": "var(--link)",
    "link_text_color_visited": "var(--link)",
    "link_text_color_active": "var(--link)",
}
THEME = Base(
    primary_hue="indigo",
    neutral_hue="zinc",
    font=[LocalFont("IBM Plex Sans"), "system-ui", "sans-serif"],
    font_mono=[LocalFont("IBM Plex Mono"), "ui-monospace", "monospace"],
).set(**_COLOURS, **{f"{name}_dark": colour for name, colour in _COLOURS.items()})

MAX_WAITING = 512  # events that have no thread yet; who comes then is asked to try again, and keeps what was typed
MAX_SESSIONS = 512  # Gradio keeps 0.3 MB of each, and would 10,000; one that is gone begins anew without a word
MAX_THREADS = MODEL_EVENTS + 32  # so that whatever waits for a model leaves some for downloads, experiments and files
MCP = "GRADIO_MCP_SERVER"  # 1 or true: the named endpoints are tools of an MCP server, with gradio[mcp] installed


def launch(demo: gr.Blocks, **options: Any) -> Any:
    """Serves the page; `options` as for `gr.Blocks.launch`."""
    # api_open=False: a program waits in the same lines, where a direct call would skip them
    demo.queue(max_size=MAX_WAITING, default_concurrency_limit=4, api_open=False)
    own_host = os.environ.get("SPACE_HOST")
    guard = Middleware(Guard, works=partial(works, demo), own_host=own_host)
    zipped = Middleware(GZipMiddleware, compresslevel=4)
    return demo.launch(
        theme=THEME,
        css_paths=styles(),
        head=f"<script>{script()}</script>",
        favicon_path=str(ICON),
        app_kwargs={
            "middleware": [guard, zipped, Middleware(Head, own_host=own_host)],
            "routes": [preview_route(), *source_routes()],
        },
        run_history=False,
        max_threads=MAX_THREADS,
        state_session_capacity=MAX_SESSIONS,
        mcp_server=os.environ.get(MCP, "").lower() in {"1", "true"},
        footer_links=["api"],
        **options,
    )
