"""What a run loses without one part of the model: the part is switched off, and the same tokens are predicted again.

An effect is the change of log p(token), in nats, when the part is off: below 0 where the model grows less sure of what
it wrote. It is a lower bound of what the part does, since later layers make up for some of it.

P parts, of which the first N are heads; T target positions; L layers, H heads, K d_head; V vocab_size.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from explain.attention import attention_maps, head_statistics
from explain.head_means import HeadMeans
from explain.kinds import PLACES, Kind, Side, kinds_of, sides_of
from explain.passes import batch_of
from explain.run import Run
from explain.search import search
from model.config import TransformerConfig
from model.taps import Change, intervene
from model.transformer import Transformer

Name = Literal["head", "feed_forward", "layer", "cross_attention"]
MAX_LOGITS = 2**24  # of one batch: 64 MB in single precision
MAX_WORK = 10**12  # passes times tokens times weights: some 15 seconds

Changes = Mapping[str, Change]


@dataclass(frozen=True, kw_only=True)
class Part:
    """What can be switched off; layers and heads are counted from 0, and are 0 where a part has none.

    `head`: one head's output, before W^O, is zero or its mean. `feed_forward`: the network's output is zero. `layer`:
    so is that of all its sub-layers. `cross_attention`: so is that of all layers. `kind` is the attention that a head
    belongs to, and the side of a feed-forward network or a layer.
    """

    name: Name
    kind: Kind
    layer: int = 0
    head: int = 0


@dataclass(frozen=True, kw_only=True)
class Effects:
    """The effect of each part on each token of the translation, in nats; all heads come first.

    `zero` is with an output of zero, `mean` with the head's mean output, where means are known. `entropy_bits` is each
    head's, as in `HeadStatistics`. The first `n_text` tokens are a language model's text, which it did not write.
    """

    parts: tuple[Part, ...]
    zero: Float[np.ndarray, "P T"]
    mean: Float[np.ndarray, "N T"] | None
    entropy_bits: Float[np.ndarray, " N"]
    n_text: int

    def total(self, by_step: Float[np.ndarray, "*M T"]) -> Float[np.ndarray, "*M"]:
        """The effect on log p of all that the model wrote: the sum over its tokens."""
        return by_step[..., self.n_text :].sum(axis=-1)


def effects(run: Run, means: HeadMeans | None = None) -> Effects:
    """All parts of the model, switched off one by one, in few batches.

    Raises:
        ValueError: the text is too long for a model of this size.
    """
    parts = parts_of(run.config)
    heads = [part for part in parts if part.name == "head"]
    changes = [switched_off(run.config, part) for part in parts]
    if means is not None:
        changes += [switched_off(run.config, part, means) for part in heads]
    _check_work(run, len(changes))
    found = _effects(run, changes)
    # rows of a batch may be rounded differently: a head that W^O lets nothing through of has no effect, not 1e-16
    for row, part in enumerate((*parts, *heads)[: len(changes)]):
        if part.name == "head" and not _slice_of_output(run.network, part).any():
            found[row] = 0
    entropies = [head_statistics(attention_maps(run, kind)).entropy_bits.reshape(-1) for kind in run.kinds]
    return Effects(
        parts=parts,
        zero=found[: len(parts)],
        mean=None if means is None else found[len(parts) :],
        entropy_bits=np.concatenate(entropies),
        n_text=run.n_text,
    )


def text_without(run: Run, part: Part, means: HeadMeans | None = None) -> str:
    """What the model makes of the run's text by itself, with the part switched off.

    Raises:
        ValueError: the model has no such part.
    """
    if part not in parts_of(run.config):
        raise ValueError(f"part: expected one that the model has; found {part}: choose another")
    with intervene(switched_off(run.config, part, means)):
        return search(run.text_model, run.prompt, run.settings).translations[0].text


def parts_of(config: TransformerConfig) -> tuple[Part, ...]:
    """All that can be switched off, heads first."""
    n_layers: dict[Side, int] = {"encoder": config.n_encoder_layers, "decoder": config.n_decoder_layers}
    heads = [
        Part(name="head", kind=kind, layer=layer, head=head)
        for kind in kinds_of(config)
        for layer in range(n_layers[PLACES[kind].side])
        for head in range(config.n_heads)
    ]
    blocks: tuple[Name, ...] = ("feed_forward", "layer")
    others = [
        Part(name=name, kind=side, layer=layer)
        for name in blocks
        for side in sides_of(config)
        for layer in range(n_layers[side])
    ]
    cross = [Part(name="cross_attention", kind="cross")] if "cross" in kinds_of(config) else []
    return (*heads, *others, *cross)


def switched_off(config: TransformerConfig, part: Part, means: HeadMeans | None = None) -> dict[str, Change]:
    """What `intervene` has to change; with `means`, a head gives its mean instead of zero."""
    kind, layer, head = part.kind, part.layer, part.head
    if part.name == "head":
        fill = torch.zeros(config.d_head) if means is None else means.by_kind[kind][layer, head]
        return {f"{PLACES[kind].path(layer)}.heads": partial(_with_head, head=head, output=fill)}
    if part.name == "cross_attention":
        return {f"{PLACES[kind].path(layer)}.output": torch.zeros_like for layer in range(config.n_decoder_layers)}
    blocks = ["feed_forward"]
    if part.name == "layer":
        blocks += [place.block for each in kinds_of(config) if (place := PLACES[each]).side == kind]
    return {f"{kind}.layers.{layer}.{block}.output": torch.zeros_like for block in blocks}


def _slice_of_output(network: Transformer, head: Part) -> Float[Tensor, "D K"]:
    """The columns of W^O that one head goes through."""
    weight = network.get_parameter(f"{PLACES[head.kind].path(head.layer)}.out_proj.weight")
    return weight.unflatten(1, (network.config.n_heads, -1))[:, head.head]


def _with_head(heads: Tensor, head: int, output: Float[Tensor, " K"]) -> Tensor:
    changed = heads.clone()  # (B, H, T, K)
    changed[:, head] = output.to(heads)
    return changed


def _effects(run: Run, changes: Sequence[Changes]) -> Float[np.ndarray, "M T"]:
    tgt = [token.id for token in run.target_in]
    labels = torch.tensor([token.id for token in run.target_out], device=run.network.device)
    at_once = max(1, MAX_LOGITS // (len(tgt) * run.config.vocab_size) - 1)
    batches = [changes[i : i + at_once] for i in range(0, len(changes), at_once)]
    found = [_log_probs(run.network, run.prompt.src, tgt, labels, [{}, *batch]) for batch in batches]
    # the whole model is the first of each batch, so that both are rounded much alike
    return torch.cat([log_probs[1:] - log_probs[:1] for log_probs in found]).double().cpu().numpy()


@torch.inference_mode()
def _log_probs(
    network: Transformer, src: Sequence[int], tgt: Sequence[int], labels: Tensor, changes: Sequence[Changes]
) -> Float[Tensor, "B T"]:
    """log p of each label in a teacher-forced pass over B copies of one sequence, each with its own changes."""
    read = batch_of(network, tgt).expand(len(changes), -1)
    memory = mask = None
    if network.encoder is not None:
        sources = batch_of(network, src)
        memory, mask = _memory(network, sources, [_on("encoder", each) for each in changes]), network.src_mask(sources)
    with intervene(_row_by_row([_on("decoder", each) for each in changes])):
        logits = network.decode(read, memory, mask)
    chosen = logits.gather(-1, labels.expand(len(changes), -1)[..., None])[..., 0]
    return chosen - logits.logsumexp(dim=-1)


def _memory(network: Transformer, src: Tensor, changes: Sequence[Changes]) -> Float[Tensor, "B S D"]:
    """The encoder's output under each of the changes, computed once for all that change nothing there."""
    rows = [{}, *(each for each in changes if each)]
    with intervene(_row_by_row(rows)):
        memory = network.encode(src.expand(len(rows), -1))
    place = iter(range(1, len(rows)))
    return memory[[next(place) if each else 0 for each in changes]]


def _on(side: Side, changes: Changes) -> Changes:
    return {path: change for path, change in changes.items() if path.startswith(f"{side}.")}


def _row_by_row(changes: Sequence[Changes]) -> Changes:
    """One change a tap, of a batch whose row i is changed as `changes[i]` says."""
    rows: dict[str, dict[int, Change]] = defaultdict(dict)
    for row, each in enumerate(changes):
        for path, change in each.items():
            rows[path][row] = change
    return {path: partial(_in_rows, changes=by_row) for path, by_row in rows.items()}


def _in_rows(x: Tensor, changes: Mapping[int, Change]) -> Tensor:
    changed = x.clone()
    for row, change in changes.items():
        changed[row : row + 1] = change(x[row : row + 1])
    return changed


def _check_work(run: Run, n_passes: int) -> None:
    n_tokens = len(run.source) + len(run.target_in)
    most = MAX_WORK // (n_passes * sum(weight.numel() for weight in run.network.parameters()))
    if n_tokens > most:
        raise ValueError(
            f"effects: expected a text and its translation of at most {most} tokens in all for a model of this size, "
            f"which is run {n_passes} times; found {n_tokens}: take a shorter sentence"
        )
