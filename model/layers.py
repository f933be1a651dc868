"""The layers that the two stacks repeat (§3.1, §3.3).

B batch, S source positions, T target positions, D d_model; BW rows of the target, W beams to a sentence.
"""

from __future__ import annotations

from collections.abc import Callable

from jaxtyping import Bool, Float
from torch import Tensor, nn

from .attention import MultiHeadAttention
from .cache import AttentionCache
from .config import TransformerConfig
from .linear import Linear
from .taps import Tap

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "gelu": nn.GELU,
    "gelu_tanh": lambda: nn.GELU(approximate="tanh"),
    "silu": nn.SiLU,
}


class FeedForward(nn.Module):
    """FFN(x) = max(0, x W_1 + b_1) W_2 + b_2, at each position by itself (§3.3); max(0, ·) by default."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.linear_1 = Linear(config.d_model, config.d_ff)
        self.activation = ACTIVATIONS[config.activation]()
        self.linear_2 = Linear(config.d_ff, config.d_model)
        self.hidden, self.output = Tap(), Tap()

    def forward(self, x: Float[Tensor, "B T D"]) -> Float[Tensor, "B T D"]:
        """What the network makes of each position."""
        return self.output(self.linear_2(self.hidden(self.activation(self.linear_1(x)))))


class AddNorm(nn.Module):
    """The residual connection around a sub-layer and its LayerNorm (§3.1), with dropout on the sub-layer (§5.4).

    Post-norm, as in the paper: LayerNorm(x + Sublayer(x)). Pre-norm: x + Sublayer(LayerNorm(x)).
    """

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.pre_norm = config.norm == "pre"
        self.layer_norm = nn.LayerNorm(config.d_model, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(config.dropout)
        self.skip, self.residual, self.normalized = Tap(), Tap(), Tap()

    def forward(
        self, x: Float[Tensor, "B T D"], sublayer: Callable[[Float[Tensor, "B T D"]], Float[Tensor, "B T D"]]
    ) -> Float[Tensor, "B T D"]:
        """`x` with what `sublayer` adds to it."""
        if self.pre_norm:
            return self.residual(self.skip(x) + self.dropout(sublayer(self.normalized(self.layer_norm(x)))))
        return self.normalized(self.layer_norm(self.residual(self.skip(x) + self.dropout(sublayer(x)))))


class EncoderLayer(nn.Module):
    """Self-attention, then feed-forward (§3.1)."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.self_attn = MultiHeadAttention(config)
        self.self_attn_add_norm = AddNorm(config)
        self.feed_forward = FeedForward(config)
        self.feed_forward_add_norm = AddNorm(config)

    def forward(
        self, x: Float[Tensor, "B S D"], mask: Bool[Tensor, "#B 1 #S S"] | None = None
    ) -> Float[Tensor, "B S D"]:
        """What the layer makes of the source; `mask` is True where a position may attend to another, or None: all."""
        x = self.self_attn_add_norm(x, lambda x: self.self_attn(x, x, mask))
        return self.feed_forward_add_norm(x, self.feed_forward)


class DecoderLayer(nn.Module):
    """Masked self-attention, attention over an encoder's output if there is one, then feed-forward (§3.1)."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.self_attn = MultiHeadAttention(config)
        self.self_attn_add_norm = AddNorm(config)
        self.cross_attn = None
        if config.n_encoder_layers:
            self.cross_attn = MultiHeadAttention(config)
            self.cross_attn_add_norm = AddNorm(config)
        self.feed_forward = FeedForward(config)
        self.feed_forward_add_norm = AddNorm(config)

    def forward(
        self,
        x: Float[Tensor, "BW T D"],
        mask: Bool[Tensor, "1 1 T Tk"] | None = None,
        memory: Float[Tensor, "B S D"] | None = None,
        memory_mask: Bool[Tensor, "#B 1 1 S"] | None = None,
        self_cache: AttentionCache | None = None,
        cross_cache: AttentionCache | None = None,
    ) -> Float[Tensor, "BW T D"]:
        """What the layer makes of the target's newest positions.

        Args:
            x: the last T of Tk target positions; keys and values of the others are in `self_cache`.
            mask: True where a target position may attend to another, or None: everywhere.
            memory: the encoder's output, where there is one.
            memory_mask: True at the source's real tokens; without one, all are real.
            self_cache: keys and values of earlier target positions, to which those of `x` are added.
            cross_cache: keys and values of `memory`, projected at the first call.
        """
        x = self.self_attn_add_norm(x, lambda x: self.self_attn(x, x, mask, self_cache))
        if (cross_attn := self.cross_attn) is not None:
            x = self.cross_attn_add_norm(x, lambda x: cross_attn(x, memory, memory_mask, cross_cache))
        return self.feed_forward_add_norm(x, self.feed_forward)
