"""What a run keeps in its folder: vocabulary, epochs, log, and the state from which it goes on."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from model.storage.files import TOKENIZER, existing, replacing
from model.tokenizer import Tokenizer
from training.data import Example, load_examples, save_examples


class RunFolder:
    """A run's folder; of its processes the main one alone writes.

    `state` is the newest complete state, or no folder; the next one is written to `new_state` beside it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.tokenizer_file, self.log_file = path / TOKENIZER, path / "metrics.jsonl"
        self.state, self.new_state = path / "state", path / "state.new"
        self.checkpoint = path / "checkpoint"

    def tokenizer(self, learn: Callable[[], Tokenizer], start_from: Path | None) -> Tokenizer:
        """The run's vocabulary: the one that is there, else that of the checkpoint to start from, else a learned one.

        Raises:
            ValueError: the one that is there is not that of the checkpoint to start from.
        """
        path = self.tokenizer_file
        theirs = None if start_from is None else existing(start_from, TOKENIZER)
        if not path.exists():
            self.path.mkdir(parents=True, exist_ok=True)
            with replacing(path) as new:
                if theirs is None:
                    learn().save(new)
                else:
                    shutil.copyfile(theirs, new)
        elif theirs is not None and path.read_bytes() != theirs.read_bytes():
            raise ValueError(
                f"{path}: expected the vocabulary of {start_from}; found another: give a new --run-dir to start there"
            )
        return Tokenizer.load(path)

    def keep_epoch(self, epoch: int, draw: Callable[[], list[Example]]) -> None:
        """Draws an epoch's examples into a file, unless it is there.

        The epoch before is kept too, for the newest state may stand in it.
        """
        if not self._epoch(epoch).exists():
            for old in set(self.path.glob("epoch-*.npz")) - {self._epoch(epoch - 1)}:
                old.unlink()
            save_examples(draw(), self._epoch(epoch))

    def epoch(self, epoch: int) -> list[Example]:
        """The examples of an epoch that was kept."""
        return load_examples(self._epoch(epoch))

    def _epoch(self, epoch: int) -> Path:
        return self.path / f"epoch-{epoch}.npz"

    def log(self, line: dict[str, float]) -> None:
        """Adds a line to `metrics.jsonl`."""
        with self.log_file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def rewind_log(self, step: int) -> None:
        """Drops the lines of steps after `step`, which will be done again, and a line that a kill cut short."""
        if not self.log_file.exists():
            return
        lines = self.log_file.read_text(encoding="utf-8").splitlines(keepends=True)
        done = [line for line in lines if line.endswith("\n") and json.loads(line)["step"] <= step]
        with replacing(self.log_file) as new:
            new.write_text("".join(done), encoding="utf-8")

    @property
    def has_state(self) -> bool:
        """Whether there is a state to go on from."""
        return _is_complete(self.state)

    def clear_new_state(self) -> None:
        """Makes room for the next state."""
        if self.new_state.exists():
            shutil.rmtree(self.new_state)

    def take_new_state(self) -> None:
        """Puts the next state, now written, in the place of the one before: a kill leaves one of the two."""
        (self.new_state / "complete").touch()
        self.finish_taking()

    def finish_taking(self) -> None:
        """Does what a kill in the middle of `take_new_state` left to do, if it did."""
        if _is_complete(self.new_state):
            if self.state.exists():
                shutil.rmtree(self.state)
            self.new_state.replace(self.state)


def _is_complete(state: Path) -> bool:
    return (state / "complete").exists()
