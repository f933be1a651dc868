"""What people do, in every person, tense and mood: a table of verbs and the frames that they stand in."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import NamedTuple

from training.phrasebook.persons import HABEN, OTHERS, PRONOUNS, SEIN, WERDEN, Subject
from training.phrasebook.phrases import Pair, capitalized

_PAST = [
    ("yesterday", "gestern"),
    ("last night", "gestern Abend"),
    ("this morning", "heute Morgen"),
    ("last week", "letzte Woche"),
    ("on Monday", "am Montag"),
    ("two days ago", "vor zwei Tagen"),
    ("the day before yesterday", "vorgestern"),
    ("last Saturday", "letzten Samstag"),
]
_FUTURE = [
    ("tomorrow", "morgen"),
    ("tonight", "heute Abend"),
    ("next week", "nächste Woche"),
    ("on Friday", "am Freitag"),
    ("later", "später"),
    ("tomorrow morning", "morgen früh"),
    ("the day after tomorrow", "übermorgen"),
    ("today", "heute"),
]
_HABIT = [("every day", "jeden Tag"), ("on Sundays", "sonntags"), ("every week", "jede Woche"), ("twice a week", "zweimal pro Woche")]
_FREQUENCY = [("often", "oft"), ("always", "immer"), ("never", "nie"), ("sometimes", "manchmal"), ("usually", "gewöhnlich"), ("rarely", "selten")]
_MODALS = [  # English with a plural subject, with a singular one, German
    ("can", "can", "kann kannst kann können könnt können"),
    ("must", "must", "muss musst muss müssen müsst müssen"),
    ("have to", "has to", "muss musst muss müssen müsst müssen"),
    ("want to", "wants to", "will willst will wollen wollt wollen"),
    ("would like to", "would like to", "möchte möchtest möchte möchten möchtet möchten"),
    ("should", "should", "sollte solltest sollte sollten solltet sollten"),
    ("had to", "had to", "musste musstest musste mussten musstet mussten"),
    ("wanted to", "wanted to", "wollte wolltest wollte wollten wolltet wollten"),
    ("could", "could", "könnte könntest könnte könnten könntet könnten"),
]
_NOT_MODALS = [
    ("cannot", "cannot", "kann kannst kann können könnt können"),
    ("can't", "can't", "kann kannst kann können könnt können"),
    ("must not", "must not", "darf darfst darf dürfen dürft dürfen"),
    ("mustn't", "mustn't", "darf darfst darf dürfen dürft dürfen"),
    ("don't have to", "doesn't have to", "muss musst muss müssen müsst müssen"),
    ("need not", "need not", "muss musst muss müssen müsst müssen"),
    ("don't want to", "doesn't want to", "will willst will wollen wollt wollen"),
    ("shouldn't", "shouldn't", "sollte solltest sollte sollten solltet sollten"),
    ("couldn't", "couldn't", "konnte konntest konnte konnten konntet konnten"),
]


class Verb(NamedTuple):
    """One line of `verbs.txt`: a verb with what belongs to it, in both languages.

    `object` holds `~` where "nicht" goes and may hold `{mein}` and `{mich}`; "once" marks what is no habit.
    """

    english: tuple[str, ...]  # go goes went gone going
    rest: str
    prefix: str
    infinitive: str  # without the prefix
    present: tuple[str, ...]
    auxiliary: list[str]
    participle: str
    past: str
    object: str
    once: bool

    def german_infinitive(self) -> str:
        return self.prefix + self.infinitive


def read_verbs() -> list[Verb]:
    """The verbs of `verbs.txt`."""
    lines = Path(__file__).with_name("verbs.txt").read_text(encoding="utf-8").splitlines()
    return [parse_verb(line) for line in lines if line and not line.startswith("#")]


def parse_verb(line: str) -> Verb:
    """A verb as a line of `verbs.txt` has it."""
    english, rest, infinitive, forms, perfect, past, german_object, *once = line.split(" | ")
    prefix, _, stem = infinitive.rpartition("+")
    ich, du, er, ihr = forms.split()
    auxiliary, participle = perfect.split()
    return Verb(
        english=tuple(english.split()),
        rest=rest.strip("-"),
        prefix=prefix,
        infinitive=stem,
        present=(ich, du, er, stem, ihr, stem),
        auxiliary=SEIN if auxiliary == "ist" else HABEN,
        participle=participle,
        past=past,
        object=german_object,
        once=bool(once),
    )


def sentences(verb: Verb, subject: Subject, rng: random.Random) -> list[Pair]:
    """A verb with a subject in each frame that suits it."""
    s, i = subject, subject.person
    base, third, past, participle, progressive = (_joined(form, verb.rest) for form in verb.english)
    present = base if s.plural_verb else third
    do = "do" if s.plural_verb else "does"
    have = "have" if s.plural_verb else "has"
    v, helper, will = verb.present[i], verb.auxiliary[i], WERDEN[i]
    infinitive = verb.german_infinitive()
    before, after = _around_not(verb)
    (past_en, past_de), (then_en, then_de) = rng.choice(_PAST), rng.choice(_FUTURE)
    (habit_en, habit_de), (often_en, often_de) = rng.choice(_HABIT), rng.choice(_FREQUENCY)
    modal_en, modal_third, modal_de = rng.choice(_MODALS)
    not_en, not_third, not_de = rng.choice(_NOT_MODALS)
    modal, no_modal = (modal_en if s.plural_verb else modal_third), (not_en if s.plural_verb else not_third)
    modal_de, not_de = modal_de.split()[i], not_de.split()[i]
    me, things = ("{mich} " if "{mich}" in verb.object else ""), verb.object.replace("{mich}", "")
    things = things.replace("~", "")
    frames = [
        (f"{s.english} {past} {past_en}.", f"{s.german} {helper} {me}{past_de} {things} {verb.participle}."),
        (f"{past_en} {s.english} {past}.", f"{past_de} {helper} {s.german} {me}{things} {verb.participle}."),
        (f"{s.english} {have} already {participle}.", f"{s.german} {helper} {me}schon {things} {verb.participle}."),
        (f"{s.english} will {base} {then_en}.", f"{s.german} {will} {me}{then_de} {things} {infinitive}."),
        (f"{s.english} {s.am} {progressive} {then_en}.", f"{s.german} {v} {me}{then_de} {things} {verb.prefix}."),
        (f"{s.english} {s.am} going to {base} {then_en}.", f"{s.german} {will} {me}{then_de} {things} {infinitive}."),
        (f"{s.english} {modal} {base}.", f"{s.german} {modal_de} {me}{things} {infinitive}."),
        (f"{s.english} {modal} {base} {then_en}.", f"{s.german} {modal_de} {me}{then_de} {things} {infinitive}."),
        (f"did {s.english} {base} {past_en}?", f"{helper} {s.german} {me}{past_de} {things} {verb.participle}?"),
        (f"will {s.english} {base} {then_en}?", f"{will} {s.german} {me}{then_de} {things} {infinitive}?"),
        (f"when did {s.english} {base}?", f"wann {helper} {s.german} {me}{things} {verb.participle}?"),
        (f"why did {s.english} {base}?", f"warum {helper} {s.german} {me}{things} {verb.participle}?"),
        (f"I know that {s.english} {past} {past_en}.", f"ich weiß, dass {s.german} {me}{past_de} {things} {verb.participle} {helper}."),
        (f"if {s.english} {present}, tell me.", f"wenn {s.german} {me}{things} {verb.prefix}{v}, sag es mir."),
    ]  # fmt: skip
    if "~" in verb.object:
        nothing = f"{me}{before} nicht {after}"
        frames += [
            (f"{s.english} didn't {base} {past_en}.", f"{s.german} {helper} {me}{past_de} {before} nicht {after} {verb.participle}."),
            (f"{s.english} {no_modal} {base}.", f"{s.german} {not_de} {nothing} {infinitive}."),
            (f"{s.english} {no_modal} {base} {then_en}.", f"{s.german} {not_de} {me}{then_de} {before} nicht {after} {infinitive}."),
            (f"{s.english} won't {base} {then_en}.", f"{s.german} {will} {me}{then_de} {before} nicht {after} {infinitive}."),
            (f"why didn't {s.english} {base}?", f"warum {helper} {s.german} {nothing} {verb.participle}?"),
        ]  # fmt: skip
    if not verb.once:
        frames += [
            (f"{s.english} {present} {habit_en}.", f"{s.german} {v} {me}{habit_de} {things} {verb.prefix}."),
            (f"{s.english} {_joined(often_en, present)}.", f"{s.german} {v} {me}{often_de} {things} {verb.prefix}."),
            (f"{do} {s.english} often {base}?", f"{v} {s.german} {me}oft {things} {verb.prefix}?"),
        ]
    if i in (0, 2, 3, 5):
        preterite = verb.past if i in (0, 2) else verb.past + ("n" if verb.past.endswith("e") else "en")
        frames.append((f"{s.english} {past} {past_en}.", f"{s.german} {preterite} {me}{past_de} {things} {verb.prefix}."))
    if i != 0:
        frames.append((f"{s.english} {s.was} about to {base}.", f"{s.german} {_wollte(i)} {me}gerade {things} {infinitive}."))
    return [(_english(english, s), _german(german, s)) for english, german in frames]


def actions(rng: random.Random) -> list[Pair]:
    """Sentences of every verb of the table."""
    return [
        pair
        for verb in read_verbs()
        for subject in [*rng.sample(PRONOUNS, 5), *rng.sample(OTHERS, 2)]
        for pair in rng.sample(sentences(verb, subject, rng), 6)
    ]


def _wollte(person: int) -> str:
    return "wollte wolltest wollte wollten wolltet wollten".split()[person]


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _around_not(verb: Verb) -> tuple[str, str]:
    before, _, after = verb.object.replace("{mich}", "").partition("~")
    return before, after


def _english(text: str, subject: Subject) -> str:
    return _tidy(text.replace("{my}", subject.my))


def _german(text: str, subject: Subject) -> str:
    text = re.sub(r"\{mein\}(?=\W|$)", "euer" if subject.mein == "eur" else subject.mein, text)
    return _tidy(text.replace("{mein}", subject.mein).replace("{mich}", subject.reflexive))


def _tidy(text: str) -> str:
    text = re.sub(r" +", " ", text)
    return capitalized(re.sub(r" ([.?,])", r"\1", text))
