"""`python -m benchmarks.attention_view [--node-modules FOLDER]`: from click to painted, beside BertViz's model view.

48 heads (6 layers of 8) at 40 x 40 tokens, all three kinds, in one Chromium. The weights are random softmax rows: what
drawing costs does not depend on what a model learned, and they fit no checkpoint. Medians; both wait until all heads
of a kind stand in the page and that frame was drawn. Our page asks the server for the maps after the click; BertViz
has them in the page when its clock starts.

BertViz takes its scripts from a CDN; here from FOLDER = PARENT/node_modules, after
`npm install --prefix PARENT d3@5.7.0 requirejs@2.3.6 jquery@2.1.0` (npm has no jquery 2.0.0).
"""

from __future__ import annotations

import argparse
import json
import statistics
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
from playwright.sync_api import Browser, Page, Route, sync_playwright
from starlette.responses import Response

from benchmarks.chromium import launched
from explain.attention import AttentionMaps
from explain.kinds import KINDS
from explain.run import Settings
from explain.tokens import TargetToken, Token
from ui.components import widget
from ui.launch import launch
from ui.request import Request
from ui.tabs.attention import attention_tab, exact_weights, grid_value

N_LAYERS, N_HEADS, N_TOKENS = 6, 8, 40
N_MAPS = N_LAYERS * N_HEADS
PEER_SCRIPTS = {  # what the CDN's address ends with -> where npm puts it
    "require.min.js": "requirejs/require.js",
    "d3.min.js": "d3/dist/d3.min.js",
    "jquery.min.js": "jquery/dist/jquery.min.js",
}

# act() in the page -> milliseconds until done() holds at the start of a frame, and that frame has been drawn
TIMED = """async ({act, done}) => {
  const frame = () => new Promise(requestAnimationFrame);
  const begin = performance.now();
  eval(act);
  while (!eval(done)) await frame();
  await frame();
  return performance.now() - begin;
}"""


def random_maps() -> list[AttentionMaps]:
    """All kinds, with the decoder's causal mask."""
    generator = np.random.default_rng(0)
    source = tuple(Token(id=i, text=f"▁source{i}", special=False, word=i) for i in range(N_TOKENS))
    target = tuple(Token(id=i, text=f"▁target{i}", special=False, word=i) for i in range(N_TOKENS))
    predicts = tuple(
        TargetToken(id=i, text=f"▁target{i + 1}", special=False, word=i, probability=0.5, given=False)
        for i in range(N_TOKENS)
    )
    maps = []
    for kind in KINDS:
        scores = 2 * generator.standard_normal((N_LAYERS, N_HEADS, N_TOKENS, N_TOKENS))
        if kind == "decoder":
            scores = np.where(np.tri(N_TOKENS, dtype=bool), scores, -np.inf)
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        weights = (weights / weights.sum(axis=-1, keepdims=True)).astype(np.float32)
        maps.append(
            AttentionMaps(
                kind=kind,
                weights=weights,
                rows=source if kind == "encoder" else target,
                predicts=None if kind == "encoder" else predicts,
                columns=target if kind == "decoder" else source,
            )
        )
    return maps


def page_of(maps: list[AttentionMaps]) -> gr.Blocks:
    """Our tab behind another one with a widget, as on the page."""
    by_kind = {each.kind: each for each in maps}

    async def ask(asked: dict[str, Any]) -> Response:
        """Answers of these maps, made anew each time as on the page."""
        makes = {
            "attention": lambda fields: grid_value(maps, "en-de", asked["request"]),
            "exact_attention": lambda fields: {
                "run": asked["request"],
                **exact_weights(by_kind[fields["kind"] or "cross"], fields["layers"]),
            },
        }
        answers = [makes[question["name"]](question["fields"]) for question in asked["questions"]]
        return Response(json.dumps({"answers": answers}), media_type="application/json")

    with gr.Blocks(analytics_enabled=False) as demo:
        gr.Markdown("A line that makes the page as wide as the real one. " * 9)
        request = Request(model="random", text="40 tokens", settings=Settings(direction="en-de")).to_browser()
        widget("page_request", request, visible="hidden")
        with gr.Tabs():
            with gr.Tab("First"):
                widget("attention_lines")
            attention_tab(ask)
    return demo


def measure_ours(browser: Browser, url: str) -> dict[str, float]:
    """Milliseconds of one visit: opening the tab, then each kind."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(url)
    page.get_by_role("tab", name="Attention").wait_for()
    page.wait_for_load_state("networkidle")
    maps_are_there = f"document.querySelectorAll('.map canvas').length === {N_MAPS}"
    act = "[...document.querySelectorAll('[role=tab]')].find(tab => tab.textContent.includes('Attention')).click()"
    times = {"open the tab": page.evaluate(TIMED, {"act": act, "done": maps_are_there})}
    for kind in KINDS:
        act = f"document.querySelector('.kinds input[value={kind}]').click()"
        times[f"show {kind}"] = page.evaluate(TIMED, {"act": act, "done": maps_are_there})
    page.close()
    return times


def bertviz_html(maps: list[AttentionMaps]) -> str:
    """The page that BertViz writes for the same arrays."""
    import torch
    from bertviz import model_view

    encoder, decoder, cross = ([torch.from_numpy(layer)[None] for layer in kind.weights] for kind in maps)
    html = model_view(
        encoder_attention=encoder,
        decoder_attention=decoder,
        cross_attention=cross,
        encoder_tokens=[token.text for token in maps[0].rows],
        decoder_tokens=[token.text for token in maps[1].rows],
        display_mode="light",
        html_action="return",
    )
    return html.data


def measure_peer(browser: Browser, html: str, scripts: Path) -> dict[str, float]:
    """Milliseconds of BertViz's model view: from its script's start, libraries loaded, then each kind."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})

    def from_npm(route: Route) -> None:
        [file] = [path for end, path in PEER_SCRIPTS.items() if route.request.url.endswith(end)]
        route.fulfill(path=scripts / file, content_type="text/javascript")

    page.route("https://cdnjs.cloudflare.com/**", from_npm)
    head, script = html.split('<script type="text/javascript">')
    page.set_content(head)
    _load_libraries(page, script)
    lines_are_there = f"document.querySelectorAll('line').length === {N_MAPS * N_TOKENS**2}"
    act = f"window.eval({json.dumps(script.split('</script>')[0])})"
    times = {"open": page.evaluate(TIMED, {"act": act, "done": lines_are_there})}
    for i, kind in enumerate(KINDS):
        act = f"$('#filter').val('{i}').trigger('change')"
        times[f"show {kind}"] = page.evaluate(TIMED, {"act": act, "done": lines_are_there})
    page.close()
    return times


def _load_libraries(page: Page, script: str) -> None:
    configuration = script[script.index("require.config") : script.index("requirejs(")]
    page.wait_for_function("window.requirejs")
    page.evaluate(f"{configuration}; new Promise(done => requirejs(['jquery', 'd3'], $ => done(window.$ = $) && 0))")


def report(name: str, visits: list[dict[str, float]], n_bytes: int) -> None:
    print(f"{name}: {n_bytes / 1000:.0f} kB")
    for step in visits[0]:
        times = [visit[step] for visit in visits]
        print(f"  {step:14} median {statistics.median(times):7.0f} ms  ({min(times):.0f} to {max(times):.0f})")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.attention_view")
    parser.add_argument("--visits", type=int, default=9)
    parser.add_argument(
        "--node-modules", type=Path, help="where BertViz's scripts are; without it, BertViz is left out"
    )
    args = parser.parse_args()
    maps = random_maps()
    demo = page_of(maps)
    _, url, _ = launch(demo, prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
    peer = bertviz_html(maps) if args.node_modules else ""
    ours, peers = [], []
    with sync_playwright() as playwright:
        browser = launched(playwright)
        for _ in range(args.visits):  # they take turns, so that other work on the machine meets all of them
            ours.append(measure_ours(browser, url))
            if peer:
                peers.append(measure_peer(browser, peer, args.node_modules))
        browser.close()
    demo.close()
    n_bytes = len(json.dumps(grid_value(maps, "en-de", {}), ensure_ascii=False).encode())
    print(f"{N_MAPS} heads at {N_TOKENS} x {N_TOKENS}, three kinds, {args.visits} visits")
    report("This page, maps from the server after the click", ours, n_bytes)
    if peer:
        report("BertViz model view, maps in the page", peers, len(peer.encode()))


if __name__ == "__main__":
    main()
