"""What the page says of two sentences: pairs to start from, and what the numbers of one pair tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from explain.patching import MAX_TOKENS, Patching
from explain.run import Run
from explain.runner import Runner
from explain.tokens import Token, spelled

N_TRIED = 3  # pairs, each of which takes two searches
# Sentences that differ in a word, by the language that is translated from. What is told of them is computed.
PAIRS = {
    "en": (
        ("I know him.", "I know that."),
        ("He sat on the bank of the river.", "He sat on the bank of the city."),
        ("He is going to school.", "He is going to sleep."),
        ("She knows the man.", "She knows the way."),
        ("Do you know Mary?", "Do you know why?"),
        ("I need a doctor.", "I need a break."),
        ("I need you.", "I need to."),
        ("The dog is big.", "The cat is big."),
    ),
    "de": (
        ("Ich habe Hunger.", "Ich habe Zeit."),
        ("Ich mag sie.", "Ich mag ihn."),
        ("Er macht eine Pause.", "Er macht eine Reise."),
        ("Ich gehe zur Bank.", "Ich gehe zur Schule."),
        ("Das Gericht ist gut.", "Das Gericht ist groß."),
        ("Die Frau fährt Auto.", "Die Frau fährt Rad."),
        ("Sie ist müde.", "Sie sind müde."),
    ),
}
# Words that may stand in each other's place in a visitor's own sentence.
PARTNERS = {
    "en": (
        ("woman", "man"), ("girl", "boy"), ("She", "He"), ("she", "he"), ("him", "that"), ("her", "him"),
        ("dog", "cat"), ("mother", "father"), ("sister", "brother"), ("river", "city"), ("book", "letter"),
        ("big", "small"), ("old", "young"), ("red", "green"), ("good", "bad"), ("love", "hate"),
        ("today", "tomorrow"), ("my", "your"),
        ("is", "was"), ("are", "were"), ("I", "You"),
    ),
    "de": (
        ("Hunde", "Kinder"), ("Hund", "Lehrer"), ("Mann", "Hund"), ("Frau", "Katze"), ("mich", "ihn"),
        ("Mutter", "Schwester"), ("Vater", "Bruder"), ("Auto", "Haus"), ("Stadt", "Schule"), ("groß", "klein"),
        ("alt", "neu"), ("gut", "schlecht"), ("heute", "morgen"), ("gestern", "heute"), ("meine", "deine"),
        ("mein", "dein"), ("Er", "Sie"), ("ist", "war"),
        ("sind", "waren"), ("Ich", "Du"),
    ),
}  # fmt: skip


def ready_pairs(runner: Runner, run: Run) -> list[tuple[str, str]]:
    """Pairs that this model can compare: first the page's own sentence with a word changed, if there is one."""
    language = run.settings.direction.split("-")[0]
    own, others = (
        [pair for pair in pairs if fits(runner, run, pair)]
        for pairs in (_own(run.text, PARTNERS.get(language, ())), PAIRS.get(language, ()))
    )
    return own[:1] + [pair for pair in others if pair not in own[:1]]


def opening_pair(runner: Runner, run: Run, pairs: Sequence[tuple[str, str]]) -> tuple[str, str] | None:
    """The first of these pairs that this model translates in two ways; after a few the tab opens without one."""
    for pair in pairs[:N_TRIED]:
        first, second = (runner.run(text, run.settings).translation.ids for text in pair)
        if first != second:
            return pair
    return None


def _own(text: str, partners: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The text with one word exchanged, for each word that has a partner."""
    both_ways = [pair for here, there in partners for pair in ((here, there), (there, here))]
    return [(text, re.sub(rf"\b{here}\b", there, text, count=1)) for here, there in both_ways if here in text]


def fits(runner: Runner, run: Run, pair: tuple[str, str]) -> bool:
    """Whether the sentences differ in the model's vocabulary, and have equally many tokens, not too many."""
    first, second = (runner.prompt(text, run.settings.direction) for text in pair)
    return first.src != second.src and len(first.src) == len(second.src) and first.n_tokens <= MAX_TOKENS


def told(found: Patching) -> dict[str, Any]:
    """The words about one pair: the two translations with the word where they part, and the story."""
    said = [_parted(run, found.step) for run in (found.first, found.second)]
    return {
        "translations": said,
        "decided": [word for _, word, _ in said],
        "story": story(found),
    }


def story(found: Patching) -> str:
    """Where that which decides sits after the embedding and after the last layer: whether it moved."""
    source, last = found.first.source, found.recovery[-1]
    changed = names(source, found.changed)
    others = [place for place in range(len(source)) if place not in found.changed]
    kept = found.kept[-1].item()
    start = f"After the embedding, before any layer, all that decides sits in {changed}. After the last layer "
    if not others:
        return f"{start}it sits there still: no word is the same in both sentences."
    place = max(others, key=lambda each: last[each])
    most, name = last[place].item(), names(source, [place])
    if most > kept:
        since = len(found.kept) - int(np.argmax((found.recovery[:, place] <= found.kept)[::-1]))
        end = (
            f"{_percent(most)} of it sits in {name}, and {_percent(kept)} is left in {changed}: it moved. "
            f"From layer {since} on, {name} has more of it than {changed}."
        )
    elif kept >= 0.5:
        end = f"{_percent(kept)} of it still sits there, and at most {_percent(most)} in another, {name}: it stays."
    else:
        end = f"{_percent(kept)} of it still sits there, and {_percent(most)} in {name}: it has spread over more words."
    return start + end + _caution(found)


def _caution(found: Patching) -> str:
    if found.second_margin < found.first_margin:
        return ""
    return (
        " But be careful: the second sentence makes its own word no likelier here. The search chose it for what "
        "follows."
    )


def _percent(share: float) -> str:
    return f"{round(100 * share)}%".replace("-", "−")


def word_at(tokens: Sequence[Token], place: int) -> range:
    """The positions of the word around a token, without the punctuation at it."""
    token = tokens[place]
    alike = [
        i for i, each in enumerate(tokens) if each.word == token.word and each.is_punctuation == token.is_punctuation
    ]
    return range(alike[0], alike[-1] + 1)


def _text(tokens: Sequence[Token]) -> str:
    return tokens[0].text if len(tokens) == 1 and tokens[0].special else spelled(tokens)


def names(tokens: Sequence[Token], places: Sequence[int]) -> str:
    """The words at these places: “him”, or “the” and “man”."""
    words = dict.fromkeys(word_at(tokens, place) for place in places)
    names = [f"“{_text([tokens[i] for i in word]).strip()}”" for word in words]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _parted(run: Run, step: int) -> tuple[str, str, str]:
    """The translation before, at and after the word that holds the token of this step."""
    tokens = run.target_out
    word = word_at(tokens, step)
    before, at, after = tokens[: word.start], tokens[word.start : word.stop], tokens[word.stop :]
    text = _text(at)
    space = " " if before and text.startswith(" ") else ""
    return spelled(before).lstrip() + space, text.strip(), spelled(token for token in after if not token.special)
