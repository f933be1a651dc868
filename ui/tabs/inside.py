"""The Inside tab: the page's sentence followed through the model, stage by stage, and one cell worked out."""

from __future__ import annotations

from typing import Any

import gradio as gr

from explain.cell import attention_cell, logit_parts
from explain.kinds import PLACES
from explain.pack import exact
from explain.plain import plain
from explain.run import Run
from explain.stages.stage import Step
from explain.stages.walk import nearest_step, stage_view, walk
from explain.toy import SIZES, starting_matrices, toy
from ui.answers import Ask, question
from ui.components import widget
from ui.formulas import mathml, typeset
from ui.stages import words_of
from ui.tabs.places import head_on, layer_counts, within


def inside_tab(ask: Ask) -> gr.Tab:
    """Draws the tab; what its widgets ask for is read from the run's trace."""
    with gr.Tab("Inside", id="inside") as tab:
        with gr.Row(elem_id="inside-map"):
            widget("inside_diagram", ask=ask, elem_id="inside-diagram")
            widget("inside_stage", ask=ask, elem_id="inside-stage")
        widget("inside_cell", ask=ask, elem_id="inside-cell")
        starts = {str(size): starting_matrices(size) for size in SIZES}
        widget("inside_toy", starts, ask=ask, elem_id="inside-toy")
    return tab


@question
def diagram(run: Run) -> dict[str, Any]:
    """What the diagram draws of the model."""
    return {"norm": run.config.norm, "steps": steps_value(run)}


@question
def stage(run: Run, step: int | str, head: int) -> dict[str, Any]:
    """What the widget draws of one step of the walk.

    A step by its name in an address, "encoder.2.self_attn.weights", is the nearest that this model has, and so is the
    head that comes with it.

    Raises:
        ValueError: no such step or head.
    """
    if isinstance(step, str):
        step, head = step_in_address(run, step), min(head, run.config.n_heads - 1)
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


def step_in_address(run: Run, name: str) -> int:
    """The step that an address names, with its layer counted from 1, or the nearest that this model has.

    Raises:
        ValueError: it names no step of any model.
    """
    side, layer, block, stage_name = [*name.split("."), "", "", ""][:4]
    if not (layer.isascii() and layer.isdigit() and len(layer) < 4):
        raise ValueError(f"stage: expected one as encoder.2.self_attn.weights; found {name[:60]!r}")
    return nearest_step(run.config, Step(side=side, layer=int(layer) - 1, block=block, stage=stage_name))


def steps_value(run: Run) -> list[dict[str, Any]]:
    """The steps of the walk, with the names that stand on their buttons."""
    return [{**plain(step), "name": words_of(step.stage, run.config).name} for step in walk(run.config)]


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

    Where nothing was chosen, or on another run something that this one does not have: the second token and the key
    that it weighs most, in a head as `head_on` finds it.

    Raises:
        ValueError: no such attention, or a number below 0.
    """
    kind, layer, head = head_on(run, kind, layer, head)
    weights = run.trace[f"{PLACES[kind].path(layer)}.weights"][0, head]
    query = within("query", query, len(weights), min(1, len(weights) - 1))
    key = within("key", key, len(weights[query]), int(weights[query].argmax()))
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


@question
def toy_attention(matrices: dict, d_model: int, n_heads: int) -> dict[str, Any]:
    """What follows from the toy's matrices.

    Raises:
        ValueError: as `explain.toy.toy`.
    """
    return plain(toy(matrices, d_model, n_heads))
