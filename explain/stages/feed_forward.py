"""The position-wise feed-forward layer (§3.3)."""

from __future__ import annotations

from explain.stages.code import Code, lines_of
from explain.stages.stage import Here, Stage, Step, Values, size
from model.config import TransformerConfig
from model.layers import FeedForward


class Hidden(Stage):
    """Each position is widened to d_ff numbers."""

    name = "hidden"

    def code(self, step: Step, config: TransformerConfig) -> tuple[Code, ...]:
        return (lines_of(FeedForward.forward, "return self.output("),)

    def values(self, here: Here) -> Values:
        config, hidden = here.config, here.block_tap("hidden")
        # only ReLU gives exact zeros; GELU and SiLU, which are smooth, leave small negative numbers instead
        off, said = (hidden == 0, "exactly 0") if config.activation == "relu" else (hidden < 0, "below 0")
        return Values(
            shapes=(
                f"$W_1$: {config.d_model} × {config.d_ff}",
                size("hidden", hidden),
                f"{100 * off.double().mean().item():.3g}% of the values are {said} ({config.activation})",
            ),
            maps=(here.map("hidden values", hidden),),
        )


class Narrowed(Stage):
    """And brought back to d_model."""

    name = "feed_forward"

    def code(self, step: Step, config: TransformerConfig) -> tuple[Code, ...]:
        return (lines_of(FeedForward.forward, "return self.output("),)

    def values(self, here: Here) -> Values:
        output = here.block_tap("output")
        return Values(
            shapes=(f"$W_2$: {here.config.d_ff} × {here.config.d_model}", size("result", output)),
            maps=(here.map("what the feed-forward layer adds to the stream", output),),
        )


FEED_FORWARD = (Hidden(), Narrowed())
