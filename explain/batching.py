"""What waits for a model is computed together: 32 sentences at once take a sixth of the time of one after another."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future
from contextvars import Context
from typing import Generic, TypeVar

from explain.cache import LeastRecentlyUsed
from explain.line import Line

Job = TypeVar("Job", bound=Hashable)
Result = TypeVar("Result")


class Batches(Generic[Job, Result]):
    """The results of jobs, each a function of its job alone; what is asked for twice is computed once.

    Who comes first in the `line` computes its own job together with those behind it that are `alike`, in the order in
    which they were asked for, and at most as many as the job has `room` for. So nobody waits for a batch to fill, and
    nobody is overtaken. The `kept` results are had without the line.
    """

    def __init__(
        self,
        line: Line,
        kept: LeastRecentlyUsed[Result],
        compute: Callable[[Sequence[Job]], Sequence[Result]],
        alike: Callable[[Job], Hashable],
        room: Callable[[Job], int],
    ) -> None:
        self._line, self._kept, self._compute, self._alike, self._room = line, kept, compute, alike, room
        self._lock = threading.Lock()
        self._waiting: dict[Job, Future[Result]] = {}  # in the order in which they were asked for

    def get(self, *jobs: Job) -> list[Result]:
        """The results of these jobs, in their order; between two batches of them it is the next one's turn.

        An error of the computation is raised, and not kept: the next who asks computes again.
        """
        with self._lock:
            futures = [self._future(job) for job in jobs]
        for job, future in zip(jobs, futures, strict=True):
            if not future.done() and self._line.take(needless=future.done):
                try:
                    if not future.done():
                        self._compute_batch(job, future)
                finally:
                    self._line.leave()
        return [future.result() for future in futures]

    def _future(self, job: Job) -> Future[Result]:
        if (kept := self._kept.find(job)) is not None:
            future: Future[Result] = Future()
            future.set_result(kept)
            return future
        return self._waiting.setdefault(job, Future())

    def _compute_batch(self, job: Job, future: Future[Result]) -> None:
        """Computes a job that waits, and others with it; whoever calls has the line."""
        with self._lock:
            kind = self._alike(job)
            others = [other for other in self._waiting if other != job and self._alike(other) == kind]
        batch = [job, *others[: self._room(job) - 1]]
        # in a context of its own: whatever this thread records or changes inside the model is not for the others
        context = Context()
        try:
            try:
                results = context.run(self._compute, batch)
            except Exception:
                if len(batch) == 1:
                    raise
                batch = [job]  # the others have their own turns
                results = context.run(self._compute, batch)
        except BaseException as error:
            with self._lock:
                self._waiting.pop(job).set_exception(error)
            return
        with self._lock:
            for each, result in zip(batch, results, strict=True):
                self._kept.put(each, result)
                self._waiting.pop(each).set_result(result)
