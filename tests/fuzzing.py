"""What nobody's browser sends: strategies for hypothesis, and one visitor who sends it and reads what comes back."""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
from hypothesis import strategies as st

PATIENCE = 5  # s
_LEAKS = re.compile(r"Traceback|site-packages|File \"|/(?:root|home|usr|work|tmp)/|\bat 0x[0-9a-f]+")

TEXTS = st.one_of(
    st.text(max_size=40),
    st.sampled_from([
        "A small house.", "<img src=x onerror=alert(1)>", "{{ 7 * 7 }}", "${document.cookie}", "</script><script>",
        "' OR 1=1 --", "../../etc/passwd", "\x00", "\u202e", "\ud83d", "😀" * 20, "a" * 3000, "x " * 400, "\n" * 50,
        ">>de<<", "</s>", "en-de", "de-en", "model", "-1", "1e309", "null",
    ]),
)  # fmt: skip
NUMBERS = st.one_of(
    st.integers(-3, 12), st.sampled_from([2**31, -(2**63), 10**30, 10**400, -1]), st.floats(), st.booleans()
)
VALUES = st.recursive(
    st.one_of(st.none(), NUMBERS, TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=8,
)


def changed(whole: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Fields of which some are left out, added or hold something else; or no fields at all."""
    entries = st.fixed_dictionaries({}, optional={name: VALUES | st.just(value) for name, value in whole.items()})
    few = st.dictionaries(st.sampled_from(sorted(whole)), VALUES, max_size=2).map(lambda other: {**whole, **other})
    return st.one_of(few, few, entries, VALUES)


class Visitor:
    """Sends events and questions, and holds what comes back against what a page may show."""

    def __init__(self, url: str) -> None:
        self.client = httpx.Client(base_url=url, timeout=PATIENCE)
        self.config = self.client.get("config").json()

    def events(self) -> dict[int, list[str]]:
        """The number of each event that the server answers, with the kinds of its inputs."""
        kinds = {component["id"]: component["type"] for component in self.config["components"]}
        dependencies = self.config["dependencies"]
        return {each["id"]: [kinds[i] for i in each["inputs"]] for each in dependencies if each["backend_fn"]}

    def send(self, event: int, data: Any, event_data: Any = None, **more: Any) -> dict[str, Any] | None:
        """What an event ends with, or nothing where it was not taken; fails where words are missing or leak."""
        session = uuid.uuid4().hex
        body = {"data": data, "fn_index": event, "session_hash": session, "event_data": event_data, **more}
        answer = self._post("gradio_api/queue/join", body)
        if answer.status_code != 200:
            return None
        with self.client.stream("GET", "gradio_api/queue/data", params={"session_hash": session}) as messages:
            end = next(m for m in map(_message, _lines(messages)) if m and m["msg"] == "process_completed")
        if not end["success"]:
            words = end["output"].get("error")
            assert isinstance(words, str) and words.strip(), f"event {event} failed without a word: {end}"
            _hold(words)
        return end

    def ask(self, trip: Any) -> list[Any]:
        """The answers to what a widget asks."""
        asking = next(c["id"] for c in self.config["components"] if "ask" in (c["props"].get("server_fns") or []))
        body = {"data": trip, "component_id": asking, "fn_name": "ask", "session_hash": uuid.uuid4().hex}
        answer = self._post("gradio_api/component_server", body)
        assert answer.status_code in {200, 400, 413, 422}, answer.text
        if answer.status_code != 200:
            return []
        answers = answer.json()["answers"]
        for each in answers:
            if "problem" in each:
                assert each["problem"].strip() and "the fault is ours" not in each["problem"]
                _hold(each["problem"])
        return answers

    def _post(self, path: str, body: Any) -> httpx.Response:
        start = time.monotonic()
        sent = json.dumps(body)  # as bytes of ours: NaN and lone surrogates go too
        answer = self.client.post(path, content=sent, headers={"Content-Type": "application/json"})
        assert answer.status_code < 500, answer.text
        assert time.monotonic() - start < PATIENCE
        _hold(answer.text if answer.status_code != 200 else "")
        return answer


def _lines(messages: httpx.Response) -> Iterator[str]:
    """What stands between line feeds, as events are sent: httpx splits at U+0085 and U+2028 too."""
    rest = ""
    for text in messages.iter_text():
        *whole, rest = (rest + text).split("\n")
        yield from whole


def _message(line: str) -> dict[str, Any] | None:
    return json.loads(line.removeprefix("data:")) if line.startswith("data:") else None


def _hold(words: str) -> None:
    assert not _LEAKS.search(words), words
