"""What stands between the network and the app: what no visitor's browser sends is refused before the app sees it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES = 64 * 1024
HEALTH = "/health"

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
_SESSION = re.compile(r"[A-Za-z0-9-]{1,64}")
_NO_SESSION = "session_hash: expected letters, digits and hyphens"


class Guard:
    """ASGI middleware: refuses large bodies, uploads, other origins' requests and sessions without a proper name.

    `works` says whether the app can answer at all: while it cannot, everything is 503, `/health` too, which is 200
    otherwise. `own_host` is where a Space is reached, the one name that `X-Forwarded-Host` may tell the app.
    """

    def __init__(self, app: ASGIApp, works: Callable[[], bool], own_host: str | None = None) -> None:
        self.app, self.works, self.own_host = app, works, own_host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
                headers["X-Content-Type-Options"] = "nosniff"
            await send(message)

        body = await _read_body(receive)
        answer = self._own_answer(scope, body)
        if answer is not None:
            await answer(scope, receive, send_with_policy)
            return

        async def replay() -> Message:
            nonlocal body
            if body is None:
                return await receive()  # tells when the visitor goes away
            chunk, body = body, None
            return {"type": "http.request", "body": chunk, "more_body": False}

        await self.app(self._without_foreign_host(scope), replay, send_with_policy)

    def _own_answer(self, scope: Scope, body: bytes | None) -> Response | None:
        """What is answered here, in the app's place; None is passed on."""
        path = scope["path"].rstrip("/")
        if not self.works():
            return PlainTextResponse("This app has stopped, and is about to start again.", 503)
        if path == HEALTH:
            return PlainTextResponse("ok")
        if path.endswith("/upload"):
            return PlainTextResponse("This app takes no files.", 403)
        if not self._is_of_this_page(Headers(scope=scope)):
            return PlainTextResponse("Expected a request of this page; found one of another site.", 403)
        if body is None:
            return PlainTextResponse(f"Expected at most {MAX_BODY_BYTES} bytes: send a shorter text.", 413)
        if body and (problem := _problem_of(body, with_session=path.endswith("/queue/join"))):
            return PlainTextResponse(f"{problem}; reload the page.", 400)
        return None

    def _is_of_this_page(self, headers: Headers) -> bool:
        """Whether a browser says that the request comes from where the app is; programs say nothing."""
        origin = headers.get("origin")
        # a page of another site can set neither of the two hosts
        own = {headers.get("host"), headers.get("x-forwarded-host"), self.own_host}
        return origin is None or origin.partition("://")[2] in own - {None, ""}

    def _without_foreign_host(self, scope: Scope) -> Scope:
        """The request as the app sees it: Gradio would write any `X-Forwarded-Host` into the page's addresses."""
        own = None if self.own_host is None else self.own_host.encode()
        headers = [(name, value) for name, value in scope["headers"] if name != b"x-forwarded-host" or value == own]
        return {**scope, "headers": headers}


def _problem_of(body: bytes, with_session: bool) -> str | None:
    """What is wrong with a body that claims to be JSON, if anything is; what is not JSON is left to the app.

    Gradio stores what it sends to the session "" under another name, does not find it, and answers nobody from then on.
    Half a character or a number that is none breaks the very answer that refuses it.
    """
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        return _NO_SESSION if with_session else None  # the app says what it expected
    try:
        json.dumps(fields, ensure_ascii=False, allow_nan=False).encode()
    except ValueError:  # UnicodeEncodeError is one
        return "Expected whole characters and numbers; found half a character, or a number that is none"
    session = fields.get("session_hash") if isinstance(fields, dict) else None
    if session is None:
        return _NO_SESSION if with_session else None
    return None if isinstance(session, str) and _SESSION.fullmatch(session) else _NO_SESSION


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
