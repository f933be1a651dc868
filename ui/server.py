"""What stands between the network and the app: small request bodies, no uploads, nothing from other origins."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES = 64 * 1024

# Gradio's templates need eval and inline scripts. No frame-ancestors: a Space is shown inside an iframe.
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "object-src 'none'",
        "base-uri 'self'",
    ]
)


class Guard:
    """ASGI middleware: 413 for bodies over `MAX_BODY_BYTES`, chunked ones included, and 403 for uploads."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["path"].rstrip("/").endswith("/upload"):
            await PlainTextResponse("This app takes no files.", 403)(scope, receive, send)
            return
        body = await _read_body(receive)
        if body is None:
            message = f"Expected at most {MAX_BODY_BYTES} bytes: send a shorter text."
            await PlainTextResponse(message, 413)(scope, receive, send)
            return

        async def replay() -> Message:
            nonlocal body
            if body is None:
                return await receive()  # tells when the visitor goes away
            chunk, body = body, None
            return {"type": "http.request", "body": chunk, "more_body": False}

        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
            await send(message)

        await self.app(scope, replay, send_with_policy)


async def _read_body(receive: Receive) -> bytes | None:
    """The whole body, or None once it has grown over the limit."""
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES:
            return None
        if not message.get("more_body"):
            return body
