"""The guard before the app, and what ends the process."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import time

import gradio as gr
import httpx
import pytest
from gradio_client import Client
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from tests.serving import serving
from ui.server import MAX_BODY_BYTES, Guard

PATHS = ("/", "/gradio_api/upload", "/gradio_api/queue/join")


async def echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"{len(await request.body())} {request.headers.get('x-forwarded-host')}")


def guarded(works: bool = True, own_host: str | None = None) -> TestClient:
    routes = [Route(path, echo, methods=["GET", "POST"]) for path in PATHS]
    guard = Middleware(Guard, works=lambda: works, own_host=own_host)
    return TestClient(Starlette(routes=routes, middleware=[guard]), base_url="http://page.example:7860")


@pytest.fixture
def client() -> TestClient:
    return guarded()


def test_a_body_of_ordinary_size_arrives_whole(client):
    assert client.post("/", content=b"x" * MAX_BODY_BYTES).text == f"{MAX_BODY_BYTES} None"


def test_a_body_too_large_is_refused(client):
    response = client.post("/", content=b"x" * (MAX_BODY_BYTES + 1))
    assert (response.status_code, response.text) == (413, "Expected at most 65536 bytes: send a shorter text.")


def test_a_chunked_body_too_large_is_refused(client):
    assert client.post("/", content=(b"x" * 1000 for _ in range(100))).status_code == 413


@pytest.mark.parametrize("path", ["/gradio_api/upload", "/gradio_api/upload/"])
def test_uploads_are_refused(client, path):
    assert client.post(path, files={"files": b"x"}).status_code == 403


@pytest.mark.parametrize("origin", ["http://page.example:7860", "https://page.example:7860"])
def test_the_pages_own_requests_pass(client, origin):
    assert client.post("/", headers={"Origin": origin}).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "http://page.example:7861", "null", "", "http://[", "\xff"])
def test_requests_of_other_sites_are_refused(client, origin):
    assert client.post("/", headers={"Origin": origin.encode("latin-1")}).status_code == 403


def test_a_space_behind_its_proxy_is_one_site():
    client = guarded(own_host="org-name.hf.space")
    assert client.post("/", headers={"Origin": "https://org-name.hf.space"}).status_code == 200
    assert client.get("/", headers={"X-Forwarded-Host": "org-name.hf.space"}).text == "0 org-name.hf.space"


def test_a_forwarded_host_that_is_not_the_spaces_own_never_reaches_the_app(client):
    for each in (client, guarded(own_host="org-name.hf.space")):
        assert each.get("/", headers={"X-Forwarded-Host": "evil.example"}).text == "0 None"


@pytest.mark.parametrize(
    "body",
    [
        '{"session_hash": ""}', '{"session_hash": null}', '{"session_hash": 7}', '{"session_hash": ["a"]}',
        '{"session_hash": "a/../b"}', '{"session_hash": "a\\n"}', '{"session_hash": "aa", "session_hash": ""}',
        "{}", "[]", "no JSON", "[" * 60_000, '{"session_hash": "' + "a" * 65 + '"}',
    ],
)  # fmt: skip
def test_a_join_without_a_proper_session_is_refused(client, body):
    response = client.post("/gradio_api/queue/join", content=body)
    assert (response.status_code, response.text) == (
        400,
        "session_hash: expected letters, digits and hyphens; reload the page.",
    )


def test_other_calls_may_leave_the_session_out_but_not_empty(client):
    assert client.post("/gradio_api/queue/join", content='{"session_hash": "aB3"}').status_code == 200
    for body, status in [("{}", 200), ("no JSON", 200), ('{"session_hash": null}', 200), ('{"session_hash": ""}', 400)]:
        assert client.post("/", content=body).status_code == status, body


def test_every_answer_carries_the_policy_and_is_taken_for_what_it_says(client):
    answers = [
        client.get("/"), client.get("/nowhere"), client.get("/health"), client.post("/gradio_api/upload"),
        client.post("/", content=b"x" * (MAX_BODY_BYTES + 1)), guarded(works=False).get("/"),
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [200, 404, 200, 403, 413, 503]
    for answer in answers:
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_while_nothing_works_no_page_pretends_that_it_does():
    client = guarded(works=False)
    for path in ("/", "/health", "/gradio_api/queue/join"):
        assert client.get(path).status_code == 503


def test_four_posts_do_not_stop_the_queue_for_everybody():
    def slow(text: str) -> str:
        time.sleep(0.5)
        return text

    with gr.Blocks() as demo:
        box = gr.Textbox()
        box.submit(slow, box, box, api_name="slow")
    with serving(demo) as url:
        joins = [{"data": ["x"], "fn_index": 0, "session_hash": session} for session in ("a", "b", "c", "")]
        statuses = [httpx.post(f"{url}gradio_api/queue/join", json=join).status_code for join in joins]
        assert statuses == [200, 200, 200, 400]
        assert Client(url, verbose=False).predict("still here", api_name="/slow") == "still here"
        assert httpx.get(f"{url}health").text == "ok"


PROGRAM = """
import sys, threading, time
import gradio as gr
from ui.launch import launch
from ui.watchdog import keep_watch

def slow(text):
    print("working", flush=True)
    time.sleep(1)
    return text

def stop():
    time.sleep(0.5)
    demo._queue.stopped = True

with gr.Blocks() as demo:
    box = gr.Textbox()
    box.submit(slow, box, box, api_name="slow")
keep_watch(demo)
_, url, _ = launch(demo, prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
print(url, flush=True)
if sys.argv[1] == "stop":
    threading.Thread(target=stop).start()
demo.block_thread()
"""


def started(how: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PROGRAM), how],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_a_queue_that_stopped_ends_the_process_so_that_it_is_started_again():
    process = started("stop")
    _, said = process.communicate(timeout=120)
    assert process.returncode == 1 and "The queue has stopped: this process ends" in said


def test_a_signal_to_end_lets_the_work_at_hand_finish_and_ends_well():
    process = started("serve")
    url = process.stdout.readline().strip()
    job = Client(url, verbose=False).submit("last words", api_name="/slow")
    assert process.stdout.readline() == "working\n"
    begun = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert job.result(timeout=60) == "last words"
    process.communicate(timeout=60)
    assert process.returncode == 0 and time.monotonic() - begun < 10


def test_the_page_travels_compressed_and_events_do_not_wait_for_more():
    with gr.Blocks() as demo:
        box = gr.Textbox()
        box.submit(lambda text: text, box, box, api_name="same")
    with serving(demo) as url:
        with httpx.stream("GET", url, headers={"Accept-Encoding": "gzip"}) as page:
            n_sent = sum(len(chunk) for chunk in page.iter_raw())
        assert page.headers["Content-Encoding"] == "gzip"
        assert n_sent < 0.4 * len(httpx.get(url, headers={"Accept-Encoding": "identity"}).content)
        event = httpx.post(f"{url}gradio_api/call/same", json={"data": ["x"]}).json()["event_id"]
        accepted = {"Accept-Encoding": "gzip"}
        with httpx.stream("GET", f"{url}gradio_api/call/same/{event}", headers=accepted) as events:
            assert "Content-Encoding" not in events.headers
            assert "event: complete" in events.read().decode()
