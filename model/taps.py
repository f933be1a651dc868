"""Named places where an intermediate tensor can be read or changed, at no cost when nobody does."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import torch
from torch import Tensor, nn

Trace = dict[str, Tensor]
Change = Callable[[Tensor], Tensor]


@dataclass(frozen=True, kw_only=True)
class _Recording:
    trace: Trace
    only: frozenset[str] | None  # None: all

    def write(self, path: str, x: Tensor) -> None:
        if self.only is not None and path not in self.only:
            return
        if path in self.trace:
            raise ValueError(f"{path} was written twice in one recording: record one forward pass at a time")
        self.trace[path] = x.detach()


# Context variables, not flags on the model: two visitors on two threads share the model, never a trace or a change.
_recording: ContextVar[_Recording | None] = ContextVar("recording", default=None)
_changes: ContextVar[Mapping[str, Change] | None] = ContextVar("changes", default=None)


class Tap(nn.Module):
    """An identity, unless `record()` or `intervene()` is open.

    Inside `record()` it writes its detached input to the trace under its path in the model; inside `intervene()` it
    first puts the input through the function given for that path.
    """

    path: str | None = None

    def __call__(self, x: Tensor) -> Tensor:
        """The tensor, of any shape, as it is or as `intervene()` changes it."""
        # a thousand taps lie in the way of one translation: while nobody looks, none takes nn.Module's long way
        return self.forward(x) if is_inspecting() else x

    def forward(self, x: Tensor) -> Tensor:
        """What `intervene()` makes of the tensor, which `record()` then writes down."""
        if self.path is None:
            raise ValueError("a tap has no path: call name_taps(model) once the model is built")
        if (changes := _changes.get()) is not None and self.path in changes:
            x = changes[self.path](x)
        if (recording := _recording.get()) is not None:
            recording.write(self.path, x)
        return x


def name_taps(model: nn.Module) -> None:
    """Gives every tap its path from `model.named_modules()`, such as `decoder.layers.2.cross_attn.weights`."""
    for path, module in model.named_modules():
        if isinstance(module, Tap):
            module.path = path


@contextmanager
def record(only: Collection[str] | None = None) -> Iterator[Trace]:
    """Collects what the taps see during one forward pass in this thread: tap path -> tensor.

    `only` names the paths that are kept, so that a view that needs two tensors does not hold hundreds; by default all.

    Raises:
        ValueError: two passes wrote to one path, or no forward pass reached one of `only`.
    """
    trace: Trace = {}
    token = _recording.set(_Recording(trace=trace, only=None if only is None else frozenset(only)))
    try:
        yield trace
    finally:
        _recording.reset(token)
    _check_reached(only or (), trace)


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
    _check_reached(changes, reached)


def is_inspecting() -> bool:
    """Whether a `record()` or `intervene()` is open here, so that attention has to spell out its scores and weights."""
    return not torch.compiler.is_compiling() and (_recording.get() is not None or _changes.get() is not None)


def _check_reached(paths: Iterable[str], reached: Collection[str]) -> None:
    # a mistyped path would otherwise pass for a change without effect, or for a tensor that nobody asked for
    if unreached := sorted(set(paths) - set(reached)):
        raise ValueError(f"expected taps at {', '.join(unreached)}; no forward pass reached them: check the paths")
