"""From the decoder's output to the next token (§3.4)."""

from __future__ import annotations

from torch import Tensor

from explain.stages.code import Code, lines_of
from explain.stages.stage import Here, Map, Stage, Step, Values, size
from model.config import TransformerConfig
from model.decoding import _next_log_probs, beam_search
from model.transformer import Transformer

N_BEST = 5  # candidates a position in the last stage
MAX_COLUMNS = 48  # vocabulary tokens that a map of logits shows


def _reads(here: Here) -> tuple[str, ...]:
    pairs = zip(here.run.target_in, here.run.target_out, strict=True)
    return tuple(f"{read.text} → {chosen.text}" for read, chosen in pairs)


def _probabilities(here: Here) -> Tensor:
    return here.tap("logits").double().softmax(dim=-1)


def _best(values: Tensor) -> Tensor:
    return values.topk(min(N_BEST, values.shape[-1]), dim=-1).indices  # (T, best)


def _candidates_map(here: Here, name: str, values: Tensor, shares: bool) -> Map:
    """The columns of the tokens that were chosen, then of the best candidates, the best positions first."""
    logits = here.tap("logits")
    chosen = [token.id for token in here.run.target_out]
    ids = list(dict.fromkeys([*chosen, *_best(logits).T.flatten().tolist()]))[:MAX_COLUMNS]
    return Map(
        name=f"{name} of {len(ids)} of the {logits.shape[-1]} tokens: those chosen, and the best candidates",
        values=values[:, ids].numpy(),
        rows=_reads(here),
        row_axis="read → chosen",
        column_axis="token",
        columns=tuple(token.text for token in here.run.tokens(ids)),
        shares=shares,
    )


def _vocabulary(here: Here) -> str:
    rows, columns = here.tap("logits").shape
    matrix = "E" if here.config.tie_output else "the output's own matrix"
    bias = f"; a bias for each of {columns} tokens" if here.config.output_bias else ""
    return f"{matrix}: {columns} × {here.config.d_model}; logits: {rows} × {columns} (positions × vocabulary){bias}"


class Linear(Stage):
    """A logit for each token of the vocabulary."""

    name = "linear"

    def code(self, step: Step, config: TransformerConfig) -> tuple[Code, ...]:
        return (lines_of(Transformer.project, "output = ", "return self.logits("),)

    def values(self, here: Here) -> Values:
        return Values(
            shapes=(size("decoder output", here.tap("decoder.output")), _vocabulary(here)),
            maps=(_candidates_map(here, "logits", here.tap("logits"), shares=False),),
        )


class Probabilities(Stage):
    """Softmax over the vocabulary."""

    name = "probabilities"

    def code(self, step: Step, config: TransformerConfig) -> tuple[Code, ...]:
        return (lines_of(_next_log_probs, "log_probs = "),)

    def values(self, here: Here) -> Values:
        return Values(
            shapes=(_vocabulary(here),),
            maps=(_candidates_map(here, "probabilities", _probabilities(here), shares=True),),
        )


class Next(Stage):
    """The most probable tokens at each position."""

    name = "next"

    def code(self, step: Step, config: TransformerConfig) -> tuple[Code, ...]:
        return (lines_of(beam_search, "log_probs = _next_log_probs", "candidates =", "scores, picks ="),)

    def values(self, here: Here) -> Values:
        probabilities = _probabilities(here)
        ids = _best(probabilities)
        first = sum(row[0] == token.id for row, token in zip(ids.tolist(), here.run.target_out, strict=True))
        chosen = "translation" if here.run.translates else "text"
        return Values(
            shapes=(f"at {first} of {len(ids)} positions the {chosen} has the most probable token",),
            maps=(
                Map(
                    name="the most probable next tokens",
                    values=probabilities.gather(-1, ids).numpy(),
                    rows=_reads(here),
                    row_axis="read → chosen",
                    column_axis="rank",
                    columns=tuple(f"{rank + 1}." for rank in range(ids.shape[1])),
                    shares=True,
                    cells=tuple(tuple(token.text for token in here.run.tokens(row)) for row in ids.tolist()),
                ),
            ),
        )


OUTPUT = (Linear(), Probabilities(), Next())
