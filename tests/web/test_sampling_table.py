"""What the browser's sampling is checked against: tests/web/sampling.json, as `model/decoding.py` computes it now.

`python -m tests.web.test_sampling_table` writes the table anew; tests/web/sampling.test.mjs holds the browser to it.
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import torch

from model.sampling import sampling_distribution

TABLE = Path(__file__).with_name("sampling.json")
LOGITS = {
    "one token leads": [5.5, 1.25, 0.5, 0.25, -1.0, -1.5, -8.0],
    "two are equal": [0.5, 2.0, 2.0, -0.75, 0.5, 1.0, 0.0],
    "half and half": [-800.0, 4.0, -800.0, 4.0, -800.0, -900.0, -800.0],  # top-p 0.5 is met exactly
    "all are equal": [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
    "far apart": [-90.0, 80.0, 79.5, -300.0, 12.0, 78.0, 0.125],
}
FORBIDDEN = [[], [1, 4]]
SETTINGS = [
    {"temperature": temperature, "top_k": top_k, "top_p": top_p}
    for temperature, top_k, top_p in itertools.product([0.0, 0.3, 1.0, 2.0], [0, 1, 3, 50], [0.5, 0.9, 1.0])
]


def cases() -> list[dict[str, Any]]:
    """Every setting at every kind of logits: the probability of each id, in float64."""
    made = []
    for (name, logits), forbidden, settings in itertools.product(LOGITS.items(), FORBIDDEN, SETTINGS):
        allowed = torch.tensor(logits, dtype=torch.float64)
        allowed[forbidden] = float("-inf")
        probabilities = sampling_distribution(allowed, **settings).tolist()
        made.append(
            {"name": name, "logits": logits, "forbidden": forbidden, **settings, "probabilities": probabilities}
        )
    return made


def written(made: list[dict[str, Any]]) -> str:
    """The table's text, a case a line."""
    return "[\n" + ",\n".join(json.dumps(case) for case in made) + "\n]\n"


def test_the_table_is_what_python_computes():
    known = json.loads(TABLE.read_text(encoding="utf-8"))
    now = cases()
    assert [{**case, "probabilities": None} for case in known] == [{**case, "probabilities": None} for case in now]
    for case, expected in zip(known, now, strict=True):
        torch.testing.assert_close(
            torch.tensor(case["probabilities"]), torch.tensor(expected["probabilities"]), rtol=1e-12, atol=0
        )


if __name__ == "__main__":
    TABLE.write_text(written(cases()), encoding="utf-8")
