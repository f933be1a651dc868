import numpy as np
import pytest

from explain.experiments import family
from model import Transformer, TransformerConfig


@pytest.fixture(scope="module")
def result(finish):
    return finish(family, 0, layers=6, d_model=64)


def test_masks_let_through_what_they_say(seed, finish):
    encoder, decoder, cross = family.who_sees_whom(seed).values()
    assert encoder.all() and cross.all()
    assert np.array_equal(decoder, np.tri(6))


def test_gpt2_has_its_published_number_of_parameters(result):
    assert sum(result.parameters["GPT-2 small (decoder-only)"].values()) == 124_439_808


def test_bert_s_layers_have_their_published_number_of_parameters(result):
    parts = result.parameters["BERT base (encoder-only)"]
    assert parts["self-attention"] + parts["feed-forward"] + parts["LayerNorm"] == 12 * 7_087_872
    assert parts["cross-attention"] == 0


def test_base_is_the_paper_s_65_million(result):
    parts = result.parameters["Transformer base (encoder-decoder)"]
    assert sum(parts.values()) == pytest.approx(65e6, rel=0.05)
    assert parts["positions"] == 0  # sinusoids are not learned
    assert parts["cross-attention"] * 2 == parts["self-attention"]


def test_counts_on_the_meta_device_are_those_of_a_real_model():
    config = TransformerConfig(vocab_size=37, d_model=8, d_ff=13, n_heads=2, positions="learned", norm="pre")
    assert sum(family.count(config).values()) == sum(p.numel() for p in Transformer(config).parameters())


def test_96_layers_are_counted_without_room_for_them(finish):
    parameters = finish(family, 0, layers=96, d_model=12_288).parameters
    assert sum(parameters["yours, decoder-only, 96 layers"].values()) == pytest.approx(175e9, rel=0.01)  # GPT-3's shape


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        (dict(layers=5), "layers: expected a whole number from 6 to 96; found 5"),
        (dict(layers=6.5), "layers: expected a whole number from 6 to 96; found 6.5"),
        (dict(d_model=100), "d_model: expected a whole number from 64 to 12288 in steps of 64; found 100"),
        (dict(d_model=float("nan")), "found nan"),
    ],
)
def test_sizes_out_of_range_are_named(sizes, message):
    with pytest.raises(ValueError, match=message):
        next(family.run(**sizes))
