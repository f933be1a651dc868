"""A toy language pair, a tiny recipe for it, and one run of that recipe which many tests look at."""

from __future__ import annotations

import json
import multiprocessing
import random
import shutil
from collections.abc import Callable
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import NamedTuple

import pytest

from training.recipe import Recipe
from training.train import Trainer

ENGLISH = ["red", "green", "blue", "one", "two", "three", "dog", "cat", "bird", "sun", "moon", "star"]
GERMAN = ["rot", "grün", "blau", "eins", "zwei", "drei", "Hund", "Katze", "Vogel", "Sonne", "Mond", "Stern"]

RECIPE = """
name = "toy"
languages = ["en", "de"]
vocab_size = 400
steps = 160
batch_tokens = 512
warmup_steps = 10
decay_steps = 40
lr = 3e-3
muon_lr = 2e-2
ema_decay = 0.9
max_length = 40
log_every = 5
validate_every = 80
validate_sentences = 20
save_every = 20

[model]
d_model = 64
d_ff = 48
n_heads = 2
n_encoder_layers = 1
n_decoder_layers = 1
dropout = 0.1
norm = "pre"

[[corpora]]
name = "words"
path = "words/{split}.{lang}"
splits = { test = "test_a" }
tokenized_test = "words/tok.{lang}"
source = "made up for this test"
licence = "CC0"

[[corpora]]
name = "table"
path = "table.{split}.tsv"
repeat = 2
"""


# of a recipe that keeps frames
TABLE = """
[frames]
sentences = [
    { text = "red dog", direction = "en-de" },
    { text = "drei Hund Sonne", direction = "de-en" },
]
moments = [0, 0.0022, 0.0024, 0.01, 0.015, 400]
alignment = "words.de-en.tsv"
"""
SHORT = [
    ("steps = 160", "steps = 80"),
    ("validate_every = 80", "validate_every = 20"),
    ("validate_sentences = 20", "validate_sentences = 3"),  # each frame validates, and an untrained model babbles long
]


Command = Callable[[list[str]], None]  # of a module that is run with -m


class Run(NamedTuple):
    """A finished training run."""

    recipe: Recipe
    data_dir: Path
    run_dir: Path

    @property
    def log(self) -> list[dict]:
        """The lines of its log."""
        return [json.loads(line) for line in (self.run_dir / "metrics.jsonl").read_text().splitlines()]


def recipe_with(*replacements: tuple[str, str]) -> str:
    """The tiny recipe's text with one string in place of another."""
    text = RECIPE
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new)
    return text


def word_pairs(n_pairs: int, n_words: tuple[int, int], seed: int = 7) -> tuple[list[str], list[str]]:
    """English lines and their German translations, word by word, of `n_words` from least to most."""
    rng = random.Random(seed)
    picks = [rng.choices(range(len(ENGLISH)), k=rng.randint(*n_words)) for _ in range(n_pairs)]
    return [" ".join(ENGLISH[i] for i in pick) for pick in picks], [" ".join(GERMAN[i] for i in pick) for pick in picks]


def write_lines(path: Path, lines: list[str]) -> None:
    """A text file, made with its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


@pytest.fixture(scope="session")
def toy_data(tmp_path_factory) -> Path:
    """Word-by-word pairs in both local forms: files aligned by line, and tab-separated."""
    folder = tmp_path_factory.mktemp("data")
    for seed, (split, n_pairs) in enumerate([("train", 240), ("valid", 24), ("test", 23)]):
        english, german = word_pairs(n_pairs, (2, 6), seed)
        in_words = {"test": "test_a"}.get(split, split)
        write_lines(folder / f"words/{in_words}.en", english)
        write_lines(folder / f"words/{in_words}.de", german)
        table = zip(english[::2], german[::2], strict=True)
        write_lines(folder / f"table.{split}.tsv", ["\t".join(pair) for pair in table])
    write_lines(folder / "words/tok.en", [line.lower() for line in english])
    write_lines(folder / "words/tok.de", [line.lower() for line in german])
    return folder


@pytest.fixture(scope="session")
def recipe_file(tmp_path_factory) -> Path:
    """The tiny recipe as a file."""
    path = tmp_path_factory.mktemp("recipe") / "toy.toml"
    path.write_text(RECIPE, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def trained(toy_data, recipe_file, tmp_path_factory) -> Run:
    """The tiny recipe, trained to its end without interruption."""
    run = Run(Recipe.load(recipe_file), toy_data, tmp_path_factory.mktemp("run"))
    Trainer(run.recipe, run.data_dir, run.run_dir).train()
    return run


@pytest.fixture(scope="session")
def measured_copy(trained, tmp_path_factory) -> Callable[[Command], Path]:
    """Copies the trained checkpoint and measures the copy by a command, which finds no test file."""
    data_dir = shutil.copytree(trained.data_dir, tmp_path_factory.mktemp("data") / "data")
    for path in data_dir.rglob("*test*"):
        path.unlink()

    def measured(command: Command) -> Path:
        checkpoint = shutil.copytree(trained.run_dir / "checkpoint", tmp_path_factory.mktemp("measured") / "checkpoint")
        command([str(checkpoint), "--data-dir", str(data_dir), "--pairs", "5"])
        return checkpoint

    return measured


@pytest.fixture(scope="session")
def processes() -> BaseContext:
    """Makes processes that begin with the training imported: a new interpreter takes six seconds to read all that."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["training.train", "torch._dynamo"])
    return context


@pytest.fixture(scope="session")
def filmed(toy_data, tmp_path_factory) -> Run:
    """A short run of the tiny recipe that keeps frames."""
    data = shutil.copytree(toy_data, tmp_path_factory.mktemp("filmed") / "data")
    write_lines(data / "words.de-en.tsv", ["roter Hund da\tred dog\t0-0 1-1", "Sonne Mond\tsun and moon\t0-0 1-2"])
    path = data / "recipe.toml"
    path.write_text(recipe_with(*SHORT) + TABLE, encoding="utf-8")
    run = Run(Recipe.load(path), data, data.parent / "run")
    Trainer(run.recipe, run.data_dir, run.run_dir).train()
    return run
