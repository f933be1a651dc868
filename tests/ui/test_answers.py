"""What widgets may ask: fields are checked, work is bounded, and a problem comes as words, never as an error."""

import asyncio
import json
import threading
import time
from types import NoneType

import gradio as gr
import pytest
from gradio.routes import App
from starlette.testclient import TestClient

import ui.answers
from explain.cell import attention_cell
from explain.run import Run, Settings
from explain.runner import Runner
from tests.conftest import tiny_translator
from tests.loops import finished
from ui.answers import (
    _KINDS,
    _QUESTIONS,
    AT_ONCE,
    MAX_CHARACTERS,
    MAX_QUESTIONS,
    MAX_WAITING,
    answering,
    question,
    question_to_the_model,
)
from ui.components import widget
from ui.models import Models
from ui.page import build_page  # noqa: F401  (its tabs register their questions)
from ui.request import Request
from ui.tabs.inside import cell

REQUEST = Request(
    model="own", text="The small house.", settings=Settings(direction="en-de", beam_size=1, n_best=1)
).to_browser()
PLACE = {"kind": "cross", "layer": 1, "head": 2, "query": 1, "key": 0}


@pytest.fixture(scope="module")
def models() -> Models:
    return Models([Runner(tiny_translator(max_positions=251), "own")])


@pytest.fixture(autouse=True)
def questions(monkeypatch):
    """A test's own questions end with it."""
    monkeypatch.setattr(ui.answers, "_QUESTIONS", dict(ui.answers._QUESTIONS))


@pytest.fixture
def echo():
    @question
    def echo(text: str, number: int, share: float = 0.5, on: bool = False, more: dict | None = None) -> list:
        return [text, number, share, on, more]


def asked(models, *questions, request=REQUEST):
    """The answers to `(name, fields)` of one trip."""
    body = {"request": request, "questions": [{"name": name, "fields": fields} for name, fields in questions]}
    return sent(models, body)


def sent(models, body):
    return json.loads(finished(answering(models)(body)).body)["answers"]


def test_a_cell_is_that_of_the_run_and_place_asked_for(models):
    run = models.open(REQUEST)
    [answer] = asked(models, ("cell", PLACE))
    expected = attention_cell(run, **PLACE)
    assert {name: answer["cell"][name] for name in PLACE} == PLACE
    assert (answer["cell"]["score"], answer["cell"]["q"]) == (expected.score, expected.q.tolist())


def test_a_place_that_another_run_does_not_have_is_another_place_and_says_so(models):
    run = models.open(REQUEST)
    [answer] = asked(models, ("cell", PLACE | {"layer": 50, "query": 5000, "key": 5000}))
    where = {name: answer["cell"][name] for name in PLACE}
    assert where["layer"] == run.config.n_decoder_layers - 1
    assert (where["head"], where["query"]) == (2, 1)
    row = answer["cell"]["row"]
    assert row[where["key"]] == max(row)
    assert answer == asked(models, ("cell", where))[0]


def test_the_questions_of_one_trip_are_answered_in_their_order(models, echo):
    fields = {"text": "a", "number": 2}
    answers = asked(models, ("echo", fields), ("cell", {"kind": "none"}), ("echo", fields | {"share": 1, "more": {}}))
    assert answers[0] == ["a", 2, 0.5, False, None]
    assert "attention: expected one of encoder, decoder, cross; found 'none'" in answers[1]["problem"]
    assert answers[2] == ["a", 2, 1.0, False, {}]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"text": "a"}, "fields: expected text, number, share, on, more; found text: reload the page"),
        ({}, "found none"),
        (None, "found none"),
        (["text"], "found none"),
        ({"text": "a", "number": 1, "extra": 1}, "found extra, number, text"),
        ({"text": "a", "number": 1, "\ud800": 1}, "reload the page"),
        ({"text": "a", "number": 1, "x" * 5000: 1}, "expected text, number, share, on, more; found"),
        ({"text": 1, "number": 1}, "text: expected a text; found 1"),
        ({"text": None, "number": 1}, "text: expected a text; found nothing"),
        ({"text": "a" * (MAX_CHARACTERS + 1), "number": 1}, "text: expected at most 20,000 characters; found 20,001"),
        ({"text": "\ud800", "number": 1}, "text: expected Unicode text"),
        ({"text": "a", "number": "1"}, "number: expected a whole number; found '1'"),
        ({"text": "a", "number": 1.5}, "number: expected a whole number; found 1.5"),
        ({"text": "a", "number": True}, "number: expected a whole number; found True"),
        ({"text": "a", "number": [1]}, "number: expected a whole number; found a list"),
        ({"text": "a", "number": 10**4000}, "number: expected a whole number; found 1000"),
        ({"text": "a", "number": 1, "share": 10**400}, "share: expected a number; found"),
        ({"text": "a", "number": 1, "share": float("nan")}, "share: expected a number; found nan"),
        ({"text": "a", "number": 1, "on": 1}, "on: expected true or false; found 1"),
        ({"text": "a", "number": 1, "more": "x"}, "more: expected fields with names; found 'x'"),
    ],
)
def test_fields_that_do_not_fit_are_named(models, echo, fields, words):
    [answer] = asked(models, ("echo", fields))
    assert list(answer) == ["problem"]
    assert words in answer["problem"]
    assert len(answer["problem"]) < 250


@pytest.mark.parametrize(
    "body",
    [None, [], "x", {}, {"questions": []}, {"questions": "x"}],
)
def test_what_is_no_question_gets_words(models, body):
    [answer] = sent(models, body)
    assert answer["problem"].startswith("questions: expected 1 to")


def test_of_too_many_questions_each_gets_words_up_to_as_many_as_a_trip_may_have(models):
    answers = sent(models, {"request": REQUEST, "questions": [{"name": "cell", "fields": PLACE}] * 1000})
    assert len(answers) == MAX_QUESTIONS
    assert all(answer["problem"].startswith("questions: expected 1 to") for answer in answers)


@pytest.mark.parametrize("question", [None, 3, "cell", [], {}, {"name": []}, {"name": "_find", "fields": {}}])
def test_a_question_that_nobody_knows_gets_words(models, question):
    [answer] = sent(models, {"request": REQUEST, "questions": [question]})
    assert answer["problem"].startswith("question: expected one of this page's; found")


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (REQUEST | {"model": "org/gone"}, "model: expected own; found 'org/gone': choose one of these"),
        ({}, "page: expected a sentence and its settings; found something else"),
        (None, "page: expected a sentence"),
        (REQUEST | {"text": "a " * 200}, "text: expected at most 128 tokens"),
        (REQUEST | {"chosen": 7}, "hypothesis: expected a whole number from 0 to 0"),
    ],
)
def test_a_run_that_cannot_be_had_gets_words(models, request_, words):
    [answer] = asked(models, ("cell", PLACE), request=request_)
    assert words in answer["problem"]


def test_what_hangs_on_no_run_needs_no_request(models, echo):
    assert asked(models, ("echo", {"text": "a", "number": 2}), request=None) == [["a", 2, 0.5, False, None]]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"texts": {"word": "man", "anything": 1}}, "fields: expected word, first, second; found texts"),
        ({"word": ["man"], "first": "A man.", "second": "The man."}, "word: expected a text; found a list"),
        ({"word": "man", "first": "A man."}, "text: expected a word or a sentence; found none"),
    ],
)
def test_a_word_is_compared_in_two_typed_sentences_and_nothing_else(models, fields, words):
    [answer] = asked(models, ("word_shift", fields))
    assert words in answer["problem"]


def test_another_run_gets_its_own_answer(models):
    other = REQUEST | {"text": "A man."}
    first, second = (asked(models, ("cell", PLACE), request=request)[0] for request in (REQUEST, other))
    assert first["names"] != second["names"]
    run = models.open(other)
    assert second["cell"]["score"] == attention_cell(run, **PLACE).score


def test_a_fault_of_ours_is_logged_and_told_without_its_words(models, caplog):
    @question
    def broken(run: Run) -> dict:
        raise KeyError("/secret/path")

    @question
    def endless() -> float:
        return float("nan")  # JSON has no such number

    for name in ("broken", "endless"):
        [answer] = asked(models, (name, {}))
        assert answer == {
            "problem": "This could not be computed: the fault is ours. Try another choice, or reload the page."
        }
        assert f"question {name}" in caplog.text
    assert "/secret/path" in caplog.text


def test_of_very_many_at_once_few_run_and_those_without_room_are_told(models):
    lock, running, most = threading.Lock(), 0, 0

    @question
    def slow() -> str:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.005)
        with lock:
            running -= 1
        return "done"

    n_asked = MAX_WAITING + 36

    async def very_many():
        ask, body = answering(models), {"request": REQUEST, "questions": [{"name": "slow", "fields": {}}]}
        return await asyncio.gather(*(ask(body) for _ in range(n_asked)))

    answers = [json.loads(reply.body)["answers"][0] for reply in finished(very_many())]
    assert answers.count("done") == MAX_WAITING
    refused = [answer["problem"] for answer in answers if answer != "done" and answer["again"]]
    assert len(refused) == n_asked - MAX_WAITING == 36
    assert all(words.startswith("Many visitors are asking") for words in refused)
    assert most == AT_ONCE
    assert asked(models, ("slow", {})) == ["done"]


def test_what_runs_the_model_waits_for_the_pages_events_and_holds_up_nothing_else(models, echo):
    begun, go_on = threading.Event(), threading.Event()

    def event():
        with models.default.line:
            begun.set()
            assert go_on.wait(30)

    @question_to_the_model
    def search(runner: Runner) -> str:
        return "found" if go_on.is_set() else "not in line"

    running = threading.Thread(target=event)
    running.start()
    assert begun.wait(30)

    async def both():
        ask = answering(models)
        waits = asyncio.create_task(ask({"request": REQUEST, "questions": [{"name": "search", "fields": {}}]}))
        quick = await ask({"questions": [{"name": "echo", "fields": {"text": "a", "number": 2}}]})
        assert json.loads(quick.body)["answers"][0][:2] == ["a", 2]
        assert not waits.done()
        go_on.set()
        return json.loads((await waits).body)["answers"]

    try:
        assert finished(both()) == ["found"]
    finally:
        go_on.set()
        running.join(30)


def test_of_a_hundred_uncached_runs_asked_for_at_once_one_is_computed_at_a_time():
    network = tiny_translator(max_positions=251)
    models = Models([Runner(network, "own")])
    inside: set[int] = set()
    most, n_passes = 0, 0

    def enter(*_):
        nonlocal most, n_passes
        inside.add(threading.get_ident())
        most, n_passes = max(most, len(inside)), n_passes + 1
        if n_passes % 50 == 0:
            time.sleep(0.01)  # a thread beside this one would come in

    def leave(*_):
        inside.discard(threading.get_ident())

    for stack in (network.network.encoder, network.network.decoder):
        stack.register_forward_pre_hook(enter)
        stack.register_forward_hook(leave)

    async def hundred():
        ask = answering(models)
        names = [("cell", PLACE), ("switched", {"name": "residual"})]
        bodies = [
            {"request": REQUEST | {"text": f"A man {i}."}, "questions": [{"name": name, "fields": fields}]}
            for i in range(50)
            for name, fields in names
        ]
        return await asyncio.gather(*(ask(body) for body in bodies))

    answers = [json.loads(reply.body)["answers"][0] for reply in finished(hundred())]
    assert all("problem" not in answer for answer in answers)
    assert n_passes > len(answers)
    assert most == 1


def test_every_type_that_a_field_may_have_has_a_name():
    types = {each for asked in _QUESTIONS.values() for field in asked.fields.values() for each in field.types}
    assert types - {NoneType} == set(_KINDS)


def test_two_questions_of_one_name_are_refused():
    with pytest.raises(ValueError, match="expected one function named cell; found two"):
        question(cell)


def test_a_browser_reaches_it_as_a_widget_does(models):
    with gr.Blocks(analytics_enabled=False) as demo:
        asking = widget("inside_cell", ask=answering(models))
    client = TestClient(App.create_app(demo), raise_server_exceptions=False)
    for data, words in [
        ({"request": REQUEST, "questions": [{"name": "cell", "fields": PLACE}]}, '"logit_share"'),
        ({"request": REQUEST, "questions": [{"name": "cell", "fields": {"layer": -1}}]}, "layer: expected a whole"),
        ({"request": REQUEST | {"settings": 1, "beam_size": "4"}, "questions": [{"name": "cell"}]}, '"problem"'),
        ("x", '"problem"'),
    ]:
        body = {"component_id": asking._id, "fn_name": "ask", "session_hash": "s", "data": data}
        reply = client.post("/gradio_api/component_server/", json=body)
        assert reply.status_code == 200
        assert words in reply.text
