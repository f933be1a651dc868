"""`training.average`: half what a run has learned, half what it started from."""

import re
from dataclasses import replace

import pytest
import torch

from model.storage.weights import read_weights
from model.translator import Translator
from training.average import main
from training.card import load_facts, update_card
from training.train import Trainer


@pytest.fixture(scope="module")
def continued(trained, tmp_path_factory):
    """The checkpoint of a few steps from the trained one."""
    run_dir = tmp_path_factory.mktemp("continued")
    recipe = replace(trained.recipe, steps=5, decay_steps=5)
    Trainer(recipe, trained.data_dir, run_dir, trained.run_dir / "checkpoint").train()
    return run_dir / "checkpoint"


def test_each_weight_is_the_mean_of_the_two(trained, continued, tmp_path):
    start = trained.run_dir / "checkpoint"
    main([str(continued), str(start), str(tmp_path)])
    ours, first, last = (read_weights(folder) for folder in (tmp_path, start, continued))
    assert ours.keys() == first.keys()
    assert any(not torch.equal(first[name], last[name]) for name in ours)
    for name, weight in ours.items():
        assert torch.equal(weight, ((first[name].float() + last[name].float()) / 2).to(weight.dtype)), name


def test_the_mean_is_a_checkpoint_whose_card_says_what_it_is(trained, continued, tmp_path):
    main([str(continued), str(trained.run_dir / "checkpoint"), str(tmp_path)])
    assert Translator.from_pretrained(tmp_path).translate("red dog", "en-de")
    facts = load_facts(tmp_path)
    assert facts == load_facts(continued) | {"averaged_with_start": True}
    later = tmp_path / "later"  # a run that started from the mean
    later.mkdir()
    runs = {tmp_path: facts, continued: load_facts(continued), later: load_facts(continued) | {"started_from": facts}}
    for folder, said_of in ((tmp_path, "| Weights |"), (continued, None), (later, "| Started from |")):
        update_card(folder, runs[folder], [], beam_size=4, alpha=0.6)
        lines = (folder / "README.md").read_text(encoding="utf-8").splitlines()
        saying = [line for line in lines if "; the mean of it and of the weights that it started from" in line]
        assert [line.startswith(said_of) for line in saying] == ([True] if said_of else [])


def test_a_checkpoint_that_it_did_not_start_from_is_refused(trained, continued, tmp_path):
    start = trained.run_dir / "checkpoint"
    for pair in ((start, continued), (continued, continued)):
        with pytest.raises(
            ValueError, match=f"{re.escape(str(pair[1]))}: expected the checkpoint that .* started from"
        ):
            main([*map(str, pair), str(tmp_path)])
    assert not list(tmp_path.iterdir())
