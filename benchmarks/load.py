"""`python -m benchmarks.load [CHECKOUT …]`: a hundred visitors at once, on a server of its own on this machine.

Each translates a sentence, as the page does or as a program does, opens some of the pictures, reads for a while, and
goes on. Then `--all-translate`: everybody translates, and asks again at once. Every translation is held against the one
that the model gives alone. Other checkouts of this project are measured in the same run, one after the other.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from model import Translator

SUBJECTS = ("A man", "The old woman", "My brother", "A child", "The teacher", "Her friend", "Our neighbour", "A girl")
VERBS = ("sees", "is looking for", "has bought", "likes", "is painting", "carries", "forgot", "finds")
OBJECTS = ("a red car", "the big house", "two dogs", "an old book", "some bread", "a bicycle", "the door", "a ball")
PLACES = (
    "in the park",
    "at the station",
    "on the beach",
    "in the kitchen",
    "near the school",
    "in the snow",
    "today",
    "",
)
SENTENCES = [
    f"{s} {v} {o} {p}".strip() + "." for s in SUBJECTS for v in VERBS for o in OBJECTS for p in PLACES
]  # 4,096
READY = 120  # seconds that the server may take to start
PATIENCE = 120  # seconds that a client waits for an answer


def sentences(seed: int = 0) -> list[str]:
    """All of them, in an order of their own."""
    return random.Random(seed).sample(SENTENCES, len(SENTENCES))


# ---- the server ----


class Server:
    """The app of a checkout, in a process of its own."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        environment = {**os.environ, "GRADIO_SERVER_PORT": str(port), "GRADIO_ANALYTICS_ENABLED": "False"}
        self.process = subprocess.Popen(
            [sys.executable, "app.py"], cwd=folder, env=environment, stdout=subprocess.DEVNULL
        )

    def __enter__(self) -> Server:
        deadline = time.monotonic() + READY
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if httpx.get(f"{self.url}/config", timeout=10).status_code == 200:
                    return self
            except httpx.HTTPError:
                time.sleep(0.2)
        self.process.kill()
        raise RuntimeError(f"expected a server within {READY} s; found none")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(20)

    @property
    def megabytes(self) -> float:
        """What the process holds in memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024


# ---- the clients ----


class Refused(Exception):
    """The server answered that it has no room."""


class Page:
    """What one visitor's browser knows: numbers of the page's events and components, and its session."""

    def __init__(self, http: httpx.AsyncClient, config: dict[str, Any]) -> None:
        self.http = http
        self.session = f"{random.getrandbits(64):x}"
        by_name = {each["api_name"]: each for each in config["dependencies"] if each["api_name"]}
        self.endpoints = {name: each["id"] for name, each in by_name.items()}
        ids = {each["props"].get("elem_id"): each for each in config["components"]}
        self.request = ids["translation"]["props"]["value"]["request"]
        self.translation = ids["translation"]["id"]
        self.search = next(
            each["id"]
            for each in config["dependencies"]
            if (ids["go"]["id"], "click") in map(tuple, each["targets"]) and self.translation in each["outputs"]
        )
        outputs = next(each["outputs"] for each in config["dependencies"] if each["id"] == self.search)
        self.place = outputs.index(self.translation)

    async def event(self, fn_index: int, data: list[Any]) -> list[Any]:
        """What an event gives, by way of Gradio's queue."""
        body = {"fn_index": fn_index, "data": data, "session_hash": self.session}
        joined = await self.http.post("/gradio_api/queue/join", json=body)
        if joined.status_code == 503:
            raise Refused
        joined.raise_for_status()
        async with self.http.stream("GET", "/gradio_api/queue/data", params={"session_hash": self.session}) as lines:
            async for line in lines.aiter_lines():
                message = json.loads(line.removeprefix("data: ")) if line.startswith("data: ") else {}
                if message.get("msg") == "process_completed":
                    if not message["success"]:
                        raise RuntimeError(str(message["output"]))
                    return message["output"]["data"]
        raise RuntimeError("expected an answer; found an end")

    async def typed(self, text: str) -> dict[str, Any]:
        """The request of the page after a text was typed: its translation comes with it."""
        asked = self.request
        settings = [asked[name] for name in ("direction", "beam_size", "alpha", "n_best")]
        data = await self.event(self.search, [text, *settings, asked, "translate"])
        return data[self.place]

    async def ask(self, request: dict[str, Any], name: str, **fields: Any) -> Any:
        """What a widget is answered."""
        body = {
            "fn_name": "ask",
            "component_id": self.translation,
            "session_hash": self.session,
            "data": {"request": request, "questions": [{"name": name, "fields": fields}]},
        }
        reply = await self.http.post("/gradio_api/component_server", json=body)
        reply.raise_for_status()
        [answer] = reply.json()["answers"]
        if isinstance(answer, dict) and answer.get("again"):
            raise Refused
        if isinstance(answer, dict) and "problem" in answer:
            raise RuntimeError(answer["problem"])
        return answer


@dataclass(kw_only=True)
class Record:
    """What the clients saw."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    counts: Counter[str] = field(default_factory=Counter)
    said: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    errors: Counter[str] = field(default_factory=Counter)

    async def timed(self, name: str, step: Awaitable[Any]) -> Any:
        """What a step gives, or None where it was refused or failed."""
        begin = time.monotonic()
        try:
            found = await step
        except Refused:
            self.counts[f"{name} refused"] += 1
            return None
        except (httpx.HTTPError, RuntimeError) as error:
            self.counts[f"{name} failed"] += 1
            self.errors[f"{name}: {type(error).__name__} {error}"[:200]] += 1
            return None
        self.seconds[name].append(time.monotonic() - begin)
        return found


async def visit(page: Page, texts: list[str], options: argparse.Namespace, record: Record) -> None:
    """One client, until the time is over."""
    dice = random.Random(texts[0])
    pause = 0.0 if options.all_translate else options.pause
    deadline = time.monotonic() + options.seconds
    await asyncio.sleep(dice.random() * max(pause, 1))  # they do not come in the same moment
    for text in texts:
        if time.monotonic() > deadline:
            return
        found = None
        if dice.random() < 0.25:
            asked = page.event(page.endpoints["translate"], [text, "en-de", 4, 0.6, 4])
            if answer := await record.timed("translate", asked):
                record.said[text].add(answer[0]["translation"])
        elif found := await record.timed("translate", page.typed(text)):
            record.said[text].add(found["hypotheses"][found["chosen"]]["text"])
        if found and not options.all_translate:
            await record.timed("word_sources", page.ask(found["request"], "word_sources"))
            if dice.random() < 0.15:
                await record.timed("attention", page.ask(found["request"], "attention"))
            if dice.random() < 0.1:
                await record.timed("why_not", page.ask(found["request"], "why_not", position=1))
        await asyncio.sleep(pause * (0.5 + dice.random()))


async def everybody(url: str, options: argparse.Namespace) -> Record:
    """All clients at once."""
    record, texts = Record(), sentences()
    share = len(texts) // options.clients
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=url, timeout=PATIENCE, limits=limits) as http:
        config = (await http.get("/config")).json()
        shares = (texts[i * share : (i + 1) * share] for i in range(options.clients))
        await asyncio.gather(*(visit(Page(http, config), each, options, record) for each in shares))
    return record


# ---- what came out ----


def wrong(record: Record, folder: Path) -> list[str]:
    """The texts whose translation was another than the one given alone; ties aside, there is none."""
    translator = Translator.from_pretrained(folder / "checkpoints/en-de")
    return [
        text
        for text, said in record.said.items()
        if said != {translator.translate_sentences([text], "en-de", beam_size=4, alpha=0.6)[0]}
    ]


def report(name: str, record: Record, options: argparse.Namespace) -> None:
    """Prints counts and times."""
    print(f"{name}: {options.clients} clients, {options.seconds:.0f} s")
    for step, seconds in record.seconds.items():
        p95 = statistics.quantiles(seconds, n=20)[-1] if len(seconds) > 1 else seconds[0]
        print(
            f"  {step:13} {len(seconds):5} answered, {len(seconds) / options.seconds:5.1f} a second; "
            f"median {statistics.median(seconds):.2f} s, p95 {p95:.2f} s"
        )
    for outcome, n in (record.counts + record.errors).items():
        print(f"  {outcome}: {n}")


def main() -> None:
    """Measures this checkout, or those named."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load")
    parser.add_argument("checkouts", nargs="*", type=Path, default=[Path()])
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--pause", type=float, default=5, help="mean seconds in which a visitor reads")
    parser.add_argument("--all-translate", action="store_true")
    options = parser.parse_args()
    records = []
    for folder in options.checkouts:
        with Server(folder) as server:
            before = server.megabytes
            record = asyncio.run(everybody(server.url, options))
            report(folder.resolve().name, record, options)
            print(f"  memory of the server: {before:.0f} MB at first, {server.megabytes:.0f} MB at last", flush=True)
        records.append((folder, record))
    for folder, record in records:
        print(f"{folder.resolve().name}: {len(wrong(record, folder))} wrong of {len(record.said)}", flush=True)


if __name__ == "__main__":
    main()
