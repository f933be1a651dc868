"""Learning-rate schedules: a factor on the base rate, from the number of the step (from 1)."""

from __future__ import annotations


def paper_schedule(step: int, d_model: int, warmup_steps: int) -> float:
    """d_model^-0.5 · min(step^-0.5, step · warmup_steps^-1.5), equation (3)."""
    return d_model**-0.5 * min(step**-0.5, step * warmup_steps**-1.5)


def warmup_stable_decay(step: int, warmup_steps: int, decay_steps: int, steps: int) -> float:
    """Up to 1 over the warmup, then constant, then down to 0 over the last `decay_steps` of `steps`.

    A run can be extended from its constant phase, and a release cut from it at any time by a short decay.
    """
    rising = min(1.0, step / max(1, warmup_steps))
    falling = min(1.0, (steps - step) / decay_steps) if decay_steps else 1.0
    return max(0.0, min(rising, falling))
