"""What the server makes of made-up data: no widget sends it, so it is posted as a stranger's program would."""

import json
import uuid

import httpx
import pytest

from explain.run import Settings
from ui.request import Request
from ui.sentence_bar import FIRST_EXAMPLE

SETTINGS = Settings(direction=FIRST_EXAMPLE[1])


def post_event(app_url: str, elem_id: str, event: str, request, data) -> str:
    """Posts an event of a widget; returns the error message that the page would show, or an empty text."""
    config = httpx.get(f"{app_url}config").json()
    [target] = [c["id"] for c in config["components"] if c["props"].get("elem_id") == elem_id]
    [number] = [d["id"] for d in config["dependencies"] if [target, event] in d["targets"]]
    session = uuid.uuid4().hex
    body = {"fn_index": number, "data": [request], "event_data": data, "session_hash": session, "trigger_id": target}
    httpx.post(f"{app_url}gradio_api/queue/join", json=body).raise_for_status()
    with httpx.stream("GET", f"{app_url}gradio_api/queue/data", params={"session_hash": session}, timeout=20) as lines:
        for line in lines.iter_lines():
            message = json.loads(line.removeprefix("data:")) if line else {}
            if message.get("msg") == "process_completed":
                return "" if message["success"] else message["output"]["error"]
    raise AssertionError("the server closed the stream without an answer")


BAD_EVENTS = [
    ("next-token-bars", "force", None, "event: expected one of this page"),
    ("next-token-bars", "force", [1], "event: expected one of this page"),
    ("next-token-bars", "force", {"position": 1}, "target token: expected a whole number from 0"),
    ("next-token-bars", "force", {"position": 1, "token": 10**6}, "target token: expected a whole number from 0"),
    ("next-token-bars", "force", {"position": 1, "token": -1}, "target token: expected a whole number from 0"),
    ("next-token-bars", "force", {"position": 1, "token": 1}, "no translation contains <s>"),
    ("next-token-bars", "force", {"position": True, "token": 9}, "position: expected a whole number from 0"),
    ("next-token-bars", "sample", {"position": 0, "seed": 1}, "temperature: expected a number"),
    (
        "next-token-bars",
        "sample",
        {"position": 0, "seed": 2**32, "temperature": 1, "top_k": 0, "top_p": 1},
        "seed: expected a whole number from 0",
    ),
    ("next-token-steps", "begin", {"prefix": 5}, "target prefix: expected a text"),
    ("next-token-steps", "begin", {"prefix": "x" * 30_000}, "target prefix: expected at most"),
    ("next-token-steps", "undo", [1], "event: expected one of this page"),
    ("translation", "choose", {"hypothesis": "x"}, "expected a sentence and its settings"),
]


@pytest.mark.parametrize(("widget", "event", "data", "message"), BAD_EVENTS)
def test_made_up_events_get_a_message(app_url, run, widget, event, data, message):
    error = post_event(app_url, widget, event, Request.of(run).to_browser(), data)
    assert message in error


def test_a_made_up_request_gets_a_message(app_url):
    for request in (
        None,
        {"text": "x"},
        {**Request(model="model", text="x", settings=SETTINGS).to_browser(), "prefix": ["y"]},
    ):
        error = post_event(app_url, "next-token-steps", "undo", request, {})
        assert "expected a sentence and its settings" in error
        assert "expected a sentence and its settings" in post_question(app_url, request, {"position": 0})


def post_question(app_url: str, request, fields) -> str:
    """Posts a question as the walk would; returns the problem, or an empty text."""
    config = httpx.get(f"{app_url}config").json()
    [target] = [c["id"] for c in config["components"] if c["props"].get("elem_id") == "next-token-steps"]
    data = {"request": request, "questions": [{"name": "next_token", "fields": fields}]}
    body = {"data": data, "component_id": target, "fn_name": "ask", "session_hash": uuid.uuid4().hex}
    reply = httpx.post(f"{app_url}gradio_api/component_server/", json=body, timeout=20).raise_for_status()
    return reply.json()["answers"][0].get("problem", "")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (None, "fields: expected position; found none"),
        ([1], "fields: expected position; found none"),
        ({"position": "1"}, "position: expected a whole number; found '1'"),
        ({"position": 10**30}, "position: expected a whole number; found 1000"),
        ({"position": 1.5}, "position: expected a whole number; found 1.5"),
        ({"position": -1}, "position: expected a whole number from 0"),
        ({}, ""),
        ({"position": 10**6}, ""),  # the last step is shown where there are not so many
    ],
)
def test_made_up_questions_get_a_message(app_url, run, fields, message):
    problem = post_question(app_url, Request.of(run).to_browser(), fields)
    assert message in problem and bool(message) == bool(problem)
