"""What a stage is, and what it reads its values from.

R rows, C columns.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from torch import Tensor

from explain.kinds import Side
from explain.run import Run
from explain.stages.code import Code
from model.config import TransformerConfig


@dataclass(frozen=True, kw_only=True)
class Step:
    """One stage at one place; `layer` counts from 0 and is None outside of the layers."""

    side: str
    layer: int | None
    block: str
    stage: str


@dataclass(frozen=True, kw_only=True)
class Map:
    """Values of a step. `shares` lie from 0 to 1; `role` is q, k or v where the colours have that meaning.

    `columns` names each column, or is None where they are dimensions; `column_axis` says which. `cells` names each
    cell where a name alone tells what it is.
    """

    name: str
    values: Float[np.ndarray, "R C"]
    rows: tuple[str, ...]
    row_axis: str = "token"
    column_axis: str = "dimension"
    columns: tuple[str, ...] | None = None
    shares: bool = False
    role: str | None = None
    cells: tuple[tuple[str, ...], ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Values:
    """What a stage computed in a run: `shapes` in words, with LaTeX between dollar signs, and the arrays."""

    shapes: tuple[str, ...]
    maps: tuple[Map, ...]


class Stage(ABC):
    """One record: what the stage is called, which lines compute it, and what it computed."""

    name: str
    by_head = False  # whether its values are shown for one head at a time

    @abstractmethod
    def code(self, step: Step, config: TransformerConfig) -> tuple[Code, ...]:
        """The lines of `model/` that compute it at this step."""

    @abstractmethod
    def values(self, here: Here) -> Values:
        """Its shapes and arrays; read from the run, which does not run again."""


class Here:
    """One step of a run, for one head where the stage has heads."""

    def __init__(self, run: Run, step: Step, head: int) -> None:
        self.run, self.step, self.head = run, step, head
        self.config = run.config
        self.side: Side = "encoder" if step.side == "encoder" else "decoder"  # the way out belongs to the decoder
        self.block_path = f"{step.side}.layers.{step.layer}.{step.block}"
        self.tokens = run.read_by(self.side)

    @property
    def rows(self) -> tuple[str, ...]:
        """The texts of the positions."""
        return tuple(token.text for token in self.tokens)

    @property
    def keys(self) -> tuple[str, ...]:
        """The texts of the positions that attention looks at here."""
        looked_at = self.run.source if self.step.block == "cross_attn" else self.tokens
        return tuple(token.text for token in looked_at)

    def tap(self, path: str) -> Tensor:
        """What passed a tap: rows are positions."""
        return self.run.trace[path][0]

    def block_tap(self, name: str) -> Tensor:
        """What passed a tap of this step's block."""
        return self.tap(f"{self.block_path}.{name}")

    def head_tap(self, name: str) -> Tensor:
        """What passed a tap of this step's attention in the chosen head."""
        return self.block_tap(name)[self.head]

    def map(self, name: str, values: Tensor, role: str | None = None, rows: tuple[str, ...] | None = None) -> Map:
        """A vector for each position."""
        return Map(name=name, values=values.numpy(), rows=rows or self.rows, role=role)

    def attention_map(self, name: str, values: Tensor, shares: bool = False) -> Map:
        """A number for each pair of positions."""
        return Map(
            name=name,
            values=values.numpy(),
            rows=self.rows,
            row_axis="query (the token that looks)",
            column_axis="key",
            columns=self.keys,
            shares=shares,
        )


def size(name: str, values: Tensor) -> str:
    """The shape of a matrix in words."""
    rows, columns = values.shape
    return f"{name}: {rows} × {columns}"
