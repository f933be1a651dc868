"""A run followed through the model, stage by stage, in the order of computation (Figure 1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from explain.checks import whole_number
from explain.kinds import sides_of
from explain.run import Run
from explain.stages.add_norm import ADD, FINAL_NORM, NORM
from explain.stages.attention import ATTENTION
from explain.stages.code import Code
from explain.stages.embedding import EMBEDDING
from explain.stages.feed_forward import FEED_FORWARD
from explain.stages.output import OUTPUT
from explain.stages.stage import Here, Map, Stage, Step
from model.config import TransformerConfig

STAGES: dict[str, Stage] = {
    stage.name: stage for stage in (*EMBEDDING, *ATTENTION, *FEED_FORWARD, ADD, NORM, FINAL_NORM, *OUTPUT)
}


@dataclass(frozen=True, kw_only=True)
class StageView:
    """What one step computed, and where; `by_head` tells whether another head has other values."""

    step: Step
    by_head: bool
    shapes: tuple[str, ...]
    maps: tuple[Map, ...]
    code: tuple[Code, ...]


def walk(config: TransformerConfig) -> tuple[Step, ...]:
    """Every stage of an encoder-decoder or of a language model, in the order of computation."""
    steps: list[Step] = []

    def add(stages: Sequence[Stage], side: str, block: str, layer: int | None = None) -> None:
        steps.extend(Step(side=side, layer=layer, block=block, stage=stage.name) for stage in stages)

    sides = sides_of(config)
    for side in sides:
        add(EMBEDDING if config.positions != "none" else EMBEDDING[:-1], side, "embedding")
        blocks: dict[str, tuple[Stage, ...]] = {"self_attn": ATTENTION}
        if side == "decoder" and "encoder" in sides:
            blocks["cross_attn"] = ATTENTION
        blocks["feed_forward"] = FEED_FORWARD
        for layer in range(config.n_encoder_layers if side == "encoder" else config.n_decoder_layers):
            for block, inner in blocks.items():
                add((NORM, *inner, ADD) if config.norm == "pre" else (*inner, ADD, NORM), side, block, layer)
        if config.norm == "pre":
            add([FINAL_NORM], side, "final_norm")
    add(OUTPUT, "output", "output")
    return tuple(steps)


def nearest_step(config: TransformerConfig, wanted: Step) -> int:
    """Which step of a model's walk is most like one of another model's: on its side, in its block, then its layer."""
    steps = walk(config)

    def distance(i: int) -> tuple[bool, bool, int, bool]:
        step = steps[i]
        layers = abs((0 if step.layer is None else step.layer) - (wanted.layer or 0))
        return step.side != wanted.side, step.block != wanted.block, layers, step.stage != wanted.stage

    return min(range(len(steps)), key=distance)


def stage_view(run: Run, index: int, head: int = 0) -> StageView:
    """One step of the walk on this run, for one head where the stage has heads; the model does not run again.

    Raises:
        ValueError: no such step or head.
    """
    config = run.config
    steps = walk(config)
    step = steps[whole_number("step", index, 0, len(steps) - 1)]
    whole_number("head", head, 0, config.n_heads - 1)
    stage = STAGES[step.stage]
    found = stage.values(Here(run, step, head))
    return StageView(
        step=step, by_head=stage.by_head, shapes=found.shapes, maps=found.maps, code=stage.code(step, config)
    )
