"""The words at the head of the page."""

from __future__ import annotations

from model.translator import Translator

TITLE = "The Transformer, opened"


def introduction(translator: Translator) -> str:
    """What the page is, with the bundled model's own numbers."""
    config = translator.model.config
    millions = sum(parameter.numel() for parameter in translator.model.parameters()) / 1e6
    return f"""# {TITLE}

A small Transformer, built from [“Attention Is All You Need”](https://arxiv.org/abs/1706.03762) and trained from
scratch, translates your sentence. Every number on this page comes out of that very run: nothing is drawn for show.

{config.n_encoder_layers} encoder and {config.n_decoder_layers} decoder layers, {config.n_heads} heads each,
d_model {config.d_model}, {millions:.1f} million parameters.
"""
