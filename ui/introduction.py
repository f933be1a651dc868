"""The words at the head of the page."""

from __future__ import annotations

from explain.run import Runner

TITLE = "The Transformer, opened"
INTRODUCTION = f"""# {TITLE}

The Transformer of [“Attention Is All You Need”](https://arxiv.org/abs/1706.03762), built from the paper, translates
your sentence. Every number on this page comes out of that very run: nothing is drawn for show.
"""


def model_line(runner: Runner) -> str:
    """Which model the page runs on, with its own sizes."""
    config = runner.config
    n_parameters = sum(parameter.numel() for parameter in runner.network.parameters())
    stacks = f"{config.n_decoder_layers} decoder layers"
    if config.n_encoder_layers:
        stacks = f"{config.n_encoder_layers} encoder and {stacks}"
    line = f"Model `{runner.name}`: {stacks}, {config.n_heads} heads each, d_model {config.d_model}, "
    line += f"{n_parameters:,} parameters."
    if not runner.translates:
        line += (
            " It is a language model: it continues your text instead of translating it, has no encoder and no "
            "cross-attention, and so no source to look at."
        )
    return line
