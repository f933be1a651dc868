"""`python -m benchmarks.memory [CHECKOUT …]`: the server's memory as visitors translate ever more different sentences.

Eight clients at once translate and ask where the words come from, which makes an inspected pass of each. From the 500th
sentence to the last the memory is to stay within 5 %.
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

import httpx

from benchmarks.load import PATIENCE, Page, Server, sentences

CLIENTS = 8
EVERY = 500


async def grow(server: Server, n_sentences: int) -> list[float]:
    """Megabytes at first, and after each 500 sentences."""
    found = [server.megabytes]
    waiting = iter(sentences()[:n_sentences])
    done = 0

    async def client(page: Page) -> None:
        nonlocal done
        for text in waiting:
            shown = await page.typed(text)
            await page.ask(shown["request"], "word_sources")
            done += 1
            if done % EVERY == 0:
                found.append(server.megabytes)
                print(f"  {done:5} sentences: {found[-1]:.0f} MB", flush=True)

    async with httpx.AsyncClient(base_url=server.url, timeout=PATIENCE) as http:
        config = (await http.get("/config")).json()
        await asyncio.gather(*(client(Page(http, config)) for _ in range(CLIENTS)))
    return found


def main() -> None:
    """Measures this checkout, or those named, one after the other."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory")
    parser.add_argument("checkouts", nargs="*", type=Path, default=[Path()])
    parser.add_argument("--sentences", type=int, default=2500)
    options = parser.parse_args()
    for folder in options.checkouts:
        with Server(folder) as server:
            print(f"{folder.resolve().name}: {server.megabytes:.0f} MB at first", flush=True)
            _, first, *_, last = [*asyncio.run(grow(server, options.sentences)), server.megabytes]
            print(f"  from the {EVERY}th sentence to the last: {100 * (last / first - 1):+.1f} %")


if __name__ == "__main__":
    main()
