"""Named places where an intermediate tensor can be read, at no cost when nobody reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import torch
from torch import Tensor, nn

Trace = dict[str, Tensor]

# A context variable, not a flag on the model: two visitors on two threads share the model, never a trace.
_trace: ContextVar[Trace | None] = ContextVar("trace", default=None)


class Tap(nn.Module):
    """An identity that, inside `record()`, writes its detached input to the trace under its path in the model."""

    path: str | None = None

    def forward(self, x: Tensor) -> Tensor:
        if torch.compiler.is_compiling() or (trace := _trace.get()) is None:
            return x
        if self.path is None:
            raise ValueError("a tap has no path: call name_taps(model) once the model is built")
        if self.path in trace:
            raise ValueError(f"{self.path} was written twice in one recording: record one forward pass at a time")
        trace[self.path] = x.detach()
        return x


def name_taps(model: nn.Module) -> None:
    """Gives every tap its path from `model.named_modules()`, such as `decoder.layers.2.cross_attn.weights`."""
    for path, module in model.named_modules():
        if isinstance(module, Tap):
            module.path = path


@contextmanager
def record() -> Iterator[Trace]:
    """Collects what the taps see during one forward pass in this thread: tap path -> tensor."""
    trace: Trace = {}
    token = _trace.set(trace)
    try:
        yield trace
    finally:
        _trace.reset(token)


def is_recording() -> bool:
    """Whether a `record()` is open here, so that attention has to spell out its scores and weights."""
    return not torch.compiler.is_compiling() and _trace.get() is not None
