"""OPUS-MT and other `MarianMTModel` repositories: their weights in our model, and ours as such a repository.

Two differences to bridge. Marian puts the sines of a position in the first half of a vector and the cosines in the
second, where the paper interleaves them (§3.5): the same table with its columns in another order. Nothing in a
Transformer depends on the order of the residual stream's columns, as long as all weights that read or write it agree,
so the weights are reordered and the model stays the paper's. And Marian's decoder starts from padding, so that here
`bos_id` is `pad_id`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from interop.marian_tokenizer import load_tokenizer
from interop.repository import ACTIVATIONS, GENERATION, TOKENIZER_CONFIG, Settings, resolve
from model.config import TransformerConfig
from model.decoding import BeamSettings
from model.positional import sinusoidal_encoding
from model.storage.files import CARD, CONFIG, TOKENIZER, WEIGHTS, write_json
from model.storage.weights import assemble, read_weights, sketch, write_weights
from model.tokenizer import BOS, EOS, PAD, Tokenizer, language_tag
from model.transformer import Transformer
from model.translator import Translator

MODEL_TYPE = "marian"
LAYER_NORM_EPS = 1e-5  # fixed in MarianMTModel
POSITION_TOLERANCE = 2e-3  # a table that was stored in half precision is off by up to 5e-4

SHARED = "model.shared.weight"
SOURCE_TOKENS, TARGET_TOKENS = "model.encoder.embed_tokens.weight", "model.decoder.embed_tokens.weight"
# How the card of an OPUS-MT model calls the architecture with guided alignment (Garg et al. 2019): in Marian the first
# head of the decoder's last layer learned from word alignments.
GUIDED_ALIGNMENT = "transformer-align"

OUTPUT, OUTPUT_BIAS = "lm_head.weight", "final_logits_bias"
POSITIONS = ("model.encoder.embed_positions.weight", "model.decoder.embed_positions.weight")
# Our module names beside theirs, inside a layer.
_MODULES = (
    ("self_attn_add_norm.layer_norm", "self_attn_layer_norm"),
    ("cross_attn_add_norm.layer_norm", "encoder_attn_layer_norm"),
    ("feed_forward_add_norm.layer_norm", "final_layer_norm"),
    ("cross_attn.", "encoder_attn."),
    ("feed_forward.linear_1", "fc1"),
    ("feed_forward.linear_2", "fc2"),
)
# Which axis of a weight runs along the residual stream: 1 where it is read, 0 where it is written.
_READERS = ("tokens.weight", "output_proj.weight", "q_proj.weight", "k_proj.weight", "v_proj.weight", "linear_1.weight")
_WRITERS = ("out_proj.weight", "out_proj.bias", "linear_2.weight", "linear_2.bias", "norm.weight", "norm.bias")


def load_model(folder_or_id: str | Path, revision: str | None = None) -> Transformer:
    """A Marian model's weights in our Transformer, in evaluation mode.

    Raises:
        ValueError: the repository is not there, is no Marian model, or its files do not fit together.
    """
    folder = resolve(folder_or_id, revision)
    settings = Settings.read(folder, CONFIG)
    settings.expect("model_type", MODEL_TYPE, "none")
    weights = read_weights(folder)
    config = _config(settings, weights)
    ours = _ours(sketch(config), weights)
    order = _interleaved(config.d_model)
    _check_positions(weights, order)
    model = assemble(config, ours)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(_reordered(name, parameter, order))
    return model


def load_translator(folder_or_id: str | Path, revision: str | None = None) -> Translator:
    """A Marian repository as a translator that searches as its `generation_config.json` says.

    That is its beam, length penalty, early stopping, renormalising and bad words; the limit is ours: a translation has
    at most the source's length + 50 tokens (§6.1).

    Raises:
        ValueError: as `load_model`, or the tokenizer is missing or does not fit.
    """
    folder = resolve(folder_or_id, revision)
    model = load_model(folder)
    translator = Translator(
        model, load_tokenizer(folder, model.config), _beam_settings(folder, model.config.vocab_size)
    )
    if _learned_alignments(folder):
        translator.alignment_head = model.config.n_decoder_layers - 1, 0
    return translator


def save_model(translator: Translator, folder: str | Path) -> None:
    """Writes a translator of ours as a repository that `transformers` opens as a `MarianMTModel`.

    For the tokenizer a text begins with the tag of the language to translate into, `>>de<< A small house.`; a pipeline
    puts it there itself: `pipeline("translation_en_to_de")` and so on, and `pipeline("translation")` that of the first
    direction. `transformers` divides a score by length^alpha and not by the penalty of Wu et al.: a translator with
    `length_offset=0` searches as the repository will.

    Raises:
        ValueError: a Marian model cannot be what this one is, for example pre-norm.
    """
    model, tokenizer, folder = translator.network, translator.tokenizer, Path(folder)
    _check_can_be_marian(model.config)
    if not isinstance(tokenizer, Tokenizer):
        raise ValueError(
            "tokenizer: expected one of this project; found another: keep the repository that it came from"
        )
    folder.mkdir(parents=True, exist_ok=True)
    write_weights(_theirs(model), folder)
    tokenizer.save(folder / TOKENIZER)
    for file, values in (
        (CONFIG, _their_config(model.config, tokenizer)),
        (GENERATION, _their_generation_config(model.config, translator.beam)),
        (TOKENIZER_CONFIG, _their_tokenizer_config(model.config)),
    ):
        write_json(folder / file, values)


def _config(settings: Settings, weights: dict[str, Tensor]) -> TransformerConfig:
    for ours, theirs in (("n_heads", "attention_heads"), ("d_ff", "ffn_dim")):
        encoder, decoder = (settings.get(f"{side}_{theirs}", int) for side in ("encoder", "decoder"))
        if encoder != decoder:
            raise ValueError(f"{CONFIG}: expected one {ours} for encoder and decoder; found {encoder} and {decoder}")
    vocab_size, tied = settings.get("vocab_size", int), settings.get("tie_word_embeddings", bool, True)
    shared = settings.get("share_encoder_decoder_embeddings", bool, True)
    if shared and not tied and SOURCE_TOKENS in weights and TARGET_TOKENS in weights:
        # transformers 5 then ties nothing at all, transformers 4 source and target still
        shared = torch.equal(weights[SOURCE_TOKENS], weights[TARGET_TOKENS])
    pad_id = settings.get("pad_token_id", int)
    return TransformerConfig(
        vocab_size=vocab_size if shared else settings.get("decoder_vocab_size", int, vocab_size),
        src_vocab_size=None if shared else vocab_size,
        d_model=settings.get("d_model", int),
        d_ff=settings.get("encoder_ffn_dim", int),
        n_heads=settings.get("encoder_attention_heads", int),
        n_encoder_layers=settings.get("encoder_layers", int),
        n_decoder_layers=settings.get("decoder_layers", int),
        dropout=settings.get("dropout", float, 0.0),
        activation=settings.activation(),
        max_positions=settings.get("max_position_embeddings", int),
        scale_embeddings=settings.get("scale_embedding", bool, False),
        tie_output=tied,
        output_bias=True,
        layer_norm_eps=LAYER_NORM_EPS,
        pad_id=pad_id,
        bos_id=settings.get("decoder_start_token_id", int, pad_id),
        eos_id=settings.get("eos_token_id", int),
    )


def _beam_settings(folder: Path, vocab_size: int) -> BeamSettings:
    # older repositories keep them in config.json
    values = Settings.read(folder, CONFIG).values | Settings.read_if_there(folder, GENERATION).values
    settings = Settings(values, GENERATION)
    forbidden = settings.get("bad_words_ids", list, [])
    if not all(isinstance(ids, list) and len(ids) == 1 and isinstance(ids[0], int) for ids in forbidden):
        raise ValueError(f"{GENERATION}: bad_words_ids: expected lists of one token id each; found {forbidden}")
    if (beam_size := settings.get("num_beams", int, 1)) < 1:
        raise ValueError(f"{GENERATION}: num_beams: expected 1 or more; found {beam_size}")
    if wrong := sorted(token for (token,) in forbidden if not 0 <= token < vocab_size):
        raise ValueError(f"{GENERATION}: bad_words_ids: expected ids from 0 to {vocab_size - 1}; found {wrong[0]}")
    return BeamSettings(
        beam_size=beam_size,
        alpha=settings.get("length_penalty", float, 1.0),
        length_offset=0,
        early_stopping=settings.get("early_stopping", bool, False),
        renormalize=settings.get("renormalize_logits", bool, False),
        forbidden=tuple(token for (token,) in forbidden),
    )


def _learned_alignments(folder: Path) -> bool:
    card = folder / CARD
    return card.is_file() and GUIDED_ALIGNMENT in card.read_text(encoding="utf-8", errors="replace")


def _ours(model: Transformer, weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Their tensors under our names, their columns still in Marian's order.

    Raises:
        ValueError: a tensor is missing, or there is no place for one.
    """
    ours, used = {}, {SHARED, SOURCE_TOKENS, TARGET_TOKENS, OUTPUT, OUTPUT_BIAS, *POSITIONS}
    for name in dict(model.named_parameters()):
        names = _their_names(name, model.config)
        found = next((their_name for their_name in names if their_name in weights), None)
        if found is not None:
            ours[name] = weights[found]
            used.add(found)
        elif name == "output_bias":
            ours[name] = torch.zeros(1, model.config.vocab_size)
        else:
            raise ValueError(f"{WEIGHTS}: expected the tensor {names[0]} by config.json; found none")
    ours["output_bias"] = ours["output_bias"].flatten()  # (1, V) there
    if superfluous := sorted(set(weights) - used):
        raise ValueError(f"{WEIGHTS}: config.json has no place for {superfluous[0]}")
    return ours


def _theirs(model: Transformer) -> dict[str, Tensor]:
    """Our tensors under their names, in Marian's order of columns."""
    order = _interleaved(model.config.d_model).argsort()
    weights = {
        _their_names(name, model.config)[0]: _reordered(name, parameter.detach(), order).float().cpu().contiguous()
        for name, parameter in model.named_parameters()
    }
    bias = weights.get(OUTPUT_BIAS, torch.zeros(model.config.vocab_size))
    return weights | {OUTPUT_BIAS: bias[None]}


def _their_names(name: str, config: TransformerConfig) -> list[str]:
    """What a parameter of ours may be called there, the usual name first; tied weights are stored under any of them."""
    outputs = [OUTPUT] if config.tie_output else []
    if name == "tokens.weight":
        return (
            [SHARED, TARGET_TOKENS, SOURCE_TOKENS, *outputs]
            if config.src_vocab_size is None
            else [TARGET_TOKENS, *outputs]
        )
    outside_layers = {"src_tokens.weight": SOURCE_TOKENS, "output_proj.weight": OUTPUT, "output_bias": OUTPUT_BIAS}
    if name in outside_layers:
        return [outside_layers[name]]
    for ours, theirs in _MODULES:
        name = name.replace(ours, theirs)
    return [f"model.{name}"]


def _interleaved(d_model: int) -> Tensor:
    """Which of Marian's columns is our column 0, 1, …: sine 0, cosine 0, sine 1, cosine 1, …."""
    return torch.arange(d_model).view(2, -1).T.flatten()


def _reordered(name: str, weight: Tensor, order: Tensor) -> Tensor:
    """The parameter with the residual stream's columns in another order; biases of q, k, v and the like have none."""
    if name.endswith(_READERS):
        return weight[:, order]
    return weight[order] if name.endswith(_WRITERS) else weight


def _check_positions(weights: dict[str, Tensor], order: Tensor) -> None:
    for name in POSITIONS:
        if name in weights:
            stored = weights[name].float()
            if stored.shape[1:] != order.shape:
                raise ValueError(f"{WEIGHTS}: {name}: expected {len(order)} columns; found {tuple(stored.shape)}")
            expected = sinusoidal_encoding(*stored.shape)[:, order.argsort()]
            if not torch.allclose(stored, expected, rtol=0, atol=POSITION_TOLERANCE):
                raise ValueError(f"{WEIGHTS}: {name}: expected Marian's sines and cosines; found other positions")


def _check_can_be_marian(config: TransformerConfig) -> None:
    for name, expected, reason in (
        ("norm", "post", "a Marian model normalises after each sub-layer and has no norm at the end of a stack"),
        ("positions", "sinusoidal", "a Marian model has no other positions"),
        ("layer_norm_eps", LAYER_NORM_EPS, "in a Marian model it is fixed"),
    ):
        if (found := getattr(config, name)) != expected:
            raise ValueError(f"{name}: expected {expected} for a Marian model; found {found}: {reason}")
    if not config.n_encoder_layers or not config.n_decoder_layers:
        raise ValueError("expected an encoder and a decoder for a Marian model; found only one of them")


def _their_config(config: TransformerConfig, tokenizer: Tokenizer) -> dict[str, Any]:
    theirs = {ours: theirs for theirs, ours in reversed(ACTIVATIONS.items())}
    return {
        "architectures": ["MarianMTModel"],
        "model_type": MODEL_TYPE,
        "vocab_size": config.src_vocab_size or config.vocab_size,
        "decoder_vocab_size": config.vocab_size,
        "share_encoder_decoder_embeddings": config.src_vocab_size is None,
        "tie_word_embeddings": config.tie_output,
        "d_model": config.d_model,
        "encoder_layers": config.n_encoder_layers,
        "decoder_layers": config.n_decoder_layers,
        "encoder_attention_heads": config.n_heads,
        "decoder_attention_heads": config.n_heads,
        "encoder_ffn_dim": config.d_ff,
        "decoder_ffn_dim": config.d_ff,
        "activation_function": theirs[config.activation],
        "dropout": config.dropout,
        "max_position_embeddings": config.max_positions,
        "scale_embedding": config.scale_embeddings,
        "is_encoder_decoder": True,
        **_special_ids(config),
        # what a pipeline puts before a text
        "task_specific_params": {
            "translation_{}_to_{}".format(*direction.split("-")): {
                "prefix": f"{language_tag(direction.split('-')[1])} "
            }
            for direction in tokenizer.directions
        },
    }


def _their_generation_config(config: TransformerConfig, beam: BeamSettings) -> dict[str, Any]:
    return {
        **_special_ids(config),
        "num_beams": beam.beam_size,
        "length_penalty": float(beam.alpha),
        "early_stopping": beam.early_stopping,
        "renormalize_logits": beam.renormalize,
        "bad_words_ids": [[token] for token in beam.forbidden] or None,
        "max_length": config.max_positions,
    }


def _their_tokenizer_config(config: TransformerConfig) -> dict[str, Any]:
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "pad_token": PAD,
        "bos_token": BOS,
        "eos_token": EOS,
        "model_max_length": config.max_positions,
        "model_input_names": ["input_ids", "attention_mask"],
        "clean_up_tokenization_spaces": False,
    }


def _special_ids(config: TransformerConfig) -> dict[str, int | None]:
    return {
        "pad_token_id": config.pad_id,
        "bos_token_id": config.bos_id,
        "eos_token_id": config.eos_id,
        "decoder_start_token_id": config.bos_id,
        "forced_eos_token_id": None,  # would otherwise be 0
    }
