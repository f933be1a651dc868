"""A repository of the Hub that a visitor names: looked at before it is fetched, and never a path on this machine."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from huggingface_hub.constants import HF_HOME
from huggingface_hub.file_download import repo_folder_name

from interop import loader_for
from interop.process import Conversation
from interop.repository import FILES, Settings
from model.storage.files import CONFIG, WEIGHTS, missing_file
from model.storage.hub import check_repo_id

TIME_LIMIT = 300.0  # seconds
REVISION = re.compile(r"\w[\w./+-]{0,199}")
# Apart from this machine's own cache of the Hub, of which nothing is ever deleted.
CACHE = Path(HF_HOME, "the-transformer-opened")
BUDGET = 5_000_000_000  # bytes in there


def download(
    repo_id: str,
    revision: str | None = None,
    *,
    max_bytes: int,
    progress: Callable[[int, int], None] | None = None,
    time_limit: float = TIME_LIMIT,
) -> Path:
    """The folder with the files of a Hub repository, ready for `interop.load`; its weights are safetensors alone.

    All files have the sizes and hashes that the Hub names. No token of ours is sent, so that a visitor sees what is
    public. `progress` gets bytes done and in all; `max_bytes` limits all files together, `time_limit` the seconds that
    it takes. The folder is in `CACHE`, where a download deletes the repositories that were asked for longest ago, so
    that all do not exceed `BUDGET` bytes.

    Raises:
        ValueError: the id or the revision breaks the Hub's rule, the repository is missing, private, too large, has
            pickled weights alone or an architecture not known here, or the Hub is away, too slow, or breaks off.
    """
    check_repo_id(repo_id)
    if revision is not None and (not REVISION.fullmatch(revision) or ".." in revision):
        raise ValueError(f"revision: expected a branch, a tag or a commit; found {revision[:100]!r}")

    def check_listing(sizes: dict[str, int]) -> None:
        for name in (CONFIG, WEIGHTS):
            if name not in sizes:
                raise missing_file(repo_id, name, sizes)
        if (total := sum(size for name, size in sizes.items() if name in FILES)) > max_bytes:
            raise ValueError(
                f"{repo_id}: expected at most {max_bytes / 1e6:,.0f} MB; found {total / 1e6:,.0f} MB: "
                "choose a smaller model"
            )
        _make_room(repo_id, total)

    def check_config(text: str) -> None:
        loader_for(Settings.parse(text, CONFIG))

    conversation = Conversation(
        {"repo_id": repo_id, "revision": revision, "files": list(FILES)},
        CACHE, check_listing=check_listing, check_config=check_config, progress=progress,
    )  # fmt: skip
    return conversation.hold(time_limit)


def _make_room(repo_id: str, size: int) -> None:
    """Deletes from the cache what was asked for longest ago, until `size` bytes more of this repository have room."""
    wanted = CACHE / repo_folder_name(repo_id=repo_id, repo_type="model")
    with suppress(OSError):  # another process is at work in a folder: the next download makes room
        if wanted.is_dir():
            os.utime(wanted)
        room = BUDGET - size
        # whole folders, not huggingface_hub's `delete_revisions`: it goes by commits, which two repositories may share,
        # and is blind to what broken downloads left
        for folder in sorted(CACHE.glob("models--*"), key=lambda folder: folder.stat().st_mtime, reverse=True):
            room -= sum(path.lstat().st_size for path in folder.rglob("*"))
            if room < 0:
                shutil.rmtree(folder)
