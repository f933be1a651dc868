"""The Attention tab: every head of every layer at once, and any of them large."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr

from explain.attention import AttentionMaps, attention_maps, head_statistics
from explain.checks import whole_number
from explain.pack import float32_base64
from explain.plain import plain
from explain.run import Run
from ui.components import widget
from ui.events import AT_ONCE, EACH, kindly
from ui.languages import NAMES
from ui.models import Models
from ui.request import Request
from ui.tabs import TabView


def attention_tab(models: Models, run: Run, request: gr.JSON) -> TabView:
    """Draws the tab; `exact` events of its widget ask for the exact weights of some layers."""
    with gr.Tab("Attention", id="attention") as tab:
        grid, heads = attention_widgets(tab_value(run))

    @kindly
    def exact(request: Any, event: gr.EventData) -> dict[str, Any]:
        asked, kind, layers = _asked(event._data)
        run = models.open(request)
        shown = Request.of(run).to_browser()
        if asked not in (None, shown):  # a tab that is just opened still holds the run before, perhaps of another model
            return gr.skip()
        return {"run": shown, **exact_weights(attention_maps(run, kind), layers)}

    # Nothing to be seen waits for it: what it brings is the digits behind those that are shown already.
    heads.exact(exact, [request], [heads], **AT_ONCE, **EACH)
    return TabView(tab, [grid], lambda run: [tab_value(run)])


def attention_widgets(value: dict[str, str] | None) -> tuple[gr.HTML, gr.HTML]:
    """The overview that draws `value`, and beside it the large view, which listens to it in the browser."""
    with gr.Row(elem_id="attention"):
        with gr.Column(scale=5, min_width=320):
            grid = widget("attention_grid", value)
        with gr.Column(scale=7, min_width=320):
            heads = widget("attention_heads")
            widget("attention_map")
            widget("attention_lines")
    return grid, heads


def tab_value(run: Run) -> dict[str, str]:
    """What the grid draws of a run."""
    return grid_value(
        [attention_maps(run, kind) for kind in run.kinds], run.settings.direction, Request.of(run).to_browser()
    )


def grid_value(kinds: Sequence[AttentionMaps], direction: str, run: Mapping[str, Any]) -> dict[str, str]:
    """All heads of all kinds, a byte a weight, with their statistics; `run` says in the browser whose they are.

    Where there is no encoder, there is no source, and the languages are None.

    As JSON in one string: Gradio wraps and copies every object inside a value, which took longer than to draw it.
    """
    by_kind = {maps.kind: maps for maps in kinds}
    decoder, encoder = by_kind["decoder"], by_kind.get("encoder")
    content = {
        "run": run,
        "languages": [NAMES.get(code, code) for code in direction.split("-")] if encoder else None,
        "tokens": {
            "source": plain(encoder.rows) if encoder else [],
            "target_in": plain(decoder.rows),
            "target_out": plain(decoder.predicts),
        },
        "kinds": {
            maps.kind: {"weights": plain(maps.packed()), "statistics": plain(head_statistics(maps))} for maps in kinds
        },
    }
    return {"json": json.dumps(content, ensure_ascii=False, separators=(",", ":"))}


def exact_weights(maps: AttentionMaps, layers: Sequence[int]) -> dict[str, Any]:
    """The weights of these layers as the model had them: float32, little-endian, one base64 string a layer.

    Raises:
        ValueError: no layers, more than there are, or no such layer.
    """
    n_layers = len(maps.weights)
    whole_number("number of layers", len(layers), 1, n_layers)
    strings = {}
    for layer in layers:
        weights = maps.weights[whole_number("layer", layer, 0, n_layers - 1)]
        strings[str(layer)] = float32_base64(weights)
    return {"kind": maps.kind, "layers": strings}


def _asked(data: Any) -> tuple[Any, Any, list[Any]]:
    """Run, kind and layers that an event from the browser asks for; what they are is checked where it is used."""
    if not isinstance(data, dict) or not isinstance(data.get("layers"), list):
        raise ValueError("attention: expected a kind and its layers; found something else: open a head again")
    return data.get("run"), data.get("kind"), data["layers"]
