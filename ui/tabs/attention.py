"""The Attention tab: every head of every layer at once, any of them large, and what each of them is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast, get_args

import gradio as gr
import numpy as np

from explain.attention import AttentionMaps, attention_maps, head_statistics
from explain.checks import whole_number
from explain.effects import Name, Part, effects, parts_of, text_without
from explain.kinds import KINDS, checked_kind
from explain.pack import exact, float32_base64
from explain.plain import plain
from explain.run import Run
from explain.runner import Runner
from model.checks import is_whole_number
from ui.answers import Ask, question, question_to_the_model
from ui.components import widget
from ui.languages import NAMES
from ui.request import Request
from ui.tabs.places import head_on, layer_counts


def attention_tab(ask: Ask) -> gr.Tab:
    """Draws the tab: the overview, beside it the large view, which listens to it in the browser, below it the effects.

    What the effects count is chosen at the top, where it is in sight, and asked for, as soon as the tab is opened.
    """
    with gr.Tab("Attention", id="attention") as tab:
        with gr.Row(elem_id="attention"):
            with gr.Column(scale=5, min_width=320):
                widget("attention_effects", ask=ask)
                widget("attention_grid", ask=ask)
            with gr.Column(scale=7, min_width=320):
                widget("attention_heads", ask=ask)
                widget("attention_map")
                widget("attention_lines")
        widget("attention_scatter", ask=ask, elem_id="attention-scatter")
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


@question_to_the_model
def head_effects(run: Run, runner: Runner) -> dict[str, Any]:
    """The effect of every part on every token of the translation, all at once.

    Raises:
        ValueError: as `effects`.
    """
    found = effects(run, runner.head_means)

    def numbers(by_step: np.ndarray) -> dict[str, Any]:
        return {"by_step": exact(by_step), "total": plain(found.total(by_step))}

    return {
        "run": Request.of(run).to_browser(),
        "parts": plain(found.parts),
        "entropy_bits": plain(found.entropy_bits),
        "zero": numbers(found.zero),
        "mean": None if found.mean is None else numbers(found.mean),
        "n_sentences": runner.head_means.n_sentences if runner.head_means else None,
        "tokens": plain(run.target_out),
        "n_text": run.n_text,
    }


@question_to_the_model
def text_without_part(
    run: Run, runner: Runner, name: str, kind: str, layer: int, head: int, baseline: str
) -> dict[str, Any]:
    """The model's own translation, and the one that it makes with a part off.

    Raises:
        ValueError: no such part in any model, or no such baseline here.
    """
    if baseline not in (known := ("zero", "mean") if runner.head_means else ("zero",)):
        raise ValueError(f"baseline: expected {' or '.join(known)}; found {baseline!r}")
    part = part_on(run, name, kind, layer, head)
    means = runner.head_means if baseline == "mean" else None
    return {
        "part": plain(part),
        "baseline": baseline,
        "whole": run.own.translation.text,
        "without": text_without(run, part, means),
    }


def part_on(run: Run, name: str, kind: str, layer: int, head: int) -> Part:
    """That part, or the head that stands for it where this run's model has no such part.

    Raises:
        ValueError: no such part in any model.
    """
    if name not in get_args(Name):
        raise ValueError(f"part: expected one of {', '.join(get_args(Name))}; found {name!r}")
    asked = Part(name=cast(Name, name), kind=checked_kind(kind, KINDS), layer=layer, head=head)
    if asked in parts_of(run.config):
        return asked
    known_kind, known_layer, known_head = head_on(run, kind, layer, head)
    return Part(name="head", kind=known_kind, layer=known_layer, head=known_head)


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
