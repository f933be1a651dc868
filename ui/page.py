"""The page: the sentence above, the tabs below, and one run behind them all."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import gradio as gr

from explain.alternatives import replace_word
from explain.passage import passage
from explain.run import Run, Settings
from explain.runner import Runner
from ui.answers import answering
from ui.api import add_api
from ui.beam_tree import begun
from ui.components import widget
from ui.events import KindBlocks, Trigger, fields_of, in_browser, kindly, on_hub, on_model, telling_place
from ui.exercises import exercise_card
from ui.glossary import TERMS
from ui.introduction import INTRODUCTION, TITLE
from ui.languages import swapped
from ui.links import ARRIVED, TELL_TYPED, request_from_address, request_from_query, tell, tell_tab
from ui.models import Models
from ui.notes import note_list, refusal
from ui.picker import picker
from ui.request import Request
from ui.sentence_bar import EXAMPLES, FIRST_EXAMPLE, sentence_bar
from ui.sentences import sentence_list
from ui.source import page_foot
from ui.story import first_story
from ui.tabs.attention import attention_tab
from ui.tabs.inside import inside_tab
from ui.tabs.layers import layers_tab
from ui.tabs.learning import has_learning, learning_tab
from ui.tabs.next_token import next_token_tab
from ui.tabs.positions import positions_tab
from ui.tabs.translate import translate_tab, translation
from ui.tabs.what_if import what_if_tab
from ui.tabs.why import why_tab
from ui.tour import tour_of, where_next

PROGRESS = gr.Progress()  # as a default it tells Gradio to hand the event's own in


def build_page(models: Models, notice: str = "") -> gr.Blocks:
    """The whole app; the first example is translated here, so that the model is warm.

    `notice` is what the operator has to know and visitors may: that the Hub was out of reach, for instance.
    """
    with KindBlocks(title=TITLE, analytics_enabled=False) as demo:
        page = _Page(models, notice)
        page.connect(demo)
        add_api(models.default)
    return demo


def first_run(runner: Runner, text: str = FIRST_EXAMPLE[0], direction: str = FIRST_EXAMPLE[1]) -> Run:
    """A model's run of a text's first sentence, in this direction if it has it, as the model itself searches."""
    settings = runner.default_settings(direction if direction in runner.directions else None)
    return runner.run_sentence(text, 0, settings)


class _Page:
    """The components, and what their events do; a handler gives new values by component."""

    def __init__(self, models: Models, notice: str) -> None:
        self.models = models
        first = first_run(models.default)
        ask = answering(models)
        with gr.Row(elem_id="page-head"):
            gr.Markdown(INTRODUCTION, elem_id="introduction")
            widget("page_link", elem_id="page-link")
        gr.Markdown(notice, visible=bool(notice), elem_id="notice")
        self.model_name, self.open_model = picker(models)
        self.bar = sentence_bar(models.default, first)
        # in the page though nobody sees it: its script tells the widgets what they are about
        self.first = Request.of(first)
        self.request = widget("page_request", self.first.to_browser(), visible="hidden")
        self.sentences = sentence_list(ask)
        self.notes = note_list(ask)
        self.active_tab = gr.Textbox("translate", visible=False)
        story = first_story(models.bundled)
        self.toured = story["model"] if story else models.default.name
        with gr.Tabs(elem_id="tabs") as self.tabs:
            translate, self.translation, self.words, self.tree = translate_tab(first, ask, story)
            self.tabs_by_name = {
                "translate": translate,
                "attention": attention_tab(ask),
                "next_token": next_token_tab(models, self.request, ask),
                "positions": positions_tab(ask),
                "inside": inside_tab(ask),
                "layers": layers_tab(ask),
                "what-if": what_if_tab(ask),
                "learning": learning_tab(ask, models.default),
                "why": why_tab(),
            }
        for name, tab in self.tabs_by_name.items():
            with tab:
                where_next(name)
        with gr.Row(elem_id="guides"):
            self.tour = widget("tour", tour_of(self.toured, bool(story)), elem_id="tour")
            exercise_card(ask)
        widget("glossary", TERMS, elem_id="glossary")
        gr.Markdown(page_foot(models.default), elem_id="page-foot")
        self.run_outputs = [self.request, self.translation]
        self.model_outputs = [
            self.model_name, *self.bar.changing, *self.run_outputs, self.tabs_by_name["learning"]
        ]  # fmt: skip

    def connect(self, demo: gr.Blocks) -> None:
        """Ties the handlers to their events."""
        bar = self.bar
        typed = [*bar.asked, self.request, self.active_tab]

        def searching(trigger: Trigger) -> None:
            in_browser(trigger, tell("translating", "true"), [], [])
            found = on_model(trigger, self.search, typed, self.run_outputs, again="always_last")
            in_browser(found.then, tell("translating", "false"), [], [])

        asked = [bar.go.click, bar.text.submit, bar.direction.input]
        searching(partial(gr.on, [*asked, bar.beam_size.release, bar.alpha.release, bar.n_best.release]))
        searching(self.notes.again)
        in_browser(partial(gr.on, [bar.text.change, bar.direction.change]), TELL_TYPED, [bar.text, bar.direction], [])
        example = bar.examples.click(
            self.pick_example, [bar.examples, self.request], [bar.text, bar.direction], api_visibility="private",
            trigger_mode="always_last",
        )  # fmt: skip
        searching(example.success)
        sides = on_model(
            bar.swap.click, self.swap_sides, [bar.text, bar.direction, self.request], [bar.text, bar.direction]
        )
        searching(sides.success)
        for view in (self.notes, self.translation):
            mended = on_model(view.mend, self.mend, [self.request], [bar.text, bar.direction], at_once=True)
            searching(mended.success)
        on_model(self.notes.choose, self.choose, [self.request], self.run_outputs, again="multiple", at_once=True)
        on_model(self.translation.choose, self.choose, [self.request], self.run_outputs, again="multiple", at_once=True)
        on_model(self.translation.undo, self.undo, [self.request], self.run_outputs, again="multiple", at_once=True)
        on_model(self.words.replace, self.replace_word, [self.request], self.run_outputs, again="multiple")
        on_model(self.sentences.open, self.open_sentence, [self.request], self.run_outputs, again="multiple")
        on_model(self.tree.force, self.force_beginning, [self.request], [self.request, self.tabs])
        loaded = on_hub(self.open_model.click, self.load_model, [self.model_name], self.model_name)
        named = [self.model_name, bar.text, bar.direction]
        on_model(loaded.success, self.change_model, named, self.model_outputs, progress_on=self.model_name)
        on_model(self.tour.bundled, self.open_toured, [bar.text, bar.direction], self.model_outputs)
        for name, tab in self.tabs_by_name.items():
            in_browser(tab.select, tell_tab(name), [self.active_tab], [self.active_tab])
        linked = on_hub(demo.load, self.load_linked, None)
        reopened = on_model(linked.success, self.reopen, None, self.model_outputs, at_once=True)
        back = on_model(self.request.revisit, self.revisit, None, self.model_outputs, again="multiple", at_once=True)
        for there in (linked.failure, reopened.then, back.then):
            in_browser(there, ARRIVED, [self.request], [])

    # ---- what the page shows ----

    def on_run(self, run: Run) -> dict[Any, Any]:
        """The page on another run: its request, at which the widgets ask for what they show, and the translation."""
        return {self.request: Request.of(run).to_browser(), self.translation: translation(run)}

    def on_model(self, runner: Runner, run: Run) -> dict[Any, Any]:
        """The page on a run of another model."""
        return {
            self.model_name: gr.Dropdown(choices=list(self.models.names), value=runner.name),
            **self.bar.values(runner, run),
            **self.on_run(run),
            self.tabs_by_name["learning"]: gr.Tab(visible=has_learning(runner)),
        }

    # ---- what its events do ----

    def search(
        self,
        text: str,
        direction: str,
        beam_size: int,
        alpha: float,
        n_best: int,
        request: Any,
        tab: str,
        progress: gr.Progress = PROGRESS,
    ) -> dict[Any, Any]:
        """The page on what was typed; on the Translate tab a refusal stands in the place of the translation.

        With another setting alone, the sentence that was open stays open.
        """
        try:
            shown = Request.from_browser(request)
            same = (shown.text, shown.settings.direction) == (text, direction)
            settings = Settings(direction=direction, beam_size=beam_size, alpha=alpha, n_best=min(n_best, beam_size))
            runner = self.models.runner(shown.model)
            with telling_place(progress):
                return self.on_run(runner.run_sentence(text, shown.sentence if same else 0, settings))
        except ValueError as error:
            refused = self.refused(text, direction, request, error)
            if tab != "translate":
                raise gr.Error(refused["problem"], print_exception=False) from error
            return {self.translation: refused}

    def refused(self, text: str, direction: str, request: Any, error: ValueError) -> dict[str, Any]:
        """What the translation's widget shows of a refusal."""
        try:
            return refusal(self.models.runner(Request.from_browser(request).model), text, direction, error)
        except ValueError:  # not even the model is known
            return {"problem": str(error)}

    @kindly
    def mend(self, request: Any, event: gr.EventData) -> tuple[str, str]:
        """The text and the direction that a note's button names.

        Raises:
            ValueError: they are none of the page's.
        """
        fields, offered = fields_of(event), self.models.runner(Request.from_browser(request).model).directions
        text, direction = fields["text"], fields["direction"]
        if not isinstance(text, str) or direction not in offered:
            raise ValueError("note: expected a text and a direction of this model; found others: reload the page")
        return text, direction

    @kindly
    def choose(self, request: Any, event: gr.EventData) -> dict[Any, Any]:
        """The page on another hypothesis."""
        chosen = replace(Request.from_browser(request), chosen=fields_of(event)["hypothesis"])
        return self.on_run(self.models.open(chosen.to_browser()))

    @kindly
    def undo(self, request: Any) -> dict[Any, Any]:
        """The page on what the model does by itself: its best hypothesis, with nothing forced."""
        return self.on_run(self.models.open(replace(Request.from_browser(request), chosen=0, prefix=()).to_browser()))

    @kindly
    def replace_word(self, request: Any, event: gr.EventData) -> dict[Any, Any]:
        """The page on another word in the translation, and what the model writes behind it."""
        asked, fields = Request.from_browser(request), fields_of(event)
        runner = self.models.runner(asked.model)
        changed = replace_word(runner, asked.run(runner), fields["position"], fields["ids"])
        return self.on_run(self.models.open(asked.on(changed).to_browser()))

    @kindly
    def open_sentence(self, request: Any, event: gr.EventData) -> dict[Any, Any]:
        """The page on another sentence of the text, as the model translates it by itself."""
        opened = replace(Request.from_browser(request), sentence=fields_of(event)["sentence"], chosen=0, prefix=())
        return self.on_run(self.models.open(opened.to_browser()))

    @kindly
    def pick_example(self, number: int, request: Any) -> tuple[str, Any]:
        """The example, in its direction if the page's model has it."""
        text, direction = EXAMPLES[number]
        offered = self.models.runner(Request.from_browser(request).model).directions
        return text, direction if direction in offered else gr.skip()

    @kindly
    def swap_sides(self, text: str, direction: str, request: Any) -> tuple[str, str]:
        """The other direction; the translation becomes the text, if it is one of the text typed."""
        current, back = Request.from_browser(request), swapped(direction)
        offered = self.models.runner(current.model).directions
        if back == direction or back not in offered:
            raise ValueError(f"swap: expected a model that knows the way back; found one with {', '.join(offered)}")
        if (current.text, current.settings.direction) == (text, direction):
            runner = self.models.runner(current.model)
            text = passage(runner, current.run(runner)).translation
        return text, back

    @kindly
    def force_beginning(self, request: Any, event: gr.EventData) -> dict[Any, Any]:
        """Next token, behind a beginning that the search looked at."""
        run = self.models.open(request)
        forced = begun(self.models.runner(run.model), run, fields_of(event))
        return {
            self.request: Request.from_browser(request).on(forced).to_browser(),
            self.tabs: gr.Tabs(selected="next_token"),
        }

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
    def open_toured(self, text: str, direction: str) -> dict[Any, Any]:
        """The page on the bundled model, for which the tour was written, and the same sentence."""
        return self.change_model(self.toured, text, direction)

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
        runner = self.models.runner(linked.model)
        return self.on_model(runner, linked.run(runner))

    @kindly
    def revisit(self, event: gr.EventData) -> dict[Any, Any]:
        """What an address asked for to which a visitor goes back: without a text, what the page began with."""
        asked = request_from_address(fields_of(event)["query"], self.first) or self.first
        runner = self.models.runner(asked.model)
        return self.on_model(runner, asked.run(runner))

    def _linked(self, browser: gr.Request) -> Request | None:
        return request_from_query(browser.query_params, self.first)


def _show(progress: gr.Progress, done: int, total: int) -> None:
    progress((round(done / 1e6), round(total / 1e6)), desc="Loading from the Hub", unit="MB")
