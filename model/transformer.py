"""The Transformer of "Attention Is All You Need" (§3.1, Figure 1), and its encoder-only and decoder-only relatives.

B batch, S source positions, T target positions, D d_model, V vocab_size; BW rows of the target, W beams to a sentence.
"""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from .cache import KeyValueCache
from .config import TransformerConfig
from .embedding import InputEmbedding
from .layers import DecoderLayer, EncoderLayer
from .linear import Layout, linear
from .masks import causal_mask, padding_mask
from .positional import LearnedPositions
from .taps import Tap, name_taps


class Encoder(nn.Module):
    """A stack of identical layers over the source (§3.1); pre-norm adds a LayerNorm at its end."""

    def __init__(self, config: TransformerConfig, tokens: nn.Embedding) -> None:
        super().__init__()
        self.embedding = InputEmbedding(config, tokens)
        self.layers = nn.ModuleList(EncoderLayer(config) for _ in range(config.n_encoder_layers))
        pre_norm = config.norm == "pre"
        self.final_norm = nn.LayerNorm(config.d_model, eps=config.layer_norm_eps) if pre_norm else nn.Identity()
        self.output = Tap()

    def forward(self, src: Int[Tensor, "B S"], mask: Bool[Tensor, "#B 1 #S S"] | None = None) -> Float[Tensor, "B S D"]:
        """The source's vectors; `mask` is True where a position may attend to another, or None: everywhere."""
        x = self.embedding(src)
        for layer in self.layers:
            x = layer(x, mask)
        return self.output(self.final_norm(x))


class Decoder(nn.Module):
    """A stack of identical layers over the target, each position blind to later ones (§3.1)."""

    def __init__(self, config: TransformerConfig, tokens: nn.Embedding) -> None:
        super().__init__()
        self.embedding = InputEmbedding(config, tokens)
        self.layers = nn.ModuleList(DecoderLayer(config) for _ in range(config.n_decoder_layers))
        pre_norm = config.norm == "pre"
        self.final_norm = nn.LayerNorm(config.d_model, eps=config.layer_norm_eps) if pre_norm else nn.Identity()
        self.output = Tap()

    def forward(
        self,
        tgt: Int[Tensor, "BW T"],
        memory: Float[Tensor, "B S D"] | None = None,
        memory_mask: Bool[Tensor, "#B 1 1 S"] | None = None,
        cache: KeyValueCache | None = None,
    ) -> Float[Tensor, "BW T D"]:
        """The vectors from which the token after each position of `tgt` is predicted.

        Args:
            tgt: the target from its first token, or the tokens that follow those whose keys and values `cache` holds.
            memory: the encoder's output, where there is one.
            memory_mask: True at the source's real tokens; without one, all are real.
            cache: keys and values of what was decoded before, to which those of `tgt` are added.
        """
        start = cache.length if cache is not None else 0
        x = self.embedding(tgt, start)
        n_positions = tgt.shape[1]
        # the newest position alone may attend to all
        mask = None if n_positions == 1 else causal_mask(n_positions, start + n_positions, device=tgt.device)
        for i, layer in enumerate(self.layers):
            caches = (cache.self_attn[i], cache.cross_attn[i]) if cache is not None else (None, None)
            x = layer(x, mask, memory, memory_mask, *caches)
        return self.output(self.final_norm(x))


class Transformer(nn.Module):
    """Encoder, decoder and an output projection that is the token embedding again (§3.1, §3.4).

    `src_tokens`, `output_proj` and `output_bias`, which the paper does without, are None unless the config asks for
    them.
    """

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.config = config
        self.tokens = nn.Embedding(config.vocab_size, config.d_model)
        self.src_tokens = nn.Embedding(config.src_vocab_size, config.d_model) if config.src_vocab_size else None
        self.encoder = Encoder(config, self.src_tokens or self.tokens) if config.n_encoder_layers else None
        self.decoder = Decoder(config, self.tokens) if config.n_decoder_layers else None
        self.output_proj = None if config.tie_output else nn.Linear(config.d_model, config.vocab_size, bias=False)
        self.output_bias = nn.Parameter(torch.zeros(config.vocab_size)) if config.output_bias else None
        self.output_layout = Layout()
        self.logits = Tap()
        self.initialize()
        name_taps(self)

    def initialize(self) -> None:
        """Glorot-uniform matrices, zero biases, and embeddings that have unit variance once scaled by √d_model."""
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.xavier_uniform_(module.weight)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
            elif isinstance(module, nn.Embedding | LearnedPositions):
                nn.init.normal_(module.weight, std=self.config.d_model**-0.5)

    def encode(self, src: Int[Tensor, "B S"]) -> Float[Tensor, "B S D"]:
        """The encoder's output, the `memory` that the decoder attends to.

        Raises:
            ValueError: the model has no encoder.
        """
        if self.encoder is None:
            raise ValueError("encode: expected a model with an encoder; found a decoder alone")
        return self.encoder(src, self.src_mask(src))

    def decode(
        self,
        tgt: Int[Tensor, "BW T"],
        memory: Float[Tensor, "B S D"] | None = None,
        memory_mask: Bool[Tensor, "#B 1 1 S"] | None = None,
        cache: KeyValueCache | None = None,
    ) -> Float[Tensor, "BW T V"]:
        """Logits of the token after each position of `tgt`; other arguments as for `Decoder`.

        Raises:
            ValueError: the model has no decoder.
        """
        if self.decoder is None:
            raise ValueError("decode: expected a model with a decoder; found an encoder alone")
        return self.project(self.decoder(tgt, memory, memory_mask, cache))

    def project(self, x: Float[Tensor, "B T D"]) -> Float[Tensor, "B T V"]:
        """Logits by the shared embedding matrix (§3.4), or by the matrix that stands in its place."""
        output = self.tokens if self.output_proj is None else self.output_proj
        return self.logits(linear(x, output.weight, self.output_bias, self.output_layout))

    def src_mask(self, src: Int[Tensor, "B S"]) -> Bool[Tensor, "B 1 1 S"]:
        """True at the source's real tokens, False at padding."""
        return padding_mask(src, self.config.pad_id)

    def forward(self, *tokens: Int[Tensor, "B _"]) -> Float[Tensor, "B T V"]:
        """Logits from `(src, tgt)`, or from one sequence where there is only an encoder or only a decoder.

        Sequences are padded on the right with `pad_id`; what stands at padding positions changes nothing elsewhere.

        Raises:
            ValueError: the number of sequences does not fit the model.
        """
        expected = 2 if self.encoder and self.decoder else 1
        if len(tokens) != expected:
            raise ValueError(f"expected {expected} sequence(s) of token ids for this model; found {len(tokens)}")
        if self.decoder is None:
            return self.project(self.encode(tokens[0]))
        if self.encoder is None:
            return self.decode(tokens[0])
        src, tgt = tokens
        return self.decode(tgt, self.encode(src), self.src_mask(src))

    def new_cache(self) -> KeyValueCache:
        """An empty cache for stepwise decoding with this model."""
        return KeyValueCache(self.config.n_decoder_layers)

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.tokens.weight.device
