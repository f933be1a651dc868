"""What a part of the model is worth to this sentence: it is switched off, and everything runs again beside the whole.

T target, S source positions, R rows, C columns, V vocab_size.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from explain.checks import whole_number
from explain.kinds import KINDS, PLACES, Kind, check_head, checked_kind
from explain.run import Run
from explain.search import search
from explain.tokens import Token
from model.taps import Change, intervene
from model.transformer import Transformer

SWITCHES = ("positions", "residual", "scale", "head")
N_CANDIDATES = 8


@dataclass(frozen=True, kw_only=True)
class Switch:
    """What is off: positions, residual connections, the division by √d_k, or one head.

    `kind`, `layer` and `head`, counted from 0, are where the head is; the map that is shown is theirs too, whatever
    is off.

    Raises:
        ValueError: no such switch or attention.
    """

    name: str
    kind: Kind = "cross"
    layer: int = 0
    head: int = 0

    def __post_init__(self) -> None:
        if self.name not in SWITCHES:
            raise ValueError(f"switch: expected one of {', '.join(SWITCHES)}; found {self.name!r}")
        checked_kind(self.kind, KINDS)


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A token that could come next, with its probability in the whole model and in the switched one."""

    token: Token
    whole: float
    switched: float


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The whole model and the switched one on the same sentence.

    The texts are the best of each model's own search, whichever hypothesis or beginning is inspected. Maps and
    candidates come from one pass each over the same tokens, the inspected ones, so that they can be compared cell by
    cell; `candidates` are the best of both.
    """

    switch: Switch
    position: int
    whole_text: str
    switched_text: str
    candidates: tuple[Candidate, ...]
    whole_map: Float[np.ndarray, "R C"]
    switched_map: Float[np.ndarray, "R C"]
    rows: tuple[Token, ...]
    columns: tuple[Token, ...]


def compare(run: Run, switch: Switch, position: int) -> Comparison:
    """Runs the sentence again with a part switched off, in this thread alone; the weights stay as they are.

    Raises:
        ValueError: no such position, attention, layer or head, or the model has no positions to switch off.
    """
    whole_number("position", position, 0, len(run.target_out) - 1)
    kind = checked_kind(switch.kind, run.kinds)
    check_head(run.config, kind, switch.layer, switch.head)
    path = f"{PLACES[kind].path(switch.layer)}.weights"
    with intervene(_changes(run.network, switch)):
        trace = run.inspected(only=("logits", path))
    whole = run.trace
    before, after = (_probabilities(each["logits"], position) for each in (whole, trace))
    return Comparison(
        switch=switch,
        position=position,
        whole_text=run.own.translation.text,
        switched_text=switched_text(run, switch),
        candidates=_candidates(run, before, after),
        whole_map=whole[path][0, switch.head].numpy(),
        switched_map=trace[path][0, switch.head].numpy(),
        rows=run.queries(kind),
        columns=run.keys(kind),
    )


def switched_text(run: Run, switch: Switch) -> str:
    """What the model makes of the run's text by itself, with the part switched off.

    Raises:
        ValueError: the model has no positions to switch off.
    """
    with intervene(_changes(run.network, switch)):
        return search(run.text_model, run.prompt, run.settings).translations[0].text


def _changes(model: Transformer, switch: Switch) -> dict[str, Change]:
    if switch.name == "positions":
        if model.config.positions == "none":
            raise ValueError("expected a model with positions; found one with positions='none'")
        return {path: torch.zeros_like for path, _ in model.named_modules() if path.endswith("embedding.position")}
    if switch.name == "head":
        return {f"{PLACES[switch.kind].path(switch.layer)}.heads": lambda heads: _without(heads, switch.head)}
    if switch.name == "residual":
        return {path: torch.zeros_like for path, _ in model.named_modules() if path.endswith("_add_norm.skip")}
    root = math.sqrt(model.config.d_head)  # the scores that pass the tap are divided by it already
    return {path: lambda scores: scores * root for path, _ in model.named_modules() if path.endswith("_attn.scores")}


def _without(heads: Tensor, head: int) -> Tensor:
    kept = torch.ones(heads.shape[1], 1, 1, dtype=heads.dtype, device=heads.device)
    kept[head] = 0
    return heads * kept


def _probabilities(logits: Tensor, position: int) -> Tensor:
    return logits[0, position].double().softmax(dim=-1)


def _candidates(run: Run, before: Tensor, after: Tensor) -> tuple[Candidate, ...]:
    best = [
        probabilities.topk(min(N_CANDIDATES, len(probabilities))).indices.tolist() for probabilities in (before, after)
    ]
    ids = list(dict.fromkeys([*best[0], *best[1]]))
    return tuple(
        Candidate(token=run.tokens([token_id])[0], whole=before[token_id].item(), switched=after[token_id].item())
        for token_id in ids
    )
