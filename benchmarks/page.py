"""`python -m benchmarks.page [CHECKOUT …]`: what a visitor waits for, in Chromium on this machine: medians of visits.

From the process to the first page, beside bare Gradio with PyTorch; from the address to the painted translation; from
the click on a tab to its first picture. Each visitor comes with an empty cache, and to a server that has served before.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks.chromium import launched
from benchmarks.load import Server

BARE = """
import gradio as gr, torch
with gr.Blocks() as demo:
    gr.Textbox()
demo.launch()
"""
VIEWPORT = {"width": 1280, "height": 800}
PATIENCE = 60_000  # ms

# Milliseconds from the beginning of the visit until the frame in which the translation stands.
TRANSLATION = """
(async () => {
  while (!document.querySelector(".translation .text")?.textContent.trim()) await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  window.translationPainted = performance.now();
})();
"""
# Milliseconds from a click on a tab until the frame in which its first widget has drawn its first answer, and until
# all have that are in sight. A widget is inert before its first answer.
TAB = """
async ([name, patience]) => {
  const tab = document.querySelector(`#tabs [data-tab-id="${name}"]`);
  const open = () => [...document.querySelectorAll("#tabs [role=tabpanel]")].find(({ clientWidth }) => clientWidth);
  const before = open();
  const waits = ({ parentElement }) => parentElement.inert || parentElement.ariaBusy === "true";
  const begin = performance.now();
  tab.click();
  const painted = async (done) => {
    while (!done()) {
      if (performance.now() - begin > patience) throw new Error(`${name}: no picture`);
      await new Promise(requestAnimationFrame);
    }
    await new Promise(requestAnimationFrame);
    return performance.now() - begin;
  };
  const first = await painted(() => {
    if (!open() || open() === before) return false;
    const asking = [...open().querySelectorAll(".problem")].filter(({ parentElement }) => parentElement.clientWidth);
    return !asking.length || !waits(asking[0]); // an experiment is asked for later
  });
  return [first, await painted(() => !open().querySelector("[aria-busy=true]"))];
}
"""
# Kilobytes as they came, and as they are read.
BYTES = """
() => {
  const all = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
  const sum = (name, entries) => entries.reduce((sum, entry) => sum + entry[name], 0) / 1000;
  return ["encodedBodySize", "decodedBodySize"].flatMap((name) => [sum(name, all.slice(0, 1)), sum(name, all)]);
}
"""


def start(folder: Path) -> float:
    """Seconds from the process to its first answer."""
    begin = time.monotonic()
    with Server(folder):
        seconds = time.monotonic() - begin
        time.sleep(1)  # Gradio asks itself once whether it is there
    return seconds


def visit(browser: Browser, url: str) -> dict[str, float]:
    """What one visitor waits for and is sent."""
    context = browser.new_context(viewport=VIEWPORT)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.add_init_script(TRANSLATION)
    page.goto(url)
    found = {"translation painted, ms": page.wait_for_function("window.translationPainted").json_value()}
    page.wait_for_load_state("networkidle")
    document, everything, document_read, everything_read = page.evaluate(BYTES)
    found |= {"document, kB sent": document, "document, kB read": document_read}
    found |= {"everything, kB sent": everything, "everything, kB read": everything_read}
    names = page.evaluate("[...document.querySelectorAll('#tabs [data-tab-id]')].map((tab) => tab.dataset.tabId)")
    for name in names[1:]:  # the first is open
        first, all_in_sight = page.evaluate(TAB, [name, PATIENCE])
        found |= {f"{name}, ms": first, f"{name}, all that was asked, ms": all_in_sight}
        page.wait_for_load_state("networkidle")
    context.close()
    return found


def main() -> None:
    """Prints the medians of this checkout, or of those named: starts in turns, then visits to one after the other."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page")
    parser.add_argument("checkouts", nargs="*", type=Path, default=[Path()])
    parser.add_argument("--visits", type=int, default=9)
    parser.add_argument("--starts", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as bare:
        (Path(bare) / "app.py").write_text(BARE, encoding="utf-8")
        starts: dict[Path, list[float]] = defaultdict(list)
        for _ in range(options.starts):
            for folder in (Path(bare), *options.checkouts):
                starts[folder].append(start(folder))
    for folder, seconds in starts.items():
        name = "bare Gradio with PyTorch" if str(folder) == bare else folder.resolve().name
        print(f"{name}: {statistics.median(seconds):.1f} s from the process to the first page", flush=True)
    for folder in options.checkouts:
        found: dict[str, list[float]] = defaultdict(list)
        with Server(folder) as server, sync_playwright() as playwright:
            browser = launched(playwright)
            visit(browser, server.url)
            for _ in range(options.visits):
                for name, value in visit(browser, server.url).items():
                    found[name].append(value)
        print(f"{folder.resolve().name}: median of {options.visits} visits (least, most)")
        for name, values in found.items():
            print(f"  {name:40} {statistics.median(values):7.0f} ({min(values):.0f}, {max(values):.0f})", flush=True)


if __name__ == "__main__":
    main()
