"""The config: the paper's presets, JSON both ways, and errors that help."""

import json
import math

import pytest
import torch

from model.config import TransformerConfig
from model.storage.checkpoint import read_config
from model.storage.files import write_json
from model.transformer import Transformer


@pytest.mark.parametrize(
    ("preset", "layers", "embeddings"),
    [
        # attention 4 d(d + 1), feed-forward 2 d d_ff + d + d_ff, LayerNorm 2 d; an encoder layer has one attention and
        # two norms, a decoder layer two and three
        ("base", 6 * (1_050_624 + 2_099_712 + 2_048) + 6 * (2_101_248 + 2_099_712 + 3_072), 37_000 * 512),
        ("big", 6 * (4_198_400 + 8_393_728 + 4_096) + 6 * (8_396_800 + 8_393_728 + 6_144), 37_000 * 1024),
    ],
)
def test_presets_have_the_papers_number_of_parameters(preset, layers, embeddings):
    with torch.device("meta"):  # the shapes alone: numbers for all of them take seconds to draw
        model = Transformer(TransformerConfig.preset(preset, vocab_size=37_000))
    assert sum(parameter.numel() for parameter in model.parameters()) == layers + embeddings
    # Table 3 says 65 and 213 million
    assert layers + embeddings == pytest.approx({"base": 65e6, "big": 213e6}[preset], rel=0.03)


def test_a_config_survives_json(tmp_path):
    config = TransformerConfig.preset("big", vocab_size=41, norm="pre", activation="gelu", positions="learned")
    write_json(tmp_path / "config.json", config.to_dict())
    assert read_config(tmp_path) == config


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"norm": "middle"}, "norm: expected one of post, pre; found 'middle'"),
        ({"activation": "tanh"}, "activation: expected one of relu, gelu, gelu_tanh, silu; found 'tanh'"),
        ({"positions": "rotary"}, "positions: expected one of sinusoidal, learned, none; found 'rotary'"),
        ({"n_heads": 3}, "n_heads: expected a divisor of d_model=512; found 3"),
        ({"d_model": 7, "n_heads": 1}, "d_model: sinusoidal positions need an even number; found 7"),
        ({"d_ff": 0}, "d_ff: expected 1 or more; found 0"),
        ({"d_ff": "2048"}, "d_ff: expected a whole number; found '2048'"),
        ({"n_encoder_layers": 0, "n_decoder_layers": 0}, "expected at least one encoder or decoder layer"),
        ({"n_encoder_layers": True}, "n_encoder_layers: expected a whole number; found True"),
        ({"layer_norm_eps": math.nan}, "layer_norm_eps: expected more than 0 and less than 1; found nan"),
        ({"n_decoder_layers": 1025}, "n_decoder_layers: expected at most 1,024; found 1025"),
        ({"src_vocab_size": 2**24 + 1}, "src_vocab_size: expected at most 16,777,216; found 16777217"),
        ({"dropout": 1}, "dropout: expected 0 <= dropout < 1; found 1"),
        ({"dropout": "0.1"}, "dropout: expected a number; found '0.1'"),
        ({"scale_embeddings": 1}, "scale_embeddings: expected true or false; found 1"),
        ({"eos_id": 50}, "eos_id: expected a token id from 0 to 49; found 50"),
        ({"src_vocab_size": True}, "src_vocab_size: expected a whole number; found True"),
        ({"src_vocab_size": 5, "pad_id": 5}, "src_vocab_size: expected more than pad_id=5; found 5"),
        ({"src_vocab_size": 5, "n_encoder_layers": 0}, "src_vocab_size: expected null without an encoder or a decoder"),
    ],
)
def test_a_bad_value_is_named(changes, message):
    with pytest.raises(ValueError, match=message):
        TransformerConfig(**{"vocab_size": 50, **changes})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("not json", "config.json: expected JSON"),
        ("[1]", "config: expected an object of fields; found list"),
        (json.dumps({"d_model": 512}), "config: vocab_size is missing"),
        (json.dumps({"vocab_size": 5, "n_layers": 2}), "config: unknown field n_layers; known are"),
    ],
)
def test_a_file_that_is_no_config_is_refused(tmp_path, text, message):
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(ValueError, match=message):
        read_config(tmp_path)


def test_an_unknown_preset_is_refused():
    with pytest.raises(ValueError, match="preset: expected one of base, big; found 'huge'"):
        TransformerConfig.preset("huge", vocab_size=5)
