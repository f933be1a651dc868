"""Learning-rate schedules: a factor on the base rate, from the number of the step (from 1)."""

from __future__ import annotations

from training.recipe import Recipe


def learning_rate_factor(recipe: Recipe, step: int) -> float:
    """The factor that the recipe's schedule gives at `step`."""
    if recipe.schedule == "paper":
        return paper_schedule(step, recipe.transformer.d_model, recipe.warmup_steps)
    return warmup_stable_decay(step, recipe.warmup_steps, recipe.decay_steps, recipe.steps)


def paper_schedule(step: int, d_model: int, warmup_steps: int) -> float:
    """d_model^-0.5 · min(step^-0.5, step · warmup_steps^-1.5), equation (3)."""
    return d_model**-0.5 * min(step**-0.5, step * warmup_steps**-1.5)


def warmup_stable_decay(step: int, warmup_steps: int, decay_steps: int, steps: int) -> float:
    """Up to 1 over the warmup, then constant, then over the last `decay_steps` of `steps` down towards 0.

    The first step after `steps` would have 0, so that none is wasted. A run can be extended from its constant phase,
    and a release cut from it at any time by a short decay.
    """
    rising = step / max(1, warmup_steps)
    falling = (steps - step + 1) / (decay_steps + 1)
    return min(1.0, rising, falling)
