"""Around each sub-layer: the residual connection and LayerNorm (§3.1)."""

from __future__ import annotations

from explain.stages.code import Code, lines_of
from explain.stages.stage import Here, Stage, Step, Values, size
from model.config import TransformerConfig
from model.layers import AddNorm
from model.transformer import Decoder, Encoder


def _line(config: TransformerConfig) -> Code:
    return lines_of(AddNorm.forward, "return self.residual(" if config.norm == "pre" else "return self.normalized(")


class Norm(Stage):
    """Each position's vector loses its mean and is divided by its standard deviation."""

    name = "norm"

    def code(self, step: Step, config: TransformerConfig) -> tuple[Code, ...]:
        return (_line(config),)

    def values(self, here: Here) -> Values:
        x = here.tap(f"{here.block_path}_add_norm.normalized")
        return Values(
            shapes=(size("x", x), f"γ and β: {here.config.d_model} numbers each"),
            maps=(here.map("after LayerNorm", x),),
        )


class Add(Stage):
    """The sub-layer's change is added to what was there."""

    name = "add"

    def code(self, step: Step, config: TransformerConfig) -> tuple[Code, ...]:
        return (_line(config),)

    def values(self, here: Here) -> Values:
        change, total = here.block_tap("output"), here.tap(f"{here.block_path}_add_norm.residual")
        return Values(
            shapes=(size("the change", change), size("the sum", total)),
            maps=(here.map("the change: Sublayer(…)", change), here.map("the sum", total)),
        )


class FinalNorm(Stage):
    """A pre-norm stack normalises the sum of all its layers once, at its end."""

    name = "final_norm"

    def code(self, step: Step, config: TransformerConfig) -> tuple[Code, ...]:
        return (lines_of((Encoder if step.side == "encoder" else Decoder).forward, "return self.output("),)

    def values(self, here: Here) -> Values:
        x = here.tap(f"{here.side}.output")
        return Values(shapes=(size("x", x),), maps=(here.map(f"the {here.side}'s output", x),))


ADD, NORM, FINAL_NORM = Add(), Norm(), FinalNorm()
