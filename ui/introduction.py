"""The words at the head of the page."""

from __future__ import annotations

from explain.runner import Runner
from model.config import TransformerConfig

TITLE = "The Transformer, opened"
INTRODUCTION = f"""# {TITLE}

The Transformer of [“Attention Is All You Need”](https://arxiv.org/abs/1706.03762), built from the paper. Type a
sentence: the tabs open the model’s run on it. The position tables, the toy, the runs set beside yours and the
experiments of “Why attention” are computed apart from it; nothing is drawn for show.
"""


def model_line(runner: Runner) -> str:
    """Which model the page runs on, with its own sizes, and what it does with a visitor's text."""
    n_parameters = sum(parameter.numel() for parameter in runner.network.parameters())
    does = "It translates your sentence."
    if not runner.translates:
        does = (
            "It is a language model: it continues your text instead of translating it, has no encoder and no "
            "cross-attention, and so no source to look at."
        )
    paper = TransformerConfig.preset("base", vocab_size=runner.config.vocab_size)
    return (
        f"Model `{runner.name}`: {_sizes(runner.config)}, {n_parameters:,} parameters. {does} "
        f"The paper's base model has {_sizes(paper)}."
    )


def _sizes(config: TransformerConfig) -> str:
    stacks = f"{config.n_decoder_layers} decoder layers"
    if config.n_encoder_layers:
        stacks = f"{config.n_encoder_layers} encoder and {stacks}"
    return f"{stacks}, {config.n_heads} heads each, d_model {config.d_model}, {config.norm}-norm"
