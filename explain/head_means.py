"""What each head gives on average, as `training/head_means.py`, which describes the file, wrote it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from jaxtyping import Float
from safetensors import SafetensorError, safe_open
from torch import Tensor

from explain.kinds import PLACES, Kind, kinds_of
from model.config import TransformerConfig
from model.storage.files import HEAD_MEANS, weights_digest


@dataclass(frozen=True, kw_only=True)
class HeadMeans:
    """The mean of each head's output, before W^O, over all positions of `n_sentences` reference sentences.

    L layers, H heads, K d_head, by kind of attention.
    """

    by_kind: dict[Kind, Float[Tensor, "L H K"]]
    n_sentences: int


def load_head_means(folder: Path, config: TransformerConfig) -> HeadMeans | None:
    """The means beside a checkpoint's weights; None where there are none, or those of other weights.

    Raises:
        ValueError: the file is damaged.
    """
    path = folder / HEAD_MEANS
    if not path.is_file():
        return None
    try:
        with safe_open(path, "pt") as file:
            facts = file.metadata() or {}
            if facts["weights"] != weights_digest(folder):
                return None
            means = HeadMeans(
                by_kind={kind: file.get_tensor(kind) for kind in kinds_of(config)}, n_sentences=int(facts["sentences"])
            )
    except (SafetensorError, KeyError, ValueError) as error:
        raise ValueError(
            f"{HEAD_MEANS}: expected means as training.head_means writes them; found something else ({error!r}): "
            "write it anew, or delete it"
        ) from error
    for kind, found in means.by_kind.items():
        n_layers = config.n_encoder_layers if PLACES[kind].side == "encoder" else config.n_decoder_layers
        expected = (n_layers, config.n_heads, config.d_head)
        if tuple(found.shape) != expected:
            raise ValueError(
                f"{HEAD_MEANS}: expected {kind} means of shape {expected}; found {tuple(found.shape)}: write it anew"
            )
    return means
