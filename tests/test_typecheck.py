"""Shapes are checked, though not twice the same."""

import pytest
import torch
from jaxtyping import Float, TypeCheckError
from torch import Tensor

from tests.typecheck import check, jaxtyped

cut = 0


@jaxtyped(typechecker=check)
def scaled(x: Float[Tensor, "B D"], by: float = 1) -> Float[Tensor, "B D"]:
    return x[:, cut:] * by


@pytest.fixture
def known(monkeypatch):
    for _ in range(3):
        assert scaled(torch.ones(2, 3), by=2).shape == (2, 3)
    return monkeypatch


@pytest.mark.parametrize("wrong", [torch.ones(2), torch.ones(2, 3, 4), torch.ones(2, 3, dtype=torch.int), [[1.0]]])
def test_a_wrong_argument_is_refused_each_time(known, wrong):
    for _ in range(2):
        with pytest.raises(TypeCheckError, match=r"parameters of .*scaled"):
            scaled(wrong)
    with pytest.raises(TypeCheckError):
        scaled(torch.ones(2, 3), by="2")


def test_a_wrong_answer_to_known_arguments_is_refused_each_time(known):
    known.setattr(f"{__name__}.cut", 1)
    for _ in range(2):
        with pytest.raises(TypeCheckError, match=r"return value of .*scaled"):
            scaled(torch.ones(2, 3), by=2)


def test_what_looks_the_same_is_checked_once():
    asked = []

    def counting(fn):
        checked = check(fn)
        return lambda *args, **kwargs: asked.append(fn) or checked(*args, **kwargs)

    @jaxtyped(typechecker=counting)
    def doubled(x: Float[Tensor, "B D"]) -> Float[Tensor, "B D"]:
        return 2 * x

    times = []
    for rows in (2, 2, 5, 2, 5):
        doubled(torch.randn(rows, 3))
        times.append(len(asked))
    assert times == [2, 2, 4, 4, 4]  # arguments, then the answer


def test_the_model_is_checked():
    from model.masks import padding_mask

    with pytest.raises(TypeCheckError):
        padding_mask(torch.ones(2, 3), 0)  # numbers that are no ids
