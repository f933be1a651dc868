"""The guard before the app: small bodies, no uploads, a content policy."""

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from ui.server import MAX_BODY_BYTES, Guard


async def echo(request):
    return PlainTextResponse(str(len(await request.body())))


@pytest.fixture
def client() -> TestClient:
    routes = [Route(path, echo, methods=["GET", "POST"]) for path in ("/", "/gradio_api/upload")]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(Guard)]))


def test_a_body_of_ordinary_size_arrives_whole(client):
    assert client.post("/", content=b"x" * MAX_BODY_BYTES).text == str(MAX_BODY_BYTES)


def test_a_body_too_large_is_refused(client):
    response = client.post("/", content=b"x" * (MAX_BODY_BYTES + 1))
    assert (response.status_code, response.text) == (413, "Expected at most 65536 bytes: send a shorter text.")


def test_a_chunked_body_too_large_is_refused(client):
    assert client.post("/", content=(b"x" * 1000 for _ in range(100))).status_code == 413


@pytest.mark.parametrize("path", ["/gradio_api/upload", "/gradio_api/upload/"])
def test_uploads_are_refused(client, path):
    assert client.post(path, files={"files": b"x"}).status_code == 403


def test_pages_may_load_nothing_from_other_hosts(client):
    assert "default-src 'self'" in client.get("/").headers["content-security-policy"]
