"""Muon: as torch's own where that can run, in any number type."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from training.muon import Muon, orthogonalize


def _matrices() -> list[nn.Parameter]:
    generator = torch.Generator().manual_seed(0)
    return [nn.Parameter(torch.randn(shape, generator=generator)) for shape in [(8, 8), (8, 24), (24, 8), (8, 8)]]


def _gradients(matrices: list[nn.Parameter], generator: torch.Generator) -> None:
    for matrix in matrices:
        matrix.grad = torch.randn(matrix.shape, generator=generator)


@pytest.mark.skipif(not hasattr(torch.optim, "Muon"), reason="torch has it since 2.9")
@pytest.mark.parametrize("weight_decay", [0.0, 0.1])
def test_in_bfloat16_it_makes_the_updates_of_torchs_own(weight_decay):
    ours = _matrices()
    before, theirs = copy.deepcopy(ours), copy.deepcopy(ours)
    muon = Muon(ours, lr=0.02, weight_decay=weight_decay, dtype=torch.bfloat16)
    reference = torch.optim.Muon(theirs, lr=0.02, weight_decay=weight_decay, adjust_lr_fn="match_rms_adamw")
    generator = torch.Generator().manual_seed(1)
    for _ in range(4):
        _gradients(ours, generator)
        for our, their in zip(ours, theirs, strict=True):
            their.grad = our.grad.clone()
        muon.step()
        reference.step()
    for start, our, their in zip(before, ours, theirs, strict=True):
        way = (their - start).abs().mean()
        assert (our - their).abs().mean() < 0.01 * way  # the products are summed in another order


@pytest.mark.parametrize("shape", [(8, 8), (8, 24), (24, 8)])
def test_in_float32_it_is_nearer_to_the_exact_polynomial_than_in_bfloat16(shape):
    matrices = torch.randn(3, *shape, generator=torch.Generator().manual_seed(2))
    u, singular_values, vh = torch.linalg.svd(matrices.double(), full_matrices=False)
    singular_values = singular_values / singular_values.norm(dim=-1, keepdim=True)
    for _ in range(5):  # what a step does to a matrix, it does to each singular value
        singular_values = 3.4445 * singular_values - 4.7750 * singular_values**3 + 2.0315 * singular_values**5
    exact = u @ torch.diag_embed(singular_values) @ vh
    single, half = orthogonalize(matrices), orthogonalize(matrices.bfloat16())
    assert (single.dtype, half.dtype) == (torch.float32, torch.bfloat16)
    assert (single - exact).abs().max() < 1e-4 < (half - exact).abs().max()


def test_a_matrix_without_gradient_is_left_alone_and_a_zero_gradient_gives_no_nan():
    first, second = (nn.Parameter(torch.ones(4, 4)) for _ in range(2))
    second.grad = torch.zeros(4, 4)
    Muon([first, second], lr=0.1).step()
    assert torch.equal(first, torch.ones(4, 4)) and torch.equal(second, torch.ones(4, 4))


def test_a_closure_is_called_once_with_gradients_and_its_loss_comes_back():
    matrix = nn.Parameter(torch.eye(4))
    losses = []

    def closure() -> torch.Tensor:
        losses.append(matrix.square().sum())
        losses[-1].backward()
        return losses[-1]

    assert Muon([matrix], lr=0.1).step(closure) is losses[0] and len(losses) == 1
    assert not torch.equal(matrix, torch.eye(4))
