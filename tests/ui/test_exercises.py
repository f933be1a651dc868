"""What the exercises ask and tell, on the bundled weights and of a language model."""

import re
from pathlib import Path

import pytest

from explain.run import Run
from explain.runner import Runner
from model.translator import Translator
from tests.explain.others import open_other
from ui.exercises import EXERCISES, NONE, exercise
from ui.sentence_bar import FIRST_EXAMPLE

CHECKPOINT = Path(__file__).parents[2] / "checkpoints" / "en-de"
NUMBERS = range(1, len(EXERCISES) + 1)


@pytest.fixture(scope="module")
def runner() -> Runner:
    return Runner(Translator.from_pretrained(CHECKPOINT))


@pytest.fixture(scope="module")
def run(runner) -> Run:
    text, direction = FIRST_EXAMPLE
    return runner.run(text, runner.default_settings(direction))


@pytest.mark.parametrize("number", NUMBERS)
def test_the_first_example_answers_each_and_one_choice_is_right(run, number):
    asked = exercise(run, number)
    assert (asked["number"], asked["n"]) == (number, 10)
    assert len(re.findall(r"[.?](?: |$)", asked["words"])) <= 2 and asked["words"].endswith("?")
    replies = [choice["reply"] for choice in asked["choices"]]
    rights = [choice["right"] for choice in asked["choices"]]
    assert rights.count(True) == 1 and 3 <= len(rights) <= 5
    assert [reply.startswith("Yes: ") for reply in replies] == rights
    assert all(reply.startswith(("Yes: ", "No: ")) and reply.endswith(".") for reply in replies)
    assert len({choice["text"] for choice in asked["choices"]}) == len(rights)


def test_the_right_choice_is_not_always_at_the_same_place(run):
    places = [[choice["right"] for choice in exercise(run, number)["choices"]].index(True) for number in NUMBERS]
    assert len(set(places)) >= 3


def test_a_state_names_what_the_right_reply_names(run):
    for number, name in ((5, "heads"), (6, "heads")):
        asked = exercise(run, number)
        [right] = [choice["text"] for choice in asked["choices"] if choice["right"]]
        assert asked["states"] == {"kind": "cross", name: right.replace(" ", "")}
    step = int(exercise(run, 4)["states"]["step"])
    assert (
        f"At step {step} the model wrote “{run.target_out[step - 1].text.removeprefix('▁')}”."
        in (exercise(run, 4)["words"])
    )


def test_the_nearest_number_stands_for_one_that_there_is_not(run):
    assert exercise(run, 99) == exercise(run, 10)
    for number in (0, 100):
        with pytest.raises(ValueError, match="exercise: expected"):
            exercise(run, number)


def test_a_sentence_that_answers_nothing_clearly_is_told_so(runner):
    asked = exercise(runner.run("Hello", runner.default_settings("en-de")), 1)
    assert asked["choices"] == () or asked["choices"] == []
    assert asked["words"] == NONE


def test_a_language_model_is_asked_nothing_about_a_source(tmp_path):
    run = open_other("gpt2", tmp_path / "gpt2").run()
    titles = [exercise(run, number)["title"] for number in range(1, 8)]
    assert titles == [each.title for each in EXERCISES if not each.of_source]
    assert exercise(run, 1)["n"] == 7
