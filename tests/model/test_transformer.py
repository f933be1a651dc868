"""The stack (§3.1) against `torch.nn.Transformer`, and what masks promise."""

import pytest
import torch
from torch import nn

from model.config import TransformerConfig
from model.positional import sinusoidal_encoding
from model.transformer import Transformer
from tests.conftest import SIZES, tiny_model


def copy_attention(theirs: nn.MultiheadAttention, ours: nn.Module) -> None:
    projections = (ours.q_proj, ours.k_proj, ours.v_proj)
    theirs.in_proj_weight.copy_(torch.cat([projection.weight for projection in projections]))
    theirs.in_proj_bias.copy_(torch.cat([projection.bias for projection in projections]))
    theirs.out_proj.load_state_dict(ours.out_proj.state_dict())


def copy_layer(theirs: nn.Module, ours: nn.Module) -> None:
    copy_attention(theirs.self_attn, ours.self_attn)
    norms = [ours.self_attn_add_norm.layer_norm, ours.feed_forward_add_norm.layer_norm]
    if hasattr(theirs, "multihead_attn"):
        copy_attention(theirs.multihead_attn, ours.cross_attn)
        norms.insert(1, ours.cross_attn_add_norm.layer_norm)
    for i, norm in enumerate(norms, start=1):
        getattr(theirs, f"norm{i}").load_state_dict(norm.state_dict())
    theirs.linear1.load_state_dict(ours.feed_forward.linear_1.state_dict())
    theirs.linear2.load_state_dict(ours.feed_forward.linear_2.state_dict())


@torch.no_grad()
def pytorch_twin(model: Transformer) -> nn.Transformer:
    """`torch.nn.Transformer` with our weights; it has a final norm only where pre-norm has one."""
    config = model.config
    pre_norm = config.norm == "pre"
    layer = dict(nhead=config.n_heads, dim_feedforward=config.d_ff, dropout=0.0, batch_first=True, norm_first=pre_norm)
    final_norm = nn.LayerNorm(config.d_model) if pre_norm else None
    encoder_layer = nn.TransformerEncoderLayer(config.d_model, **layer)
    encoder = nn.TransformerEncoder(encoder_layer, config.n_encoder_layers, final_norm, enable_nested_tensor=False)
    final_norm = nn.LayerNorm(config.d_model) if pre_norm else None
    decoder = nn.TransformerDecoder(
        nn.TransformerDecoderLayer(config.d_model, **layer), config.n_decoder_layers, final_norm
    )
    twin = nn.Transformer(
        config.d_model, config.n_heads, custom_encoder=encoder, custom_decoder=decoder, batch_first=True
    ).eval()  # its constructor draws new weights, so the copying comes after
    for stack, ours in ((encoder, model.encoder), (decoder, model.decoder)):
        for theirs, our_layer in zip(stack.layers, ours.layers, strict=True):
            copy_layer(theirs, our_layer)
        if pre_norm:
            stack.norm.load_state_dict(ours.final_norm.state_dict())
    return twin


def test_the_stack_agrees_with_pytorch(model):
    config = model.config
    src = torch.tensor([[5, 9, 20, 2, 0, 0, 0], [7, 8, 9, 10, 11, 12, 2]])
    tgt = torch.tensor([[1, 30, 31, 32, 33], [1, 21, 22, 0, 0]])
    scale = config.d_model**0.5
    positions = sinusoidal_encoding(7, config.d_model)
    with torch.no_grad():
        output = pytorch_twin(model)(
            model.tokens(src) * scale + positions,
            model.tokens(tgt) * scale + positions[:5],
            tgt_mask=nn.Transformer.generate_square_subsequent_mask(5),
            src_key_padding_mask=src == 0,
            memory_key_padding_mask=src == 0,
        )
        expected = output @ model.tokens.weight.T
        torch.testing.assert_close(model(src, tgt), expected, atol=1e-5, rtol=1e-5)


def test_a_future_token_cannot_change_a_past_logit(model):
    src, tgt = torch.tensor([[5, 9, 20, 2]]), torch.tensor([[1, 30, 31, 32, 33]])
    changed = tgt.clone()
    changed[0, 3] = 17
    before, after = model(src, tgt), model(src, changed)
    torch.testing.assert_close(before[:, :3], after[:, :3], rtol=0, atol=1e-6)
    assert (before[:, 3:] - after[:, 3:]).abs().max() > 1e-3


def test_padding_changes_nothing(model):
    src, tgt = torch.tensor([[5, 9, 20, 2]]), torch.tensor([[1, 30, 31]])
    padded_src, padded_tgt = torch.tensor([[5, 9, 20, 2, 0, 0]]), torch.tensor([[1, 30, 31, 0]])
    torch.testing.assert_close(model(padded_src, padded_tgt)[:, :3], model(src, tgt), atol=1e-6, rtol=1e-5)


def test_cached_decoding_equals_uncached(model):
    src, tgt = torch.tensor([[5, 9, 20, 2, 0], [4, 6, 3, 8, 2]]), torch.tensor([[1, 30, 31, 32], [1, 9, 8, 7]])
    expected = model(src, tgt)
    memory, mask, cache = model.encode(src), model.src_mask(src), model.new_cache()
    # two positions at once, then one by one
    steps = [model.decode(new, memory, mask, cache) for new in (tgt[:, :2], tgt[:, 2:3], tgt[:, 3:])]
    torch.testing.assert_close(torch.cat(steps, dim=1), expected, atol=1e-5, rtol=1e-5)


def test_the_beams_of_a_sentence_share_its_memory(model):
    src = torch.tensor([[5, 9, 20, 2, 0], [4, 6, 3, 8, 2]])
    beams = torch.tensor([[1, 30, 31], [1, 7, 8], [1, 9, 8], [1, 9, 36], [1, 5, 5], [1, 6, 6]])  # three to a sentence
    memory, mask, cache = model.encode(src), model.src_mask(src), model.new_cache()
    steps = [model.decode(beams[:, t : t + 1], memory, mask, cache) for t in range(3)]
    expected = model(src.repeat_interleave(3, dim=0), beams)
    torch.testing.assert_close(torch.cat(steps, dim=1), expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("positions", ["sinusoidal", "learned"])
def test_positions_tell_permuted_words_apart(positions):
    model = tiny_model(positions=positions)
    there, back = model.encode(torch.tensor([[5, 9, 20]])), model.encode(torch.tensor([[20, 9, 5]]))
    assert (there - back.flip(1)).abs().max() > 1e-2


def test_without_positions_permuted_words_are_permuted_vectors():
    model = tiny_model(positions="none")
    there, back = model.encode(torch.tensor([[5, 9, 20]])), model.encode(torch.tensor([[20, 9, 5]]))
    torch.testing.assert_close(there, back.flip(1), atol=1e-5, rtol=1e-5)


def test_decoder_only_and_encoder_only_models_take_one_sequence():
    tokens = torch.tensor([[5, 9, 20, 2]])
    decoder_only = tiny_model(n_encoder_layers=0, positions="learned", activation="gelu_tanh", norm="pre")
    encoder_only = tiny_model(n_decoder_layers=0, activation="gelu")
    changed = torch.tensor([[5, 9, 20, 3]])
    assert decoder_only(tokens).shape == encoder_only(tokens).shape == (1, 4, SIZES["vocab_size"])
    # a decoder sees only the past, an encoder both sides
    torch.testing.assert_close(decoder_only(tokens)[:, :3], decoder_only(changed)[:, :3], rtol=0, atol=1e-6)
    assert (encoder_only(tokens)[:, 0] - encoder_only(changed)[:, 0]).abs().max() > 1e-4
    with pytest.raises(ValueError, match=r"expected 1 sequence\(s\) of token ids for this model; found 2"):
        decoder_only(tokens, tokens)
    with pytest.raises(ValueError, match=r"expected 2 sequence\(s\) of token ids for this model; found 1"):
        tiny_model()(tokens)


def test_a_side_that_the_model_lacks_is_named():
    tokens = torch.tensor([[5, 9, 20, 2]])
    with pytest.raises(ValueError, match="encode: expected a model with an encoder; found a decoder alone"):
        tiny_model(n_encoder_layers=0).encode(tokens)
    with pytest.raises(ValueError, match="decode: expected a model with a decoder; found an encoder alone"):
        tiny_model(n_decoder_layers=0).decode(tokens)


def test_too_many_positions_are_refused():
    with pytest.raises(ValueError, match="expected at most 71 positions; found 72: shorten the text"):
        tiny_model().encode(torch.full((1, 72), 5))


def test_embeddings_and_output_projection_share_one_matrix():
    model = Transformer(TransformerConfig(**SIZES))
    names = [name for name, parameter in model.named_parameters() if parameter.shape == (37, 22)]
    assert names == ["tokens.weight"]


def test_a_source_vocabulary_of_its_own_has_an_embedding_of_its_own():
    model = tiny_model(src_vocab_size=53)
    src, tgt = torch.tensor([[52, 9, 2]]), torch.tensor([[1, 30]])
    assert model(src, tgt).shape == (1, 2, SIZES["vocab_size"])
    embedded = model.src_tokens.weight[src] * SIZES["d_model"] ** 0.5 + sinusoidal_encoding(3, SIZES["d_model"])
    torch.testing.assert_close(model.encoder.embedding(src), embedded)


def test_an_untied_output_and_its_bias_make_the_logits():
    model = tiny_model(tie_output=False, output_bias=True)
    assert model.output_proj.weight.shape == model.tokens.weight.shape
    x = torch.randn(1, 3, SIZES["d_model"])
    torch.testing.assert_close(model.project(x), x @ model.output_proj.weight.T + model.output_bias)


def test_initial_embeddings_have_unit_variance_once_scaled():
    model = Transformer(TransformerConfig(vocab_size=5000, d_model=64, n_heads=2, d_ff=64))
    assert (model.tokens.weight * 8).std().item() == pytest.approx(1, abs=0.02)
