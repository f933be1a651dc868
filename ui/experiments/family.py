"""The family: encoder-decoder, decoder-only, encoder-only: the claim, and the charts of what was found."""

from __future__ import annotations

from explain.experiments import family
from ui.experiments.charts import Figure, mask, table
from ui.experiments.shown import Shown, Slider

CLAIM = r"""
The paper's encoder-decoder, GPT's decoder-only and BERT's encoder-only models are the same layers; what differs is
which stacks there are and what each mask lets through (§3.2.3). A layer without cross-attention has about
$12\,d_{\text{model}}^2$ parameters if $d_{\text{ff}} = 4\,d_{\text{model}}$.
"""


def figures(result: family.Result) -> list[Figure]:
    """The parameters of each part, and what each mask lets through."""
    rows = [[name, *parts.values(), sum(parts.values())] for name, parts in result.parameters.items()]
    note = (
        "Counted on models built from this project's classes without allocating their weights. The matrix that "
        "the token embedding shares with the output counts once. The original BERT also has segment embeddings, a "
        "LayerNorm after the embedding, a pooler and a head for its training task, so its published count is higher."
    )
    masks = [mask(f"{name[0].upper()}{name[1:]}", cells) for name, cells in result.masks.items()]
    return [table("Parameters of each part", ["model", *family.PARTS, "all"], rows, note), *masks]


SHOWN = Shown(
    module=family,
    title="The family: encoder-decoder, decoder-only, encoder-only",
    claim=CLAIM,
    figures=figures,
    sliders=(
        Slider(name="layers", label="Layers of your own models", low=6, high=96, step=1, value=24),
        Slider(
            name="d_model", label="d_model of your own models (heads of 64)", low=64, high=12_288, step=64, value=1024
        ),
    ),
)
