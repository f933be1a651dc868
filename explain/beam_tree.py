"""The search that was made, as a tree: at each step what lived, what ended and what was pruned (§6.1)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import torch

from explain.run import Run
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

    `best` are the ended nodes that the list of translations shows, best first.
    """

    nodes: tuple[Node, ...]
    best: tuple[int, ...]


@torch.inference_mode()
def beam_tree(run: Run, early_stopping: bool | None = None) -> BeamTree:
    """Searches once more as the run's search did, and keeps what it saw.

    With `early_stopping` the search ends with the first full beam of ended translations, so that a better lower rank
    may be missing; without, it goes on. By default as the model does.

    Raises:
        ValueError: there is no search: the forced beginning ends the translation, or leaves no room.
    """
    model, settings = run.text_model, run.settings
    beam = model.beam
    early_stopping = beam.early_stopping if early_stopping is None else early_stopping
    read = (*run.prompt.start, *run.prefix)
    room = run.limit - len(read) + 1
    if not room or run.prefix[-1:] == (run.tokenizer.eos_id,):
        raise ValueError("search: expected a beginning that can go on; found one that is complete: undo the last token")
    counted = log_probs_of(run.network, run.prompt.src, read, beam.forbidden if beam.renormalize else ())
    before = counted[run.n_text :]  # a text that is continued does not count
    growing = _Growing(run, sum(before), len(before))
    found = continued(
        model, run.prompt, settings, read, room, early_stopping=early_stopping, watch=growing.grow
    )  # fmt: skip
    growing.cut(room)
    return BeamTree(
        nodes=tuple(growing.nodes),
        best=tuple(growing.ended[hypothesis.ids] for hypothesis in found),
    )


class _Growing:
    """The nodes so far; `beams` are those of the rows that live."""

    def __init__(self, run: Run, total: float, length: int) -> None:
        self.run, self.total, self.length = run, total, length
        self.nodes: list[Node] = []
        self.beams: list[int | None] = [None]
        self.ended: dict[tuple[int, ...], int] = {}
        self.step = 0

    def grow(self, step: BeamStep) -> None:
        """Adds the candidates of a step, which a search of one sentence found."""
        first = len(self.nodes)
        numbers: dict[Beam, int] = {}  # of the nodes
        for beam in step.candidates:
            if beam.total == float("-inf"):
                continue
            state: State = "ended" if beam in step.ended else "alive" if beam in step.lives else "pruned"
            numbers[beam] = self._add(self.beams[beam.parent], beam.ids[-1], beam.total, state)
        self.beams = [numbers.get(beam) for beam in step.lives]
        self.step += 1
        for number in range(first, len(self.nodes)):
            if self.nodes[number].state == "ended":
                self.ended[self._ids(number)] = number

    def cut(self, room: int) -> None:
        """Ends what still lives where there is no room for more."""
        if self.step < room:
            return
        for number in self.beams:
            if number is not None:
                self.nodes[number] = replace(self.nodes[number], state="ended")
                self.ended[self._ids(number)] = number

    def _add(self, parent: int | None, token_id: int, found: float, state: State) -> int:
        [token] = self.run.tokens([token_id])
        total, length = self.total + found, self.length + self.step + 1
        divisor = length_penalty(length, self.run.settings.alpha, self.run.text_model.beam.length_offset)
        log_prob = total - (self.total if parent is None else self.nodes[parent].total)
        number = len(self.nodes)
        self.nodes.append(
            Node(
                id=number, parent=parent, step=self.step, token=token, log_prob=log_prob, total=total,
                score=total / divisor, state=state,
            )
        )  # fmt: skip
        return number

    def _ids(self, number: int | None) -> tuple[int, ...]:
        ids: list[int] = []
        while number is not None:
            ids.insert(0, self.nodes[number].token.id)
            number = self.nodes[number].parent
        return tuple(ids)
