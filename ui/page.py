"""The page: the sentence above, the tabs below, and one run behind them all."""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import partial
from typing import Any

import gradio as gr

from explain.run import Run, Settings
from explain.runner import Runner
from ui.answers import answering
from ui.api import add_api
from ui.components import widget
from ui.events import AT_ONCE, EACH, LAST, ON_MODEL, kindly
from ui.introduction import INTRODUCTION, TITLE, model_line
from ui.languages import swapped
from ui.links import SET_ADDRESS, request_from_query, set_tab
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
        page.connect(demo)
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
        self.request = widget("page_request", Request.of(first).to_browser(), visible="hidden")
        ask = answering(models)
        self.active_tab = gr.Textbox("translate", visible=False)
        self.left_tab = gr.Textbox(visible=False)  # the one before
        with gr.Tabs(elem_id="tabs") as self.tabs:
            self.views: list[TabView] = [
                translate_tab(first),
                attention_tab(models, first, self.request),
                next_token_tab(models, first, self.request),
                positions_tab(models, first, self.request),
                inside_tab(models, first, self.request, ask),
                why_tab(),
            ]
        [self.translation] = self.views[0].outputs
        self.tab_outputs = [output for view in self.views for output in view.outputs]
        self.run_outputs = [self.request, self.translation]
        self.model_outputs = [self.about_model, self.model_name, *self.bar.changing, *self.run_outputs]
        self.drawing = threading.Lock()

    def connect(self, demo: gr.Blocks) -> None:
        """Ties the handlers to their events."""
        bar = self.bar
        search = dict(
            fn=self.search, inputs=[*bar.asked, self.request, self.active_tab], outputs=self.run_outputs,
            **ON_MODEL, **LAST,
        )  # fmt: skip
        asked = [bar.go.click, bar.text.submit, bar.beam_size.release, bar.alpha.release, bar.n_best.release]
        self._follow(gr.on(asked, **search))
        example = bar.examples.click(
            self.pick_example, [bar.examples, self.request], [bar.text, bar.direction], api_visibility="private", **LAST
        )
        self._follow(example.success(**search))
        sides = bar.swap.click(
            self.swap_sides, [bar.text, bar.direction, self.request], [bar.text, bar.direction], **ON_MODEL
        )
        self._follow(sides.success(**search))
        self._follow(self.translation.choose(self.choose, [self.request], self.run_outputs, **AT_ONCE, **EACH))
        on_about = dict(show_progress_on=[self.about_model])
        loaded = self.open_model.click(self.load_model, [self.model_name], None, **ON_HUB, **on_about)
        opened = loaded.success(
            self.change_model, [self.model_name, bar.text, bar.direction], self.model_outputs, **ON_MODEL, **on_about
        )
        self._follow(opened)
        for view in self.views:
            tab = view.tab.id
            # noted in the browser, at once: what is answered from now on is drawn in this tab
            noted = view.tab.select(
                None, [self.request, self.active_tab], [self.left_tab, self.active_tab], js=set_tab(tab),
                api_visibility="private",
            )  # fmt: skip
            noted.success(
                partial(self.open_tab, tab), [self.request, self.left_tab], self.tab_outputs, **AT_ONCE, queue=False
            )
            for change in view.changes:
                self._follow(change)
        linked = demo.load(self.load_linked, None, None, **ON_HUB)
        reopened = linked.success(self.reopen, None, [self.tabs, self.active_tab, *self.model_outputs], **AT_ONCE)
        self._refresh(reopened)

    def _follow(self, event: gr.events.Dependency) -> None:
        """Behind an event that changed the page's request: the open tab shows it, and the address links to it."""
        self._refresh(event)
        event.success(None, [self.request, self.active_tab], None, js=SET_ADDRESS, api_visibility="private")

    def _refresh(self, event: gr.events.Dependency) -> None:
        """Behind such an event: the tab that is open by then, which may not be the one where it began."""
        state = [self.request, self.active_tab]
        event.success(self.refresh, state, self.tab_outputs, **AT_ONCE, **LAST, queue=False)

    # ---- what the page shows ----

    def draw(self, request: Any, tab: str) -> Any:
        """New values for one tab; the others get theirs when they are opened.

        One tab is drawn at a time: no queue bounds these events, nor keeps a later one behind an earlier one.
        """
        [view] = [view for view in self.views if view.tab.id == tab]
        if not view.outputs:
            return gr.skip()
        with self.drawing:
            return dict(zip(view.outputs, view.render(self.models.open(request)), strict=True))

    def on_run(self, run: Run) -> dict[Any, Any]:
        """The page on another run: its request and the translation; `refresh` draws the tab that is open."""
        return {self.request: Request.of(run).to_browser(), self.translation: translation_value(run)}

    def on_model(self, runner: Runner, run: Run) -> dict[Any, Any]:
        """The page on a run of another model."""
        return {
            self.about_model: model_line(runner),
            self.model_name: gr.Dropdown(choices=list(self.models.names), value=runner.name),
            **self.bar.values(runner, run),
            **self.on_run(run),
        }

    # ---- what its events do ----

    def search(
        self, text: str, direction: str, beam_size: int, alpha: float, n_best: int, request: Any, tab: str
    ) -> dict[Any, Any]:
        """The page on what was typed; on the Translate tab a refusal stands in the place of the translation."""
        try:
            runner = self.models.runner(Request.from_browser(request).model)
            return self.on_run(runner.run(text, Settings(direction, beam_size, alpha, min(n_best, beam_size))))
        except ValueError as error:
            if tab != "translate":
                raise gr.Error(str(error), print_exception=False) from error
            return {self.translation: {"problem": str(error)}}

    @kindly
    def choose(self, request: Any, event: gr.EventData) -> dict[Any, Any]:
        """The page on another hypothesis."""
        chosen = replace(Request.from_browser(request), chosen=event.hypothesis)
        return self.on_run(self.models.open(chosen.to_browser()))

    @kindly
    def pick_example(self, number: int, request: Any) -> tuple[str, Any]:
        """The example, in its direction if the page's model has it."""
        text, direction = EXAMPLES[number]
        offered = self.models.runner(Request.from_browser(request).model).directions
        return text, direction if direction in offered else gr.skip()

    @kindly
    def swap_sides(self, text: str, direction: str, request: Any) -> tuple[str, str]:
        """The other direction; the translation becomes the sentence, if it is one of the sentence typed."""
        current, back = Request.from_browser(request), swapped(direction)
        offered = self.models.runner(current.model).directions
        if back == direction or back not in offered:
            raise ValueError(f"swap: expected a model that knows the way back; found one with {', '.join(offered)}")
        if (current.text, current.settings.direction) == (text, direction):
            text = self.models.open(request).translation.text
        return text, back

    @kindly
    def load_model(self, name: str, progress: gr.Progress = PROGRESS) -> None:
        """Brings the model of that name into memory; what goes wrong leaves the page as it was."""
        self.models.load(str(name).strip(), partial(_show, progress))

    @kindly
    def change_model(self, name: str, text: str, direction: str) -> dict[Any, Any]:
        """The page on that model and the same sentence."""
        runner = self.models.runner(str(name).strip())
        return self.on_model(runner, first_run(runner, text, direction))

    @kindly
    def load_linked(self, browser: gr.Request, progress: gr.Progress = PROGRESS) -> None:
        """Brings the model that the address names into memory."""
        if (linked := self._linked(browser)) is not None:
            self.models.load(linked.model, partial(_show, progress))

    @kindly
    def reopen(self, browser: gr.Request) -> Any:
        """What the address asks for; nothing where it asks for nothing, so that nobody's typing is lost."""
        if (linked := self._linked(browser)) is None:
            return gr.skip()
        runner, tab = self.models.runner(linked.model), browser.query_params.get("tab")
        tab = tab if tab in {view.tab.id for view in self.views} else "translate"
        return {
            self.tabs: gr.Tabs(selected=tab),
            self.active_tab: tab,
            **self.on_model(runner, linked.run(runner)),
        }

    def _linked(self, browser: gr.Request) -> Request | None:
        return request_from_query(browser.query_params, self.models.default.name)

    @kindly
    def open_tab(self, tab: str, request: Any, left: str) -> Any:
        """The tab's picture; nothing where it was open already, as when the page itself opens its first tab."""
        return gr.skip() if tab == left else self.draw(request, tab)

    @kindly
    def refresh(self, request: Any, active: str) -> Any:
        """The open tab on the page's run; the Translate tab has it already, or the reason why there is none."""
        return gr.skip() if active == "translate" else self.draw(request, active)


def _show(progress: gr.Progress, done: int, total: int) -> None:
    progress((done / 1e6, total / 1e6), desc="Loading from the Hub", unit="MB")
