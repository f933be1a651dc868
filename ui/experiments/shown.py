"""An experiment on the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from inspect import getsource
from types import ModuleType
from typing import Any

from ui.experiments.charts import Figure


@dataclass(frozen=True, kw_only=True)
class Slider:
    """A whole number that the visitor chooses for an argument of `run`."""

    name: str
    label: str
    low: int
    high: int
    step: int
    value: int


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What the page says of an experiment: `claim` is Markdown with LaTeX, `figures` gives the charts of a result."""

    module: ModuleType
    title: str
    claim: str
    figures: Callable[[Any], list[Figure]]
    sliders: tuple[Slider, ...] = ()

    @property
    def id(self) -> str:
        """Its name in the page."""
        return self.module.__name__.rpartition(".")[2].replace("_", "-")

    @property
    def code(self) -> str:
        """The whole file that runs when Run is pressed."""
        return getsource(self.module)
