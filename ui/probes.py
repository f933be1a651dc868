"""What the page says of the probes: only what the model's own translations show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from explain.probes import GENDERS, MAN, WOMAN, Found, Probe


def verdict(asked: Probe, found: Found) -> str:
    """Which sense the model wrote, and whether that is the one meant."""
    if found.sense is None:
        return f"The model wrote something else: no word here has one of these meanings of “{asked.word}”."
    sense = f"That is “{asked.word}” in the sense of “{asked.senses[found.sense].name}”"
    if asked.right is None:
        return f"{sense}. Nothing in the sentence says which one is meant, and the model had to choose."
    if found.sense == asked.right:
        return f"{sense}, and that is what is meant."
    return f"{sense}. But “{asked.senses[asked.right].name}” is meant: here the model is wrong."


def people(cells: Mapping[str, Sequence[Found]]) -> str:
    """One sentence about the cells: whose form the noun has, beside the pronoun."""
    kept = [found.sense == gender for row in cells.values() for gender, found in zip((MAN, WOMAN), row, strict=True)]
    told = [
        f"“{work}” is written as {GENDERS[he.sense].name} with either pronoun"
        for work, (he, she) in cells.items()
        if he.sense is not None and he.sense == she.sense
    ]
    words = f"In {sum(kept)} of {len(kept)} the German noun has the gender of the pronoun"
    return f"{'; '.join([words, *told])}."
