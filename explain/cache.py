"""A bounded memory of results, shared by all threads."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Once(Generic[Value]):
    """A value that is computed when it is first asked for, by one thread while the others wait.

    An error is not kept: the next who asks computes again.
    """

    def __init__(self, compute: Callable[[], Value]) -> None:
        self._compute: Callable[[], Value] | None = compute
        self._lock = threading.Lock()
        self._value: Value | None = None

    def get(self) -> Value:
        """The value."""
        with self._lock:
            if self._compute is not None:
                self._value = self._compute()
                self._compute = None  # and with it whatever the computation held on to
            return self._value


class LeastRecentlyUsed(Generic[Value]):
    """The last `capacity` results asked for; two threads that ask for one key compute it once.

    Raises:
        ValueError: `capacity` is below 1.
    """

    def __init__(self, capacity: int) -> None:
        if capacity < 1:
            raise ValueError(f"capacity: expected 1 or more; found {capacity}")
        self._capacity = capacity
        self._lock = threading.Lock()
        self._values: OrderedDict[Hashable, Once[Value]] = OrderedDict()

    def get(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """The value under `key`, from `compute` if it is not there; an error of `compute` costs no place."""
        with self._lock:
            value = self._values.setdefault(key, Once(compute))
            self._values.move_to_end(key)
        try:
            return value.get()
        except BaseException:
            with self._lock:
                self._values.pop(key, None)
            raise
        finally:
            with self._lock:
                while len(self._values) > self._capacity:
                    self._values.popitem(last=False)

    def __len__(self) -> int:
        return len(self._values)
