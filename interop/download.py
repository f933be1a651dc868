"""A repository of the Hub that a visitor names: looked at before it is fetched, and never a path on this machine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import model.download
from interop import loader_for
from interop.repository import FILES, Settings
from model.checkpoint import CONFIG, WEIGHTS, missing_file

TIME_LIMIT = 300.0  # seconds


def download(
    repo_id: str,
    revision: str | None = None,
    *,
    max_bytes: int,
    progress: Callable[[int, int], None] | None = None,
    time_limit: float = TIME_LIMIT,
) -> Path:
    """The folder with the files of a Hub repository, ready for `interop.load`; its weights are safetensors alone.

    No token of ours is sent, so that a visitor sees what is public. `progress` gets bytes done and in all; `max_bytes`
    limits all files together, `time_limit` the seconds that it takes.

    Raises:
        ValueError: the id breaks the Hub's rule, the repository is missing, private, too large, has pickled weights
            alone or an architecture not known here, or the Hub is away, too slow, or breaks off.
    """

    def check_listing(sizes: dict[str, int]) -> None:
        for name in (CONFIG, WEIGHTS):
            if name not in sizes:
                raise missing_file(repo_id, name, sizes)
        if (total := sum(size for name, size in sizes.items() if name in FILES)) > max_bytes:
            raise ValueError(
                f"{repo_id}: expected at most {max_bytes / 1e6:,.0f} MB; found {total / 1e6:,.0f} MB: "
                "choose a smaller model"
            )

    def check_config(text: str) -> None:
        loader_for(Settings.parse(text, CONFIG))

    return model.download.download(
        repo_id, revision, FILES, anonymous=True, cached=False,
        check_listing=check_listing, check_config=check_config, progress=progress, time_limit=time_limit,
    )  # fmt: skip
