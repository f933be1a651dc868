"""GPT-2: `GPT2LMHeadModel` repositories in our Transformer, which then has a decoder alone and pre-norm."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor

from interop.byte_level import ByteLevelTokenizer
from interop.repository import Settings, resolve
from model.config import TransformerConfig
from model.language_model import LanguageModel
from model.storage.files import CONFIG, TOKENIZER, WEIGHTS, existing
from model.storage.weights import assemble, read_weights, sketch
from model.transformer import Transformer

MODEL_TYPE = "gpt2"

# Our module names beside theirs, inside a layer; the projections of attention, fused there, come apart below.
_MODULES = (
    ("self_attn_add_norm.layer_norm", "ln_1"),
    ("feed_forward_add_norm.layer_norm", "ln_2"),
    ("self_attn.out_proj", "attn.c_proj"),
    ("feed_forward.linear_1", "mlp.c_fc"),
    ("feed_forward.linear_2", "mlp.c_proj"),
)
_FUSED = ("q_proj", "k_proj", "v_proj")
_OUTSIDE_LAYERS = {
    "tokens.weight": "wte.weight",
    "decoder.embedding.positions.weight": "wpe.weight",
    "decoder.final_norm.weight": "ln_f.weight",
    "decoder.final_norm.bias": "ln_f.bias",
    "output_proj.weight": "lm_head.weight",
}
_MASKS = (".attn.bias", ".attn.masked_bias")  # constants that old files store beside the weights


def load_model(folder_or_id: str | Path, revision: str | None = None) -> Transformer:
    """GPT-2's weights in our Transformer, in evaluation mode: `model(tokens)` gives logits.

    Raises:
        ValueError: the repository is not there, is no GPT-2, or its files do not fit together.
    """
    folder = resolve(folder_or_id, revision)
    settings = Settings.read(folder, CONFIG)
    settings.expect("model_type", MODEL_TYPE, "none")
    config = _config(settings)
    return assemble(config, _ours(sketch(config), read_weights(folder)))


def load_language_model(folder_or_id: str | Path, revision: str | None = None) -> LanguageModel:
    """A GPT-2 repository as a language model.

    Raises:
        ValueError: as `load_model`, or the tokenizer is missing or does not fit.
    """
    folder = resolve(folder_or_id, revision)
    model = load_model(folder)
    config = model.config
    ids = (config.pad_id, config.bos_id, config.eos_id)
    tokenizer = ByteLevelTokenizer.load(existing(folder, TOKENIZER), ids)
    if len(tokenizer) != config.vocab_size:
        raise ValueError(
            f"{TOKENIZER}: expected the config's vocab_size={config.vocab_size} tokens; found {len(tokenizer)}"
        )
    return LanguageModel(model, tokenizer)


def _config(settings: Settings) -> TransformerConfig:
    settings.expect("scale_attn_weights", True, True)
    settings.expect("scale_attn_by_inverse_layer_idx", False, False)
    settings.expect("add_cross_attention", False, False)
    d_model, eos_id = settings.get("n_embd", int), settings.get("eos_token_id", int)
    return TransformerConfig(
        vocab_size=settings.get("vocab_size", int),
        d_model=d_model,
        d_ff=settings.get("n_inner", int, 4 * d_model),
        n_heads=settings.get("n_head", int),
        n_encoder_layers=0,
        n_decoder_layers=settings.get("n_layer", int),
        dropout=settings.get("resid_pdrop", float, 0.0),
        norm="pre",
        activation=settings.activation(),
        positions="learned",
        max_positions=settings.get("n_positions", int),
        scale_embeddings=False,
        tie_output=settings.get("tie_word_embeddings", bool, True),
        layer_norm_eps=settings.get("layer_norm_epsilon", float),
        pad_id=settings.get("pad_token_id", int, eos_id),
        bos_id=settings.get("bos_token_id", int, eos_id),
        eos_id=eos_id,
    )


def _ours(model: Transformer, weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Their tensors under our names, their matrices turned from (in, out) to (out, in).

    Raises:
        ValueError: a tensor is missing, of another shape, or there is no place for one.
    """
    # the file of a bare GPT2Model has no prefix
    weights = {name.removeprefix("transformer."): weight for name, weight in weights.items()}
    ours, used = {}, {"lm_head.weight"}
    for name in dict(model.named_parameters()):
        their_name, part = _their_name(name)
        if their_name not in weights:
            raise ValueError(f"{WEIGHTS}: expected the tensor {their_name} by config.json; found none")
        weight = weights[their_name]
        if name.startswith("decoder.layers."):
            weight = weight.T if weight.ndim == 2 else weight
        if part is not None:
            weight = weight.tensor_split(3)[part]
        ours[name] = weight
        used.add(their_name)
    if superfluous := sorted(name for name in set(weights) - used if not name.endswith(_MASKS)):
        raise ValueError(f"{WEIGHTS}: config.json has no place for {superfluous[0]}")
    return ours


def _their_name(name: str) -> tuple[str, int | None]:
    """What a parameter of ours is called there, and which third of it is ours if three are fused."""
    if name in _OUTSIDE_LAYERS:
        return _OUTSIDE_LAYERS[name], None
    name = name.replace("decoder.layers.", "h.")
    for part, projection in enumerate(_FUSED):
        if projection in name:
            return name.replace(f"self_attn.{projection}", "attn.c_attn"), part
    for ours, theirs in _MODULES:
        name = name.replace(ours, theirs)
    return name, None
