"""A bounded memory of results, shared by all threads."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")


class Once(Generic[Value]):
    """A value that is computed when it is first asked for, by one thread while the others wait.

    An error is not kept: the next who asks computes again.
    """

    def __init__(self, compute: Callable[[], Value]) -> None:
        self._compute: Callable[[], Value] | None = compute
        self._lock = threading.Lock()
        self._values: list[Value] = []  # the one, once it is there: None is a value too

    @property
    def known(self) -> bool:
        """Whether the value is there."""
        return bool(self._values)

    def get(self) -> Value:
        """The value."""
        with self._lock:
            if self._compute is not None:
                self._values.append(self._compute())
                self._compute = None  # and with it whatever the computation held on to
            return self._values[0]


class LeastRecentlyUsed(Generic[Value]):
    """The last results asked for, as many as fit; two threads that ask for one key compute it once.

    `weigh` tells how much of the `capacity` a result takes; without it each takes 1. The last one stays even where it
    alone is more than fits. Whoever computes, or waits for a result under way, holds the `line`; what is there is had
    without it.

    Raises:
        ValueError: `capacity` is below 1.
    """

    def __init__(
        self,
        capacity: int,
        weigh: Callable[[Value], int] = lambda _: 1,
        line: AbstractContextManager[object] = nullcontext(),  # noqa: B008 (it has no state)
    ) -> None:
        if capacity < 1:
            raise ValueError(f"capacity: expected 1 or more; found {capacity}")
        self._capacity, self._weigh, self._line = capacity, weigh, line
        self._lock = threading.Lock()
        self._values: OrderedDict[Hashable, Once[Value]] = OrderedDict()
        self._weights: dict[Hashable, int] = {}  # of those that are computed

    def get(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """The value under `key`, from `compute` if it is not there; an error of `compute` costs no place."""
        with self._lock:
            once = self._values.setdefault(key, Once(compute))
            self._values.move_to_end(key)
        try:
            # the line first: who has it may wait for a result, so nobody may compute one and wait for the line
            with nullcontext() if once.known else self._line:
                value = once.get()
        except BaseException:
            with self._lock:
                self._values.pop(key, None)
            raise
        with self._lock:
            if self._values.get(key) is once:  # and was not pushed out meanwhile
                self._weights[key] = self._weigh(value)
            while sum(self._weights.values()) > self._capacity and len(self._values) > 1:
                oldest, _ = self._values.popitem(last=False)
                self._weights.pop(oldest, None)
        return value

    def find(self, key: Hashable) -> Value | None:
        """The value under `key`, or None if it is not there (yet)."""
        with self._lock:
            if key not in self._weights:
                return None
            self._values.move_to_end(key)
            return self._values[key].get()

    @property
    def keys(self) -> tuple[Any, ...]:
        """Of the values that are there, the one not asked for longest first."""
        with self._lock:
            return tuple(key for key in self._values if key in self._weights)

    def __len__(self) -> int:
        return len(self._values)
