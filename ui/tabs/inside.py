"""The Inside tab: the page's sentence followed through the model, stage by stage."""

from __future__ import annotations

from typing import Any

import gradio as gr

from explain.cell import attention_cell, logit_parts
from explain.checks import whole_number
from explain.depth import movement, shift
from explain.kinds import KINDS, PLACES, checked_kind
from explain.plain import plain
from explain.run import Run
from explain.runner import Runner
from explain.switches import Switch, compare
from explain.toy import SIZES, starting_matrices, toy
from explain.walk import HEAD_STAGES, stage_view, walk
from ui.answers import Ask, question
from ui.components import widget
from ui.events import EACH, ON_MODEL, kindly
from ui.models import Models
from ui.request import Request
from ui.tabs import TabView
from ui.tabs.positions import exact

# A word with two meanings, by the language that is translated from.
WORDS = {
    "en": ("light", "She turned on the light in the room.", "The bag is very light and small."),
    "de": ("Bank", "Eine Frau sitzt auf einer Bank im Park.", "Ich bringe mein Geld zur Bank."),
    "fr": ("livre", "Il a lu ce livre hier soir.", "Le sac pèse une livre."),
}


def inside_tab(models: Models, run: Run, request: gr.HTML, ask: Ask) -> TabView:
    """Draws the tab; what its widgets ask for is read from the run's trace."""
    with gr.Tab("Inside", id="inside") as tab:
        widget("inside_diagram", ask=ask, elem_id="inside-diagram")
        widget("inside_stage", ask=ask, elem_id="inside-stage")
        widget("inside_cell", ask=ask, elem_id="inside-cell")
        switches = widget("inside_switches", switches_value(run), elem_id="inside-switches")
        depth = widget("inside_depth", depth_value(run), elem_id="inside-depth")
        small = widget("inside_toy", toy_value(None), elem_id="inside-toy")

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

    switches.compare(compare_switch, [request], [switches], **ON_MODEL, **EACH)
    depth.shift(compare_word, [request], [depth], **ON_MODEL, **EACH)
    # a line of its own: the toy waits for no model
    small.compute(
        compute_toy, None, [small], concurrency_limit=1, api_visibility="private", show_progress="hidden", **EACH
    )

    def render(run: Run) -> list[Any]:
        return [switches_value(run), depth_value(run)]

    return TabView(tab, [switches, depth], render)


@question
def diagram(run: Run) -> dict[str, Any]:
    """What the diagram draws of the model."""
    return {"norm": run.config.norm, "steps": plain(walk(run.config))}


@question
def stage(run: Run, step: int, head: int) -> dict[str, Any]:
    """What the widget draws of one step of the walk.

    Raises:
        ValueError: no such step or head.
    """
    view = stage_view(run, step, head)
    maps = [{**plain_but_values(shown), "values": exact(shown.values)} for shown in view.maps]
    names = ("step", "title", "why", "formula", "shapes")
    words = {name: plain(getattr(view, name)) for name in names}
    return {
        "step": step,
        "head": head,
        "n_heads": run.config.n_heads,
        "scaled": run.config.scale_embeddings,
        "headed": view.step.stage in HEAD_STAGES,
        "steps": plain(walk(run.config)),
        "view": {**words, "maps": maps, "code": plain(view.code)},
    }


def plain_but_values(shown: Any) -> dict[str, Any]:
    """A dataclass without its `values`, which travel as one string."""
    return {name: plain(value) for name, value in vars(shown).items() if name != "values"}


@question
def cell(
    run: Run,
    kind: str | None = None,
    layer: int | None = None,
    head: int | None = None,
    query: int | None = None,
    key: int | None = None,
) -> dict[str, Any]:
    """What the widget draws of one cell.

    What is not given, or was chosen on another run and is more than this one has, is chosen here: the last layer's
    first head, the second token, and the key that it weighs most.

    Raises:
        ValueError: no such attention, or a number below 0.
    """
    if kind is None or checked_kind(kind, KINDS) not in run.kinds:
        kind = run.kinds[-1]
    n_layers = layer_counts(run)[kind]
    layer = _within("layer", layer, n_layers, n_layers - 1)
    head = _within("head", head, run.config.n_heads, 0)
    weights = run.trace[f"{PLACES[kind].path(layer)}.weights"][0, head]
    query = _within("query", query, len(weights), min(1, len(weights) - 1))
    key = _within("key", key, len(weights[query]), int(weights[query].argmax()))
    return {
        "cell": plain(attention_cell(run, kind, layer, head, query, key)),
        "parts": None if kind == "encoder" else plain(logit_parts(run, query)),
        "layers": layer_counts(run),
        "n_heads": run.config.n_heads,
        "names": {
            "source": [token.text for token in run.source],
            "target": [token.text for token in run.target_in],
        },
    }


def _within(name: str, number: int | None, count: int, default: int) -> int:
    if number is None or number >= count:
        return default
    return whole_number(name, number, 0, count - 1)


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
    return {kind: getattr(run.config, f"n_{PLACES[kind].side}_layers") for kind in run.kinds}


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
