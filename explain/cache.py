"""A bounded memory of results, shared by all threads."""

from __future__ import annotations

import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Generic, TypeVar

from torch import Tensor

Value = TypeVar("Value")


class LeastRecentlyUsed(Generic[Value]):
    """The last results asked for, as many as fit.

    `weigh` tells how much of the `capacity` a result takes; without it each takes 1. One that takes more than all of it
    is not kept.

    Raises:
        ValueError: `capacity` is below 1.
    """

    def __init__(self, capacity: int, weigh: Callable[[Value], int] = lambda _: 1) -> None:
        if capacity < 1:
            raise ValueError(f"capacity: expected 1 or more; found {capacity}")
        self._capacity, self._weigh = capacity, weigh
        self._lock = threading.Lock()
        self._values: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._weight = 0

    @property
    def weight(self) -> int:
        """What all that is kept takes together: at most the capacity."""
        return self._weight

    def find(self, key: Hashable) -> Value | None:
        """The value under `key`, or None if it is not there (any more)."""
        with self._lock:
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            return self._values[key][0]

    def put(self, key: Hashable, value: Value) -> Value:
        """Keeps the value under `key`, and gives it back; or the one that is there already."""
        weight = self._weigh(value)
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key][0]
            if weight <= self._capacity:
                self._values[key] = value, weight
                self._weight += weight
            while self._weight > self._capacity:
                _, (_, freed) = self._values.popitem(last=False)
                self._weight -= freed
        return value

    @property
    def keys(self) -> tuple[Any, ...]:
        """Of the values that are there, the one not asked for longest first."""
        with self._lock:
            return tuple(self._values)

    def __len__(self) -> int:
        return len(self._values)


def size_of(value: Any) -> int:
    """About how many bytes a value takes: a tensor, a number, a text, or what tuples, mappings and dataclasses hold.

    Of a dataclass the fields count that make two of them equal.
    """
    if isinstance(value, Tensor):
        return value.nbytes
    size = sys.getsizeof(value)
    if is_dataclass(value):
        size += sys.getsizeof(vars(value))
        return size + sum(size_of(getattr(value, field.name)) for field in fields(value) if field.compare)
    if isinstance(value, Mapping):
        return size + sum(map(size_of, value.values()))
    return size + sum(map(size_of, value)) if isinstance(value, tuple) else size
