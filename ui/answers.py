"""What widgets may ask, and the one way in which they are answered.

A widget's script (ask.js) sends `{"request": the page's request, "questions": [{"name", "fields"}, …]}` and gets
`{"answers": […]}`, one a question: what the function of that name gives, or `{"problem": words}`, with `"again": true`
where the same question may be answered in a while. Nothing that a browser sends makes an error of the server, and
however much it sends, little runs at once.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import math
import threading
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from starlette.responses import Response

from explain.checks import check_text
from explain.run import Run
from explain.runner import MAX_CHARACTERS, Runner
from ui.models import Models

MAX_QUESTIONS = 8  # in one trip: as many as a tab has widgets
MAX_WAITING = 256  # questions of all visitors; who comes after them is asked to try again
AT_ONCE = 16  # questions that are read from a run

_AMOUNTS = 2**53  # larger whole numbers are not exact in a browser
_KINDS = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "fields with names",
}
_log = logging.getLogger(__name__)
F = TypeVar("F", bound=Callable[..., Any])
Ask = Callable[[Any], Awaitable[Response]]


@dataclass(frozen=True, kw_only=True)
class Field:
    """What one field of a question may hold."""

    types: tuple[type, ...]
    required: bool

    def checked(self, name: str, value: Any) -> Any:
        """The value, if it is of one of the types; what it says is checked where it is used.

        Raises:
            ValueError: it is not, or it is enormous.
        """
        if type(value) is int and float in self.types:
            value = float(value) if abs(value) <= _AMOUNTS else math.inf
        if type(value) not in self.types or not _ordinary(value):
            expected = " or ".join(_KINDS[each] for each in self.types if each is not NoneType)
            raise ValueError(f"{name}: expected {expected}; found {_short(value)}")
        if isinstance(value, str):
            check_text(name, value, MAX_CHARACTERS)
        return value


@dataclass(frozen=True, kw_only=True)
class Question:
    """A function that answers: its arguments are what the page gives, `run` or `runner`, and then the fields."""

    function: Callable[..., Any]
    given: tuple[type, ...]
    fields: Mapping[str, Field]
    runs_model: bool

    def answer(self, models: Models, request: Any, fields: Any) -> Any:
        """What the function gives for these fields on the run that the request names.

        Raises:
            ValueError: missing, extra or ill-typed fields, a request that no model here answers, or as the function.
        """
        found = set(fields) if isinstance(fields, dict) else set()
        missing = {name for name, field in self.fields.items() if field.required} - found
        if missing or found - set(self.fields) or not isinstance(fields, dict):
            expected, others = (", ".join(names) or "none" for names in (self.fields, sorted(found)))
            raise ValueError(f"fields: expected {expected}; found {_beginning(others)}: reload the page")
        checked = {name: self.fields[name].checked(name, value) for name, value in fields.items()}
        page: dict[type, Any] = {}
        if self.given:
            page[Run] = models.open(request)
            page[Runner] = models.runner(page[Run].model)
        with page[Runner].line if self.runs_model else nullcontext():
            return self.function(*(page[each] for each in self.given), **checked)


class _Pool:
    """Threads for the questions about some models, and how many of these may wait."""

    def __init__(self, name: str) -> None:
        self.room = threading.BoundedSemaphore(MAX_WAITING)
        # most of these wait for a run or its pass, of which many are computed in one turn
        self._quick = ThreadPoolExecutor(AT_ONCE, name)
        self._model = ThreadPoolExecutor(1, f"{name}-model")

    def threads(self, asked: Question) -> ThreadPoolExecutor:
        return self._model if asked.runs_model else self._quick


_QUESTIONS: dict[str, Question] = {}
_BUNDLED, _OTHERS = _Pool("answers"), _Pool("answers-others")  # a visitor's large model holds up nobody else


def question(function: F) -> F:
    """Lets widgets ask this function by its name; what it gives is plain data."""
    return _register(function, runs_model=False)


def question_to_the_model(function: F) -> F:
    """The same for what runs the model of its run: it waits in line with the page's own events that do."""
    return _register(function, runs_model=True)


def _register(function: F, runs_model: bool) -> F:
    hints = get_type_hints(function)
    given, fields = [], {}
    for name, parameter in inspect.signature(function).parameters.items():
        hint = hints[name]
        if hint in (Run, Runner):
            given.append(hint)
            continue
        types = get_args(hint) if isinstance(hint, UnionType) else (hint,)
        fields[name] = Field(
            types=tuple(get_origin(each) or each for each in types), required=parameter.default is parameter.empty
        )
    name = function.__name__
    if runs_model and not given:
        raise ValueError(f"question: expected {name} to take the run or runner whose model it runs; found neither")
    if name in _QUESTIONS:
        raise ValueError(f"question: expected one function named {name}; found two")
    _QUESTIONS[name] = Question(function=function, given=tuple(given), fields=fields, runs_model=runs_model)
    return function


def answer(models: Models, request: Any, asked: Any) -> Any:
    """The answer to one question of a browser, `{"name", "fields"}`.

    Raises:
        ValueError: there is no such question, or as `Question.answer`.
    """
    return _find(asked).answer(models, request, asked.get("fields"))


def answering(models: Models) -> Ask:
    """The function that Gradio lets widgets call, past its queue: all bounds are kept here."""

    async def ask(asked: Any) -> Response:
        questions = asked.get("questions") if isinstance(asked, dict) else None
        if not isinstance(questions, list) or not 0 < len(questions) <= MAX_QUESTIONS:
            problem = _problem(f"questions: expected 1 to {MAX_QUESTIONS}; found something else: reload the page")
            answers = [problem] * (MAX_QUESTIONS if isinstance(questions, list) and questions else 1)
        else:
            answers = await asyncio.gather(*(_in_its_line(models, asked.get("request"), each) for each in questions))
        return Response(b'{"answers":[' + b",".join(answers) + b"]}", media_type="application/json")

    return ask


async def _in_its_line(models: Models, request: Any, asked: Any) -> bytes:
    """The answer as JSON; never an exception."""
    try:
        found = _find(asked)
    except ValueError as error:
        return _problem(str(error))
    named = request.get("model") if isinstance(request, dict) else None
    pool = _OTHERS if models.is_loaded(named) else _BUNDLED
    if not pool.room.acquire(blocking=False):
        return _json({"problem": "Many visitors are asking at this moment: try again in a few seconds.", "again": True})
    try:
        # written in a thread too: the event loop does no work
        return await asyncio.get_running_loop().run_in_executor(
            pool.threads(found), partial(_written, models, request, asked)
        )
    finally:
        pool.room.release()


def _written(models: Models, request: Any, asked: Any) -> bytes:
    try:
        try:
            found = answer(models, request, asked)
        except ValueError as error:
            found = {"problem": str(error)}
        return _json(found)
    except Exception:
        _log.exception("question %s", asked["name"])
        return _problem("This could not be computed: the fault is ours. Try another choice, or reload the page.")


def _find(asked: Any) -> Question:
    name = asked.get("name") if isinstance(asked, dict) else None
    if not isinstance(name, str) or name not in _QUESTIONS:
        raise ValueError(f"question: expected one of this page's; found {_short(name)}: reload the page")
    return _QUESTIONS[name]


def _problem(words: str) -> bytes:
    return _json({"problem": words})


def _json(value: Any) -> bytes:
    return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()


def _ordinary(value: Any) -> bool:
    if isinstance(value, int):
        return abs(value) <= _AMOUNTS
    return not isinstance(value, float) or math.isfinite(value)


def _short(value: Any) -> str:
    """What was found, as a message names it."""
    if isinstance(value, dict | list):
        return _KINDS[type(value)]
    return "nothing" if value is None else _beginning(repr(value))


def _beginning(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]} …"
