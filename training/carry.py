"""What a translation carries over as it stands: addresses, links and emoji, added to both sides of some pairs."""

from __future__ import annotations

import string

import numpy as np

from training.rename import Texts

_BLOCKS = ((0x1F600, 0x1F64F), (0x1F440, 0x1F4AF), (0x1F32D, 0x1F37F), (0x1F680, 0x1F6A2))
_EMOJI = [chr(code) for first, last in _BLOCKS for code in range(first, last + 1)]
_EMOJI += ["❤️", "☀️", "⭐", "✅", "⚽", "🎉", "🎂", "🎄", "🐶", "🐱", "🤔", "🤣", "🥳", "🙏"]
_EMOJI += [":)", ":-)", ";)", ":D", "<3"]
_ENDS = ["com", "org", "de", "net", "eu", "io", "co.uk", "at"]


def carry(texts: Texts, share: float, rng: np.random.Generator) -> dict[str, list[str]]:
    """The texts, with the same emoji, link or address at the beginning or end of both sides in `share` of the pairs."""
    carrying: dict[str, list[str]] = {language: [] for language in texts}
    chosen = rng.random(len(next(iter(texts.values())))) < share
    for change, *pair in zip(chosen, *texts.values(), strict=True):
        if change:
            added, first = _something(rng), rng.random() < 0.15
            pair = [f"{added} {side}" if first else f"{side} {added}" for side in pair]
        for sentences, side in zip(carrying.values(), pair, strict=True):
            sentences.append(side)
    return carrying


def _something(rng: np.random.Generator) -> str:
    kind = rng.random()
    if kind < 0.6:
        return "".join(rng.choice(_EMOJI, rng.choice([1, 1, 1, 2, 3])).tolist())
    if kind < 0.8:
        path = "".join(f"/{_name(rng)}" for _ in range(rng.integers(0, 3)))
        return f"{rng.choice(['https://', 'https://www.', 'http://', 'www.'])}{_domain(rng)}{path}"
    if kind < 0.95:
        return f"{_name(rng)}{rng.choice(['.', '_', '-'])}{_name(rng)}@{_domain(rng)}"
    return f"#{_name(rng)}"


def _domain(rng: np.random.Generator) -> str:
    return f"{_name(rng)}.{rng.choice(_ENDS)}"


def _name(rng: np.random.Generator) -> str:
    """Three to eight letters, two of three times with vowels between them, now and then a number."""
    letters, vowels = list(string.ascii_lowercase), list("aeiou")
    name = [rng.choice(vowels if i % 2 and rng.random() < 0.7 else letters) for i in range(rng.integers(3, 9))]
    return "".join(name) + (str(rng.integers(1, 2030)) if rng.random() < 0.15 else "")
