"""CTranslate2: our checkpoints in its format, for fast translation of many texts.

Its own sinusoid starts at another position with another spacing, so the table of positions goes into the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, cast

import ctranslate2
import numpy as np
from ctranslate2.specs import TransformerSpec
from ctranslate2.specs.common_spec import Activation
from torch import Tensor, nn

from interop.repository import Settings
from model.attention import MultiHeadAttention
from model.decoding import EXTRA_TOKENS
from model.layers import AddNorm, DecoderLayer, EncoderLayer
from model.storage.files import CONFIG, TOKENIZER, existing
from model.tokenizer import Tokenizer
from model.transformer import Decoder, Encoder
from model.translator import Translator, encode_source

ACTIVATIONS = {
    "relu": Activation.RELU,
    "gelu": Activation.GELU,
    "gelu_tanh": Activation.GELUTanh,
    "silu": Activation.SWISH,
}
MAX_POSITIONS = "max_positions"


def save_model(translator: Translator, folder: str | Path, quantization: str | None = None) -> None:
    """Writes a translator of ours as a model that CTranslate2 runs, with its `tokenizer.json` beside it.

    `quantization` is one of CTranslate2's own, such as `int8`; without it the weights stay in single precision.

    Raises:
        ValueError: the tokenizer is not one of this project, a side or the positions are missing, or the quantization
            is unknown.
    """
    model, tokenizer, folder = translator.network, translator.tokenizer, Path(folder)
    config = model.config
    if not isinstance(tokenizer, Tokenizer):
        raise ValueError("tokenizer: expected one of this project; found another, whose texts CTranslate2 cannot cut")
    if model.encoder is None or model.decoder is None or config.positions == "none":
        raise ValueError("expected an encoder, a decoder and positions for CTranslate2; found a model without one")
    spec: Any = TransformerSpec.from_config(  # whose attributes are made at run time
        (config.n_encoder_layers, config.n_decoder_layers),
        config.n_heads,
        pre_norm=config.norm == "pre",
        activation=ACTIVATIONS[config.activation],
    )
    _stack(spec.encoder, model.encoder)
    _embedding(spec.encoder.embeddings[0], spec.encoder, model.encoder)
    _stack(spec.decoder, model.decoder)
    _embedding(spec.decoder.embeddings, spec.decoder, model.decoder)
    spec.decoder.projection.weight = _array((model.output_proj or model.tokens).weight)
    if model.output_bias is not None:
        spec.decoder.projection.bias = _array(model.output_bias)

    tokens = [tokenizer.token(i) for i in range(len(tokenizer))]
    spec.register_source_vocabulary(tokens)
    spec.register_target_vocabulary(tokens)
    pad, bos, eos = (tokens[i] for i in (config.pad_id, config.bos_id, config.eos_id))
    # our vocabularies know every byte, so that nothing is unknown
    spec.config.unk_token, spec.config.bos_token, spec.config.eos_token = pad, bos, eos
    spec.config.decoder_start_token = bos
    spec.config.layer_norm_epsilon = config.layer_norm_eps
    spec.config.add_attribute(MAX_POSITIONS, config.max_positions)  # not CTranslate2's, but for the class below
    spec.validate()
    spec.optimize(quantization=quantization)
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))
    tokenizer.save(folder / TOKENIZER)


class BulkTranslator:
    """Texts through an exported model; `options` go to `ctranslate2.Translator`, such as `inter_threads=2`.

    Raises:
        ValueError: the folder is not one that `save_model` wrote.
    """

    def __init__(self, folder: str | Path, **options: Any) -> None:
        folder = Path(folder)
        self.tokenizer = Tokenizer.load(existing(folder, TOKENIZER))
        self.max_positions = Settings.read(folder, CONFIG).get(MAX_POSITIONS, int)
        existing(folder, "model.bin")
        self._translator = ctranslate2.Translator(str(folder), **options)

    def fits(self, text: str, direction: str) -> bool:
        """Whether a text is neither empty nor too long for the model's positions.

        Raises:
            ValueError: the direction is unknown.
        """
        try:
            encode_source(self.tokenizer, text, direction, self.max_positions - 2)
        except ValueError:
            if direction not in self.tokenizer.directions:
                raise
            return False
        return True

    def translate(
        self, texts: Sequence[str], direction: str, *, beam_size: int = 4, alpha: float = 0.6, batch_tokens: int = 2048
    ) -> list[str]:
        """The best translation of each text; a score is a sum of log-probabilities over length^alpha.

        Raises:
            ValueError: the direction is unknown, or a text is empty or too long for the model's positions.
        """
        tokenizer = self.tokenizer
        sources = [encode_source(tokenizer, text, direction, self.max_positions - 2) for text in texts]
        if not sources:
            return []
        results = self._translator.translate_batch(
            [[tokenizer.token(i) for i in source] for source in sources],
            beam_size=beam_size,
            length_penalty=alpha,
            suppress_sequences=[[tokenizer.token(i)] for i in tokenizer.special_ids - {tokenizer.eos_id}],
            min_decoding_length=0,  # an end that comes first ends a hypothesis, as in our search
            # one limit for all, here that of the longest text
            max_decoding_length=min(max(map(len, sources)) + EXTRA_TOKENS, self.max_positions),
            max_batch_size=batch_tokens,
            batch_type="tokens",
        )
        ids = {tokenizer.token(i): i for i in range(len(tokenizer))}
        return [tokenizer.decode([ids[token] for token in result.hypotheses[0]]) for result in results]


def _stack(spec: Any, stack: Encoder | Decoder) -> None:
    for layer_spec, layer in zip(spec.layer, cast(Iterable[EncoderLayer | DecoderLayer], stack.layers), strict=True):
        _layer(layer_spec, layer)
    if isinstance(stack.final_norm, nn.LayerNorm):
        _norm(spec.layer_norm, stack.final_norm)


def _embedding(embeddings: Any, spec: Any, stack: Encoder | Decoder) -> None:
    positions = stack.embedding.positions
    assert positions is not None  # or `save_model` has refused the model
    embeddings.weight = _array(stack.embedding.tokens.weight)
    spec.scale_embeddings = stack.embedding.scale != 1
    spec.position_encodings.encodings = _array(positions.weight)


def _layer(spec: Any, layer: EncoderLayer | DecoderLayer) -> None:
    _self_attention(spec.self_attention, layer.self_attn, layer.self_attn_add_norm)
    if isinstance(layer, DecoderLayer) and layer.cross_attn is not None:
        _cross_attention(spec.attention, layer.cross_attn, layer.cross_attn_add_norm)
    _norm(spec.ffn.layer_norm, layer.feed_forward_add_norm.layer_norm)
    _linear(spec.ffn.linear_0, layer.feed_forward.linear_1)
    _linear(spec.ffn.linear_1, layer.feed_forward.linear_2)


def _self_attention(spec: Any, attention: MultiHeadAttention, add_norm: AddNorm) -> None:
    _norm(spec.layer_norm, add_norm.layer_norm)
    _linear(spec.linear[0], attention.q_proj, attention.k_proj, attention.v_proj)
    _linear(spec.linear[1], attention.out_proj)


def _cross_attention(spec: Any, attention: MultiHeadAttention, add_norm: AddNorm) -> None:
    _norm(spec.layer_norm, add_norm.layer_norm)
    _linear(spec.linear[0], attention.q_proj)
    _linear(spec.linear[1], attention.k_proj, attention.v_proj)
    _linear(spec.linear[2], attention.out_proj)


def _linear(spec: Any, *layers: nn.Linear) -> None:
    """One projection, or several side by side."""
    spec.weight = np.concatenate([_array(layer.weight) for layer in layers])
    spec.bias = np.concatenate([_array(layer.bias) for layer in layers])


def _norm(spec: Any, norm: nn.LayerNorm) -> None:
    spec.gamma, spec.beta = _array(norm.weight), _array(norm.bias)


def _array(tensor: Tensor) -> np.ndarray:
    # a copy, because quantizing works in place and would change the model
    return tensor.detach().float().cpu().numpy().copy()
