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
_PAST_DAYS = [
    time
    for time in _PAST
    if time[0] in ("yesterday", "on Monday", "two days ago", "the day before yesterday", "last Saturday")
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
_FUTURE_DAYS = [time for time in _FUTURE if time[0] in ("tomorrow", "on Friday", "the day after tomorrow")]
_HABIT = [
    ("every day", "jeden Tag"),
    ("on Sundays", "sonntags"),
    ("every week", "jede Woche"),
    ("twice a week", "zweimal pro Woche"),
]
_RARE_HABIT = [("every year", "jedes Jahr"), ("every summer", "jeden Sommer"), ("every weekend", "jedes Wochenende")]
_FREQUENCY = [
    ("often", "oft"),
    ("always", "immer"),
    ("never", "nie"),
    ("sometimes", "manchmal"),
    ("usually", "gewöhnlich"),
    ("rarely", "selten"),
]
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
_WOLLTE = ["wollte", "wolltest", "wollte", "wollten", "wolltet", "wollten"]


class Verb(NamedTuple):
    """One line of `verbs.txt`: a verb with what belongs to it, in both languages.

    `object` holds `~` where "nicht" goes and may hold `{mein}` and `{mich}`. `kind` is "once" for what is no habit,
    "rare" for what nobody does every day, "unplanned" for what befalls people.
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
    kind: str

    @property
    def timed(self) -> bool:
        """Whether it says at what time of the day."""
        return bool(re.search("früh|spät|Uhr|gut", self.object))

    def german_infinitive(self) -> str:
        return self.prefix + self.infinitive


def read_verbs() -> list[Verb]:
    """The verbs of `verbs.txt`."""
    lines = Path(__file__).with_name("verbs.txt").read_text(encoding="utf-8").splitlines()
    return [parse_verb(line) for line in lines if line and not line.startswith("#")]


def parse_verb(line: str) -> Verb:
    """A verb as a line of `verbs.txt` has it."""
    english, rest, infinitive, forms, perfect, past, german_object, *kind = line.split(" | ")
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
        kind="".join(kind),
    )


def sentences(verb: Verb, subject: Subject, rng: random.Random) -> list[Pair]:
    """A verb with a subject in each frame that suits it."""
    who, wer, i = subject.english, subject.german, subject.person
    base, third, past, participle, progressive = (_joined(form, verb.rest) for form in verb.english)
    present, do, have = (base, "do", "have") if subject.plural_verb else (third, "does", "has")
    v, have_de, will = verb.present[i], verb.auxiliary[i], WERDEN[i]
    past_en, past_de = rng.choice(_PAST_DAYS if verb.timed else _PAST)
    then_en, then_de = rng.choice(_FUTURE_DAYS if verb.timed else _FUTURE)
    habit_en, habit_de = rng.choice(_RARE_HABIT if verb.kind == "rare" else _HABIT)
    often_en, often_de = rng.choice(_FREQUENCY)
    modal, modal_de = _modal(_MODALS, subject, rng)
    no_modal, no_modal_de = _modal(_NOT_MODALS, subject, rng)
    when_en, when_de = (past_en, past_de) if _is_past(modal_de) else (then_en, then_de)
    not_when_en, not_when_de = (past_en, past_de) if _is_past(no_modal_de) else (then_en, then_de)

    me, things = ("{mich}" if "{mich}" in verb.object else ""), verb.object.replace("{mich}", "")
    before, _, after = things.partition("~")
    things = before + after
    done, doing, to_do = (
        f"{things} {verb.participle}",
        f"{things} {verb.prefix}",
        f"{things} {verb.german_infinitive()}",
    )
    not_done, not_to_do = f"nicht {after} {verb.participle}", f"nicht {after} {verb.german_infinitive()}"
    frames = [
        (f"{who} {past} {past_en}.", f"{wer} {have_de} {me} {past_de} {done}."),
        (f"{past_en} {who} {past}.", f"{past_de} {have_de} {wer} {me} {done}."),
        (f"{who} will {base} {then_en}.", f"{wer} {will} {me} {then_de} {to_do}."),
        (f"when did {who} {base}?", f"wann {have_de} {wer} {me} {done}?"),
        (f"why did {who} {base}?", f"warum {have_de} {wer} {me} {done}?"),
    ]
    if "~" in verb.object:
        frames += [
            (f"{who} didn't {base} {past_en}.", f"{wer} {have_de} {me} {before} {past_de} {not_done}."),
            (f"{who} {no_modal} {base}.", f"{wer} {no_modal_de} {me} {before} {not_to_do}."),
            (
                f"{who} {no_modal} {base} {not_when_en}.",
                f"{wer} {no_modal_de} {me} {before} {not_when_de} {not_to_do}.",
            ),
            (f"{who} won't {base} {then_en}.", f"{wer} {will} {me} {before} {then_de} {not_to_do}."),
            (f"why didn't {who} {base}?", f"warum {have_de} {wer} {me} {before} {not_done}?"),
        ]
    if not verb.timed:
        already = f"{before} schon {after}" if "~" in verb.object else f"schon {things}"
        frames.append((f"{who} {have} already {participle}.", f"{wer} {have_de} {me} {already} {verb.participle}."))
    if verb.kind != "unplanned":
        frames += [
            (f"{who} {subject.am} going to {base} {then_en}.", f"{wer} {will} {me} {then_de} {to_do}."),
            (f"{who} {subject.am} {progressive} {then_en}.", f"{wer} {v} {me} {then_de} {doing}."),
            (f"{who} {modal} {base}.", f"{wer} {modal_de} {me} {to_do}."),
            (f"{who} {modal} {base} {when_en}.", f"{wer} {modal_de} {me} {when_de} {to_do}."),
            (f"{who} {subject.was} about to {base}.", f"{wer} {_WOLLTE[i]} {me} gerade {to_do}."),
        ]
    if verb.kind != "once":
        frames += [
            (f"{who} {often_en} {present}.", f"{wer} {v} {me} {often_de} {doing}."),
            (f"{do} {who} often {base}?", f"{v} {wer} {me} oft {doing}?"),
        ]
    if verb.kind in ("", "rare"):
        frames.append((f"{who} {present} {habit_en}.", f"{wer} {v} {me} {habit_de} {doing}."))
    if i != 0:  # nobody asks or is told what he does himself
        frames += [
            (f"did {who} {base} {past_en}?", f"{have_de} {wer} {me} {past_de} {done}?"),
            (f"I know that {who} {past} {past_en}.", f"ich weiß, dass {wer} {me} {past_de} {done} {have_de}."),
            (f"if {who} {present}, tell me.", f"wenn {wer} {me} {doing}{v}, {_tell(subject)} es mir."),
            (f"will {who} {base} {then_en}?", f"{will} {wer} {me} {then_de} {to_do}?"),
        ]
    if i in (0, 2, 3, 5):
        preterite = verb.past if i in (0, 2) else verb.past + ("n" if verb.past.endswith("e") else "en")
        frames.append((f"{who} {past} {past_en}.", f"{wer} {preterite} {me} {past_de} {doing}."))
    return [(_english(english, subject), _german(german, subject)) for english, german in frames]


def actions(rng: random.Random) -> list[Pair]:
    """Sentences of every verb of the table."""
    return [
        pair
        for verb in read_verbs()
        for subject in [*rng.sample(PRONOUNS, 4), *rng.choices(OTHERS)]
        for pair in rng.sample(sentences(verb, subject, rng), 5)
    ]


def _is_past(modal: str) -> bool:
    return modal.startswith(("musste", "wollte", "konnte"))


def _tell(subject: Subject) -> str:
    """The imperative that fits the subject: ihr is told "sagt", Sie "sagen Sie", everyone else "sag"."""
    return {"ihr": "sagt", "Sie": "sagen Sie"}.get(subject.german, "sag")


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _modal(modals: list[tuple[str, str, str]], subject: Subject, rng: random.Random) -> Pair:
    """A modal verb in the form for the subject."""
    plural, singular, german = rng.choice(modals)
    return plural if subject.plural_verb else singular, german.split()[subject.person]


def _english(text: str, subject: Subject) -> str:
    return _tidy(text.replace("{my}", subject.my))


def _german(text: str, subject: Subject) -> str:
    text = re.sub(r"\{mein\}(?=\W|$)", "euer" if subject.mein == "eur" else subject.mein, text)
    return _tidy(text.replace("{mein}", subject.mein).replace("{mich}", subject.reflexive))


def _tidy(text: str) -> str:
    text = re.sub(r" +", " ", text)
    return capitalized(re.sub(r" ([.?,])", r"\1", text))
