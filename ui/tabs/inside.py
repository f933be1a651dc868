"""The Inside tab: the page's sentence followed through the model, stage by stage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from explain.plain import plain
from explain.run import Run, Runner
from explain.walk import HEAD_STAGES, stage_view, walk
from ui.components import widget
from ui.events import AT_ONCE, kindly
from ui.request import Request
from ui.tabs import TabView
from ui.tabs.positions import exact

FIGURES = f"<script>{(Path(__file__).parents[1] / 'assets' / 'figures.js').read_text(encoding='utf-8')}</script>"


def inside_tab(runner: Runner, run: Run, request: gr.JSON) -> TabView:
    """Draws the tab; what its widgets ask for is read from the run's trace."""
    with gr.Tab("Inside", id="inside") as tab:
        widget("inside_diagram", diagram_value(runner), elem_id="inside-diagram")
        stage = widget("inside_stage", stage_value(runner, run, 0, 0), elem_id="inside-stage", head=FIGURES)

    @kindly
    def open_stage(request: Any, event: gr.EventData) -> dict[str, Any]:
        run = Request.from_browser(request).run(runner)
        return stage_value(runner, run, getattr(event, "step", None), getattr(event, "head", None))

    stage.open(open_stage, [request], [stage], **AT_ONCE, trigger_mode="multiple")
    return TabView(tab, [stage], lambda run: [{**stage_value(runner, run, 0, 0), "follows": True}])


def diagram_value(runner: Runner) -> dict[str, Any]:
    """What the diagram draws of the model."""
    config = runner.translator.model.config
    return {"norm": config.norm, "steps": plain(walk(config))}


def stage_value(runner: Runner, run: Run, step: Any, head: Any) -> dict[str, Any]:
    """What the widget draws of one step.

    Raises:
        ValueError: no such step or head.
    """
    view = stage_view(runner, run, step, head)
    maps = [{**plain_but_values(shown), "values": exact(shown.values)} for shown in view.maps]
    words = {"step": plain(view.step), "title": view.title, "why": view.why, "shapes": plain(view.shapes)}
    return {
        "step": step,
        "head": head,
        "n_heads": runner.translator.model.config.n_heads,
        "headed": view.step.stage in HEAD_STAGES,
        "steps": plain(walk(runner.translator.model.config)),
        "view": {**words, "maps": maps, "code": plain(view.code)},
    }


def plain_but_values(shown: Any) -> dict[str, Any]:
    """A dataclass without its `values`, which travel as one string."""
    return {name: plain(value) for name, value in vars(shown).items() if name != "values"}
