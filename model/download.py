"""Repositories of the Hub in the local cache: whole, within a time limit, or not at all.

A process of its own (`model/fetch.py`) talks to the Hub, because only a process can be stopped wherever it hangs: in
the lookup of a name, in a read, in a library's own retries.
"""

from __future__ import annotations

import json
import os
import queue
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from huggingface_hub.utils import validate_repo_id

from model import fetch

ANSWER_LIMIT = 5.0  # seconds in which the Hub must have listed a repository's files
START_LIMIT = 30.0  # seconds in which a Python process has started even on a very busy machine
REVISION = re.compile(r"\w[\w./+-]{0,199}")


def check_repo_id(name: str) -> None:
    """Holds a name against the Hub's rule: `org/name` or `name`, of letters, digits, `-`, `_` and `.`.

    Raises:
        ValueError: it breaks the rule, as paths and addresses do.
    """
    try:
        validate_repo_id(name)
    except ValueError as error:
        raise ValueError(f"model: expected a Hub id such as org/name; found {name[:100]!r}") from error


def download(
    repo_id: str,
    revision: str | None,
    files: Sequence[str],
    *,
    anonymous: bool = False,
    cached: bool = True,
    cache: Path | None = None,
    check_listing: Callable[[dict[str, int]], None] | None = None,
    check_config: Callable[[str], None] | None = None,
    progress: Callable[[int, int], None] | None = None,
    time_limit: float | None = None,
) -> Path:
    """The folder in the local `cache` that holds those of `files` that the repository has; the last one comes last.

    All that is returned has the sizes and hashes that the Hub names. It ends when the Hub lists no files within 5 s, or
    after `time_limit` seconds. `check_listing` gets the sizes in bytes by name before anything else is asked for,
    `check_config` the text of `config.json` before the other files; a ValueError of theirs ends it. `progress` gets
    the bytes done and in all. `anonymous` sends no token; with `cached`, what was last fetched whole does for a Hub
    that gives no answer or dies. Without `cache`, it is this machine's own, as huggingface_hub has it.

    Raises:
        ValueError: the id or the revision is none, the repository cannot be read, or a limit has passed.
    """
    check_repo_id(repo_id)
    if revision is not None and (not REVISION.fullmatch(revision) or ".." in revision):
        raise ValueError(f"revision: expected a branch, a tag or a commit; found {revision[:100]!r}")
    request: fetch.Request = {
        "repo_id": repo_id, "revision": revision, "files": list(files), "anonymous": anonymous, "cached": cached,
        "timeout": ANSWER_LIMIT,
    }  # fmt: skip
    deadline = float("inf") if time_limit is None else time.monotonic() + time_limit
    conversation = _Conversation(request, cache, check_listing, check_config, progress)
    try:
        return conversation.hold({}, deadline)
    except TimeoutError:
        if conversation.listed:
            raise ValueError(
                f"{repo_id}: expected the download to end within {time_limit:g} s; found {conversation.state} by then: "
                "try again later, or choose a smaller model"
            ) from None
    try:
        if cached:
            return conversation.hold({"HF_HUB_OFFLINE": "1"}, time.monotonic() + START_LIMIT)
    except TimeoutError:
        pass  # not even the cache could be asked
    raise _no_answer(repo_id, cached, "time ran out")


def _no_answer(repo_id: str, cached: bool, reason: str) -> ValueError:
    places, found = ("the Hub, or the files in the local cache", "neither") if cached else ("the Hub", "none")
    return ValueError(
        f"{repo_id}: expected an answer from {places}; found {found} ({reason}): check the network and try again"
    )


class _Conversation:
    """One request to `model/fetch.py`, and what is known of its download."""

    def __init__(
        self,
        request: fetch.Request,
        cache: Path | None,
        check_listing: Callable[[dict[str, int]], None] | None,
        check_config: Callable[[str], None] | None,
        progress: Callable[[int, int], None] | None,
    ) -> None:
        self.request, self.cache = request, cache
        self.check_listing, self.check_config, self.progress = check_listing, check_config, progress
        self.listed, self.state = False, "no byte"
        self.folders: list[Path] = []

    def hold(self, variables: dict[str, str], deadline: float) -> Path:
        """Starts the program with these environment variables, answers it, and leaves neither it nor a part of a file.

        Raises:
            ValueError: the repository cannot be read, or a check refused.
            TimeoutError: the deadline, by `time.monotonic`, has passed, or the Hub listed no files in time.
        """
        # plain HTTP and no call but those for the files, so that a Hub that answers does so at once
        environment = {**os.environ, **variables, "HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
        if self.cache:
            environment["HF_HUB_CACHE"] = str(self.cache)
        # -P: the program lies beside modules whose names others may use too
        program = subprocess.Popen(
            [sys.executable, "-P", fetch.__file__], env=environment, text=True, encoding="utf-8",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        messages: queue.Queue[dict[str, Any]] = queue.Queue()
        reader = threading.Thread(target=_read, args=(program.stdout, messages), daemon=True)
        reader.start()
        try:
            _write(program.stdin, json.dumps(self.request))
            limit = min(deadline, time.monotonic() + START_LIMIT)
            while "folder" not in (message := _next(messages, limit)):
                if "started" in message:
                    self.folders = [Path(folder) for folder in message["started"]]
                    limit = min(deadline, time.monotonic() + ANSWER_LIMIT)
                elif self.answer(message):
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
            if self.folders:
                fetch.remove_partials(*self.folders)

    def answer(self, message: dict[str, Any]) -> bool:
        """Whether the program waits for leave to go on.

        Raises:
            ValueError: it could not do what it was asked for, or a check refused.
        """
        name = self.request["repo_id"]
        match message:
            case {"listing": sizes}:
                self.listed = True
                if self.check_listing:
                    self.check_listing(sizes)
                return True
            case {"config": text}:
                if self.check_config:
                    self.check_config(text)
                return True
            case {"done": done, "total": total}:
                self.state = f"{done:,} of {total:,} bytes"
                if self.progress:
                    self.progress(done, total)
                return False
            case {"error": text}:
                raise ValueError(f"{name}: {text}")
            case {"unreachable": reason} if not self.listed:
                raise _no_answer(name, self.request["cached"], reason)
            case {"unreachable": reason} | {"ended": reason}:
                raise ValueError(
                    f"{name}: expected the whole download; found it broken off after {self.state} ({reason}): try again"
                )
        raise AssertionError(f"model/fetch.py said {message}")


def _read(stream: IO[str], messages: queue.Queue[dict[str, Any]]) -> None:
    for line in stream:
        messages.put(json.loads(line))
    messages.put({"ended": "its process ended"})


def _next(messages: queue.Queue[dict[str, Any]], limit: float) -> dict[str, Any]:
    try:
        return messages.get(timeout=min(max(0.0, limit - time.monotonic()), threading.TIMEOUT_MAX))
    except queue.Empty:
        raise TimeoutError from None


def _write(stream: IO[str], line: str) -> None:
    with suppress(BrokenPipeError):  # then it has ended, which its other pipe tells
        stream.write(line + "\n")
        stream.flush()
