"""The ablation's variants differ from the base in what they say, resume, and end in one table."""

from __future__ import annotations

import json
import math
import re
import shutil
from pathlib import Path

import pytest

from tests.training.conftest import recipe_with
from training import ablation
from training.ablation import Row, Variant, ablation_table, load_ablation, main, run_all, run_variant
from training.tokenizer import train_tokenizer
from training.train import Trainer

BUNDLED = Path(__file__).parents[2] / "training/recipes/ablation.toml"

VARIANTS = """
[[variants]]
name = "base"
paper = "base: 4.92 / 25.8"

[[variants]]
name = "again"
recipe = { seed = 2 }

[[variants]]
name = "one-head"
model = { n_heads = 1 }
recipe = { lr = 2e-3 }
"""


def _ablation(*replacements: tuple[str, str]) -> str:
    """The tiny recipe, cut short, as the base of three variants, with one string in place of another."""
    base = recipe_with(
        ("steps = 160", "steps = 10"),
        ("validate_every = 80", "validate_every = 10"),
        ("validate_sentences = 20", "validate_sentences = 3"),
        ("save_every = 20", "save_every = 5"),
        ("d_model = 64", "d_model = 16"),
        ("[model]", "[base.model]"),
        ("[[corpora]]", "[[base.corpora]]"),
    )
    text = f"[base]{base}{VARIANTS}"
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new)
    return text


@pytest.fixture(scope="module")
def ablation_file(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("ablation") / "toy.toml"
    path.write_text(_ablation())
    return path


@pytest.fixture(scope="module")
def finished(ablation_file, toy_data, tmp_path_factory) -> Path:
    """The folder of an ablation that the command has run to its end."""
    runs = tmp_path_factory.mktemp("runs")
    main([str(ablation_file), "--data-dir", str(toy_data), "--run-dir", str(runs)])
    return runs


def _cells(table: str) -> list[list[str]]:
    rows = [line for line in table.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row.split("|")[1:-1]] for row in rows][1:]


def test_the_bundled_ablation_is_valid_and_covers_what_was_asked_for():
    base, variants = load_ablation(BUNDLED)
    assert all("not stated" not in (corpus.source, corpus.licence) for corpus in base.corpora)
    models = [recipe.transformer for _, recipe in variants]
    assert {model.n_heads for model in models} == {1, 2, 4, 8}
    assert {model.positions for model in models} == {"sinusoidal", "learned", "none"}
    assert {model.dropout for model in models} == {0.0, 0.1}
    assert {recipe.label_smoothing for _, recipe in variants} == {0.0, 0.1}
    assert len({model.n_encoder_layers for model in models}) > 2 and len({model.d_model for model in models}) > 2
    for norm in ("post", "pre"):
        rates = {(r.muon_lr / base.muon_lr, r.lr / base.lr) for _, r in variants if r.transformer.norm == norm}
        assert rates == {(0.5, 0.5), (1, 1), (2, 2)}


def test_the_bundled_ablation_quotes_the_papers_table_3():
    _, variants = load_ablation(BUNDLED)
    quoted = {variant.name: variant.paper.split(": ")[1] for variant, _ in variants if variant.paper}
    assert quoted == {
        "base": "4.92 / 25.8", "heads-1": "5.29 / 24.9", "heads-2": "5.00 / 25.5", "heads-8": "4.91 / 25.8",
        "layers-1": "6.11 / 23.7", "layers-2": "5.19 / 25.3", "layers-4": "4.88 / 25.5", "width-64": "5.75 / 24.5",
        "positions-learned": "4.92 / 25.7", "dropout-none": "5.77 / 24.6", "smoothing-none": "4.67 / 25.3",
    }  # fmt: skip


def test_a_variant_changes_what_it_says_and_nothing_else(ablation_file):
    base, variants = load_ablation(ablation_file)
    variant, recipe = variants[2]
    assert variant.change == "n_heads 1, lr 0.002"
    assert recipe.transformer.n_heads == 1 and recipe.lr == 2e-3
    restored = {"name": base.name, "lr": base.lr, "model": base.model}
    assert {**vars(recipe), **restored} == vars(base)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("seed = 2", "sead = 2", "variant again: unknown field sead; known are name, languages"),
        ("{ n_heads = 1 }", "{ heads = 1 }", "variant one-head: config: unknown field heads; known are activation"),
        ("{ n_heads = 1 }", "{ n_heads = 3 }", "variant one-head: n_heads: expected a divisor of d_model=16; found 3"),
        ("{ n_heads = 1 }", "1", "variant 3: model: expected a dict; found 1"),
        ("paper =", "papers =", "variant 1: unknown field papers; known are name, recipe, model, paper"),
        ("seed = 2", "steps = 99", "variant 2: recipe: expected what one row may change; found steps, which all share"),
        ('name = "again"', "", "variant 2: expected the field name; found none"),
        ('name = "again"', 'name = "base"', "each to have a name of its own; found ['base', 'base', 'one-head']"),
        ('name = "again"', 'name = "../again"', "variant 2: name: expected letters, digits"),
        ("steps = 10\n", "steps = 0\n", "base: steps: expected 1 or more; found 0"),
        ("[[variants]]", "[[rows]]", "expected the tables base and variants; found base, rows"),
        ("steps = 10\n", "steps =\n", "expected TOML"),
    ],
)
def test_a_wrong_ablation_is_refused_with_a_reason(tmp_path, old, new, message):
    path = tmp_path / "wrong.toml"
    path.write_text(_ablation((old, new)))
    with pytest.raises(ValueError) as error:
        load_ablation(path)
    assert str(path) in str(error.value) and message in str(error.value)


def test_a_missing_ablation_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"none\.toml: expected an ablation \(TOML\); found no such file"):
        load_ablation(tmp_path / "none.toml")


def test_the_table_says_what_each_variants_own_log_and_weights_say(finished):
    rows = _cells((finished / "ablation.md").read_text())
    assert [row[0] for row in rows] == ["base", "seed 2", "n_heads 1, lr 0.002"]
    assert [row[5] for row in rows] == ["base: 4.92 / 25.8", "", ""]
    for name, row in zip(("base", "again", "one-head"), rows, strict=True):
        facts = json.loads((finished / name / "checkpoint/training.json").read_text())
        last = json.loads((finished / name / "metrics.jsonl").read_text().splitlines()[-1])
        loss = (last["valid_loss/words"] + last["valid_loss/table"]) / 2
        bleu = [last[f"valid_bleu/{corpus}/{way}"] for corpus in ("words", "table") for way in ("en-de", "de-en")]
        assert row[1:5] == [
            f"{facts['parameters'] / 1e6:.2f}",
            f"{facts['tokens'] / 1e6:.2f}",
            f"{math.exp(loss):.2f}",
            f"{sum(bleu) / 4:.1f}",
        ]
        assert facts["steps"] == last["step"] == 10


def test_all_variants_take_the_tokenizer_that_is_there(ablation_file, toy_data, tmp_path):
    base, variants = load_ablation(ablation_file)
    train_tokenizer(["red dog", "roter Hund"], base.languages, vocab_size=270).save(tmp_path / "tokenizer.json")
    list(run_all(base, variants[:2], toy_data, tmp_path))
    given = (tmp_path / "tokenizer.json").read_bytes()
    assert [(tmp_path / variant.name / "tokenizer.json").read_bytes() for variant, _ in variants[:2]] == [given] * 2


def test_finished_variants_are_not_trained_again(finished, ablation_file, toy_data, monkeypatch, capsys):
    before = (finished / "ablation.md").read_text()
    monkeypatch.setattr(Trainer, "__init__", lambda *_: pytest.fail("a finished variant was trained again"))
    main([str(ablation_file), "--data-dir", str(toy_data), "--run-dir", str(finished)])
    assert capsys.readouterr().out == before


class Killed(BaseException):
    """Stands in for SIGKILL: the run ends there."""


def test_a_killed_variant_resumes_from_its_last_state_to_the_same_row(
    finished, ablation_file, toy_data, tmp_path, monkeypatch
):
    _, variants = load_ablation(ablation_file)
    expected = run_variant(*variants[0], toy_data, finished)
    for name in ("tokenizer.json", "epoch-0.npz"):
        shutil.copy(finished / name, tmp_path)
    begun, step = [], Trainer.step

    def die_at_the_first_step_8(self, examples):
        begun.append(self.progress.step + 1)
        if begun.count(8) == 1 and begun[-1] == 8:
            raise Killed
        return step(self, examples)

    monkeypatch.setattr(Trainer, "step", die_at_the_first_step_8)
    with pytest.raises(Killed):
        run_variant(*variants[0], toy_data, tmp_path)
    assert run_variant(*variants[0], toy_data, tmp_path) == expected
    assert begun == [1, 2, 3, 4, 5, 6, 7, 8, 6, 7, 8, 9, 10]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("\nlr = 3e-3", "\nlr = 1e-3", r"runs\d+: expected a run of the recipe toy; found one of another: delete"),
        ("seed = 2", "seed = 3", r"again: expected a run of the recipe again; found one of another: delete"),
    ],
)
def test_a_folder_with_a_run_of_another_recipe_is_refused(finished, toy_data, tmp_path, old, new, message):
    path = tmp_path / "changed.toml"
    path.write_text(_ablation((old, new)))
    base, variants = load_ablation(path)
    with pytest.raises(ValueError, match=message):
        list(run_all(base, variants, toy_data, finished))


def test_two_jobs_give_the_rows_of_one(finished, ablation_file, toy_data, tmp_path, processes, monkeypatch):
    base, variants = load_ablation(ablation_file)
    monkeypatch.setattr(ablation, "get_context", lambda _: processes)  # jobs that need not import it all again
    shutil.copy(finished / "tokenizer.json", tmp_path)
    assert list(run_all(base, variants[:2], toy_data, tmp_path, jobs=2)) == [
        run_variant(*pair, toy_data, finished) for pair in variants[:2]
    ]


def test_the_noise_is_the_span_over_the_seeds_of_the_base_alone(ablation_file):
    base, _ = load_ablation(ablation_file)
    seeds = [Variant(name=f"seed-{seed}", recipe={"seed": seed}) for seed in (2, 3)]
    rows = [
        Row(Variant(name="base"), 1_000_000, 2_000_000, 30.0, 4.0),
        Row(seeds[0], 1_000_000, 2_000_000, 28.5, 3.5),
        Row(seeds[1], 1_000_000, 2_000_000, 29.0, 4.25),
        Row(Variant(name="wide", model={"d_model": 32}), 4_000_000, 2_000_000, 10.0, 9.0),
    ]
    noise = ablation_table(base, rows).splitlines()[-1]
    assert re.search(r"3 seeds of the base .* 28\.50 to 30\.00 and BLEU of 3\.5 to 4\.2\.", noise)
    assert "Noise" not in ablation_table(base, [rows[0], rows[3]])
