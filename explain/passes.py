"""Forward passes over one text: a batch of 1, without gradients.

T target positions, V vocab_size.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor

from model.taps import Trace, record
from model.transformer import Transformer


def batch_of(network: Transformer, ids: Sequence[int]) -> Int[Tensor, "1 T"]:
    """One sequence, where the model is."""
    return torch.tensor([list(ids)], device=network.device)


@torch.inference_mode()
def teacher_forced(network: Transformer, src: Sequence[int], tgt: Sequence[int]) -> Float[Tensor, "1 T V"]:
    """The logits at each position of one target sequence; `src` is empty for a language model."""
    return network(*(batch_of(network, ids) for ids in (src, tgt) if ids))


def inspect(network: Transformer, src: Sequence[int], tgt: Sequence[int], only: Collection[str] | None = None) -> Trace:
    """What the taps see during such a pass, all of them or `only` some, in the computer's own memory.

    Raises:
        ValueError: one of `only` is no tap of this model.
    """
    with record(only) as trace:
        teacher_forced(network, src, tgt)
    return {path: tensor.cpu() for path, tensor in trace.items()}
