"""From what the model says to what a token is drawn from: temperature, top-k, top-p.

V vocab_size.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor


def sampling_distribution(
    log_probs: Float[Tensor, "*batch V"], temperature: float = 1.0, top_k: int = 0, top_p: float = 1.0
) -> Float[Tensor, "*batch V"]:
    """Probabilities after temperature, then top-k (0: all), then top-p (nucleus, 1: all), renormalised.

    Temperature 0 puts everything on the most probable token. Top-p keeps the fewest most probable tokens whose
    probabilities reach `top_p`.

    Raises:
        ValueError: temperature < 0, top_k < 0, or top_p outside (0, 1].
    """
    if not temperature >= 0:
        raise ValueError(f"temperature: expected 0 or more; found {temperature}")
    if top_k < 0:
        raise ValueError(f"top_k: expected 0 (all) or more; found {top_k}")
    if not 0 < top_p <= 1:
        raise ValueError(f"top_p: expected more than 0 and at most 1; found {top_p}")
    if temperature == 0:
        return torch.zeros_like(log_probs).scatter_(-1, log_probs.argmax(dim=-1, keepdim=True), 1.0)
    probs = (log_probs / temperature).softmax(dim=-1)
    ranked, order = probs.sort(dim=-1, descending=True, stable=True)
    if 0 < top_k < probs.shape[-1]:
        ranked[..., top_k:] = 0
        ranked /= ranked.sum(dim=-1, keepdim=True)
    if top_p < 1:
        before = ranked.cumsum(dim=-1) - ranked  # the mass of more probable tokens
        ranked = torch.where(before < top_p, ranked, 0)
    ranked /= ranked.sum(dim=-1, keepdim=True)
    return torch.zeros_like(probs).scatter_(-1, order, ranked)
