"""What training minimises (§5.4).

B batch, T target positions, V vocab_size.
"""

from __future__ import annotations

import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor


def token_loss(
    logits: Float[Tensor, "B T V"], labels: Int[Tensor, "B T"], pad_id: int, label_smoothing: float = 0.0
) -> Float[Tensor, ""]:
    """Cross-entropy in nats, summed over the labels that are not padding; with label smoothing in training (§5.4)."""
    return F.cross_entropy(
        logits.flatten(0, 1), labels.flatten(), ignore_index=pad_id, label_smoothing=label_smoothing, reduction="sum"
    )
