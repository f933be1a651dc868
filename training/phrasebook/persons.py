"""Subjects of sentences, and the words that agree with them."""

from __future__ import annotations

from typing import NamedTuple


class Subject(NamedTuple):
    """Who does it; `person` counts ich, du, er, wir, ihr, sie from 0."""

    english: str
    german: str
    person: int
    my: str
    mein: str  # without an ending; "eur" for euer, when an ending follows
    reflexive: str

    @property
    def plural_verb(self) -> bool:
        """Whether the English verb has no -s."""
        return self.person != 2

    @property
    def am(self) -> str:
        return "am" if self.person == 0 else "is" if self.person == 2 else "are"

    @property
    def was(self) -> str:
        return "was" if self.person in (0, 2) else "were"


def _she(english: str, german: str) -> Subject:
    return Subject(english, german, 2, "her", "ihr", "sich")


def _he(english: str, german: str) -> Subject:
    return Subject(english, german, 2, "his", "sein", "sich")


def _they(english: str, german: str) -> Subject:
    return Subject(english, german, 5, "their", "ihr", "sich")


PRONOUNS = [
    Subject("I", "ich", 0, "my", "mein", "mich"),
    Subject("you", "du", 1, "your", "dein", "dich"),
    _he("he", "er"),
    _she("she", "sie"),
    Subject("we", "wir", 3, "our", "unser", "uns"),
    Subject("you", "ihr", 4, "your", "eur", "euch"),
    _they("they", "sie"),
    Subject("you", "Sie", 5, "your", "Ihr", "sich"),
]
OTHERS = [
    *(_she(name, name) for name in ("Anna", "Maria", "Emily", "Lena")),
    *(_he(name, name) for name in ("Tom", "Paul", "Jonas", "David")),
    _she("Mrs. Müller", "Frau Müller"),
    _he("Mr. Schneider", "Herr Schneider"),
    _he("my brother", "mein Bruder"),
    _she("my sister", "meine Schwester"),
    _he("my son", "mein Sohn"),
    _she("my daughter", "meine Tochter"),
    _she("my wife", "meine Frau"),
    _he("my husband", "mein Mann"),
    _she("the teacher", "die Lehrerin"),
    _he("our neighbour", "unser Nachbar"),
    _they("my parents", "meine Eltern"),
    _they("the children", "die Kinder"),
    _they("our friends", "unsere Freunde"),
    _they("Anna and Paul", "Anna und Paul"),
]

HABEN = ["habe", "hast", "hat", "haben", "habt", "haben"]
SEIN = ["bin", "bist", "ist", "sind", "seid", "sind"]
WERDEN = ["werde", "wirst", "wird", "werden", "werdet", "werden"]
