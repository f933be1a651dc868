"""`python -m training.ablation RECIPE --data-dir … --run-dir …`: one change at a time, after the paper's Table 3."""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

import torch

from model.storage.files import write_json
from training.card import TRAINING_FACTS, load_facts
from training.recipe import Recipe, check_names, read_toml
from training.train import Trainer

# What all rows share, or they could not be compared.
_SHARED = (
    "name", "model", "languages", "corpora", "vocab_size", "steps", "batch_tokens", "max_length",
    "validate_sentences", "mixed_precision", "bpe_dropout", "rename",
)  # fmt: skip

_MADE_ONCE = ("tokenizer.json", "epoch-0.npz")  # by the trainer of the base; all rows begin with these


@dataclasses.dataclass(frozen=True, kw_only=True)
class Variant:
    """One row: the base recipe with some fields changed; without any it is the base itself.

    Raises:
        ValueError: the name does not serve as a folder's, or a field is not of its kind.
    """

    name: str  # also of its folder
    recipe: dict[str, Any] = dataclasses.field(default_factory=dict)  # changed fields of Recipe
    model: dict[str, Any] = dataclasses.field(default_factory=dict)  # changed fields of TransformerConfig
    paper: str = ""  # the paper's own row, where it has one

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not re.fullmatch(r"\w[\w.-]*", self.name):
            raise ValueError(f"name: expected letters, digits, '_', '-' and '.' only; found {self.name!r}")
        for field, kind in (("recipe", dict), ("model", dict), ("paper", str)):
            if not isinstance(getattr(self, field), kind):
                raise ValueError(f"{field}: expected a {kind.__name__}; found {getattr(self, field)!r}")
        if shared := sorted(set(self.recipe) & set(_SHARED)):
            raise ValueError(f"recipe: expected what one row may change; found {', '.join(shared)}, which all share")

    @property
    def change(self) -> str:
        """What differs from the base, in words."""
        return ", ".join(f"{name} {value}" for name, value in {**self.model, **self.recipe}.items()) or "base"

    @property
    def is_repeat(self) -> bool:
        """Whether it is the base with whatever seed."""
        return not self.model and set(self.recipe) <= {"seed"}


class Row(NamedTuple):
    """What one variant came to; perplexity a token and BLEU (0 to 100) are means over the valid files."""

    variant: Variant
    parameters: int
    tokens: int
    perplexity: float
    bleu: float


def load_ablation(path: str | Path) -> tuple[Recipe, list[tuple[Variant, Recipe]]]:
    """The base recipe, and each variant with the recipe that it makes of it.

    Raises:
        ValueError: there is no such file, it is not TOML, or a field is unknown, missing or out of range.
    """
    table = read_toml(path, "an ablation")
    if set(table) != {"base", "variants"}:
        raise ValueError(f"{path}: expected the tables base and variants; found {', '.join(table) or 'none'}")
    base = Recipe.from_dict(table["base"], where=f"{path}: base")
    variants = []
    for number, fields in enumerate(table["variants"], start=1):
        where = f"{path}: variant {number}"
        check_names(Variant, fields, where)
        try:
            variant = Variant(**fields)
        except ValueError as error:
            raise ValueError(f"{where}: {error}") from error
        changed = table["base"] | variant.recipe | {"model": table["base"]["model"] | variant.model}
        recipe = Recipe.from_dict({**changed, "name": variant.name}, where=f"{path}: variant {variant.name}")
        variants.append((variant, recipe))
    names = [variant.name for variant, _ in variants]
    if len(set(names)) < len(names):
        raise ValueError(f"{path}: variants: expected each to have a name of its own; found {names}")
    return base, variants


def run_variant(variant: Variant, recipe: Recipe, data_dir: Path, runs: Path) -> Row:
    """Trains one variant to its end in its own folder, unless that is done already, and reads its last validation.

    Raises:
        ValueError: the folder holds a run of another recipe.
    """
    folder = runs / variant.name
    _claim(folder, recipe)
    if not (folder / "checkpoint" / TRAINING_FACTS).exists():
        for name in _MADE_ONCE:
            shutil.copyfile(runs / name, folder / name)
        Trainer(recipe, data_dir, folder).train()
    facts = load_facts(folder / "checkpoint")
    metrics = json.loads((folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    return Row(
        variant,
        facts["parameters"],
        facts["tokens"],
        math.exp(fmean(value for name, value in metrics.items() if name.startswith("valid_loss/"))),
        fmean(value for name, value in metrics.items() if name.startswith("valid_bleu/")),
    )


def _claim(folder: Path, recipe: Recipe) -> None:
    """Notes the recipe in its folder, so that no state of another one is taken for this one's."""
    path = folder / "recipe.json"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        write_json(path, dataclasses.asdict(recipe))
    elif Recipe.from_dict(json.loads(path.read_text(encoding="utf-8")), where=str(path)) != recipe:
        raise ValueError(
            f"{folder}: expected a run of the recipe {recipe.name}; found one of another: "
            f"delete the folder, or give another --run-dir"
        )


def run_all(
    base: Recipe, variants: Sequence[tuple[Variant, Recipe]], data_dir: Path, runs: Path, jobs: int = 1
) -> Iterator[Row]:
    """The rows in order, each as soon as it and those before it are done; `jobs` variants are trained at a time.

    Raises:
        ValueError: as `run_variant`, or a corpus cannot be read.
    """
    _claim(runs, base)  # what is made once is of this base
    if not all((runs / name).exists() for name in _MADE_ONCE):
        Trainer(base, data_dir, runs).examples(0)
    run = partial(_run_pair, data_dir=data_dir, runs=runs)
    if jobs == 1:
        yield from map(run, variants)
        return
    threads = max(1, torch.get_num_threads() // jobs)
    with ProcessPoolExecutor(jobs, get_context("spawn"), torch.set_num_threads, (threads,)) as executor:
        yield from executor.map(run, variants)


def _run_pair(pair: tuple[Variant, Recipe], data_dir: Path, runs: Path) -> Row:
    return run_variant(*pair, data_dir, runs)


def ablation_table(base: Recipe, rows: Sequence[Row]) -> str:
    """The rows as a Markdown table beside the paper's, with what they have in common, and the seeds' spread below."""
    model = base.transformer
    lines = [
        f"Base: {model.norm}-norm, {model.n_encoder_layers} + {model.n_decoder_layers} layers, d_model "
        f"{model.d_model}, d_ff {model.d_ff}, {model.n_heads} heads, {model.positions} positions, dropout "
        f"{model.dropout}, label smoothing {base.label_smoothing}; {base.optimizer}, {_rates(base)}, {base.steps:,} "
        f"steps of at most {base.batch_tokens:,} tokens. Perplexity a token and greedy BLEU (sacreBLEU's default, "
        f"first {base.validate_sentences} sentences) on the valid files, the mean over corpora (of the loss, for "
        f"perplexity) and directions.",
        "",
        "The last column is the paper's Table 3 (newstest2013, perplexity / BLEU): another task, size and budget. "
        "Compare the direction of each change, never the numbers across.",
        "",
        "| change | parameters (million) | tokens seen (million) | perplexity | BLEU | the paper's row |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        lines.append(
            f"| {row.variant.change} | {row.parameters / 1e6:.2f} | {row.tokens / 1e6:.2f} | {row.perplexity:.2f} "
            f"| {row.bleu:.1f} | {row.variant.paper} |"
        )
    repeats = [row for row in rows if row.variant.is_repeat]
    if len(repeats) > 1:
        lines += [
            "",
            f"Noise: {len(repeats)} seeds of the base gave perplexities of {_span((r.perplexity for r in repeats), 2)} "
            f"and BLEU of {_span((r.bleu for r in repeats), 1)}. Smaller differences mean nothing.",
        ]
    return "\n".join(lines) + "\n"


def _rates(recipe: Recipe) -> str:
    return f"muon_lr {recipe.muon_lr}, lr {recipe.lr}" if recipe.optimizer == "muon" else f"lr {recipe.lr}"


def _span(values: Iterable[float], digits: int) -> str:
    values = sorted(values)
    return f"{values[0]:.{digits}f} to {values[-1]:.{digits}f}"


def main(arguments: list[str] | None = None) -> None:
    """Reads the command line, trains what is not trained yet, and prints the table."""
    parser = argparse.ArgumentParser(prog="python -m training.ablation", description="Train variants of a recipe.")
    parser.add_argument("recipe", type=Path, help="TOML file, such as training/recipes/ablation.toml")
    parser.add_argument("--data-dir", type=Path, default=Path("data"), help="folder of the recipe's local files")
    parser.add_argument("--run-dir", type=Path, required=True, help="a folder a variant; what is there goes on")
    parser.add_argument("--jobs", type=int, default=1, help="variants trained at a time, which share the threads")
    args = parser.parse_args(arguments)
    if args.jobs < 1:
        parser.error(f"--jobs: expected 1 or more; found {args.jobs}")
    base, variants = load_ablation(args.recipe)
    rows: list[Row] = []
    for row in run_all(base, variants, args.data_dir, args.run_dir, args.jobs):
        rows.append(row)
        (args.run_dir / "ablation.md").write_text(ablation_table(base, rows), encoding="utf-8")
    print(ablation_table(base, rows), end="")


if __name__ == "__main__":
    main()
