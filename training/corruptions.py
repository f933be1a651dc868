"""`python -m training.corruptions CHECKPOINT`: how often a sentence keeps its translation when it is typed carelessly.

Each corruption is a fixed rule, so that two checkpoints answer the same question. Newer recipes train on the like of
most of them, drawn at random (`training.as_typed`, `training.carry`), but not of a greeting before, a second sentence
or a line break.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from sacrebleu import sentence_chrf

from model.translator import Translator
from training.as_typed import WITHOUT_UMLAUTS
from training.handcheck import Sentence, Translate, read_sentences
from training.held_out import key

N_SENTENCES = 50  # a direction
CLOSE = 80  # chrF, of 100
_URL = "https://example.org/photos"
_GREETING = re.compile(r"\A(hi|hey|hello|hallo)\b", re.IGNORECASE)
_SIMPLE = re.compile(r"[^\d.!?]+\.")
_PLAIN = WITHOUT_UMLAUTS | str.maketrans({"'": ""})


class Corruption(NamedTuple):
    """How a sentence is spoiled, and what then has to be taken from its translation before it is compared."""

    name: str
    spoil: Callable[[str], str]
    added: str = ""  # what should come through, and is no part of the sentence
    greeted: bool = False  # a greeting stands before it
    separator: str | None = None  # the next sentence of the list is typed behind it, after this


class Rate(NamedTuple):
    """A row of the table: of `n` sentences that the corruption changed, how many kept their translation."""

    corruption: str
    direction: str
    n: int
    same: int
    close: int
    carried: int | None  # None: the corruption adds nothing that should come through


def _without_end(text: str) -> str:
    return text.rstrip(".")


def _in_the_middle(text: str, space: str) -> str:
    """The space nearest to the middle becomes `space`."""
    at = min((found.start() for found in re.finditer(" ", text)), key=lambda i: abs(i - len(text) / 2))
    return text[:at] + space + text[at + 1 :]


def _slip(text: str, letters: Callable[[str], str]) -> str:
    """The first two letters that differ from the middle of the longest word on become `letters` of them."""
    word = max(re.finditer(r"[^\W\d_]+", text), key=lambda found: len(found[0]))
    middle = word.start() + (len(word[0]) - 1) // 2
    at = next((i for i in range(middle, word.end() - 1) if text[i] != text[i + 1]), middle)
    return text[:at] + letters(text[at : at + 2]) + text[at + 2 :]


CORRUPTIONS = (
    Corruption("all lower case", str.lower),
    Corruption("no full stop", _without_end),
    Corruption("lower case, no full stop", lambda text: _without_end(text.lower())),
    Corruption("all capitals", str.upper),
    Corruption("a doubled space, and spaces around", lambda text: f"  {_in_the_middle(text, '  ')}  "),
    Corruption("two exclamation marks", lambda text: _without_end(text) + "!!"),
    Corruption("two letters swapped", lambda text: _slip(text, lambda two: two[::-1])),
    Corruption("a letter left out", lambda text: _slip(text, lambda two: two[1:])),
    Corruption("a smiley behind", lambda text: f"{text} :)", added=":)"),
    Corruption("an emoji behind", lambda text: f"{text} 😊", added="😊"),
    Corruption("a link behind", lambda text: f"{text} {_URL}", added=_URL),
    Corruption("a greeting before", lambda text: f"Hi, {text}", greeted=True),
    Corruption("a second sentence", str, separator=" "),
    Corruption("a second sentence on a new line", str, separator="\n"),
    Corruption("a line break in the middle", lambda text: _in_the_middle(text, "\n")),
    Corruption("no umlauts, no apostrophes", lambda text: text.translate(_PLAIN)),
)


def simple_sentences(sentences: Iterable[Sentence], direction: str) -> list[str]:
    """The first 50 statements of four to nine words without figures or abbreviations.

    Raises:
        ValueError: there are fewer.
    """
    texts = [
        sentence.text
        for sentence in sentences
        if sentence.direction == direction and _SIMPLE.fullmatch(sentence.text) and 4 <= len(sentence.text.split()) <= 9
    ]
    if len(texts) < N_SENTENCES:
        raise ValueError(f"expected {N_SENTENCES} simple sentences {direction}; found {len(texts)}")
    return texts[:N_SENTENCES]


def rates(
    translate: Translate, texts: Sequence[str], direction: str, corruptions: Iterable[Corruption]
) -> Iterator[Rate]:
    """For each corruption, how many of the texts that it changes keep the translation of the clean text.

    Same: letters and digits are those of the clean text's translation, case ignored, once what the corruption added is
    taken away; of two sentences, those of both translations, one after the other. Close: chrF of at least 80 between
    the two, case and punctuation ignored. Carried: what was added stands in the translation.
    """
    clean = translate(list(texts), direction)
    for corruption in corruptions:
        typed, expected = [], []
        for i, text in enumerate(texts):
            spoilt, meant = corruption.spoil(text), clean[i]
            if corruption.separator is not None:
                following = (i + 1) % len(texts)
                spoilt += corruption.separator + texts[following]
                meant += " " + clean[following]
            if spoilt != text:
                typed.append(spoilt)
                expected.append(meant)
        outputs = translate(typed, direction) if typed else []
        told = [(_sentence_in(output, corruption), meant) for output, meant in zip(outputs, expected, strict=True)]
        yield Rate(
            corruption=corruption.name,
            direction=direction,
            n=len(typed),
            same=sum(key(output) == key(meant) for output, meant in told),
            close=sum(_likeness(output, meant) >= CLOSE for output, meant in told),
            carried=sum(corruption.added in output for output in outputs) if corruption.added else None,
        )


def _sentence_in(output: str, corruption: Corruption) -> str:
    """A translation without what the corruption added."""
    if corruption.added:
        output = output.replace(corruption.added, "", 1)
    return _GREETING.sub("", output) if corruption.greeted else output


def _likeness(output: str, meant: str) -> float:
    """chrF of the words alone, lower-cased, 0 to 100."""
    output, meant = (" ".join(re.findall(r"\w+", text.casefold())) for text in (output, meant))
    return sentence_chrf(output, [meant]).score


def table(found: Sequence[Rate]) -> str:
    """A row a corruption and a column a direction, in per cent, and the sums."""
    directions = list(dict.fromkeys(rate.direction for rate in found))
    cells = {(rate.corruption, rate.direction): _shares(rate) for rate in found}
    for direction in directions:
        counts = [(rate.n, rate.same, rate.close) for rate in found if rate.direction == direction]
        n, same, close = map(sum, zip(*counts, strict=True))
        cells["all", direction] = _shares(Rate("all", direction, n, same, close, None))
    lines = [
        "| typed with: same / close, % of sentences | " + " | ".join(directions) + " |",
        "|---" * (len(directions) + 1) + "|",
    ]
    for name in dict.fromkeys(name for name, _ in cells):
        lines.append(f"| {name} | " + " | ".join(cells[name, direction] for direction in directions) + " |")
    return "\n".join(lines)


def _shares(rate: Rate) -> str:
    if not rate.n:
        return "no sentence changed"
    carried = "" if rate.carried is None else f", carried {100 * rate.carried / rate.n:.0f}"
    return f"{100 * rate.same / rate.n:.0f} / {100 * rate.close / rate.n:.0f} of {rate.n}{carried}"


def main(arguments: list[str] | None = None) -> None:
    """Reads the command line, translates, and prints the table."""
    parser = argparse.ArgumentParser(
        prog="python -m training.corruptions", description="Measure what careless typing does to a checkpoint."
    )
    parser.add_argument("checkpoint", type=Path, help="folder that training.train exported")
    args = parser.parse_args(arguments)

    translate = Translator.from_pretrained(args.checkpoint).translate
    sentences = read_sentences()
    found = []
    for direction in dict.fromkeys(sentence.direction for sentence in sentences):
        found += rates(translate, simple_sentences(sentences, direction), direction, CORRUPTIONS)
    print(table(found))


if __name__ == "__main__":
    main()
