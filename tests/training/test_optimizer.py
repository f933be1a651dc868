"""Each parameter is updated by exactly one optimiser, and by the right one."""

from __future__ import annotations

import dataclasses

import pytest

from tests.conftest import tiny_model
from training.optimizer import build_optimizers
from training.recipe import Recipe


@pytest.mark.parametrize("name", ["adam", "adamw", "muon"])
def test_each_parameter_belongs_to_exactly_one_optimizer(name, recipe_file):
    model = tiny_model(positions="learned")
    optimizers = build_optimizers(model, dataclasses.replace(Recipe.load(recipe_file), optimizer=name))
    held = [id(p) for optimizer in optimizers for group in optimizer.param_groups for p in group["params"]]
    assert sorted(held) == sorted(id(p) for p in model.parameters())


def test_muon_gets_the_layers_matrices_and_adamw_embeddings_biases_and_norms(recipe_file):
    model = tiny_model(positions="learned")
    muon, adamw = build_optimizers(model, Recipe.load(recipe_file))
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    in_muon = {names[id(p)] for p in muon.param_groups[0]["params"]}
    in_adamw = {names[id(p)] for p in adamw.param_groups[0]["params"]}
    assert {name.rsplit(".", 2)[1] for name in in_muon} == {
        "q_proj", "k_proj", "v_proj", "out_proj", "linear_1", "linear_2",
    }  # fmt: skip
    assert all(name.endswith(".weight") for name in in_muon)
    assert "tokens.weight" in in_adamw and any("positions" in name for name in in_adamw)
    assert (muon.param_groups[0]["lr"], adamw.param_groups[0]["lr"]) == (2e-2, 3e-3)


def test_adam_has_the_papers_settings(recipe_file):
    (adam,) = build_optimizers(tiny_model(), dataclasses.replace(Recipe.load(recipe_file), optimizer="adam"))
    assert adam.defaults["betas"] == (0.9, 0.98) and adam.defaults["eps"] == 1e-9
