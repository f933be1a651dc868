"""A wrong recipe gets a message that says what is wrong."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from tests.training.conftest import recipe_with
from training.recipe import Recipe

RECIPES = Path(__file__).parents[2] / "training/recipes"
BUNDLED = sorted(set(RECIPES.glob("*.toml")) - {RECIPES / "ablation.toml"})  # that one: test_ablation.py


@pytest.mark.parametrize("path", BUNDLED, ids=lambda path: path.stem)
def test_a_bundled_recipe_is_valid_and_states_its_licences(path):
    recipe = Recipe.load(path)
    assert recipe.name == path.stem
    assert all("not stated" not in (corpus.source, corpus.licence) for corpus in recipe.corpora)


def test_changes_come_on_top_of_the_file(recipe_file):
    assert Recipe.load(recipe_file, steps=7, decay_steps=3) == dataclasses.replace(
        Recipe.load(recipe_file), steps=7, decay_steps=3
    )


def test_a_recipe_survives_json(recipe_file):
    recipe = Recipe.load(recipe_file)
    assert Recipe.from_dict(json.loads(json.dumps(dataclasses.asdict(recipe)))) == recipe


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("steps = 160", "stepps = 160", "unknown field stepps; known are name, languages"),
        ("steps = 160\n", "", "expected the field steps; found none"),
        ("steps = 160", 'steps = "160"', "steps: expected a whole number; found '160'"),
        ("steps = 160", "steps = true", "steps: expected a whole number; found True"),
        ("steps = 160", "steps = 0", "steps: expected 1 or more; found 0"),
        ("steps = 160", "steps =", "expected TOML"),
        ("lr = 3e-3", "lr = -1", "lr: expected 0 or more; found -1"),
        ("lr = 3e-3", "clip_norm = 0", "clip_norm: expected more than 0; found 0"),
        ("ema_decay = 0.9", "ema_decay = 1", "ema_decay: expected 0 or more and less than 1; found 1"),
        ("lr = 3e-3", "bpe_dropout = 1.0", "bpe_dropout: expected 0 or more and less than 1; found 1.0"),
        ("lr = 3e-3", "rename = 1.5", "rename: expected 0 to 1; found 1.5"),
        ("lr = 3e-3", 'optimizer = "sgd"', "optimizer: expected one of adam, adamw, muon; found 'sgd'"),
        ("lr = 3e-3", 'schedule = "cosine"', "schedule: expected one of paper, warmup_stable_decay; found 'cosine'"),
        ("warmup_steps = 10", 'warmup_steps = 0\nschedule = "paper"', "the paper's schedule needs 1 or more; found 0"),
        ('"de"]', '"de", "fr"]', "languages: expected two different ones; found ['en', 'de', 'fr']"),
        ('"de"]', '"pt-BR"]', "languages: expected letters, digits and _ alone; found pt-BR"),
        ("vocab_size = 400", "vocab_size = 261", "vocab_size: expected more than 261, the special tokens and bytes"),
        ('"de"]', '"en"]', "languages: expected two different ones; found ['en', 'en']"),
        ('name = "table"', 'name = "words"', "each with a name of its own; found ['words', 'words']"),
        (
            'path = "table.{split}.tsv"',
            "",
            "corpus table: expected one of path, hub and phrasebook; found none of them",
        ),
        ("repeat = 2", 'hub = "a/b"', "corpus table: expected one of path, hub and phrasebook; found path and hub"),
        ("repeat = 2", "repeat = -1", "corpus table: repeat: expected a number from 0 on; found -1"),
        ("repeat = 2", 'repeat = "2"', "corpus table: repeat: expected a number from 0 on; found '2'"),
        ("repeat = 2", "max_words = 2.5", "corpus table: max_words: expected a number from 0 on; found 2.5"),
        ("repeat = 2", "common_words = true", "corpus table: common_words: expected a number from 0 on; found True"),
        ("repeat = 2", "repeats = 2", "corpus 2: unknown field repeats; known are name, path, hub"),
        ("d_model = 64", "d_model = 63", "n_heads: expected a divisor of d_model=63; found 2"),
        ("d_model = 64", "width = 64", "config: unknown field width"),
        ("batch_tokens = 512", "batch_tokens = 79", "room for a pair of 2 x max_length=80; found 79"),
        ("max_length = 40", "max_length = 513", "expected at most the model's max_positions=512; found 513"),
        ("save_every = 20", "save_every = 21", "save_every: expected a multiple of log_every=5; found 21"),
    ],
)
def test_a_wrong_recipe_is_refused_with_a_reason(tmp_path, old, new, message):
    path = tmp_path / "wrong.toml"
    path.write_text(recipe_with((old, new)))
    with pytest.raises(ValueError) as error:
        Recipe.load(path)
    assert message in str(error.value)


def test_a_missing_recipe_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"none\.toml: expected a recipe \(TOML\); found no such file"):
        Recipe.load(tmp_path / "none.toml")
