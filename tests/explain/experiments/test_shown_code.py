"""The code beside each experiment is the code that runs, and runs as shown."""

import runpy
from pathlib import Path

import pytest

import explain.experiments
import ui.experiments
from ui.tabs.why import EXPERIMENTS, ORDER

# Settings that make each one small; the rest is as shown.
SMALL = {
    "attention_scale": dict(largest=8, n_queries=8),
    "gradient_paths": dict(length=6, batch=2),
    "parallel_steps": dict(longest=32, repeats=1),
    "quadratic_cost": dict(longest=128, repeats=1),
    "depth": dict(depths=(2, 3)),
    "several_heads": dict(steps=20, heads=(1, 2)),
    "pruning": dict(step=24, n_race=6, n_order=2),
    "recall": dict(steps=10, distances=(2, 3)),
    "family": dict(layers=6, d_model=64),
    "warmup": dict(layers=2, steps=6),
}


@pytest.mark.parametrize("shown", EXPERIMENTS, ids=lambda shown: shown.id)
def test_the_shown_text_runs_by_itself(shown, tmp_path):
    name = shown.id.replace("-", "_")
    path = tmp_path / f"{name}.py"
    path.write_text(shown.code, encoding="utf-8")
    copy = runpy.run_path(str(path), run_name="copied")
    *_, result = copy["run"](seed=3, **SMALL[name])
    assert copy["words"](result)


@pytest.mark.parametrize("shown", EXPERIMENTS, ids=lambda shown: shown.id)
def test_its_charts_hold_the_numbers_of_the_result(shown):
    *_, result = shown.module.run(**SMALL[shown.id.replace("-", "_")])
    for figure in shown.figures(result):
        assert figure["title"] and figure["kind"] in {"lines", "table", "mask"}
        for line in figure.get("series", []):
            assert len(line["x"]) == len(line["y"]) > 1


def test_every_file_is_shown_by_the_file_of_its_name():
    computing, showing = (
        {path.stem for path in Path(package.__file__).parent.glob("*.py")}
        for package in (explain.experiments, ui.experiments)
    )
    computing -= {"__init__", "bleu", "bundled", "progress", "seeded"}
    assert computing == showing - {"__init__", "charts", "shown"} == set(ORDER) == set(SMALL)
    assert [shown.id.replace("-", "_") for shown in EXPERIMENTS] == list(ORDER)
