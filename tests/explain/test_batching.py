"""One line before a model: who waits in it, who is taken along, and that nobody's answer depends on who else waited."""

import threading
import time
from contextlib import contextmanager

import pytest

from explain.batching import Batches
from explain.cache import LeastRecentlyUsed
from explain.line import Line, telling

PATIENCE = 30


def in_thread(function, *arguments):
    thread = threading.Thread(target=function, args=arguments, daemon=True)
    thread.start()
    return thread


def wait_for(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


class Room:
    """Batches of words by their length, at most three at once; what each turn computed, and what each thread got."""

    def __init__(self, capacity=100):
        self.line, self.turns, self.got, self.fails = Line(), [], [], set()
        self.batches = Batches(self.line, LeastRecentlyUsed(capacity), self.compute, alike=len, room=lambda _: 3)

    def compute(self, batch):
        self.turns.append(list(batch))
        if self.fails.intersection(batch):
            raise ValueError(f"no {' '.join(batch)}")
        return [word.upper() for word in batch]

    def ask(self, *words):
        try:
            self.got.append(self.batches.get(*words))
        except ValueError as error:
            self.got.append(str(error))

    @contextmanager
    def held(self):
        """Nothing is computed within this block: what is asked for waits."""
        self.threads = []
        with self.line:
            yield
        for thread in self.threads:
            thread.join(PATIENCE)
            assert not thread.is_alive()

    def wait(self, *words):
        """One more who waits, behind all others."""
        n = len(self.line._places)
        self.threads.append(in_thread(self.ask, *words))
        wait_for(lambda: len(self.line._places) == n + 1)


def test_who_waits_is_computed_with_those_alike_first_come_first_served():
    room = Room()
    with room.held():
        for word in ("aa", "bbbb", "cc", "dd", "ee", "ffff"):
            room.wait(word)
    assert room.turns == [["aa", "cc", "dd"], ["bbbb", "ffff"], ["ee"]]
    assert sorted(room.got) == [["AA"], ["BBBB"], ["CC"], ["DD"], ["EE"], ["FFFF"]]


def test_who_asks_for_much_lets_others_in_between_its_turns():
    room = Room()
    with room.held():
        room.wait(*(f"{n:02}" for n in range(7)))
        room.wait("xxx")
        room.wait("yy")
    assert room.turns[:3] == [["00", "01", "02"], ["xxx"], ["yy", "03", "04"]]
    assert ["".join(answer) for answer in room.got][-1] == "00010203040506"


def test_what_several_wait_for_is_computed_once_and_then_kept():
    room = Room()
    with room.held():
        for _ in range(5):
            room.wait("aa")
    assert room.turns == [["aa"]] and room.got == 5 * [["AA"]]
    with room.line:  # what is kept is had without the line
        in_thread(room.ask, "aa").join(PATIENCE)
    assert room.turns == [["aa"]] and len(room.got) == 6


def test_who_has_the_line_computes_what_a_thread_waits_for():
    room = Room()
    with room.held():
        room.wait("aa")
        assert room.batches.get("aa") == ["AA"]  # a deadlock, if it waited for the one who waits for the line
    assert room.turns == [["aa"]] and room.got == [["AA"]]


def test_an_error_reaches_the_one_who_asked_and_is_not_kept():
    room = Room()
    room.fails = {"bb"}
    with room.held():
        for word in ("aa", "bb", "cc"):
            room.wait(word)
    assert sorted(room.got, key=str) == [["AA"], ["CC"], "no bb"]
    room.fails = set()
    assert room.batches.get("bb") == ["BB"]


def test_a_batch_is_computed_outside_of_whatever_its_thread_does_to_the_model():
    from contextvars import ContextVar

    changed = ContextVar("changed", default=False)
    batches = Batches(Line(), LeastRecentlyUsed(9), lambda batch: [changed.get()] * len(batch), len, lambda _: 9)
    changed.set(True)
    assert batches.get("aa") == [False]


def test_a_place_in_the_line_is_told():
    room, heard = Room(), threading.Event()
    said = []

    def tell(before, seconds):
        said.append((before, seconds))
        heard.set()

    def ask():
        with telling(tell):
            room.ask("aa")

    with room.line:
        time.sleep(0.05)  # a turn whose length is the pace
    with room.held():
        room.wait("xxx")
        room.wait("yyyy")
        room.threads.append(in_thread(ask))
        assert heard.wait(PATIENCE)
    before, seconds = said[0]
    assert before == 3 and seconds > 0  # two wait, and one has the line
    assert ["AA"] in room.got


def test_who_gives_up_while_waiting_leaves_the_line_to_the_others():
    room, gave_up = Room(), []

    def tell(*_):
        raise ConnectionError

    def ask():
        with pytest.raises(ConnectionError), telling(tell):
            room.batches.get("aa")
        gave_up.append(True)

    with room.held():
        room.threads.append(in_thread(ask))
        wait_for(lambda: room.line._places)
        room.wait("bb")
        wait_for(lambda: gave_up)
    assert ["BB"] in room.got
