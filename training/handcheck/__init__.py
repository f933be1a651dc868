"""The hand check: 200 sentences of our own, what a checkpoint makes of them, and what a reader thought of that.

`sentences.tsv` holds the list. `judgements.tsv` holds the reader's verdicts. A verdict belongs to an output letter for
letter, so that weights which say the same need no new reading, and weights which say anything else do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

from training.held_out import key, keys_in
from training.phrasebook import phrasebook
from training.recipe import Recipe

SENTENCES = Path(__file__).with_name("sentences.tsv")
JUDGEMENTS = Path(__file__).with_name("judgements.tsv")
_RECIPES = Path(__file__).parents[1] / "recipes"
_YES = {"yes": True, "no": False}


class Sentence(NamedTuple):
    """A line of the list."""

    direction: str
    group: str
    in_data: bool  # a fixed phrase that may stand there: no list of what people type can do without
    text: str


class Judgement(NamedTuple):
    """What a reader thought of one output: right if the meaning is kept and the grammar holds."""

    right: bool
    judge: str


class Checked(NamedTuple):
    """A sentence, its translation, and the judgement of that very translation if there is one."""

    sentence: Sentence
    output: str
    judgement: Judgement | None


Judgements = Mapping[tuple[str, str, str], Judgement]  # by direction, sentence and output


class Translate(Protocol):
    """Texts and a direction to translations: `Translator.translate`."""

    def __call__(self, texts: list[str], direction: str, /) -> list[str]: ...


def read_sentences(path: Path = SENTENCES) -> list[Sentence]:
    """The list, in its order.

    Raises:
        ValueError: the file is not of its form, or a sentence stands there twice in one direction.
    """
    sentences = []
    seen = set()
    for where, (direction, group, in_data, text) in _rows(path, ("direction", "group", "in_data", "sentence")):
        if in_data not in _YES:
            raise ValueError(f"{where}: in_data: expected yes or no; found {in_data!r}")
        if (same := (direction, key(text))) in seen:
            raise ValueError(f"{where}: expected each sentence once in a direction; found {text!r} again")
        seen.add(same)
        sentences.append(Sentence(direction, group, _YES[in_data], text))
    return sentences


def read_judgements(path: Path = JUDGEMENTS) -> dict[tuple[str, str, str], Judgement]:
    """The verdicts, by direction, sentence and output.

    Raises:
        ValueError: the file is not of its form, or one output is judged twice.
    """
    judgements = {}
    header = ("direction", "sentence", "output", "verdict", "judge")
    for where, (direction, text, output, verdict, judge) in _rows(path, header):
        if verdict not in ("right", "wrong"):
            raise ValueError(f"{where}: verdict: expected right or wrong; found {verdict!r}")
        if not judge:
            raise ValueError(f"{where}: expected who judged; found nothing in the last column")
        if (judged := (direction, text, output)) in judgements:
            raise ValueError(f"{where}: expected one judgement an output; found another of {output!r}")
        judgements[judged] = Judgement(verdict == "right", judge)
    return judgements


def check(translate: Translate, sentences: Iterable[Sentence], judgements: Judgements) -> list[Checked]:
    """Each sentence with its translation on one line, direction by direction."""
    sentences = list(sentences)
    checked = []
    for direction in dict.fromkeys(sentence.direction for sentence in sentences):
        asked = [sentence for sentence in sentences if sentence.direction == direction]
        outputs = translate([sentence.text for sentence in asked], direction)
        for sentence, output in zip(asked, outputs, strict=True):
            output = " ".join(output.split())  # a line of judgements.tsv could not hold a tab or a line's end
            checked.append(Checked(sentence, output, judgements.get((direction, sentence.text, output))))
    return checked


def found_in_data(sentences: Iterable[Sentence], data_dir: Path) -> set[Sentence]:
    """Those that stand in a file of sentence pairs below `data_dir`, or in the phrasebook of a recipe.

    Letters and digits alone are compared, case ignored, with either side of a pair.

    Raises:
        ValueError: there is no such file.
    """
    files = sorted(path for path in data_dir.rglob("*") if path.is_file() and path.suffix in (".gz", ".tsv"))
    if not files:
        raise ValueError(f"expected files of sentence pairs, *.gz or *.tsv, below {data_dir}; found none")
    wanted = {key(sentence.text): sentence for sentence in sentences}
    found = set()
    for path in files:  # one at a time: the keys of all would be a few hundred megabytes
        found |= wanted.keys() & keys_in([path])
    for seed in _phrasebook_seeds():
        found |= wanted.keys() & {key(side) for pair in phrasebook(seed) for side in pair}
    return {wanted[same] for same in found}


def _phrasebook_seeds() -> set[int]:
    recipes = [Recipe.load(path) for path in _RECIPES.glob("en-de*.toml")]
    return {recipe.seed for recipe in recipes if any(corpus.phrasebook is not None for corpus in recipe.corpora)}


def _rows(path: Path, header: tuple[str, ...]) -> Iterator[tuple[str, list[str]]]:
    """The lines below the header of a tab-separated file, each with where it stands."""
    lines = path.read_text(encoding="utf-8").splitlines()
    if not lines or lines[0].split("\t") != list(header):
        raise ValueError(f"{path.name}: expected the header {' TAB '.join(header)}; found {lines[:1]}")
    for number, line in enumerate(lines[1:], start=2):
        row = line.split("\t")
        if len(row) != len(header):
            raise ValueError(
                f"{path.name}, line {number}: expected {len(header)} columns, {' TAB '.join(header)}; found {row}"
            )
        yield f"{path.name}, line {number}", row
