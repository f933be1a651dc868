"""The whole app as `python app.py` starts it, where the machine has no home folder and then no room on its disk."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from gradio_client import Client

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="limits of other processes are Linux's")


@pytest.fixture
def homeless(tmp_path) -> Iterator[subprocess.Popen[str]]:
    """The app in a process of its own, for which no home folder can be found."""
    environment = {**os.environ, "HOME": str(tmp_path / "missing"), "GRADIO_ANALYTICS_ENABLED": "False"}
    environment.pop("XDG_CACHE_HOME", None)
    environment.pop("GRADIO_SERVER_PORT", None)
    environment["PYTHONUNBUFFERED"] = "1"
    process = subprocess.Popen(
        [sys.executable, "app.py"], cwd=ROOT, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    yield process
    process.kill()
    process.wait()


def test_without_a_home_and_with_a_full_disk_it_translates_and_ends_well(homeless):
    url = next(line.split()[-1] for line in homeless.stdout if "http://" in line)
    resource.prlimit(homeless.pid, resource.RLIMIT_FSIZE, (0, 0))  # from now on no file can grow
    client = Client(url, verbose=False)
    answer = client.predict("Where is the station?", "en-de", api_name="/translate")
    assert answer["translation"] == "Wo ist der Bahnhof?"
    assert client.predict("Where is the station?", "en-de", api_name="/source_words")["links"]
    assert httpx.get(f"{url}/health").status_code == 200
    begun = time.monotonic()
    homeless.send_signal(signal.SIGTERM)
    said, _ = homeless.communicate(timeout=60)
    assert homeless.returncode == 0 and time.monotonic() - begun < 10
    assert "Traceback" not in said
