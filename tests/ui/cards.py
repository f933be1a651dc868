"""Model cards as training.card writes them."""

from __future__ import annotations

SIZES = (90, 500, 10, 400, 200)


def a_card(metric: str = "BLEU, sacreBLEU default", **bleu: float) -> str:
    """A card of two runs over 1,200 pairs in five corpora, with a score of both directions a kind of text."""
    results = "".join(
        f"""
  - task:
      type: translation
    dataset:
      name: {kind} test
      type: {kind}
      config: {direction}
      split: test
    metrics:
    - type: bleu
      value: {value}
      name: {metric}"""
        for kind, value in bleu.items()
        for direction in ("en-de", "de-en")
    )
    rows = "\n".join(f"| new | corpus-{n} | {n} | 1.5 | from place {n} | MIT |" for n in SIZES)
    return f"""---
model-index:
- name: own
  results:{results or " []"}
---

# Own

## Training

| Recipe | Data | Training pairs | Times an epoch | Source | Licence |
| --- | --- | --- | --- | --- | --- |
{rows}
| old | corpus-500 | 1,499 | 1 | from another place | MIT |

## Intended use and limits

Bad at whatever is long.

## Behind them

Nothing.
"""
