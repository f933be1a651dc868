"""From tokens to the vectors that enter the layers (§3.4, §3.5)."""

from __future__ import annotations

import math

from explain.stages.code import Code, lines_of
from explain.stages.stage import Here, Stage, Step, Values, size
from model.config import TransformerConfig
from model.embedding import InputEmbedding
from model.positional import LearnedPositions, sinusoidal_encoding


class Token(Stage):
    """Each token id picks a row of the embedding matrix."""

    name = "token"

    def code(self, step: Step, config: TransformerConfig) -> tuple[Code, ...]:
        return (lines_of(InputEmbedding.forward, "x = self.embedded("),)

    def values(self, here: Here) -> Values:
        matrix = here.run.stack(here.side).embedding.tokens.weight.detach()
        rows = matrix[[token.id for token in here.tokens]].cpu()
        names = tuple(f"{token.text} = {token.id}" for token in here.tokens)
        return Values(
            shapes=(
                f"{len(here.tokens)} token ids",
                f"{size('E', matrix)} (vocabulary × $d_{{\\text{{model}}}}$)",
                size("x, positions × $d_{\\text{model}}$", rows),
            ),
            maps=(here.map("rows of the embedding matrix E", rows, rows=names),),
        )


class Embedding(Stage):
    """The row times √d_model, if the model scales its embeddings."""

    name = "embedding"

    def code(self, step: Step, config: TransformerConfig) -> tuple[Code, ...]:
        forward = lines_of(InputEmbedding.forward, "x = self.embedded(")
        return (lines_of(InputEmbedding.__init__, "self.scale ="), forward)

    def values(self, here: Here) -> Values:
        d_model, factor = here.config.d_model, here.run.stack(here.side).embedding.scale
        x = here.tap(f"{here.side}.embedding.embedded")
        if not here.config.scale_embeddings:
            return Values(shapes=("factor 1: none", size("x", x)), maps=(here.map("embedding", x),))
        root = f"$\\sqrt{{d_{{\\text{{model}}}}}} = \\sqrt{{{d_model}}}$ = {math.sqrt(d_model):.4g}"
        return Values(
            shapes=(f"factor {factor:.4g} ({root})", size("x", x)),
            maps=(here.map("embedding × factor", x),),
        )


class Position(Stage):
    """The vector of the position is added."""

    name = "position"

    def code(self, step: Step, config: TransformerConfig) -> tuple[Code, ...]:
        table = lines_of(sinusoidal_encoding, "frequencies =", "angles =", "return torch.stack")
        if config.positions == "learned":
            table = lines_of(LearnedPositions.forward, "return self.weight")
        return (lines_of(InputEmbedding.forward, "x = x + self.position("), table)

    def values(self, here: Here) -> Values:
        # the same for every sentence, so this tap has no batch
        position, x = here.run.trace[f"{here.side}.embedding.position"], here.tap(f"{here.side}.embedding.output")
        name = "position vectors, learned" if here.config.positions == "learned" else "position vectors PE"
        return Values(
            shapes=(size("embedding", x), size("positions", x), size("sum", x)),
            maps=(here.map(name, position), here.map("embedding + position", x)),
        )


EMBEDDING = (Token(), Embedding(), Position())
