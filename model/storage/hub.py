"""Repositories of the Hub: into the local cache, whole or not at all, and back."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from pathlib import Path

from huggingface_hub import HfApi, hf_hub_download, try_to_load_from_cache
from huggingface_hub.errors import (
    HfHubHTTPError,
    HTTPError,  # pyright: ignore[reportPrivateImportUsage]  # of the HTTP library that huggingface_hub has chosen
    LocalTokenNotFoundError,
    OfflineModeIsEnabled,
)
from huggingface_hub.utils import validate_repo_id

from .files import replacing

ANSWER_LIMIT = 5.0  # seconds in which the Hub must answer
NOT_THE_HUB = "what answered is not the Hub, but perhaps a proxy"


def check_repo_id(name: str) -> None:
    """Holds a name against the Hub's rule: `org/name` or `name`, of letters, digits, `-`, `_` and `.`.

    Raises:
        ValueError: it breaks the rule, as paths and addresses do.
    """
    try:
        validate_repo_id(name)
    except ValueError as error:
        raise ValueError(f"model: expected a Hub id such as org/name; found {name[:100]!r}") from error


def resolve(folder_or_id: str | Path, revision: str | None, files: Sequence[str]) -> Path:
    """The checkpoint's folder: the path itself, or the Hub repository's `files`, as far as it has them, in the cache.

    The last of `files` is fetched last. A Hub that does not answer within seconds, or breaks off, is done without if
    the cache has what it last gave of this revision.

    Raises:
        ValueError: there is no such folder, and the name is no Hub id or that of no repository that can be read.
    """
    folder, repo_id = Path(folder_or_id), str(folder_or_id)
    if folder.is_dir():
        return folder
    try:
        check_repo_id(repo_id)
    except ValueError as error:
        raise ValueError(
            f"checkpoint: expected a folder or a Hub id such as org/name; found neither in {repo_id!r}"
        ) from error
    try:
        return _fetch(repo_id, revision, files)
    except (HTTPError, OSError) as error:  # the Hub's own errors among them
        status = error.response.status_code if isinstance(error, HfHubHTTPError) else None
        if refused := refusal(type(error).__name__, status, revision):
            raise ValueError(f"{repo_id}: {refused}") from error
        last = try_to_load_from_cache(repo_id, files[-1], revision=revision)
        if isinstance(last, str):
            return Path(last).parent
        reason = f"status {status}" if status else getattr(error, "strerror", None) or type(error).__name__
        raise ValueError(
            f"{repo_id}: expected an answer from the Hub, or the files in the local cache; found neither ({reason}): "
            "check the network and try again"
        ) from error


def refusal(error: str, status: int | None, revision: str | None) -> str | None:
    """What the Hub's error of this class and HTTP status says of a repository; None if it is the Hub that fails."""
    match error, status:
        case "GatedRepoError", _:
            return "expected a public repository; found a gated one, whose terms must be accepted on the Hub first"
        case "RevisionNotFoundError", _:
            return f"expected a revision of this repository; found no {revision}"
        case "RepositoryNotFoundError", _:
            return "expected a repository on the Hub; found none, or a private one: check the name and the revision"
        case _, 403:
            return "expected a public repository; found one that is private or gated: choose another"
    return None


def push(
    folder: Path, repo_id: str, files: Sequence[str], *, private: bool = False, revision: str | None = None
) -> str:
    """Uploads those of `files` that the folder has, in one commit, and returns the address of that commit.

    The repository, and the branch `revision` where one is named, are made if they are not there. The token is that of
    `HF_TOKEN` or of `hf auth login`.

    Raises:
        ValueError: the id is none, or the Hub refuses.
    """
    check_repo_id(repo_id)
    api = HfApi()
    try:
        repo_id = api.create_repo(repo_id, private=private, exist_ok=True).repo_id
        if revision is not None:
            api.create_branch(repo_id, branch=revision, exist_ok=True)
        return api.upload_folder(
            repo_id=repo_id, folder_path=folder, revision=revision, allow_patterns=list(files),
            commit_message="Upload checkpoint",
        ).commit_url  # fmt: skip
    except (HfHubHTTPError, LocalTokenNotFoundError) as error:
        status = error.response.status_code if isinstance(error, HfHubHTTPError) else "no token"
        raise ValueError(
            f"{repo_id}: expected leave to write there; found the Hub's refusal ({status}): "
            "log in by `hf auth login`, or set HF_TOKEN to a token that may write"
        ) from error
    except (HTTPError, OfflineModeIsEnabled) as error:
        raise ValueError(
            f"{repo_id}: expected an answer from the Hub; found none ({type(error).__name__}): "
            "check the network and try again"
        ) from error


def _fetch(repo_id: str, revision: str | None, files: Sequence[str]) -> Path:
    """The snapshot that the revision names, once it has those of `files` that the repository has.

    Raises:
        ValueError: the repository has none of them.
        OSError: the Hub cannot be reached, or refuses.
    """
    try:
        info = HfApi().model_info(repo_id, revision=revision or "main", timeout=ANSWER_LIMIT)
        commit, listed = str(info.sha), {sibling.rfilename for sibling in info.siblings or ()}
    except (ValueError, KeyError, TypeError) as error:  # no JSON, or another's
        raise ConnectionError(errno.EPROTO, NOT_THE_HUB) from error
    # By the commit: by a name, huggingface_hub would make the name stand for it before the files have come. One by one,
    # so that a snapshot that has the last of them is complete.
    paths = [
        Path(hf_hub_download(repo_id, name, revision=commit, etag_timeout=ANSWER_LIMIT))
        for name in files
        if name in listed
    ]
    if not paths:
        raise ValueError(f"{repo_id}: expected a model's files, such as {', '.join(files)}; found none of them")
    snapshot = paths[-1].parent
    if paths[-1].name == files[-1] and snapshot.name != revision:  # a commit has no other name
        name = snapshot.parents[1] / "refs" / (revision or "main")
        name.parent.mkdir(parents=True, exist_ok=True)
        with replacing(name) as new:
            new.write_text(snapshot.name)
    return snapshot
