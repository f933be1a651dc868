"""Every event and every question of the page, with all that a program can send: words come back, and the next is right.

`FUZZ_EXAMPLES=10000 pytest tests/ui/test_fuzz.py` is the long run; in each, what was found is shown made small.
"""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from explain.run import Settings
from explain.runner import Runner
from tests.conftest import tiny_translator
from tests.fuzzing import NUMBERS, TEXTS, VALUES, Visitor, changed
from tests.serving import serving
from ui import answers
from ui.models import Models
from ui.page import build_page
from ui.request import Request

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", 150))
often = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="FUZZ_EXAMPLES" not in os.environ,  # the same in each run, so that CI is not a matter of luck
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def runner() -> Runner:
    return Runner(tiny_translator(max_positions=251))


@pytest.fixture(scope="module")
def whole(runner) -> dict:
    """A request as the page holds it."""
    return Request.of(runner.run("A small house.", Settings(direction="en-de"))).to_browser()


@pytest.fixture(scope="module")
def visitor(runner) -> Iterator[Visitor]:
    with serving(build_page(Models([runner]))) as url:
        yield Visitor(url)


def test_every_event(visitor, runner, whole):
    events = visitor.events()
    fitting = {"textbox": TEXTS, "number": NUMBERS, "slider": NUMBERS, "dropdown": TEXTS, "checkbox": st.booleans()}

    @often
    @given(st.data())
    def send(data) -> None:
        event = data.draw(st.sampled_from(sorted(events)), "event")
        inputs = [data.draw(fitting.get(kind, changed(whole)) | VALUES, kind) for kind in events[event]]
        inputs = data.draw(st.just(inputs) | st.just(inputs[:-1]) | st.just([*inputs, 1]) | VALUES, "data")
        visitor.send(
            event, inputs, data.draw(VALUES | changed({"position": 0, "token": 5, "hypothesis": 0}), "event_data")
        )

    send()
    right(visitor, runner)


def test_every_question(visitor, runner, whole):
    questions = answers._QUESTIONS

    @often
    @given(st.data())
    def ask(data) -> None:
        name = data.draw(st.sampled_from(sorted(questions)) | TEXTS, "question")
        fields = {field: 0 for field in questions[name].fields} if name in questions else {}
        asked = {"name": name, "fields": data.draw(changed(fields) if fields else VALUES, "fields")}
        trip = {"request": data.draw(changed(whole) | st.just(whole), "request"), "questions": [asked]}
        visitor.ask(data.draw(st.just(trip) | st.just(trip) | st.just(trip) | VALUES, "trip"))

    ask()
    right(visitor, runner)


def right(visitor: Visitor, runner: Runner) -> None:
    """After all that the next visitor gets what the model says."""
    translate = next(each["id"] for each in visitor.config["dependencies"] if each["api_name"] == "translate")
    end = visitor.send(translate, ["The hand of a man.", "en-de", 2, 0.6, 1])
    assert end and end["success"]
    [found] = end["output"]["data"]
    assert found["translation"] == runner.text_model.translate("The hand of a man.", "en-de", beam_size=2)
