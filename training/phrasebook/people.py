"""People: first names and surnames stay as they are, Mr. and Mrs. become Herr and Frau."""

from __future__ import annotations

import random

from training.phrasebook.phrases import Pair, capitalized, fill, read_phrases, words

WOMEN = words(
    "Anna Emma Maria Lena Laura Julia Sarah Lisa Mia Sophie Hannah Katrin Sabine Petra Monika Ursula "
    "Heike Birgit Claudia Susanne Jane Mary Alice Emily Olivia Charlotte Kate Lucy Rose Grace Nancy Betty "
    "Chloé Amélie Giulia Francesca Carmen Elena Ingrid Astrid Olga Natalia Irina Agnieszka Zofia Ayşe "
    "Elif Fatima Leila Aisha Priya Yuki Mei Ji-woo Thuy Adaeze Zanele Marlene Greta Frieda Johanna"
)
MEN = words(
    "Tom Ben Paul Max Felix Lukas Jonas Leon Jan Peter Michael Thomas Stefan Andreas Jürgen Wolfgang "
    "Klaus Günther Karl Hans John James David Daniel Robert William Jack Harry George Charlie Henry Bill "
    "Mark Pierre Luc François Marco Luca Giovanni Carlos José Miguel Lars Sven Olaf Ivan Dmitri Pavel "
    "Piotr Mehmet Ali Omar Hassan Ahmed Raj Kenji Wei Minh Kofi Emeka Thabo Moritz Anton Emil Jakob"
)
GERMAN_SURNAMES = words(
    "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Koch Bauer Richter Klein "
    "Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Krause "
    "Meier Lehmann Schmid Schulze Maier Köhler Herrmann König Walter Mayer Huber Kaiser Fuchs Peters Lang "
    "Scholz Möller Weiß Jung Hahn Schubert Vogel Friedrich Keller Günther Frank Berger Winkler Roth Beck "
    "Lorenz Baumann Franke Albrecht Schuster Simon Ludwig Böhm Winter Kraus Martin Schumacher Krämer Vogt "
    "Stein Jäger Otto Sommer Groß Seidel Heinrich Brandt Haas Schreiber Graf Dietrich Ziegler Kuhn Kühn "
    "Pohl Engel Horn Busch Bergmann Voigt Sauer Arnold Wolff Pfeiffer"
)
OTHER_SURNAMES = words(
    "Smith Jones Taylor Brown Williams Wilson Johnson Davies Wright Walker White Green Hall Wood Baker Young King Hill "
    "Cook Cooper Clark Black Miller Fisher Carpenter Bell Stone Rivers Field Long Short Page Butler Hunter Fox Bird "
    "Rice Waters Brooks Knight Bishop Day Winters Summers Dubois Moreau Rossi Bianchi García López Silva Novak "
    "Kowalski Ivanova Petrov Andersson Hansen Nielsen Yılmaz Demir Kaya Khan Singh Patel Nguyen Tanaka Suzuki Kim Lee "
    "Chen Wang Okafor Mensah O'Connor McDonald"
)
SURNAMES = GERMAN_SURNAMES * 2 + OTHER_SURNAMES  # a German one is the likelier to be mistaken for a word
_JOBS = [
    ("for a bank", "bei einer Bank"),
    ("for an insurance company", "bei einer Versicherung"),
    ("in a hospital", "in einem Krankenhaus"),
    ("at a school", "an einer Schule"),
    ("at a university", "an einer Universität"),
    ("in an office", "in einem Büro"),
    ("in a restaurant", "in einem Restaurant"),
    ("for a newspaper", "für eine Zeitung"),
    ("in a bakery", "in einer Bäckerei"),
    ("for a small company", "für eine kleine Firma"),
    ("in a library", "in einer Bibliothek"),
    ("in a shop", "in einem Geschäft"),
]
_TOWNS = [
    *((town, town) for town in words("Berlin Hamburg London Paris Bern Basel Stuttgart Leipzig Dresden Madrid")),
    *[("Munich", "München"), ("Cologne", "Köln"), ("Vienna", "Wien"), ("Zurich", "Zürich"), ("Geneva", "Genf")],
]
_FORMAL_HELLOS = [("Good morning", "Guten Morgen"), ("Good afternoon", "Guten Tag"), ("Good evening", "Guten Abend")]
_HELLOS = [
    ("Hello", "Hallo"),
    ("Hi", "Hi"),
    ("Hey", "Hey"),
    ("Good morning", "Guten Morgen"),
    ("Good evening", "Guten Abend"),
]
_TO_A_FRIEND = [
    ("how are you?", "wie geht es dir?"),
    ("how are you today?", "wie geht es dir heute?"),
    ("how are you doing?", "wie geht's?"),
    ("what are you doing?", "was machst du?"),
    ("where are you?", "wo bist du?"),
    ("nice to see you again!", "schön, dich wiederzusehen!"),
    ("did you sleep well?", "hast du gut geschlafen?"),
    ("how was your day?", "wie war dein Tag?"),
    ("how was your weekend?", "wie war dein Wochenende?"),
    ("are you hungry?", "hast du Hunger?"),
    ("do you have time?", "hast du Zeit?"),
    ("can you help me?", "kannst du mir helfen?"),
]
_TO_A_STRANGER = [
    ("How are you?", "Wie geht es Ihnen?"),
    ("How are you today?", "Wie geht es Ihnen heute?"),
    ("Nice to meet you.", "Freut mich, Sie kennenzulernen."),
    ("Nice to see you again.", "Schön, Sie wiederzusehen."),
    ("Please come in.", "Kommen Sie bitte herein."),
    ("Please sit down.", "Bitte setzen Sie sich."),
    ("Can I help you?", "Kann ich Ihnen helfen?"),
    ("Can you help me?", "Können Sie mir helfen?"),
    ("May I ask you a question?", "Darf ich Sie etwas fragen?"),
    ("Did you have a good trip?", "Hatten Sie eine gute Reise?"),
]
_THANKS = [
    ("Thank you very much!", "Vielen Dank!"),
    ("Thank you for everything.", "Danke für alles."),
    ("Thanks for your help, {name}.", "Danke für deine Hilfe, {name}."),
    ("It was a lovely evening.", "Es war ein schöner Abend."),
    ("I have to go now.", "Ich muss jetzt gehen."),
    ("I'm very tired.", "Ich bin sehr müde."),
]
_FAREWELLS = [
    ("See you tomorrow!", "Bis morgen!"),
    ("See you soon!", "Bis bald!"),
    ("See you later!", "Bis später!"),
    ("Good night!", "Gute Nacht!"),
    ("Goodbye!", "Auf Wiedersehen!"),
    ("Bye!", "Tschüss!"),
    ("Have a nice day!", "Schönen Tag noch!"),
    ("Have a nice weekend!", "Schönes Wochenende!"),
    ("Take care!", "Pass auf dich auf!"),
    ("Sleep well!", "Schlaf gut!"),
]
_DAYS = [
    ("Monday", "Montag"),
    ("Tuesday", "Dienstag"),
    ("Wednesday", "Mittwoch"),
    ("Thursday", "Donnerstag"),
    ("Friday", "Freitag"),
    ("Saturday", "Samstag"),
    ("Sunday", "Sonntag"),
]


def slots() -> dict[str, list[Pair]]:
    """What the phrases about people and the greetings are filled with."""
    titles = [("Mr.", "Herr"), ("Mrs.", "Frau"), ("Ms.", "Frau")]
    accusative = [("Mr.", "Herrn"), ("Mrs.", "Frau"), ("Ms.", "Frau")]
    first_names, women, men = _same(WOMEN + MEN), _same(WOMEN), _same(MEN)
    return {
        "name": first_names,
        "name2": first_names,
        "woman": women,
        "man": men,
        "full_name": _same([f"{first} {last}" for first in WOMEN + MEN for last in SURNAMES]),
        "woman_full": _same([f"{first} {last}" for first in WOMEN for last in SURNAMES]),
        "man_full": _same([f"{first} {last}" for first in MEN for last in SURNAMES]),
        "surname": _same(SURNAMES),
        "title": _titled(titles),
        "mr": _titled(titles[:1]),
        "mrs": _titled(titles[1:]),
        "title_acc": _titled(accusative),  # for the dative too
        "doctor": _titled([("Dr.", "Dr.")]),
        "professor": _titled([("Professor", "Professor")]),
        "job": _JOBS,
        "city": _TOWNS,
        "day": _DAYS,
    }


def _same(names: list[str]) -> list[Pair]:
    return [(name, name) for name in names]


def _titled(titles: list[Pair]) -> list[Pair]:
    return [(f"{english} {name}", f"{german} {name}") for name in SURNAMES for english, german in titles]


def people(rng: random.Random) -> list[Pair]:
    """Sentences about people by their names."""
    pairs = fill(read_phrases("people.txt"), slots(), rng, times=12)
    british = [  # Mr and Mrs stand without a point in British English
        (english.replace("Mr. ", "Mr ").replace("Mrs. ", "Mrs ").replace("Ms. ", "Ms "), german)
        for english, german in pairs
    ]
    return [rng.choice(both) for both in zip(pairs, pairs, british, strict=True)]


def greetings(rng: random.Random) -> list[Pair]:
    """Greetings, farewells, courtesies, wishes and small talk, with names."""
    phrases = read_phrases("greetings.txt")
    return [*fill(phrases, slots(), rng, times=8), *fill(_small_talk(), slots(), rng, times=2)]


def _small_talk() -> list[Pair]:
    """A greeting and what is said next."""
    return [
        *_combined("{first} {{name}}, {second}", _HELLOS, _TO_A_FRIEND),
        *_combined("{first}! {second}", _HELLOS, [(capitalized(e), capitalized(g)) for e, g in _TO_A_FRIEND]),
        *_combined("{first}, {{title}}. {second}", _FORMAL_HELLOS, _TO_A_STRANGER),
        *_combined("{first} {second}", _THANKS, _FAREWELLS),
    ]


def _combined(frame: str, firsts: list[Pair], seconds: list[Pair]) -> list[Pair]:
    """Each of the firsts with each of the seconds, language by language."""
    return [
        (frame.format(first=first[0], second=second[0]), frame.format(first=first[1], second=second[1]))
        for first in firsts
        for second in seconds
    ]
