"""A text of several sentences: one of them is open in a run, and all of them are translated."""

from __future__ import annotations

from dataclasses import dataclass

from explain.run import Run
from explain.runner import Runner


@dataclass(frozen=True, kw_only=True)
class Passage:
    """The sentences, the white space between each two, and what each and all of them became."""

    sentences: tuple[str, ...]
    gaps: tuple[str, ...]
    translations: tuple[str, ...]
    translation: str


def passage(runner: Runner, run: Run) -> Passage:
    """The text around a run: the open sentence as the run translates it, the others as they come out best.

    Raises:
        ValueError: as `Runner.translations`.
    """
    found = runner.cut(run.passage, run.settings.direction)
    own = run.translation.text
    if len(found.sentences) == 1:
        translations = (own,)
    else:
        others = runner.translations(run.passage, run.settings)
        translations = (*others[: run.sentence], own, *others[run.sentence + 1 :])
    return Passage(
        sentences=found.sentences, gaps=found.gaps, translations=translations, translation=found.join(translations)
    )
