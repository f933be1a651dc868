"""The words at the head of the page, and what the page runs on."""

from __future__ import annotations

from explain.runner import Runner
from model.config import TransformerConfig

TITLE = "The Transformer, opened"
INTRODUCTION = f"""# {TITLE}

Type a sentence. See what a Transformer makes of it, word by word, and why.
"""


def model_line(runner: Runner) -> str:
    """Which model the page runs on, in one line."""
    n_parameters = sum(parameter.numel() for parameter in runner.network.parameters())
    size = f"{n_parameters / 1e6:.1f} million" if n_parameters >= 1e6 else f"{n_parameters:,}"
    return f"Model {runner.name}: {size} parameters"


def model_details(runner: Runner) -> str:
    """The model's own sizes beside the paper's, what it does with a visitor's text, and what the tabs show."""
    does = "It translates your sentence."
    if not runner.translates:
        does = (
            "It is a language model: it continues your text instead of translating it, has no encoder and no "
            "cross-attention, and so no source to look at."
        )
    paper = TransformerConfig.preset("base", vocab_size=runner.config.vocab_size)
    return f"""`{runner.name}` has {_sizes(runner.config)}. {does}

The architecture is that of [“Attention Is All You Need”](https://arxiv.org/abs/1706.03762), whose base model has
{_sizes(paper)}.

The tabs show the model’s run on your sentence. What is not part of that run says so: position tables, the toy, second
sentences, and the experiments of “Why attention”.
"""


def _sizes(config: TransformerConfig) -> str:
    stacks = f"{config.n_decoder_layers} decoder layers"
    if config.n_encoder_layers:
        stacks = f"{config.n_encoder_layers} encoder and {stacks}"
    return f"{stacks}, {config.n_heads} heads each, d_model {config.d_model}, {config.norm}-norm"
