"""The Inside tab: the page's sentence followed through the model, stage by stage."""

from __future__ import annotations

from typing import Any

import gradio as gr

from explain.cell import attention_cell, logit_parts
from explain.depth import movement, shift
from explain.kinds import PLACES
from explain.plain import plain
from explain.run import Run
from explain.runner import Runner
from explain.stages.walk import stage_view, walk
from explain.switches import Switch, compare
from explain.toy import SIZES, starting_matrices, toy
from ui.components import widget
from ui.events import AT_ONCE, EACH, ON_MODEL, kindly
from ui.formulas import mathml, typeset
from ui.models import Models
from ui.request import Request
from ui.stages import words_of
from ui.tabs import TabView
from ui.tabs.positions import exact

# A word with two meanings, by the language that is translated from.
WORDS = {
    "en": ("light", "She turned on the light in the room.", "The bag is very light and small."),
    "de": ("Bank", "Eine Frau sitzt auf einer Bank im Park.", "Ich bringe mein Geld zur Bank."),
    "fr": ("livre", "Il a lu ce livre hier soir.", "Le sac pèse une livre."),
}


def inside_tab(models: Models, run: Run, request: gr.JSON) -> TabView:
    """Draws the tab; what its widgets ask for is read from the run's trace."""
    with gr.Tab("Inside", id="inside") as tab:
        diagram = widget("inside_diagram", diagram_value(run), elem_id="inside-diagram")
        stage = widget("inside_stage", stage_value(run, 0, 0), elem_id="inside-stage")
        cell = widget("inside_cell", first_cell(run), elem_id="inside-cell")
        switches = widget("inside_switches", switches_value(run), elem_id="inside-switches")
        depth = widget("inside_depth", depth_value(run), elem_id="inside-depth")
        small = widget("inside_toy", toy_value(None), elem_id="inside-toy")

    @kindly
    def open_stage(request: Any, event: gr.EventData) -> dict[str, Any]:
        run = models.open(request)
        return stage_value(run, getattr(event, "step", None), getattr(event, "head", None))

    @kindly
    def work_cell(request: Any, event: gr.EventData) -> dict[str, Any]:
        place = [getattr(event, name, None) for name in ("kind", "layer", "head", "query", "key")]
        return cell_value(models.open(request), *place)

    @kindly
    def compare_switch(request: Any, event: gr.EventData) -> dict[str, Any]:
        run = models.open(request)
        if getattr(event, "request", None) not in (None, Request.of(run).to_browser()):
            return gr.skip()  # a tab that is just opened still holds the run before, perhaps of another model
        switch = Switch(*(getattr(event, name, None) for name in ("name", "kind", "layer", "head")))
        return switches_value(run, switch, getattr(event, "position", None))

    @kindly
    def compare_word(request: Any, event: gr.EventData) -> dict[str, Any]:
        run = models.open(request)
        texts = tuple(getattr(event, name, None) for name in ("word", "first", "second"))
        return depth_value(run, shift_value(models.runner(run.model), run, texts))

    def compute_toy(event: gr.EventData) -> dict[str, Any]:
        return toy_value(tuple(getattr(event, name, None) for name in ("matrices", "d_model", "n_heads")))

    stage.open(open_stage, [request], [stage], **AT_ONCE, **EACH)
    cell.work(work_cell, [request], [cell], **AT_ONCE, **EACH)
    switches.compare(compare_switch, [request], [switches], **ON_MODEL, **EACH)
    depth.shift(compare_word, [request], [depth], **ON_MODEL, **EACH)
    # a line of its own: the toy waits for no model
    small.compute(
        compute_toy, None, [small], concurrency_limit=1, api_visibility="private", show_progress="hidden", **EACH
    )

    def render(run: Run) -> list[Any]:
        """The first stage and cell; a widget that stood elsewhere asks for its place on the new run."""
        places = [{**value, "follows": True} for value in (stage_value(run, 0, 0), first_cell(run))]
        return [diagram_value(run), *places, switches_value(run), depth_value(run)]

    return TabView(tab, [diagram, stage, cell, switches, depth], render)


def diagram_value(run: Run) -> dict[str, Any]:
    """What the diagram draws of the model."""
    return {"norm": run.config.norm, "steps": steps_value(run)}


def stage_value(run: Run, step: Any, head: Any) -> dict[str, Any]:
    """What the widget draws of one step.

    Raises:
        ValueError: no such step or head.
    """
    view = stage_view(run, step, head)
    words = words_of(view.step.stage, run.config)
    return {
        "step": step,
        "head": head,
        "n_heads": run.config.n_heads,
        "headed": view.by_head,
        "steps": steps_value(run),
        "view": {
            "step": plain(view.step),
            "title": typeset(words.title),
            "why": typeset(words.why),
            "formula": [{"math": mathml(words.formula, display=True)}],
            "shapes": [typeset(line) for line in view.shapes],
            "maps": [{**plain_but_values(shown), "values": exact(shown.values)} for shown in view.maps],
            "code": plain(view.code),
        },
    }


def steps_value(run: Run) -> list[dict[str, Any]]:
    """The steps of the walk, with the names that stand on their buttons."""
    return [{**plain(step), "name": words_of(step.stage, run.config).name} for step in walk(run.config)]


def plain_but_values(shown: Any) -> dict[str, Any]:
    """A dataclass without its `values`, which travel as one string."""
    return {name: plain(value) for name, value in vars(shown).items() if name != "values"}


def first_cell(run: Run) -> dict[str, Any]:
    """The cell that the last decoder layer's first head weighs most when the second token is predicted."""
    layer, query = run.config.n_decoder_layers - 1, min(1, len(run.target_in) - 1)
    kind = run.kinds[-1]  # cross-attention where there is one
    key = run.trace[f"decoder.layers.{layer}.{PLACES[kind][1]}.weights"][0, 0, query].argmax().item()
    return cell_value(run, kind, layer, 0, query, key)


def cell_value(run: Run, kind: Any, layer: Any, head: Any, query: Any, key: Any) -> dict[str, Any]:
    """What the widget draws of one cell.

    Raises:
        ValueError: no such attention, layer, head, query or key.
    """
    cell = attention_cell(run, kind, layer, head, query, key)
    return {
        "cell": plain(cell),
        "parts": None if kind == "encoder" else plain(logit_parts(run, query)),
        "layers": layer_counts(run),
        "n_heads": run.config.n_heads,
        "names": {
            "source": [token.text for token in run.source],
            "target": [token.text for token in run.target_in],
        },
    }


def switches_value(run: Run, switch: Switch | None = None, position: Any = 0) -> dict[str, Any]:
    """What the widget draws of a switched model; without a `switch`, only what can be chosen.

    Raises:
        ValueError: as `explain.switches.compare`.
    """
    result = None
    if switch is not None:
        found = compare(run, switch, position)
        maps = {name: exact(getattr(found, name)) for name in ("whole_map", "switched_map")}
        result = {**{name: plain(value) for name, value in vars(found).items() if name not in maps}, **maps}
    return {
        "request": Request.of(run).to_browser(),
        "layers": layer_counts(run),
        "n_heads": run.config.n_heads,
        "translates": run.translates,
        "reads": [token.text for token in run.target_in],
        "result": result,
    }


def depth_value(run: Run, found: dict[str, Any] | None = None) -> dict[str, Any]:
    """What the widget draws of the layers, and of one word in two sentences: what `shift_value` found, if any."""
    language = run.settings.direction.split("-")[0] if run.translates else "en"
    defaults = WORDS.get(language, ("", "", ""))
    return {
        "moves": {side: plain(movement(run, side)) for side in run.sides},
        "defaults": dict(zip(("word", "first", "second"), defaults, strict=True)),
        "shift": found,
    }


def shift_value(runner: Runner, run: Run, texts: tuple[Any, Any, Any]) -> dict[str, Any]:
    """What the widget draws of a word in two sentences, searched as the page's run was; or why there is nothing."""
    try:
        result = shift(runner, *texts, run.settings)
    except ValueError as error:
        return {"problem": str(error)}
    names = ("word", "cosine", "distance", "neighbours", "plane", "kept")
    both = (result.first, result.second)
    return {
        **{name: plain(getattr(result, name)) for name in names},
        "sentences": [{"text": each.text, "translation": each.translation.text} for each in both],
    }


def layer_counts(run: Run) -> dict[str, int]:
    """How many layers have each kind of attention."""
    return {kind: getattr(run.config, f"n_{PLACES[kind][0]}_layers") for kind in run.kinds}


def toy_value(typed: tuple[Any, Any, Any] | None) -> dict[str, Any]:
    """What the widget draws of the toy: the numbers to start with, and what follows from those `typed`, if any."""
    result = None
    if typed is not None:
        matrices, d_model, n_heads = typed
        try:
            result = plain(toy(matrices if isinstance(matrices, dict) else {}, d_model, n_heads))
        except ValueError as error:
            result = {"problem": str(error)}
    return {"starts": {str(size): starting_matrices(size) for size in SIZES}, "result": result}
