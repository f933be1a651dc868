"""The page's head as search engines and previews read it: title, description and picture, each once and first."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.introduction import TITLE

DESCRIPTION = (
    "Translate a sentence, and look inside the Transformer that did it: which word made which, where every head "
    "looked, what else it could have said. Built from “Attention Is All You Need”."
)
PREVIEW = Path(__file__).parents[1] / "docs" / "preview.png"
PREVIEW_SIZE = (1200, 630)
ICON = Path(__file__).parent / "web" / "icon.svg"

_GRADIOS = re.compile(rb'\s*<meta\s+(?:property="og:|name="twitter:)[^>]*>')
_CHARSET = b'<meta charset="utf-8" />'


class Head:
    """ASGI middleware: in the page, what Gradio says about itself makes room for what this page is.

    `own_host` is where a Space is reached: previews want a whole address of the picture, and a proxy stands before it.
    """

    def __init__(self, app: ASGIApp, own_host: str | None = None) -> None:
        self.app, self.own_host = app, own_host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/":
            await self.app(scope, receive, send)
            return
        start: Message = {}

        async def send_page(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            if start:
                message["body"] = with_tags(message.get("body", b""), self._address(scope))
                MutableHeaders(scope=start)["Content-Length"] = str(len(message["body"]))
                await send(start)
                start = {}
            await send(message)

        await self.app(scope, receive, send_page)

    def _address(self, scope: Scope) -> str:
        return f"https://{self.own_host}/" if self.own_host else str(Request(scope).base_url)


def with_tags(page: bytes, address: str) -> bytes:
    """The page with this page's tags in the place of Gradio's; `address` is where a visitor finds it."""
    head, scripts, rest = page.partition(b"<script>")
    return _GRADIOS.sub(b"", head).replace(_CHARSET, _CHARSET + tags(address).encode(), 1) + scripts + rest


def tags(address: str) -> str:
    """What stands in the head, for the page at this address."""
    title, description, where = escape(TITLE), escape(DESCRIPTION), escape(address)
    width, height = PREVIEW_SIZE
    return f"""
    <title>{title}</title>
    <meta name="description" content="{description}" />
    <meta property="og:type" content="website" />
    <meta property="og:title" content="{title}" />
    <meta property="og:description" content="{description}" />
    <meta property="og:url" content="{where}" />
    <meta property="og:image" content="{where}preview.png" />
    <meta property="og:image:width" content="{width}" />
    <meta property="og:image:height" content="{height}" />
    <meta property="og:image:alt" content="A sentence, its translation, and what else a word of it could be" />
    <meta name="twitter:card" content="summary_large_image" />
    <link rel="icon" href="favicon.ico" type="image/svg+xml" />"""


def preview_route() -> BaseRoute:
    """The picture that a preview shows."""

    def preview(_: Request) -> Response:
        return FileResponse(PREVIEW)

    return Route("/preview.png", preview)
