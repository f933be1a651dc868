"""Scaled dot-product and multi-head attention (§3.2).

B batch, H heads, Tq query positions, Tk key positions, D d_model, Dh d_head; BW rows, W to each row of the memory.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor, nn

from .cache import AttentionCache
from .config import TransformerConfig
from .linear import Linear
from .taps import Tap, is_inspecting


def scaled_dot_product_attention(
    q: Float[Tensor, "B H Tq Dh"],
    k: Float[Tensor, "B H Tk Dh"],
    v: Float[Tensor, "B H Tk Dh"],
    mask: Bool[Tensor, "#B 1 #Tq Tk"] | None = None,
    tap_scores: Callable[[Tensor], Tensor] = lambda scores: scores,
    tap_weights: Callable[[Tensor], Tensor] = lambda weights: weights,
) -> Float[Tensor, "B H Tq Dh"]:
    """softmax(Q Kᵀ / √d_k) V, equation (1); positions where `mask` is False get weight 0.

    `tap_scores` sees the scaled scores before the mask, `tap_weights` each row's softmax.
    """
    scores = tap_scores(q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1]))
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    weights = tap_weights(scores.softmax(dim=-1))
    return weights @ v


class MultiHeadAttention(nn.Module):
    """Concat(head_1, …, head_h) W^O with head_i = Attention(Q W_i^Q, K W_i^K, V W_i^V) (§3.2.2).

    Row i*d_head to (i+1)*d_head of `q_proj.weight` is W_i^Q transposed; the same for keys and values.
    """

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.n_heads = config.n_heads
        self.q_proj = Linear(config.d_model, config.d_model)
        self.k_proj = Linear(config.d_model, config.d_model)
        self.v_proj = Linear(config.d_model, config.d_model)
        self.out_proj = Linear(config.d_model, config.d_model)
        self.q, self.k, self.v = Tap(), Tap(), Tap()
        self.scores, self.weights = Tap(), Tap()
        self.heads, self.output = Tap(), Tap()

    def forward(
        self,
        x: Float[Tensor, "BW Tq D"],
        memory: Float[Tensor, "B Tm D"],
        mask: Bool[Tensor, "#B 1 #Tq Tk"] | None = None,
        cache: AttentionCache | None = None,
    ) -> Float[Tensor, "BW Tq D"]:
        """Attends from each position of `x` to the positions of `memory`, which is `x` itself in self-attention.

        `mask` is True where a query may attend to a key, or None: everywhere. With a `cache`, self-attention appends
        the new positions to those held, and cross-attention, whose memory never changes, projects it once. There the
        beams of a sentence share a row of `memory`: to it they are so many more queries.
        """
        q = self.q(self._split_heads(self.q_proj(x).reshape(len(memory), -1, x.shape[-1])))
        if cache is not None and memory is not x and cache.length:
            k, v = cache.held()
        else:
            k, v = self._split_heads(self.k_proj(memory)), self._split_heads(self.v_proj(memory))
            if cache is not None:
                k, v = cache.append(k, v)
        k, v = self.k(k), self.v(v)
        if is_inspecting():
            heads = scaled_dot_product_attention(q, k, v, mask, self.scores, self.weights)
        else:
            heads = F.scaled_dot_product_attention(q, k, v, mask)
        heads = self.heads(heads).transpose(1, 2).reshape(x.shape)  # (BW, Tq, D)
        return self.output(self.out_proj(heads))

    def _split_heads(self, x: Tensor) -> Tensor:
        return x.view(*x.shape[:-1], self.n_heads, -1).transpose(1, 2)  # (B, H, T, Dh)
