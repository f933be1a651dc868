"""How often a model computes: what only tests ask, so that the model itself counts nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn


class Count:
    """A number that grows."""

    def __init__(self) -> None:
        self.n = 0


@contextmanager
def counted(network: nn.Module) -> Iterator[Count]:
    """Counts the passes through the model's stacks, whoever makes them: an encoder-decoder's pass is two."""
    count = Count()

    def add(*_) -> None:
        count.n += 1

    stacks = [stack for stack in (network.encoder, network.decoder) if stack is not None]
    hooks = [stack.register_forward_pre_hook(add) for stack in stacks]
    try:
        yield count
    finally:
        for hook in hooks:
            hook.remove()
