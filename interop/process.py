"""A download in a process of its own (`interop/fetch.py`): whole, within a time limit, or not at all.

Only a process can be stopped wherever it hangs: in the lookup of a name, in a read, in a library's own retries.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from interop import fetch
from model.storage.hub import ANSWER_LIMIT, refusal

START_LIMIT = 30.0  # seconds in which a Python process has started even on a very busy machine


class Conversation:
    """One request to `interop/fetch.py`, and what is known of its download into the folder `cache`.

    `check_listing` gets the sizes in bytes by name before anything else is asked for, `check_config` the text of
    `config.json` before the other files; a ValueError of theirs ends it. `progress` gets the bytes done and in all.
    """

    def __init__(
        self,
        request: fetch.Request,
        cache: Path,
        *,
        check_listing: Callable[[dict[str, int]], None],
        check_config: Callable[[str], None],
        progress: Callable[[int, int], None] | None,
    ) -> None:
        self.request, self.cache = request, cache
        self.check_listing, self.check_config, self.progress = check_listing, check_config, progress
        self.listed, self.state = False, "no byte"

    def hold(self, time_limit: float) -> Path:
        """Starts the program, answers it, and leaves neither it nor a part of a file; the folder that it filled.

        It ends when the Hub lists no files within seconds, or after `time_limit` seconds.

        Raises:
            ValueError: the repository cannot be read, a check refused, or a limit has passed.
        """
        name = self.request["repo_id"]
        try:
            return self._hold(time.monotonic() + time_limit)
        except TimeoutError:
            if not self.listed:
                raise _no_answer(name, "time ran out") from None
            raise ValueError(
                f"{name}: expected the download to end within {time_limit:g} s; found {self.state} by then: "
                "try again later, or choose a smaller model"
            ) from None

    def _hold(self, deadline: float) -> Path:
        # plain HTTP and no call but those for the files, so that a Hub that answers does so at once
        settings = {"HF_HUB_CACHE": str(self.cache), "HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
        program = subprocess.Popen(
            # -P: the program lies beside modules whose names others may use too
            [sys.executable, "-P", fetch.__file__], env={**os.environ, **settings}, text=True, encoding="utf-8",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert program.stdin and program.stdout  # they are pipes
        messages: queue.Queue[dict[str, Any]] = queue.Queue()
        reader = threading.Thread(target=_read, args=(program.stdout, messages), daemon=True)
        reader.start()
        folders: list[Path] = []
        try:
            _write(program.stdin, json.dumps(self.request))
            limit = min(deadline, time.monotonic() + START_LIMIT)
            while "folder" not in (message := _next(messages, limit)):
                if "started" in message:
                    folders = [Path(folder) for folder in message["started"]]
                    limit = min(deadline, time.monotonic() + ANSWER_LIMIT)
                elif self._answer(message):
                    limit = deadline
                    _write(program.stdin, "go on")
            return Path(message["folder"])
        finally:
            program.kill()
            program.wait()
            reader.join()
            with suppress(BrokenPipeError):  # closing writes again what `_write` could not
                program.stdin.close()
            program.stdout.close()
            if folders:
                fetch.remove_partials(*folders)

    def _answer(self, message: dict[str, Any]) -> bool:
        """Whether the program waits for leave to go on.

        Raises:
            ValueError: it could not do what it was asked for, or a check refused.
        """
        name = self.request["repo_id"]
        match message:
            case {"listing": sizes}:
                self.listed = True
                self.check_listing(sizes)
                return True
            case {"config": text}:
                self.check_config(text)
                return True
            case {"done": done, "total": total}:
                self.state = f"{done:,} of {total:,} bytes"
                if self.progress:
                    self.progress(done, total)
                return False
            case {"changed": _}:
                raise ValueError(f"{name}: expected the files as the Hub listed them; found others: try again")
            case {"error": error, "status": status} if refused := refusal(error, status, self.request["revision"]):
                raise ValueError(f"{name}: {refused}")
            case {"error": _, "reason": reason} if not self.listed:
                raise _no_answer(name, reason)
            case {"reason": reason}:
                raise ValueError(
                    f"{name}: expected the whole download; found it broken off after {self.state} ({reason}): try again"
                )
        raise AssertionError(f"interop/fetch.py said {message}")


def _no_answer(name: str, reason: str) -> ValueError:
    return ValueError(
        f"{name}: expected an answer from the Hub; found none ({reason}): check the network and try again"
    )


def _read(stream: IO[str], messages: queue.Queue[dict[str, Any]]) -> None:
    for line in stream:
        messages.put(json.loads(line))
    messages.put({"reason": "its process ended"})


def _next(messages: queue.Queue[dict[str, Any]], limit: float) -> dict[str, Any]:
    try:
        return messages.get(timeout=max(0.0, limit - time.monotonic()))
    except queue.Empty:
        raise TimeoutError from None


def _write(stream: IO[str], line: str) -> None:
    with suppress(BrokenPipeError):  # then it has ended, which its other pipe tells
        stream.write(line + "\n")
        stream.flush()
