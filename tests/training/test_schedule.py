"""The learning rate, against numbers worked out by hand."""

from __future__ import annotations

import dataclasses

import pytest

from training.recipe import Recipe
from training.schedule import learning_rate_factor, paper_schedule, warmup_stable_decay


def test_the_papers_schedule_by_hand():
    # d_model = 16: 16^-0.5 = 1/4. Warmup of 4 steps: 4^-1.5 = 1/8.
    assert paper_schedule(1, 16, 4) == pytest.approx(1 / 4 * 1 / 8)
    assert paper_schedule(2, 16, 4) == pytest.approx(1 / 4 * 2 / 8)
    assert paper_schedule(4, 16, 4) == pytest.approx(1 / 4 * 1 / 2), "the peak: both branches of the minimum meet"
    assert paper_schedule(9, 16, 4) == pytest.approx(1 / 4 * 1 / 3)
    assert paper_schedule(100, 16, 4) == pytest.approx(1 / 4 * 1 / 10)


def test_the_papers_base_model_peaks_at_its_known_rate():
    assert paper_schedule(4000, 512, 4000) == pytest.approx(7e-4, rel=0.01)


def test_warmup_stable_decay_by_hand():
    factors = [warmup_stable_decay(step, warmup_steps=4, decay_steps=3, steps=10) for step in range(1, 11)]
    assert factors == pytest.approx([1 / 4, 2 / 4, 3 / 4, 1, 1, 1, 1, 3 / 4, 2 / 4, 1 / 4])


def test_without_warmup_and_decay_the_rate_is_constant():
    assert [warmup_stable_decay(step, 0, 0, 3) for step in (1, 2, 3)] == [1, 1, 1]


def test_the_stable_phase_does_not_depend_on_where_the_run_will_end():
    assert warmup_stable_decay(500, 100, 50, 1000) == warmup_stable_decay(500, 100, 400, 9000) == 1


def test_the_recipe_chooses_the_schedule(recipe_file):
    recipe = Recipe.load(recipe_file)
    assert learning_rate_factor(recipe, 5) == 0.5
    paper = dataclasses.replace(recipe, schedule="paper")
    assert learning_rate_factor(paper, 40) == pytest.approx(64**-0.5 * 40**-0.5)
