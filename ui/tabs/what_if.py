"""The What if tab: a part of the model is switched off while it runs on the page's sentence again."""

from __future__ import annotations

from typing import Any

import gradio as gr

from explain.pack import exact
from explain.plain import plain
from explain.run import Run
from explain.switches import Switch, compare
from ui.answers import Ask, question_to_the_model
from ui.components import widget
from ui.tabs.places import head_on, layer_counts, within


def what_if_tab(ask: Ask) -> gr.Tab:
    """Draws the tab."""
    with gr.Tab("What if", id="what-if") as tab:
        widget("inside_switches", ask=ask, elem_id="inside-switches")
    return tab


@question_to_the_model
def switched(
    run: Run,
    name: str,
    kind: str | None = None,
    layer: int | None = None,
    head: int | None = None,
    position: int | None = None,
) -> dict[str, Any]:
    """What the widget draws of a switched model beside the whole one; a place as `head_on` finds it on this run.

    Raises:
        ValueError: as `explain.switches.compare`.
    """
    kind, layer, head = head_on(run, kind, layer, head)
    switch = Switch(name=name, kind=kind, layer=layer, head=head)
    found = compare(run, switch, within("position", position, len(run.target_out), 0))
    maps = {name: exact(getattr(found, name)) for name in ("whole_map", "switched_map")}
    return {
        "layers": layer_counts(run),
        "n_heads": run.config.n_heads,
        "reads": [token.text for token in run.target_in],
        **{name: plain(value) for name, value in vars(found).items() if name not in maps},
        **maps,
    }
