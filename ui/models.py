"""The models that a visitor can choose from: those bundled, and Hub repositories that the operator allows."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from typing import Any

from explain.cache import LeastRecentlyUsed
from explain.run import Run
from explain.runner import Runner
from ui.request import Request

Progress = Callable[[int, int], None]  # bytes that are here, bytes in all


class Models:
    """Runners by name: the `bundled` ones for good, and the last `capacity` Hub repositories loaded.

    `allowed` are patterns of repository names, with * as in file names (`Helsinki-NLP/opus-mt-*`); without any, or
    without `load`, no repository can be chosen. The first of `bundled` is what the page opens with.

    Raises:
        ValueError: no bundled runner, or two of one name.
    """

    def __init__(
        self,
        bundled: Sequence[Runner],
        allowed: Sequence[str] = (),
        load: Callable[[str, Progress], Runner] | None = None,
        capacity: int = 2,
    ) -> None:
        self._bundled = {runner.name: runner for runner in bundled}
        if not bundled or len(self._bundled) < len(bundled):
            raise ValueError(
                f"bundled: expected one or more models of different names; found {[runner.name for runner in bundled]}"
            )
        self.allowed = tuple(allowed) if load else ()
        self._load, self._loading = load, threading.Lock()
        self._loaded: LeastRecentlyUsed[Runner] = LeastRecentlyUsed(capacity)

    @property
    def names(self) -> tuple[str, ...]:
        """The models that are in memory, the bundled ones first."""
        return (*self._bundled, *self._loaded.keys)

    def is_loaded(self, name: Any) -> bool:
        """Whether this is a model that a visitor loaded."""
        return isinstance(name, str) and name not in self._bundled and self._loaded.find(name) is not None

    @property
    def bundled(self) -> tuple[Runner, ...]:
        """The models that stay in memory, the one that the page opens with first."""
        return tuple(self._bundled.values())

    @property
    def default(self) -> Runner:
        """What the page opens with."""
        return self.bundled[0]

    def runner(self, name: str) -> Runner:
        """The runner of a model that is in memory.

        Raises:
            ValueError: it is not.
        """
        if (found := self._find(name)) is None:
            self._check_allowed(name)
            raise ValueError(f"model: {name} is no longer in memory: open it again")
        return found

    def open(self, request: Any) -> Run:
        """The run of a request that came from the browser.

        Raises:
            ValueError: it is no request, its model is not in memory, or as `Runner.run`.
        """
        asked = Request.from_browser(request)
        return asked.run(self.runner(asked.model))

    def load(self, name: str, progress: Progress) -> Runner:
        """The runner of a model, from the Hub if it is not in memory; one is loaded at a time.

        Raises:
            ValueError: the model is not allowed, or cannot be loaded.
        """
        if (found := self._find(name)) is not None:
            return found
        self._check_allowed(name)
        assert self._load is not None  # without it no name is allowed
        with self._loading:
            return self._loaded.find(name) or self._loaded.put(name, self._load(name, progress))

    def _find(self, name: str) -> Runner | None:
        return self._bundled.get(name) or self._loaded.find(name)

    def _check_allowed(self, name: str) -> None:
        if not any(fnmatchcase(name, pattern) for pattern in self.allowed):
            expected = [*self._bundled, *self.allowed]
            raise ValueError(f"model: expected {' or '.join(expected)}; found {name[:100]!r}: choose one of these")
