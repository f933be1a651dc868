"""From token ids to vectors that carry their position (§3.4, §3.5).

B batch, T positions, D d_model.
"""

from __future__ import annotations

import math

from jaxtyping import Float, Int
from torch import Tensor, nn

from .config import TransformerConfig
from .positional import LearnedPositions, SinusoidalPositions
from .taps import Tap


class InputEmbedding(nn.Module):
    """Token embedding times √d_model (§3.4), plus position (§3.5), with dropout on the sum (§5.4).

    `tokens` is shared by encoder, decoder and output projection (§3.4), unless the config says otherwise.
    """

    def __init__(self, config: TransformerConfig, tokens: nn.Embedding) -> None:
        super().__init__()
        self.tokens = tokens
        self.scale = math.sqrt(config.d_model) if config.scale_embeddings else 1.0
        self.max_positions = config.max_positions
        self.positions = None
        if config.positions == "sinusoidal":
            self.positions = SinusoidalPositions(config)
        elif config.positions == "learned":
            self.positions = LearnedPositions(config)
        self.dropout = nn.Dropout(config.dropout)
        self.embedded, self.position, self.output = Tap(), Tap(), Tap()

    def forward(self, tokens: Int[Tensor, "B T"], start: int = 0) -> Float[Tensor, "B T D"]:
        """Embeds tokens that stand at positions `start`, `start + 1`, ….

        Raises:
            ValueError: a position lies beyond `max_positions`.
        """
        n_positions = tokens.shape[1]
        if start + n_positions > self.max_positions:
            raise ValueError(
                f"expected at most {self.max_positions} positions; found {start + n_positions}: shorten the text"
            )
        x = self.embedded(self.tokens(tokens) * self.scale)
        if self.positions is not None:
            x = x + self.position(self.positions(start, n_positions))
        return self.dropout(self.output(x))
