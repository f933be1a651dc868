"""transformers' `generate` with the weights of one of our translators."""

from __future__ import annotations

import re

import torch
from torch.nn.utils.rnn import pad_sequence
from transformers import M2M100Config, M2M100ForConditionalGeneration

from model.decoding import EXTRA_TOKENS
from model.positional import SinusoidalPositions
from model.transformer import Decoder, Encoder
from model.translator import BATCH_SIZE, Translator

# Ours on the left; what is not here has the same name in both.
RENAMED = {
    r"^tokens": "shared",
    r"embedding\.tokens": "embed_tokens",
    r"feed_forward\.linear_1": "fc1",
    r"feed_forward\.linear_2": "fc2",
    r"feed_forward_add_norm\.layer_norm": "final_layer_norm",
    r"self_attn_add_norm\.layer_norm": "self_attn_layer_norm",
    r"cross_attn_add_norm\.layer_norm": "encoder_attn_layer_norm",
    r"cross_attn\.": "encoder_attn.",
    r"final_norm": "layer_norm",
}


class TransformersTranslator:
    """M2M100, of transformers' translation models the one that is built as ours is: pre-norm, sinusoids, one embedding.

    Raises:
        ValueError: the translator is built otherwise.
    """

    def __init__(self, translator: Translator) -> None:
        config = translator.network.config
        if config.norm != "pre" or config.positions != "sinusoidal" or not config.tie_output or config.output_bias:
            raise ValueError("expected a pre-norm model with sinusoids and one embedding, as M2M100; found another")
        self.translator = translator
        self.model = M2M100ForConditionalGeneration(
            M2M100Config(
                vocab_size=config.vocab_size,
                d_model=config.d_model,
                encoder_layers=config.n_encoder_layers,
                decoder_layers=config.n_decoder_layers,
                encoder_attention_heads=config.n_heads,
                decoder_attention_heads=config.n_heads,
                encoder_ffn_dim=config.d_ff,
                decoder_ffn_dim=config.d_ff,
                activation_function=config.activation,
                max_position_embeddings=config.max_positions,
                scale_embedding=config.scale_embeddings,
                pad_token_id=config.pad_id,
                bos_token_id=config.bos_id,
                eos_token_id=config.eos_id,
                decoder_start_token_id=config.bos_id,
            )
        ).eval()
        weights = {}
        for name, weight in translator.network.state_dict().items():
            for ours, theirs in RENAMED.items():
                name = re.sub(ours, theirs, name)
            weights[f"model.{name}"] = weight
        self.model.load_state_dict(weights | {"lm_head.weight": translator.network.tokens.weight})
        for stack, ours in (
            (self.model.model.encoder, translator.network.encoder),
            (self.model.model.decoder, translator.network.decoder),
        ):
            assert isinstance(ours, Encoder | Decoder) and isinstance(ours.embedding.positions, SinusoidalPositions)
            table = ours.embedding.positions.weight
            stack.embed_positions.weights[config.pad_id + 1 : config.pad_id + 1 + len(table)] = table  # where it begins

    @torch.inference_mode()
    def translate(self, texts: list[str], direction: str) -> list[str]:
        """The best translation of each text, in batches of neighbours in length, as ours."""
        tokenizer, beam = self.translator.tokenizer, self.translator.beam
        sources = [torch.tensor(self.translator.encode(text, direction).src) for text in texts]
        by_length = sorted(range(len(sources)), key=lambda i: len(sources[i]))
        results = [""] * len(sources)
        for first in range(0, len(sources), BATCH_SIZE):
            batch = by_length[first : first + BATCH_SIZE]
            src = pad_sequence([sources[i] for i in batch], batch_first=True, padding_value=tokenizer.pad_id)
            found = self.model.generate(
                input_ids=src,
                attention_mask=(src != tokenizer.pad_id).long(),
                num_beams=beam.beam_size,
                length_penalty=beam.alpha,
                early_stopping=True,
                max_new_tokens=src.shape[1] + EXTRA_TOKENS,
                suppress_tokens=list(beam.forbidden),
            )
            for i, ids in zip(batch, found.tolist(), strict=True):
                results[i] = tokenizer.decode(ids)
        return results
