"""Experiments of two visitors at once give the numbers that each gives alone."""

import dataclasses
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from tests.explain.experiments.test_shown_code import SMALL
from ui.tabs.why import EXPERIMENTS


def numbers(result) -> dict[str, np.ndarray]:
    """All arrays of a result by their names; times differ from run to run, and what is fitted to them."""
    found = {}
    for field in dataclasses.fields(result):
        value = getattr(result, field.name)
        parts = value if isinstance(value, dict) else {"": value}
        found |= {f"{field.name} {name}": part for name, part in parts.items() if isinstance(part, np.ndarray)}
    return {name: part for name, part in found.items() if "seconds" not in name}


@pytest.mark.parametrize("shown", EXPERIMENTS, ids=lambda shown: shown.id)
def test_two_at_once_do_not_change_each_other(shown):
    settings = SMALL[shown.id.replace("-", "_")]
    *_, alone = shown.module.run(seed=5, **settings)
    in_step = threading.Barrier(2, timeout=60)

    def beside_another(seed: int):
        steps = []
        for step in shown.module.run(seed=seed, **settings):
            steps.append(step)
            in_step.wait()  # each takes one step while the other does
            torch.rand(3)  # and others use the numbers that all threads share
        return steps[-1]

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(beside_another, [5, 6])
    expected = numbers(alone)
    assert expected
    for name, found in numbers(first).items():
        np.testing.assert_array_equal(found, expected[name], err_msg=name)
    drawn = [name for name, part in numbers(second).items() if not np.array_equal(part, expected[name])]
    # another seed is another run, where chance has a part in the numbers
    assert drawn or shown.id in {"family", "parallel-steps", "quadratic-cost"}


@pytest.mark.parametrize("shown", EXPERIMENTS, ids=lambda shown: shown.id)
def test_a_run_can_be_left_halfway(shown):
    run = shown.module.run(**SMALL[shown.id.replace("-", "_")])
    assert isinstance(next(run), tuple)
    run.close()
    with pytest.raises(StopIteration):
        next(run)
