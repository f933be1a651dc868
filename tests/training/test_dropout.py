"""Cheap dropout drops what torch's would: the same share, scaled up alike, and nothing in evaluation."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from model.config import TransformerConfig
from model.transformer import Transformer
from training.dropout import ByteDropout, use_byte_dropout


@pytest.mark.parametrize("p", [0.1, 0.25, 0.5])
def test_drops_the_share_asked_for_and_scales_the_rest(p):
    torch.manual_seed(0)
    output = ByteDropout(p)(torch.ones(1_000_003))
    share = round(p * 256) / 256
    assert (output == 0).double().mean().item() == pytest.approx(share, abs=0.002)
    assert output[output != 0].unique().tolist() == pytest.approx([1 / (1 - share)])


def test_the_gradient_passes_where_the_value_did():
    torch.manual_seed(0)
    x = torch.ones(7, 11, 13, requires_grad=True)
    output = ByteDropout(0.3)(x)
    output.sum().backward()
    assert torch.equal(x.grad, output.detach())
    assert 0 < (output == 0).sum() < output.numel()


def test_the_seed_fixes_the_mask_and_the_next_call_draws_another():
    dropout, x = ByteDropout(0.5), torch.ones(4096)
    torch.manual_seed(3)
    first, second = dropout(x), dropout(x)
    torch.manual_seed(3)
    assert torch.equal(first, dropout(x))
    assert not torch.equal(first, second)


def test_evaluation_changes_nothing():
    x = torch.randn(5, 7)
    assert ByteDropout(0.5).eval()(x) is x


def test_every_dropout_of_a_model_is_replaced_and_its_weights_stay():
    model = Transformer(
        TransformerConfig(vocab_size=31, d_model=8, d_ff=12, n_heads=2, n_encoder_layers=2, n_decoder_layers=3)
    )
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    n_dropouts = sum(isinstance(module, nn.Dropout) for module in model.modules())
    use_byte_dropout(model)
    assert sum(isinstance(module, ByteDropout) for module in model.modules()) == n_dropouts > 0
    assert not any(isinstance(module, nn.Dropout) for module in model.modules())
    assert all(torch.equal(weight, before[name]) for name, weight in model.state_dict().items())
