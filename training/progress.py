"""Where a run stands, and what it has taken so far."""

from __future__ import annotations

import time
from typing import Any


class Progress:
    """Where a run stands; saved with its state.

    `batch` counts within the epoch, `tokens` are source and target without padding, `seconds` are by the clock on the
    wall and `cpu_seconds` of all processes, both with validation and with the start of each session. `started_from`
    holds the training facts of the checkpoint whose weights came first, if there was one.
    """

    def __init__(self, optimizer: str, started_from: dict[str, Any] | None) -> None:
        self.step = self.epoch = self.batch = self.tokens = 0
        self.seconds = self.cpu_seconds = 0.0
        self.optimizer = optimizer
        self.started_from = started_from

    def state_dict(self) -> dict[str, Any]:
        return dict(vars(self))

    def load_state_dict(self, state: dict[str, Any]) -> None:
        vars(self).update(state)


class Stopwatch:
    """Seconds since it was last read, by the clock on the wall and of this process's share of the processors."""

    def __init__(self) -> None:
        self.started, self.cpu_started = time.perf_counter(), time.process_time()

    def read(self) -> tuple[float, float]:
        """Both, and starts anew."""
        now, cpu_now = time.perf_counter(), time.process_time()
        seconds, cpu_seconds = now - self.started, cpu_now - self.cpu_started
        self.started, self.cpu_started = now, cpu_now
        return seconds, cpu_seconds
