"""The Attention tab: every head of every layer at once, and any of them large."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr

from explain.attention import AttentionMaps, attention_maps, head_statistics
from explain.checks import whole_number
from explain.pack import float32_base64
from explain.plain import plain
from explain.run import Run
from model.checks import is_whole_number
from ui.answers import Ask, question
from ui.components import widget
from ui.languages import NAMES
from ui.request import Request
from ui.tabs.places import head_on, layer_counts


def attention_tab(ask: Ask) -> gr.Tab:
    """Draws the tab: the overview, and beside it the large view, which listens to it in the browser."""
    with gr.Tab("Attention", id="attention") as tab, gr.Row(elem_id="attention"):
        with gr.Column(scale=5, min_width=320):
            widget("attention_grid", ask=ask)
        with gr.Column(scale=7, min_width=320):
            widget("attention_heads", ask=ask)
            widget("attention_map")
            widget("attention_lines")
    return tab


@question
def attention(run: Run) -> dict[str, Any]:
    """What the grid draws of a run."""
    return grid_value(
        [attention_maps(run, kind) for kind in run.kinds], run.settings.direction, Request.of(run).to_browser()
    )


@question
def exact_attention(run: Run, kind: str | None, layers: list) -> dict[str, Any]:
    """The exact weights of whole layers; of those in view on another run, as far as this one has them.

    Raises:
        ValueError: as `exact_weights`, or no such attention in any model.
    """
    kind, *_ = head_on(run, kind, None, None)
    n_layers = layer_counts(run)[kind]
    here = [layer for layer in layers if not (is_whole_number(layer) and layer >= n_layers)] or [0]
    return {"run": Request.of(run).to_browser(), **exact_weights(attention_maps(run, kind), here)}


def grid_value(kinds: Sequence[AttentionMaps], direction: str, run: Mapping[str, Any]) -> dict[str, Any]:
    """All heads of all kinds, a byte a weight, with their statistics; `run` says in the browser whose they are.

    Where there is no encoder, there is no source, and the languages are None.
    """
    by_kind = {maps.kind: maps for maps in kinds}
    decoder, encoder = by_kind["decoder"], by_kind.get("encoder")
    return {
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
