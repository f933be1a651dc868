"""The search that was made, as a tree: at each step what lived, what ended and what was pruned (§6.1)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Literal

import torch

from explain.run import Run, Settings
from explain.search import continued, log_probs_of
from explain.tokens import Token
from model.decoding import Beam, BeamStep, length_penalty

State = Literal["alive", "pruned", "ended"]


@dataclass(frozen=True, kw_only=True)
class Node:
    """A beginning of a translation that the search looked at: its last token, behind that of its `parent`.

    `step` counts from 0, behind a forced beginning if there is one; the first nodes have no parent. `log_prob` is the
    token's own, `total` the sum from the translation's first token on, `score` the total over the length penalty.
    """

    id: int
    parent: int | None
    step: int
    token: Token
    log_prob: float
    total: float
    score: float
    state: State


@dataclass(frozen=True, kw_only=True)
class BeamTree:
    """All nodes in the order of the search, best first within a step.

    `best` are the ended nodes that the list of translations shows, best first. `penalties` are what each step's totals
    are divided by to make scores.
    """

    nodes: tuple[Node, ...]
    best: tuple[int, ...]
    penalties: tuple[float, ...]

    def path(self, number: int | None) -> tuple[int, ...]:
        """The nodes that lead to one, itself last; none lead to the root."""
        places: list[int] = []
        while number is not None:
            places.append(number)
            number = self.nodes[number].parent
        return tuple(reversed(places))

    def ids(self, number: int | None) -> tuple[int, ...]:
        """The token ids that lead to a node, behind a forced beginning."""
        return tuple(self.nodes[place].token.id for place in self.path(number))

    @property
    def ended(self) -> tuple[int, ...]:
        """The nodes at which a translation ended."""
        return tuple(node.id for node in self.nodes if node.state == "ended")

    @property
    def n_common(self) -> int:
        """How many steps all that ended have in common."""
        shared = (len(set(places)) == 1 for places in zip(*map(self.path, self.ended), strict=False))
        return sum(takewhile(bool, shared))


@torch.inference_mode()
def beam_tree(run: Run, early_stopping: bool | None = None, settings: Settings | None = None) -> BeamTree:
    """Searches once more as the run's search did, or with other `settings`, and keeps what it saw.

    With `early_stopping` the search ends with the first full beam of ended translations, so that a better lower rank
    may be missing; without, it goes on. By default as the model does.

    Raises:
        ValueError: there is no search: the forced beginning ends the translation, or leaves no room.
    """
    model, settings = run.text_model, settings or run.settings
    beam = model.beam
    early_stopping = beam.early_stopping if early_stopping is None else early_stopping
    read = (*run.prompt.start, *run.prefix)
    room = run.limit - len(read) + 1
    if not room or run.prefix[-1:] == (run.tokenizer.eos_id,):
        raise ValueError("search: expected a beginning that can go on; found one that is complete: undo the last token")
    counted = log_probs_of(run.network, run.prompt.src, read, beam.forbidden if beam.renormalize else ())
    before = counted[run.n_text :]  # a text that is continued does not count
    growing = _Growing(run, settings, sum(before), len(before))
    found = continued(
        model, run.prompt, settings, read, room, early_stopping=early_stopping, watch=growing.grow
    )  # fmt: skip
    growing.cut(room)
    tree = BeamTree(nodes=tuple(growing.nodes), best=(), penalties=tuple(growing.penalties))
    numbers = {tree.ids(number): number for number in tree.ended}
    return replace(tree, best=tuple(numbers[hypothesis.ids] for hypothesis in found))


class _Growing:
    """The nodes so far, behind `length` tokens that add up to `total`; `beams` are those of the rows that live."""

    def __init__(self, run: Run, settings: Settings, total: float, length: int) -> None:
        self.run, self.alpha, self.total, self.length = run, settings.alpha, total, length
        self.nodes: list[Node] = []
        self.penalties: list[float] = []
        self.beams: list[int | None] = [None]

    def grow(self, step: BeamStep) -> None:
        """Adds the candidates of a step, which a search of one sentence found."""
        length = self.length + len(self.penalties) + 1
        self.penalties.append(length_penalty(length, self.alpha, self.run.text_model.beam.length_offset))
        numbers: dict[Beam, int] = {}  # of the nodes
        for beam in step.candidates:
            if beam.total == float("-inf"):
                continue
            state: State = "ended" if beam in step.ended else "alive" if beam in step.lives else "pruned"
            numbers[beam] = self._add(self.beams[beam.parent], beam.ids[-1], beam.total, state)
        self.beams = [numbers.get(beam) for beam in step.lives]

    def cut(self, room: int) -> None:
        """Ends what still lives where there is no room for more."""
        if len(self.penalties) < room:
            return
        for number in self.beams:
            if number is not None:
                self.nodes[number] = replace(self.nodes[number], state="ended")

    def _add(self, parent: int | None, token_id: int, found: float, state: State) -> int:
        [token] = self.run.tokens([token_id])
        total, number = self.total + found, len(self.nodes)
        self.nodes.append(
            Node(
                id=number,
                parent=parent,
                step=len(self.penalties) - 1,
                token=token,
                log_prob=total - (self.total if parent is None else self.nodes[parent].total),
                total=total,
                score=total / self.penalties[-1],
                state=state,
            )
        )
        return number
