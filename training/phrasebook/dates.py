"""Dates, days, months, years, ages, and what there is in a year."""

from __future__ import annotations

import random

from training.phrasebook.numbers import (
    english_ordinal,
    english_ordinal_figures,
    english_words,
    german_ordinal,
    german_words,
)
from training.phrasebook.people import slots as people_slots
from training.phrasebook.phrases import Pair, fill, read_phrases

MONTHS = [
    ("January", "Januar"),
    ("February", "Februar"),
    ("March", "März"),
    ("April", "April"),
    ("May", "Mai"),
    ("June", "Juni"),
    ("July", "Juli"),
    ("August", "August"),
    ("September", "September"),
    ("October", "Oktober"),
    ("November", "November"),
    ("December", "Dezember"),
]
_SEASONS = [("spring", "Frühling"), ("summer", "Sommer"), ("autumn", "Herbst"), ("winter", "Winter")]
_PARTS = [("morning", "morgen"), ("afternoon", "nachmittag"), ("evening", "abend")]
_ON_DATE = [
    ("on {date}", "am {date}"),
    ("on {date}.", "am {date}."),
    ("my birthday is on {date}.", "ich habe am {date} Geburtstag."),
    ("her birthday is on {date}.", "sie hat am {date} Geburtstag."),
    ("the school year begins on {date}.", "das Schuljahr beginnt am {date}."),
    ("we're leaving on {date}.", "wir reisen am {date} ab."),
    ("the course starts on {date}.", "der Kurs beginnt am {date}."),
    ("the meeting is on {date}.", "die Besprechung ist am {date}."),
    ("they are getting married on {date}.", "sie heiraten am {date}."),
    ("I'll be back on {date}.", "ich bin am {date} zurück."),
    ("are you free on {date}?", "hast du am {date} Zeit?"),
    ("the shop is closed on {date}.", "das Geschäft ist am {date} geschlossen."),
    ("I have been here since {date}.", "ich bin seit dem {date} hier."),
    ("the exhibition runs until {date}.", "die Ausstellung läuft bis zum {date}."),
]
_ON_FULL_DATE = [
    ("on {date}", "am {date}"),
    ("I was born on {date}.", "ich wurde am {date} geboren."),
    ("she was born on {date}.", "sie wurde am {date} geboren."),
    ("he died on {date}.", "er starb am {date}."),
    ("{name} was born on {date}.", "{name} wurde am {date} geboren."),
    ("they got married on {date}.", "sie haben am {date} geheiratet."),
    ("the letter is dated {date}.", "der Brief ist vom {date}."),
    ("it happened on {date}.", "es geschah am {date}."),
    ("the house was sold on {date}.", "das Haus wurde am {date} verkauft."),
    ("the contract was signed on {date}.", "der Vertrag wurde am {date} unterschrieben."),
]
_IN_YEAR = [
    ("in {year}", "im Jahr {year}"),
    ("in {year}.", "im Jahr {year}."),
    ("in {year}.", "{year}."),
    ("he was born in {year}.", "er wurde {year} geboren."),
    ("she died in {year}.", "sie starb {year}."),
    ("they met in {year}.", "sie haben sich {year} kennengelernt."),
    ("the house was built in {year}.", "das Haus wurde {year} gebaut."),
    ("the war ended in {year}.", "der Krieg endete {year}."),
    ("the company was founded in {year}.", "die Firma wurde {year} gegründet."),
    ("I moved here in {year}.", "ich bin {year} hierhergezogen."),
    ("we have lived here since {year}.", "wir wohnen seit {year} hier."),
    ("it was in the summer of {year}.", "es war im Sommer {year}."),
    ("the school was opened in {year}.", "die Schule wurde im Jahr {year} eröffnet."),
]
_ON_DAY = [
    ("today is {day}.", "heute ist {day}."),
    ("tomorrow is {day}.", "morgen ist {day}."),
    ("yesterday was {day}.", "gestern war {day}."),
    ("is today {day}?", "ist heute {day}?"),
    ("on {day}", "am {day}"),
    ("on {day}s", "{day_s}"),
    ("every {day}", "jeden {day}"),
    ("last {day}", "letzten {day}"),
    ("next {day}", "nächsten {day}"),
    ("see you on {day}!", "bis {day}!"),
    ("I'll see you next {day}.", "wir sehen uns nächsten {day}."),
    ("I'm free on {day}.", "am {day} habe ich Zeit."),
    ("the museum is closed on {day}s.", "das Museum ist {day_s} geschlossen."),
    ("we play football every {day}.", "wir spielen jeden {day} Fußball."),
    ("she works on {day}s.", "sie arbeitet {day_s}."),
    ("he came back last {day}.", "er ist letzten {day} zurückgekommen."),
    ("the shop is closed on {day}.", "das Geschäft ist am {day} geschlossen."),
    ("can you come on {day}?", "kannst du am {day} kommen?"),
    ("I have a doctor's appointment on {day}.", "ich habe am {day} einen Arzttermin."),
    ("I've been ill since {day}.", "ich bin seit {day} krank."),
    ("from {day} to {day2}", "von {day} bis {day2}"),
    ("the shop is open from {day} to {day2}.", "das Geschäft ist von {day} bis {day2} geöffnet."),
]
_ON_PART = [
    ("on {part}", "am {part}"),
    ("I have an exam on {part}.", "ich habe am {part} eine Prüfung."),
    ("we're going to the cinema on {part}.", "wir gehen am {part} ins Kino."),
    ("are you at home on {part}?", "bist du am {part} zu Hause?"),
    ("they arrived on {part}.", "sie sind am {part} angekommen."),
    ("what are you doing on {part}?", "was machst du am {part}?"),
    ("the course is on {part}.", "der Kurs ist am {part}."),
]
_IN_MONTH = [
    ("in {month}", "im {month}"),
    ("in {month}.", "im {month}."),
    ("last {month}", "letzten {month}"),
    ("next {month}", "nächsten {month}"),
    ("at the beginning of {month}", "Anfang {month}"),
    ("at the end of {month}", "Ende {month}"),
    ("my birthday is in {month}.", "ich habe im {month} Geburtstag."),
    ("the school holidays begin in {month}.", "die Schulferien beginnen im {month}."),
    ("we're going on holiday in {month}.", "wir fahren im {month} in den Urlaub."),
    ("it was very warm in {month}.", "im {month} war es sehr warm."),
    ("the baby is due in {month}.", "das Baby kommt im {month}."),
    ("I'm moving in {month}.", "ich ziehe im {month} um."),
    ("she came back in {month}.", "sie ist im {month} zurückgekommen."),
    ("I've been working here since {month}.", "ich arbeite seit {month} hier."),
]
_IN_SEASON = [
    ("in {season}", "im {season}"),
    ("in the {season}", "im {season}"),
    ("last {season}", "letzten {season}"),
    ("next {season}", "nächsten {season}"),
    ("every {season}", "jeden {season}"),
    ("{season} is my favourite season.", "der {season} ist meine Lieblingsjahreszeit."),
    ("it rains a lot in {season}.", "im {season} regnet es viel."),
    ("{season} is coming.", "der {season} kommt."),
    ("{season} is over.", "der {season} ist vorbei."),
    ("we often go to the sea in {season}.", "im {season} fahren wir oft ans Meer."),
    ("what do you do in {season}?", "was machst du im {season}?"),
    ("they got married last {season}.", "sie haben letzten {season} geheiratet."),
]
_AGES = [
    ("I am {age} years old.", "ich bin {age} Jahre alt."),
    ("I'm {age}.", "ich bin {age}."),
    ("she is {age} years old.", "sie ist {age} Jahre alt."),
    ("he is {age} years old.", "er ist {age} Jahre alt."),
    ("{name} is {age} years old.", "{name} ist {age} Jahre alt."),
    ("he will be {age} tomorrow.", "er wird morgen {age}."),
    ("my mother is {old} years old.", "meine Mutter ist {old} Jahre alt."),
    ("my son turned {young} last week.", "mein Sohn ist letzte Woche {young} geworden."),
    ("our daughter will be {young} in May.", "unsere Tochter wird im Mai {young}."),
    ("when I was {young}, I lived here.", "als ich {young} war, habe ich hier gewohnt."),
    ("she died at the age of {old}.", "sie starb im Alter von {old} Jahren."),
    ("he looks younger than {old}.", "er sieht jünger aus als {old}."),
]
_YEARS = [*range(1600, 1900, 7), *range(1900, 2026), *range(1940, 2026)]  # the nearer, the likelier


def dates(rng: random.Random) -> list[Pair]:
    """Dates and what goes with them, alone and in sentences."""
    people = people_slots()
    days, names = people["day"], people["name"]
    years = [(str(year), str(year)) for year in _YEARS]
    slots = {"day": days, "day2": days, "month": MONTHS, "season": _SEASONS, "year": years, "name": names}
    slots["m30"] = [MONTHS[i] for i in (3, 5, 8, 10)]
    slots["m31"] = [MONTHS[i] for i in (0, 2, 4, 6, 7, 9, 11)]
    in_words = [(english_words(age), german_words(age)) for age in range(2, 100)]
    ages = [*((str(age), str(age)) for age in range(2, 100)), *in_words]
    ages_of = {"age": ages, "young": ages[:25] + in_words[:25], "old": ages[35:90] + in_words[35:90], "name": names}
    parts = [(f"{english} {part_en}", german + part_de) for english, german in days for part_en, part_de in _PARTS]
    on_days = [
        (english.replace("{day}", day[0]), german.replace("{day}", day[1]).replace("{day_s}", f"{day[1].lower()}s"))
        for english, german in _ON_DAY
        for day in days
    ]
    return [
        *fill(read_phrases("dates.txt"), slots, rng),
        *fill(_ON_DATE, {"date": [_date(rng) for _ in range(400)]}, rng, times=30),
        *fill(_ON_FULL_DATE, {"date": [_full_date(rng) for _ in range(400)], "name": names}, rng, times=30),
        *fill(_IN_YEAR, slots, rng, times=20),
        *fill(on_days, slots, rng, times=2),
        *fill(_ON_PART, {"part": parts}, rng, times=15),
        *(pair for month in MONTHS for pair in fill(_IN_MONTH, {"month": [month]}, rng, times=1)),
        *(pair for season in _SEASONS for pair in fill(_IN_SEASON, {"season": [season]}, rng, times=1)),
        *fill(_AGES, ages_of, rng, times=18),
        *(_today(rng) for _ in range(120)),
    ]  # fmt: skip


def _day_and_month(rng: random.Random) -> tuple[int, Pair]:
    month = rng.randrange(12)
    days = 28 if month == 1 else 30 if month in (3, 5, 8, 10) else 31
    return rng.randint(1, days), MONTHS[month]


def _date(rng: random.Random) -> Pair:
    """A day and a month as they stand after "on" and "am"."""
    day, (english, german) = _day_and_month(rng)
    ordinal = english_ordinal_figures(day)
    forms = [f"{english} {ordinal}", f"{english} {day}", f"{day} {english}", f"the {ordinal} of {english}"]
    if rng.random() < 0.25:
        words = english_ordinal(day)
        return rng.choice([f"the {words} of {english}", f"{english} the {words}"]), f"{german_ordinal(day)}en {german}"
    return rng.choice(forms), f"{day}. {german}"


def _full_date(rng: random.Random) -> Pair:
    day, (english, german) = _day_and_month(rng)
    year = rng.choice(_YEARS)
    ordinal = english_ordinal_figures(day)
    forms = [f"{english} {ordinal}, {year}", f"{english} {day}, {year}", f"{day} {english} {year}"]
    return rng.choice(forms), f"{day}. {german} {year}"


def _today(rng: random.Random) -> Pair:
    day, (english, german) = _day_and_month(rng)
    ordinal = english_ordinal_figures(day)
    if rng.random() < 0.3:
        return f"Today is the {english_ordinal(day)} of {english}.", f"Heute ist der {german_ordinal(day)}e {german}."
    english_date = rng.choice([f"{english} {ordinal}", f"the {ordinal} of {english}", f"{english} {day}"])
    return f"Today is {english_date}.", f"Heute ist der {day}. {german}."
