"""The project's own phrasebook: English-German pairs for what no corpus covers, made by rules with a seed.

One topic a file: phrases written by hand stand in `NAME.txt`, what can be combined is made in `NAME.py`.
"""

from __future__ import annotations

import random

from training.phrasebook.actions import actions
from training.phrasebook.amounts import amounts
from training.phrasebook.clock import clock
from training.phrasebook.dates import dates
from training.phrasebook.everyday import everyday
from training.phrasebook.people import greetings, people
from training.phrasebook.places import places
from training.phrasebook.unchanged import two_sentences, unchanged

_TOPICS = [greetings, everyday, clock, dates, amounts, people, places, actions, unchanged]
_TWO_SENTENCES = 600


def phrasebook(seed: int, n: int | None = None) -> list[tuple[str, str]]:
    """Distinct (English, German) pairs of every topic, in an order that the seed draws too.

    `n` is the most pairs to give; each topic keeps its share. Without it there are about 20,000.
    """
    pairs = list(dict.fromkeys(pair for topic in by_topic(seed).values() for pair in topic))
    random.Random(seed).shuffle(pairs)
    return pairs[:n]


def by_topic(seed: int) -> dict[str, list[tuple[str, str]]]:
    """The pairs of each topic, distinct within it."""
    topics = {}
    for topic in _TOPICS:
        rng = random.Random(f"{topic.__name__} {seed}")  # a topic that changes leaves the others as they are
        topics[topic.__name__] = list(dict.fromkeys(topic(rng)))
    sentences = [pair for pairs in topics.values() for pair in pairs]
    topics["two sentences"] = two_sentences(sentences, random.Random(f"two sentences {seed}"), _TWO_SENTENCES)
    return topics
