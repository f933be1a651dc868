"""Named places where an intermediate tensor can be read or changed, at no cost when nobody does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

import torch
from torch import Tensor, nn

Trace = dict[str, Tensor]
Change = Callable[[Tensor], Tensor]

# Context variables, not flags on the model: two visitors on two threads share the model, never a trace or a change.
_trace: ContextVar[Trace | None] = ContextVar("trace", default=None)
_changes: ContextVar[Mapping[str, Change] | None] = ContextVar("changes", default=None)


class Tap(nn.Module):
    """An identity, unless `record()` or `intervene()` is open.

    Inside `record()` it writes its detached input to the trace under its path in the model; inside `intervene()` it
    first puts the input through the function given for that path.
    """

    path: str | None = None

    def forward(self, x: Tensor) -> Tensor:
        """The tensor, of any shape, as it is or as `intervene()` changes it."""
        if not is_inspecting():
            return x
        if self.path is None:
            raise ValueError("a tap has no path: call name_taps(model) once the model is built")
        if (changes := _changes.get()) is not None and self.path in changes:
            x = changes[self.path](x)
        if (trace := _trace.get()) is not None:
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


@contextmanager
def intervene(changes: Mapping[str, Change]) -> Iterator[None]:
    """Changes what passes the taps at these paths, in this thread alone; the model's weights stay as they are.

    `intervene({"encoder.embedding.position": torch.zeros_like})` encodes without positions. An inner `intervene` adds
    to an outer one, and replaces its function where the paths are the same.

    Raises:
        ValueError: a function returned another shape, or no forward pass reached one of the paths.
    """
    reached: set[str] = set()

    def checked(path: str, change: Change) -> Change:
        def apply(x: Tensor) -> Tensor:
            reached.add(path)
            changed = change(x)
            if changed.shape != x.shape:
                raise ValueError(
                    f"{path}: expected shape {tuple(x.shape)} after the change; found {tuple(changed.shape)}"
                )
            return changed

        return apply

    outer = _changes.get() or {}
    token = _changes.set({**outer, **{path: checked(path, change) for path, change in changes.items()}})
    try:
        yield
    finally:
        _changes.reset(token)
    # a mistyped path would otherwise pass for a change without effect
    if unreached := sorted(set(changes) - reached):
        raise ValueError(f"expected taps at {', '.join(unreached)}; no forward pass reached them: check the paths")


def is_inspecting() -> bool:
    """Whether a `record()` or `intervene()` is open here, so that attention has to spell out its scores and weights."""
    return not torch.compiler.is_compiling() and (_trace.get() is not None or _changes.get() is not None)
