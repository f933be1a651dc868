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

# a topic and the most pairs that it gives, so that none drowns the rest
TOPICS = [
    (greetings, 3000),
    (everyday, 3000),
    (clock, 2400),
    (dates, 2000),
    (amounts, 2400),
    (people, 1700),
    (places, 2600),
    (actions, 2200),
    (unchanged, 900),
]
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
    for topic, most in TOPICS:
        rng = random.Random(f"{topic.__name__} {seed}")  # a topic that changes leaves the others as they are
        pairs = list(dict.fromkeys(topic(rng)))
        topics[topic.__name__] = rng.sample(pairs, min(most, len(pairs)))
    sentences = [pair for pairs in topics.values() for pair in pairs]
    topics["two sentences"] = two_sentences(sentences, random.Random(f"two sentences {seed}"), _TWO_SENTENCES)
    return topics
