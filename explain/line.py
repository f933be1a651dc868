"""The line before a model: first come, first served.

Two that compute on the same cores are slower than one after another. Each model has a line of its own, so that who
opened a slow one keeps nobody waiting but its own visitors.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Told = Callable[[int, float], None]  # how many are before one, and about how many seconds that takes
EVERY = 1.0  # seconds between two such tellings
_told: ContextVar[Told | None] = ContextVar("told", default=None)


@contextmanager
def telling(told: Told) -> Iterator[None]:
    """Whoever waits in a line within this block, in this thread, is told every second how long it still is."""
    token = _told.set(told)
    try:
        yield
    finally:
        _told.reset(token)


class Line:
    """A lock with a line before it; the thread that has it may take it again."""

    def __init__(self) -> None:
        self._changing = threading.Lock()
        self._places: deque[_Place] = deque()
        self._owner: int | None = None  # the thread that has the line
        self._times = 0  # that it took it
        self._begin = 0.0
        self._pace = 0.0  # seconds that each who waited has cost of late

    def take(self, needless: Callable[[], bool] = lambda: False) -> bool:
        """Waits for one's turn; False, and no turn, once it has become `needless`."""
        me = threading.get_ident()
        with self._changing:
            if self._owner in (None, me):  # who leaves calls the next one, so without an owner nobody waits
                self._have(me)
                return True
            place = _Place(me, needless)
            self._places.append(place)
        try:
            self._wait(place)
        except BaseException:
            self._give_up(place)  # or the line would be given to somebody who has gone
            raise
        return place.has_turn

    def leave(self) -> None:
        """Gives the line to the next for whom it is not needless; the others are sent away."""
        with self._changing:
            self._times -= 1
            if self._times:
                return
            self._owner = None
            waiting = [place for place in self._places if not place.needless()]
            served = 1 + len(self._places) - len(waiting)
            self._pace += 0.2 * ((time.monotonic() - self._begin) / served - self._pace)
            for place in self._places:
                if place not in waiting:
                    place.called.set()
            self._places = deque(waiting)
            if self._places:
                place = self._places.popleft()
                self._have(place.thread)
                place.has_turn = True
                place.called.set()

    def _wait(self, place: _Place) -> None:
        told = _told.get()
        while not place.called.wait(EVERY if told else None):
            with self._changing:
                before = 1 + (self._places.index(place) if place in self._places else 0)  # one of them has the line
            if told:
                told(before, before * self._pace)

    def _give_up(self, place: _Place) -> None:
        with self._changing:
            if place in self._places:
                self._places.remove(place)
        if place.has_turn:
            self.leave()

    def _have(self, thread: int) -> None:
        if self._owner is None:
            self._begin = time.monotonic()
        self._owner, self._times = thread, self._times + 1

    def __enter__(self) -> None:
        self.take()

    def __exit__(self, *_: object) -> None:
        self.leave()


class _Place:
    def __init__(self, thread: int, needless: Callable[[], bool]) -> None:
        self.thread, self.needless = thread, needless
        self.called = threading.Event()
        self.has_turn = False
