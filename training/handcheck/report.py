"""The hand check in words: the whole list, what is left to judge, and the counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from training.handcheck import Checked

NOT_JUDGED = "not judged yet"


class Count(NamedTuple):
    """How many outputs are right, wrong, and without a verdict."""

    right: int
    wrong: int
    not_judged: int

    def __str__(self) -> str:
        return f"{self.right} / {self.wrong} / {self.not_judged}"


def verdict(checked: Checked) -> str:
    """`right`, `wrong` or `not judged yet`."""
    if checked.judgement is None:
        return NOT_JUDGED
    return "right" if checked.judgement.right else "wrong"


def count(checked: Iterable[Checked]) -> Count:
    """The verdicts, counted."""
    verdicts = [verdict(one) for one in checked]
    return Count(verdicts.count("right"), verdicts.count("wrong"), verdicts.count(NOT_JUDGED))


def to_judge(checked: Iterable[Checked]) -> str:
    """Outputs without a verdict, as lines of `judgements.tsv` whose last two columns are left to write."""
    lines = [(one.sentence.direction, one.sentence.text, one.output) for one in checked if one.judgement is None]
    return "\n".join("\t".join(line) for line in lines)


def listing(checked: Sequence[Checked]) -> str:
    """Every sentence with output and verdict, group by group, then the counts."""
    lines = []
    place = None
    for one in checked:
        if (one.sentence.direction, one.sentence.group) != place:
            place = (one.sentence.direction, one.sentence.group)
            lines.append(f"\n{place[0]}, {place[1]}")
        lines.append(f"  {one.sentence.text}\n    {one.output}  [{verdict(one)}]")
    return "\n".join([*lines, "", count_table(checked)]).lstrip("\n")


def markdown(checked: Sequence[Checked]) -> str:
    """The counts, who judged, and the outputs that are not right."""
    judges = sorted({one.judgement.judge for one in checked if one.judgement is not None})
    parts = [count_table(checked)]
    if judges:
        parts.append(f"Judged by {', '.join(judges)}.")
    for direction in _directions(checked):
        asked = [one for one in checked if one.sentence.direction == direction and verdict(one) != "right"]
        items = [
            f"- {group}: " + " · ".join(_shown(one) for one in asked if one.sentence.group == group)
            for group in _groups(asked)
        ]
        if items:
            parts.append(f"Not right, {direction}:\n\n" + "\n".join(items))
    return "\n\n".join(parts)


def _shown(one: Checked) -> str:
    mark = f" ({NOT_JUDGED})" if one.judgement is None else ""
    return f"{one.sentence.text} → *{one.output}*{mark}"


def count_table(checked: Sequence[Checked]) -> str:
    """A row a group, a column a direction, and the sums with and without the sentences that stand in the data."""
    directions = _directions(checked)
    lines = [
        f"| right / wrong / {NOT_JUDGED} | " + " | ".join(directions) + " |",
        "|---" * (len(directions) + 1) + "|",
    ]
    groups = {group: [one for one in checked if one.sentence.group == group] for group in _groups(checked)}
    groups["all"] = list(checked)
    groups["all but those in the data"] = [one for one in checked if not one.sentence.in_data]
    for name, members in groups.items():
        counts = [count(one for one in members if one.sentence.direction == direction) for direction in directions]
        lines.append(f"| {name} | " + " | ".join(map(str, counts)) + " |")
    return "\n".join(lines)


def _directions(checked: Iterable[Checked]) -> list[str]:
    return list(dict.fromkeys(one.sentence.direction for one in checked))


def _groups(checked: Iterable[Checked]) -> list[str]:
    return list(dict.fromkeys(one.sentence.group for one in checked))
