"""The page: the sentence above, the tabs below, and one run behind them all."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import gradio as gr

from explain.run import Run, Runner, Settings
from ui.api import add_api
from ui.events import AT_ONCE, ON_MODEL, kindly
from ui.introduction import TITLE, introduction
from ui.languages import direction_name, swapped
from ui.links import SET_ADDRESS, SET_TAB, request_from_query
from ui.request import Request
from ui.tabs.attention import attention_tab
from ui.tabs.inside import inside_tab
from ui.tabs.next_token import next_token_tab
from ui.tabs.positions import positions_tab
from ui.tabs.translate import translate_tab, translation_value
from ui.tabs.why import why_tab

EXAMPLES = [
    ["Ram pushed Hari.", "en-de"],
    ["I love eating pizza.", "en-de"],
    ["She was born in a remote village in Nepal.", "en-de"],
    ["A young woman is reading a book under a big tree.", "en-de"],
    ["Zwei Hunde spielen im Schnee.", "de-en"],
    ["Warum hast du mich gestern nicht angerufen?", "de-en"],
]
FIRST_EXAMPLE = EXAMPLES[3]


def build_page(runner: Runner) -> gr.Blocks:
    """The whole app on one translator; the first example is translated here, so that the model is warm."""
    first = runner.run(FIRST_EXAMPLE[0], Settings(FIRST_EXAMPLE[1]))

    with gr.Blocks(title=TITLE, analytics_enabled=False) as demo:
        gr.Markdown(introduction(runner.translator))
        with gr.Row(elem_id="sentence-bar"):
            text_box = gr.Textbox(
                first.text, label="Your sentence", max_lines=4, scale=6, min_width=280, elem_id="text",
                placeholder="Type a sentence and press Enter",
            )  # fmt: skip
            directions = [(direction_name(code), code) for code in runner.translator.directions]
            direction_box = gr.Dropdown(
                directions, value=first.settings.direction, label="Direction", scale=1, min_width=210, filterable=False
            )
            swap = gr.Button("⇄ Swap", scale=0, min_width=110, elem_id="swap")
            go = gr.Button("Translate", variant="primary", scale=0, min_width=130, elem_id="go")
        examples = gr.Dataset(
            components=[gr.Textbox(visible=False)], samples=[[text] for text, _ in EXAMPLES], type="index",
            label="Or try one of these", samples_per_page=len(EXAMPLES), elem_id="examples",
        )  # fmt: skip
        with gr.Accordion("Decoding settings", open=False), gr.Row():
            beam_size = gr.Slider(1, 8, 4, step=1, label="Beam size", info="Hypotheses kept at each step")
            alpha = gr.Slider(0, 2, 0.6, step=0.1, label="Length penalty", info="Higher favours longer translations")
            n_best = gr.Slider(1, 8, 4, step=1, label="Hypotheses shown", info="At most the beam size")

        request = gr.JSON(Request.of(first).to_browser(), visible=False)
        active_tab = gr.Textbox("translate", visible=False)
        with gr.Tabs(elem_id="tabs") as tabs:
            views = [
                translate_tab(first),
                attention_tab(runner, first, request),
                next_token_tab(runner, first, request),
                positions_tab(runner, first, request),
                inside_tab(runner, first, request),
                why_tab(),
            ]
        [translation] = views[0].outputs
        controls = [text_box, direction_box, beam_size, alpha, n_best]
        tab_outputs = [output for view in views for output in view.outputs]

        def tab_values(run: Run, tab: str) -> dict[Any, Any]:
            """New values for one tab; the others get theirs when they are opened."""
            [view] = [view for view in views if view.tab.id == tab]
            return dict(zip(view.outputs, view.render(run), strict=True))

        def shown(run: Run, tab: str) -> dict[Any, Any]:
            """The page on another run: its request, the translation, and the tab that the visitor looks at."""
            return {
                request: Request.of(run).to_browser(),
                translation: translation_value(run),
                **tab_values(run, tab),
            }

        def search(text: str, direction: str, beam_size: int, alpha: float, n_best: int, tab: str) -> dict[Any, Any]:
            try:
                run = runner.run(text, Settings(direction, beam_size, alpha, min(n_best, beam_size)))
            except ValueError as error:
                if tab != "translate":
                    raise gr.Error(str(error), print_exception=False) from error
                return {translation: {"problem": str(error)}}
            return shown(run, tab)

        @kindly
        def choose(request: Any, event: gr.EventData) -> dict[Any, Any]:
            chosen = replace(Request.from_browser(request), chosen=event.hypothesis)
            return shown(chosen.run(runner), "translate")

        @kindly
        def swap_sides(text: str, direction: str, request: Any) -> tuple[str, str]:
            """The other direction; the translation becomes the sentence, if it is one of the sentence typed."""
            current = Request.from_browser(request)
            if (current.text, current.settings.direction) == (text, direction):
                text = current.run(runner).translation.text
            return text, swapped(direction)

        @kindly
        def open_tab(tab: str, request: Any, active: str) -> Any:
            """The tab's picture; nothing where it is open already, as when the page itself opens its first tab."""
            if tab == active:
                return gr.skip()
            return {active_tab: tab, **tab_values(Request.from_browser(request).run(runner), tab)}

        @kindly
        def refresh(request: Any, active: str) -> dict[Any, Any]:
            return tab_values(Request.from_browser(request).run(runner), active)

        @kindly
        def reopen(browser: gr.Request) -> Any:
            """What the address asks for; nothing where it asks for nothing, so that nobody's typing is lost."""
            linked = request_from_query(browser.query_params)
            if linked is None:
                return gr.skip()
            run, settings, tab = linked.run(runner), linked.settings, browser.query_params.get("tab")
            tab = tab if tab in {view.tab.id for view in views} else "translate"
            values = [run.text, settings.direction, settings.beam_size, settings.alpha, settings.n_best]
            return {
                **dict(zip(controls, values, strict=True)),
                tabs: gr.Tabs(selected=tab),
                active_tab: tab,
                **shown(run, tab),
            }

        page_outputs = [request, *tab_outputs]

        def address(event: gr.events.Dependency) -> None:
            """Behind an event that changed the page: the link to what it shows."""
            event.success(None, [request, active_tab], None, js=SET_ADDRESS, api_visibility="private")

        found = dict(fn=search, inputs=[*controls, active_tab], outputs=page_outputs, **ON_MODEL)
        address(gr.on([go.click, text_box.submit, beam_size.release, alpha.release, n_best.release], **found))
        picked = examples.click(
            lambda number: EXAMPLES[number], [examples], [text_box, direction_box], api_visibility="private"
        )
        address(picked.success(**found))
        sides = swap.click(swap_sides, [text_box, direction_box, request], [text_box, direction_box], **ON_MODEL)
        address(sides.success(**found))
        address(translation.choose(choose, [request], page_outputs, **AT_ONCE))
        demo.load(reopen, None, [*controls, tabs, active_tab, *page_outputs], **AT_ONCE)
        for view in views:
            opened = view.tab.select(
                partial(open_tab, view.tab.id),
                [request, active_tab],
                [active_tab, *tab_outputs],
                **AT_ONCE,
                queue=False,
            )
            opened.success(None, [request, active_tab], None, js=SET_TAB, api_visibility="private")
            for change in view.changes:
                address(change.success(refresh, [request, active_tab], tab_outputs, **AT_ONCE))

        add_api(runner)
    return demo
