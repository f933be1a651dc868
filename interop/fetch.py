"""Reads one repository of the Hub into the local cache, as a program of its own: what hangs here can be killed.

`interop.process` runs it, by its path, so that it imports no torch. The request is one line of JSON on standard input;
what it says is one JSON object a line on standard output. After `listing` and after `config` it waits for a line: no
weights are asked for before the other side has seen both.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import queue
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

from huggingface_hub import HfApi, RepoFile, hf_hub_download
from huggingface_hub.constants import HF_HUB_CACHE
from huggingface_hub.errors import (
    HfHubHTTPError,
    HTTPError,  # pyright: ignore[reportPrivateImportUsage]  # of the HTTP library that huggingface_hub has chosen
)
from huggingface_hub.file_download import repo_folder_name
from huggingface_hub.utils import WeakFileLock

HASH_CHUNK = 1 << 20  # bytes


class Request(TypedDict):
    """What to fetch."""

    repo_id: str
    revision: str | None
    files: list[str]


class Changed(Exception):
    """What came is not what was listed."""


answers: queue.SimpleQueue[str] = queue.SimpleQueue()


def listen() -> None:
    """Keeps what the other side says, and ends this program, wherever it is, once the other side is gone."""
    for line in sys.stdin:
        answers.put(line)
    os._exit(1)


def say(**message: object) -> None:
    """Tells the other side."""
    try:
        print(json.dumps(message), flush=True)
    except BrokenPipeError:  # it is gone
        os._exit(1)


def ask(**message: object) -> None:
    """Tells the other side and waits for its leave to go on."""
    say(**message)
    answers.get()


def remove_partials(repo_folder: Path, locks: Path) -> None:
    """Removes what killed downloads left of this repository, and leaves those that are going on."""
    for partial in repo_folder.glob("blobs/*.incomplete"):
        etag = partial.name.split(".")[0]
        # huggingface_hub holds this lock while it downloads; the lock of a killed process is free
        with contextlib.suppress(TimeoutError), WeakFileLock(locks / f"{etag}.lock", timeout=0.1):
            partial.unlink(missing_ok=True)


def is_whole(path: Path, file: RepoFile) -> bool:
    """Whether the bytes on disk have the size and the hash that the Hub names: SHA-256, or git's for small files."""
    size = path.stat().st_size
    digest = hashlib.sha256() if file.lfs else hashlib.sha1(b"blob %d\0" % size)
    with path.open("rb") as opened:
        while chunk := opened.read(HASH_CHUNK):
            digest.update(chunk)
    return size == file.size and digest.hexdigest() == (file.lfs.sha256 if file.lfs else file.blob_id)


class Download:
    """The wanted files of one commit, fetched one by one."""

    def __init__(self, repo_id: str, commit: str, files: Sequence[RepoFile]) -> None:
        self.repo_id, self.commit = repo_id, commit
        self.done, self.total = 0, sum(file.size for file in files)

    def fetch(self, file: RepoFile) -> Path:
        """The file in the cache; a damaged one there is replaced.

        Raises:
            Changed: what came is not what was listed.
        """
        before = self.done
        for _ in range(2):
            self.done = before
            path = Path(
                hf_hub_download(self.repo_id, file.path, revision=self.commit, token=False, tqdm_class=self.bar())
            )
            if is_whole(path, file):
                self.done = before + file.size
                say(done=self.done, total=self.total)
                return path
            path.resolve().unlink()  # the bytes, and then what points to them
            path.unlink(missing_ok=True)
        raise Changed

    def bar(self) -> type:
        """A progress bar, as huggingface_hub wants one, that tells the other side."""
        download = self

        class Bar:
            def __init__(self, *args: object, **kwargs: object) -> None: ...
            def __enter__(self) -> Bar:
                return self

            def __exit__(self, *error: object) -> None: ...
            def close(self) -> None: ...
            def update(self, n: int) -> None:
                download.done += n
                say(done=download.done, total=download.total)

        return Bar


def list_files(api: HfApi, repo_id: str, revision: str) -> tuple[str, dict[str, RepoFile]]:
    """The commit that the revision names, and its files by name.

    Raises:
        ConnectionError: what answered is not the Hub.
    """
    try:
        commit = str(api.model_info(repo_id, revision=revision).sha)
        tree = api.list_repo_tree(repo_id, revision=commit)
        return commit, {entry.path: entry for entry in tree if isinstance(entry, RepoFile)}
    except (ValueError, KeyError, TypeError) as error:  # no JSON, or another's
        raise ConnectionError(errno.EPROTO, "what answered is not the Hub, but perhaps a proxy") from error


def fetch(request: Request) -> Path:
    """The folder of a snapshot that has those of the wanted files that the repository has."""
    repo_id = request["repo_id"]
    commit, listed = list_files(HfApi(token=False), repo_id, request["revision"] or "main")
    ask(listing={file.path: file.size for file in listed.values()})
    wanted = [listed[file] for file in request["files"] if file in listed]
    download = Download(repo_id, commit, wanted)
    for file in wanted:
        path = download.fetch(file)
        if file.path == "config.json":
            ask(config=path.read_text(encoding="utf-8", errors="replace"))
    return Path(HF_HUB_CACHE, repo_folder_name(repo_id=repo_id, repo_type="model"), "snapshots", commit)


def main() -> None:
    """Reads the request, fetches, and says `folder`, `changed` or `error` in the end."""
    threading.Thread(target=listen, daemon=True).start()
    request: Request = json.loads(answers.get())
    name = repo_folder_name(repo_id=request["repo_id"], repo_type="model")
    say(started=[str(Path(HF_HUB_CACHE, name)), str(Path(HF_HUB_CACHE, ".locks", name))])
    try:
        say(folder=str(fetch(request)))
    except Changed:
        say(changed=True)
    except (HTTPError, OSError) as error:  # the Hub's own errors among them
        status = error.response.status_code if isinstance(error, HfHubHTTPError) else None
        reason = f"status {status}" if status else getattr(error, "strerror", None) or type(error).__name__
        say(error=type(error).__name__, status=status, reason=reason)


if __name__ == "__main__":
    main()
