"""A real Hub on this machine: olah, which serves folders of git repositories as huggingface.co serves models.

What olah lacks, and who stands in for it: it takes no pushes (405), lists no LFS files and so no SHA-256, knows neither
private nor gated repositories, never is slow and never dies in the middle: `tests/hub/stand_in.py` does these. A
missing revision is to it a missing repository (401).
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from filelock import FileLock

OLAH = "olah==0.5.4"
CONFIG = """
[basic]
host = "127.0.0.1"
port = {port}
repos-path = "{folder}/cache"
mirrors-path = ["{folder}/mirrors"]
[accessibility]
offline = true
"""


def olah_program() -> Path:
    """olah's command, in a virtual environment of its own that is made once and kept."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    cache.mkdir(parents=True, exist_ok=True)
    environment = cache / f"hub-tests-{OLAH}"
    with FileLock(f"{environment}.lock"):  # the tests run in two processes
        if not (environment / "complete").exists():
            shutil.rmtree(environment, ignore_errors=True)
            subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
            command = [environment / "bin" / "pip", "install", "--quiet", OLAH]
            installed = subprocess.run(command, capture_output=True, text=True)
            if installed.returncode and not os.environ.get("CI"):
                pytest.skip(f"{OLAH} cannot be installed here: {installed.stderr[-300:]}")
            assert installed.returncode == 0, installed.stderr
            (environment / "complete").touch()
    return environment / "bin" / "olah-cli"


class LocalHub:
    """olah on a free port of this machine, as a context."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        folder.mkdir(parents=True, exist_ok=True)
        self.config = folder / "olah.toml"
        self.config.write_text(CONFIG.format(port=port, folder=folder))

    def __enter__(self) -> LocalHub:
        command = [olah_program(), "--config", self.config, "--log-path", self.folder / "logs"]
        with (self.folder / "output.txt").open("wb") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, cwd=self.folder)
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{self.url}/api/models/no/where/revision/main")
            except urllib.error.HTTPError:  # an answer, and the right one
                return self
            except OSError:
                assert self.process.poll() is None, (self.folder / "output.txt").read_text()
                time.sleep(0.1)
        raise AssertionError((self.folder / "output.txt").read_text())

    def __exit__(self, *error: object) -> None:
        self.process.terminate()
        self.process.wait()

    def publish(self, folder: Path, repo_id: str) -> str:
        """Puts the files of a folder into the repository `org/name` as a new commit, and returns its hash."""
        repository = self.folder / "mirrors" / "models" / repo_id
        shutil.copytree(folder, repository, dirs_exist_ok=True)
        git = ["git", "-C", str(repository), "-c", "user.name=tests", "-c", "user.email=tests@localhost"]
        for arguments in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "published"]):
            subprocess.run([*git, *arguments], check=True)
        return subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()


def visit(monkeypatch: pytest.MonkeyPatch, url: str, home: Path) -> None:
    """Makes `url` the Hub of this process and of those started from now on, and `home` the place of all caches."""
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_TOKEN", "TRANSFORMERS_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_ENDPOINT", url)
    monkeypatch.setenv("HF_HOME", str(home))
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    # as huggingface_hub and we read them from the environment, which this process has done already
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", url)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(home / "hub"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr(
        "huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE", f"{url}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
    )
    monkeypatch.setattr("interop.download.CACHE", home / "the-transformer-opened")
