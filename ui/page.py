"""The page: the sentence above, the tabs below, and one run behind them all."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import gradio as gr

from explain.run import Run, Runner, Settings
from ui.api import add_api
from ui.events import AT_ONCE, ON_MODEL, kindly
from ui.introduction import INTRODUCTION, TITLE, model_line
from ui.languages import direction_choices, swapped
from ui.links import SET_ADDRESS, SET_TAB, request_from_query
from ui.models import Models
from ui.picker import ON_HUB, picker
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
PROGRESS = gr.Progress()  # as a default it tells Gradio to hand the event's own in


def build_page(models: Models, notice: str = "") -> gr.Blocks:
    """The whole app; the first example is translated here, so that the model is warm.

    `notice` is what the operator has to know and visitors may: that the Hub was out of reach, for instance.
    """
    first = first_run(models.default)

    with gr.Blocks(title=TITLE, analytics_enabled=False) as demo:
        gr.Markdown(INTRODUCTION)
        about_model = gr.Markdown(model_line(models.default), elem_id="about-model")
        gr.Markdown(notice, visible=bool(notice), elem_id="notice")
        model_name, open_model = picker(models)
        with gr.Row(elem_id="sentence-bar"):
            text_box = gr.Textbox(
                first.text, label="Your sentence", max_lines=4, scale=6, min_width=280, elem_id="text",
                placeholder="Type a sentence and press Enter",
            )  # fmt: skip
            direction_box = gr.Dropdown(
                direction_choices(models.default.directions), value=first.settings.direction,
                label="Direction", scale=1, min_width=210, filterable=False,
            )  # fmt: skip
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
                attention_tab(models, first, request),
                next_token_tab(models, first, request),
                positions_tab(models, first, request),
                inside_tab(models, first, request),
                why_tab(),
            ]
        [translation] = views[0].outputs
        controls = [text_box, direction_box, beam_size, alpha, n_best]
        tab_outputs = [output for view in views for output in view.outputs]

        def tab_values(runner: Runner, run: Run, tab: str) -> dict[Any, Any]:
            """New values for one tab; the others get theirs when they are opened."""
            [view] = [view for view in views if view.tab.id == tab]
            return dict(zip(view.outputs, view.render(runner, run), strict=True))

        def shown(runner: Runner, run: Run, tab: str) -> dict[Any, Any]:
            """The page on another run: its request, the translation, and the tab that the visitor looks at."""
            return {
                request: Request.of(run).to_browser(),
                translation: translation_value(run),
                **tab_values(runner, run, tab),
            }

        def on_model(runner: Runner, run: Run, tab: str) -> dict[Any, Any]:
            """The page on another model: what can be chosen of it, and its run."""
            settings, directions = run.settings, runner.directions
            return {
                about_model: model_line(runner),
                model_name: gr.Dropdown(choices=list(models.names), value=runner.name),
                text_box: run.text,
                direction_box: gr.Dropdown(choices=direction_choices(directions), value=settings.direction),
                swap: gr.Button(interactive=len(directions) > 1 and swapped(settings.direction) in directions),
                go: gr.Button("Translate" if runner.translates else "Continue"),
                beam_size: settings.beam_size,
                alpha: settings.alpha,
                n_best: settings.n_best,
                active_tab: tab,
                **shown(runner, run, tab),
            }

        def search(
            text: str, direction: str, beam_size: int, alpha: float, n_best: int, request: Any, tab: str
        ) -> dict[Any, Any]:
            try:
                runner = models.runner(Request.from_browser(request).model)
                run = runner.run(text, Settings(direction, beam_size, alpha, min(n_best, beam_size)))
            except ValueError as error:
                if tab != "translate":
                    raise gr.Error(str(error), print_exception=False) from error
                return {translation: {"problem": str(error)}}
            return shown(runner, run, tab)

        @kindly
        def choose(request: Any, event: gr.EventData) -> dict[Any, Any]:
            chosen = replace(Request.from_browser(request), chosen=event.hypothesis)
            return shown(*models.open(chosen.to_browser()), "translate")

        @kindly
        def pick_example(number: int, request: Any) -> tuple[str, Any]:
            """The example, in its direction if the page's model has it."""
            text, direction = EXAMPLES[number]
            offered = models.runner(Request.from_browser(request).model).directions
            return text, direction if direction in offered else gr.skip()

        @kindly
        def swap_sides(text: str, direction: str, request: Any) -> tuple[str, str]:
            """The other direction; the translation becomes the sentence, if it is one of the sentence typed."""
            current = Request.from_browser(request)
            if (current.text, current.settings.direction) == (text, direction):
                text = models.open(request)[1].translation.text
            return text, swapped(direction)

        @kindly
        def change_model(
            name: str, text: str, direction: str, tab: str, progress: gr.Progress = PROGRESS
        ) -> dict[Any, Any]:
            """The page on the model of that name and the same sentence; what goes wrong leaves the page as it was."""
            runner = models.load(str(name).strip(), partial(_show, progress))
            return on_model(runner, first_run(runner, text, direction), tab)

        @kindly
        def open_tab(tab: str, request: Any, active: str) -> Any:
            """The tab's picture; nothing where it is open already, as when the page itself opens its first tab."""
            if tab == active:
                return gr.skip()
            return {active_tab: tab, **tab_values(*models.open(request), tab)}

        @kindly
        def refresh(request: Any, active: str) -> dict[Any, Any]:
            return tab_values(*models.open(request), active)

        @kindly
        def reopen(browser: gr.Request, progress: gr.Progress = PROGRESS) -> Any:
            """What the address asks for; nothing where it asks for nothing, so that nobody's typing is lost."""
            linked = request_from_query(browser.query_params, models.default.name)
            if linked is None:
                return gr.skip()
            runner, tab = models.load(linked.model, partial(_show, progress)), browser.query_params.get("tab")
            tab = tab if tab in {view.tab.id for view in views} else "translate"
            return {tabs: gr.Tabs(selected=tab), **on_model(runner, linked.run(runner), tab)}

        page_outputs = [request, *tab_outputs]
        model_outputs = [about_model, model_name, *controls, swap, go, active_tab, *page_outputs]

        def address(event: gr.events.Dependency) -> None:
            """Behind an event that changed the page: the link to what it shows."""
            event.success(None, [request, active_tab], None, js=SET_ADDRESS, api_visibility="private")

        found = dict(fn=search, inputs=[*controls, request, active_tab], outputs=page_outputs, **ON_MODEL)
        address(gr.on([go.click, text_box.submit, beam_size.release, alpha.release, n_best.release], **found))
        picked = examples.click(pick_example, [examples, request], [text_box, direction_box], api_visibility="private")
        address(picked.success(**found))
        sides = swap.click(swap_sides, [text_box, direction_box, request], [text_box, direction_box], **ON_MODEL)
        address(sides.success(**found))
        address(translation.choose(choose, [request], page_outputs, **AT_ONCE))
        changed = dict(
            fn=change_model, inputs=[model_name, text_box, direction_box, active_tab], outputs=model_outputs, **ON_HUB
        )
        address(open_model.click(**changed, show_progress="full", show_progress_on=[about_model]))
        demo.load(reopen, None, [tabs, *model_outputs], **ON_HUB, show_progress="hidden")
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

        add_api(models.default)
    return demo


def first_run(runner: Runner, text: str = FIRST_EXAMPLE[0], direction: str = FIRST_EXAMPLE[1]) -> Run:
    """A model's run of a text, in this direction if it has it, as the model itself searches."""
    return runner.run(text, runner.default_settings(direction if direction in runner.directions else None))


def _show(progress: gr.Progress, done: int, total: int) -> None:
    progress((done / 1e6, total / 1e6), desc="Loading from the Hub", unit="MB")
