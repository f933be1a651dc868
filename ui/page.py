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
from ui.languages import swapped
from ui.links import SET_ADDRESS, SET_TAB, request_from_query
from ui.models import Models
from ui.picker import ON_HUB, picker
from ui.request import Request
from ui.sentence_bar import EXAMPLES, FIRST_EXAMPLE, sentence_bar
from ui.tabs import TabView
from ui.tabs.attention import attention_tab
from ui.tabs.inside import inside_tab
from ui.tabs.next_token import next_token_tab
from ui.tabs.positions import positions_tab
from ui.tabs.translate import translate_tab, translation_value
from ui.tabs.why import why_tab

PROGRESS = gr.Progress()  # as a default it tells Gradio to hand the event's own in


def build_page(models: Models, notice: str = "") -> gr.Blocks:
    """The whole app; the first example is translated here, so that the model is warm.

    `notice` is what the operator has to know and visitors may: that the Hub was out of reach, for instance.
    """
    with gr.Blocks(title=TITLE, analytics_enabled=False) as demo:
        page = _Page(models, notice)
        page.connect()
        demo.load(page.reopen, None, [page.tabs, *page.model_outputs], **ON_HUB, show_progress="hidden")
        add_api(models.default)
    return demo


def first_run(runner: Runner, text: str = FIRST_EXAMPLE[0], direction: str = FIRST_EXAMPLE[1]) -> Run:
    """A model's run of a text, in this direction if it has it, as the model itself searches."""
    return runner.run(text, runner.default_settings(direction if direction in runner.directions else None))


class _Page:
    """The components, and what their events do; a handler gives new values by component."""

    def __init__(self, models: Models, notice: str) -> None:
        self.models = models
        first = first_run(models.default)
        gr.Markdown(INTRODUCTION)
        self.about_model = gr.Markdown(model_line(models.default), elem_id="about-model")
        gr.Markdown(notice, visible=bool(notice), elem_id="notice")
        self.model_name, self.open_model = picker(models)
        self.bar = sentence_bar(models.default, first)
        self.request = gr.JSON(Request.of(first).to_browser(), visible=False)
        self.active_tab = gr.Textbox("translate", visible=False)
        with gr.Tabs(elem_id="tabs") as self.tabs:
            self.views: list[TabView] = [
                translate_tab(first),
                attention_tab(models, first, self.request),
                next_token_tab(models, first, self.request),
                positions_tab(models, first, self.request),
                inside_tab(models, first, self.request),
                why_tab(),
            ]
        [self.translation] = self.views[0].outputs
        self.tab_outputs = [output for view in self.views for output in view.outputs]
        self.run_outputs = [self.request, *self.tab_outputs]
        self.model_outputs = [
            self.about_model, self.model_name, *self.bar.changing, self.active_tab, *self.run_outputs
        ]  # fmt: skip

    def connect(self) -> None:
        """Ties the handlers to their events."""
        bar, state = self.bar, [self.request, self.active_tab]
        search = dict(fn=self.search, inputs=[*bar.asked, *state], outputs=self.run_outputs, **ON_MODEL)
        asked = [bar.go.click, bar.text.submit, bar.beam_size.release, bar.alpha.release, bar.n_best.release]
        self._set_address(gr.on(asked, **search))
        example = bar.examples.click(
            self.pick_example, [bar.examples, self.request], [bar.text, bar.direction], api_visibility="private"
        )
        self._set_address(example.success(**search))
        sides = bar.swap.click(
            self.swap_sides, [bar.text, bar.direction, self.request], [bar.text, bar.direction], **ON_MODEL
        )
        self._set_address(sides.success(**search))
        self._set_address(self.translation.choose(self.choose, [self.request], self.run_outputs, **AT_ONCE))
        opened = self.open_model.click(
            self.change_model, [self.model_name, bar.text, bar.direction, self.active_tab], self.model_outputs,
            **ON_HUB, show_progress="full", show_progress_on=[self.about_model],
        )  # fmt: skip
        self._set_address(opened)
        for view in self.views:
            opened = view.tab.select(
                partial(self.open_tab, view.tab.id), state, [self.active_tab, *self.tab_outputs], **AT_ONCE, queue=False
            )
            opened.success(None, state, None, js=SET_TAB, api_visibility="private")
            for change in view.changes:
                self._set_address(change.success(self.refresh, state, self.tab_outputs, **AT_ONCE))

    def _set_address(self, event: gr.events.Dependency) -> None:
        """Behind an event that changed the page: the link to what it shows."""
        event.success(None, [self.request, self.active_tab], None, js=SET_ADDRESS, api_visibility="private")

    # ---- what the page shows ----

    def tab_values(self, runner: Runner, run: Run, tab: str) -> dict[Any, Any]:
        """New values for one tab; the others get theirs when they are opened."""
        [view] = [view for view in self.views if view.tab.id == tab]
        return dict(zip(view.outputs, view.render(runner, run), strict=True))

    def on_run(self, runner: Runner, run: Run, tab: str) -> dict[Any, Any]:
        """The page on another run: its request, the translation, and the tab that the visitor looks at."""
        return {
            self.request: Request.of(run).to_browser(),
            self.translation: translation_value(run),
            **self.tab_values(runner, run, tab),
        }

    def on_model(self, runner: Runner, run: Run, tab: str) -> dict[Any, Any]:
        """The page on a run of another model."""
        return {
            self.about_model: model_line(runner),
            self.model_name: gr.Dropdown(choices=list(self.models.names), value=runner.name),
            self.active_tab: tab,
            **self.bar.values(runner, run),
            **self.on_run(runner, run, tab),
        }

    # ---- what its events do ----

    def search(
        self, text: str, direction: str, beam_size: int, alpha: float, n_best: int, request: Any, tab: str
    ) -> dict[Any, Any]:
        """The page on what was typed; on the Translate tab a refusal stands in the place of the translation."""
        try:
            runner = self.models.runner(Request.from_browser(request).model)
            run = runner.run(text, Settings(direction, beam_size, alpha, min(n_best, beam_size)))
        except ValueError as error:
            if tab != "translate":
                raise gr.Error(str(error), print_exception=False) from error
            return {self.translation: {"problem": str(error)}}
        return self.on_run(runner, run, tab)

    @kindly
    def choose(self, request: Any, event: gr.EventData) -> dict[Any, Any]:
        """The page on another hypothesis."""
        chosen = replace(Request.from_browser(request), chosen=event.hypothesis)
        return self.on_run(*self.models.open(chosen.to_browser()), "translate")

    @kindly
    def pick_example(self, number: int, request: Any) -> tuple[str, Any]:
        """The example, in its direction if the page's model has it."""
        text, direction = EXAMPLES[number]
        offered = self.models.runner(Request.from_browser(request).model).directions
        return text, direction if direction in offered else gr.skip()

    @kindly
    def swap_sides(self, text: str, direction: str, request: Any) -> tuple[str, str]:
        """The other direction; the translation becomes the sentence, if it is one of the sentence typed."""
        current = Request.from_browser(request)
        if (current.text, current.settings.direction) == (text, direction):
            text = self.models.open(request)[1].translation.text
        return text, swapped(direction)

    @kindly
    def change_model(
        self, name: str, text: str, direction: str, tab: str, progress: gr.Progress = PROGRESS
    ) -> dict[Any, Any]:
        """The page on the model of that name and the same sentence; what goes wrong leaves the page as it was."""
        runner = self.models.load(str(name).strip(), partial(_show, progress))
        return self.on_model(runner, first_run(runner, text, direction), tab)

    @kindly
    def reopen(self, browser: gr.Request, progress: gr.Progress = PROGRESS) -> Any:
        """What the address asks for; nothing where it asks for nothing, so that nobody's typing is lost."""
        linked = request_from_query(browser.query_params, self.models.default.name)
        if linked is None:
            return gr.skip()
        runner, tab = self.models.load(linked.model, partial(_show, progress)), browser.query_params.get("tab")
        tab = tab if tab in {view.tab.id for view in self.views} else "translate"
        return {self.tabs: gr.Tabs(selected=tab), **self.on_model(runner, linked.run(runner), tab)}

    @kindly
    def open_tab(self, tab: str, request: Any, active: str) -> Any:
        """The tab's picture; nothing where it is open already, as when the page itself opens its first tab."""
        if tab == active:
            return gr.skip()
        return {self.active_tab: tab, **self.tab_values(*self.models.open(request), tab)}

    @kindly
    def refresh(self, request: Any, active: str) -> dict[Any, Any]:
        """The open tab on a run that one of its own widgets asked for."""
        return self.tab_values(*self.models.open(request), active)


def _show(progress: gr.Progress, done: int, total: int) -> None:
    progress((done / 1e6, total / 1e6), desc="Loading from the Hub", unit="MB")
