"""Attention (§3.2) against numbers worked out by hand and against PyTorch's own."""

import math

import torch
import torch.nn.functional as F

from model.attention import MultiHeadAttention, scaled_dot_product_attention
from model.config import TransformerConfig
from model.masks import causal_mask
from model.taps import name_taps, record


def test_attention_agrees_with_numbers_worked_out_by_hand():
    # One head, d_head = 4, so the scores are halved. Query 1 has q·k = 2·ln 3 and 0: weights 3/4 and 1/4.
    # Query 2 has q·k = 0 and 0: weights 1/2 and 1/2.
    q = torch.tensor([[[[2 * math.log(3), 0, 0, 0], [0, 1, 0, 0]]]])
    k = torch.tensor([[[[1.0, 0, 0, 0], [0, 0, 0, 5]]]])
    v = torch.tensor([[[[8.0, 0, 4, 0], [0, 8, 4, -4]]]])
    expected = torch.tensor([[[[6.0, 2, 4, -1], [4, 4, 4, -2]]]])
    torch.testing.assert_close(scaled_dot_product_attention(q, k, v), expected)


def test_a_masked_position_gets_no_weight():
    q, k, v = torch.randn(3, 1, 1, 2, 5).unbind()
    seen = []
    output = scaled_dot_product_attention(q, k, v, causal_mask(2, 2), tap_weights=lambda w: seen.append(w) or w)
    assert seen[0][0, 0, 0].tolist() == [1.0, 0.0]
    torch.testing.assert_close(output[0, 0, 0], v[0, 0, 0])


def test_attention_agrees_with_pytorch():
    torch.manual_seed(0)
    q, k, v = torch.randn(2, 3, 5, 7), torch.randn(2, 3, 11, 7), torch.randn(2, 3, 11, 7)
    mask = torch.rand(2, 1, 5, 11) > 0.3
    mask[..., 0] = True
    expected = F.scaled_dot_product_attention(q, k, v, mask)
    torch.testing.assert_close(scaled_dot_product_attention(q, k, v, mask), expected)


def test_recorded_and_fused_attention_are_equal():
    torch.manual_seed(0)
    attention = MultiHeadAttention(TransformerConfig(vocab_size=5, d_model=14, n_heads=7))
    name_taps(attention)
    x, memory, mask = torch.randn(2, 3, 14), torch.randn(2, 5, 14), torch.rand(2, 1, 1, 5) > 0.3
    mask[..., 0] = True
    fused = attention(x, memory, mask)
    with record() as trace:
        recorded = attention(x, memory, mask)
    torch.testing.assert_close(recorded, fused)
    torch.testing.assert_close(trace["weights"].sum(dim=-1), torch.ones(2, 7, 3))


def test_multi_head_attention_agrees_with_pytorch():
    torch.manual_seed(0)
    ours = MultiHeadAttention(TransformerConfig(vocab_size=5, d_model=14, n_heads=7))
    theirs = torch.nn.MultiheadAttention(14, 7, batch_first=True)
    with torch.no_grad():
        projections = (ours.q_proj, ours.k_proj, ours.v_proj)
        theirs.in_proj_weight.copy_(torch.cat([projection.weight for projection in projections]))
        theirs.in_proj_bias.copy_(torch.cat([projection.bias.normal_() for projection in projections]))
        theirs.out_proj.load_state_dict(ours.out_proj.state_dict())
    x, memory = torch.randn(2, 3, 14), torch.randn(2, 5, 14)
    expected, weights = theirs(x, memory, memory, average_attn_weights=False)
    name_taps(ours)
    with record() as trace:
        torch.testing.assert_close(ours(x, memory), expected)
    torch.testing.assert_close(trace["weights"], weights)
