"""The words at the head of the page."""

from __future__ import annotations

from explain.run import Runner

TITLE = "The Transformer, opened"
INTRODUCTION = f"""# {TITLE}

A small Transformer, built from [“Attention Is All You Need”](https://arxiv.org/abs/1706.03762) and trained from
scratch, translates your sentence. Every number on this page comes out of that very run: nothing is drawn for show.
"""


def model_line(runner: Runner) -> str:
    """Which model the page runs on, with its own sizes."""
    config = runner.config
    millions = sum(parameter.numel() for parameter in runner.network.parameters()) / 1e6
    stacks = f"{config.n_decoder_layers} decoder layers"
    if config.n_encoder_layers:
        stacks = f"{config.n_encoder_layers} encoder and {stacks}"
    return (
        f"Model `{runner.name}`: {stacks}, {config.n_heads} heads each, d_model {config.d_model}, "
        f"{millions:.1f} million parameters."
    )
