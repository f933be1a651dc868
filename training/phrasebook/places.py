"""Towns, countries, rivers, nationalities and languages: Munich is München, to Turkey is in die Türkei."""

from __future__ import annotations

import random
from pathlib import Path
from typing import NamedTuple

from training.phrasebook.actions import parse_verb, sentences
from training.phrasebook.persons import OTHERS, PRONOUNS
from training.phrasebook.phrases import Pair, fill, read_phrases, words

_TOWN = [
    ("{town}", "{town}"),
    ("{town}.", "{town}."),
    ("I live in {town}.", "ich wohne in {town}."),
    ("we live in {town}.", "wir wohnen in {town}."),
    ("she lives in {town}.", "sie lebt in {town}."),
    ("do you live in {town}?", "wohnst du in {town}?"),
    ("do you live in {town}?", "wohnen Sie in {town}?"),
    ("he comes from {town}.", "er kommt aus {town}."),
    ("I'm from {town}.", "ich bin aus {town}."),
    ("where in {town} do you live?", "wo in {town} wohnst du?"),
    ("I was born in {town}.", "ich bin in {town} geboren."),
    ("she was born in {town}.", "sie wurde in {town} geboren."),
    ("he grew up in {town}.", "er ist in {town} aufgewachsen."),
    ("she studied in {town}.", "sie hat in {town} studiert."),
    ("have you ever been to {town}?", "warst du schon einmal in {town}?"),
    ("have you ever been to {town}?", "waren Sie schon einmal in {town}?"),
    ("I have never been to {town}.", "ich war noch nie in {town}."),
    ("I would like to go to {town}.", "ich möchte nach {town} fahren."),
    ("they moved to {town} last year.", "sie sind letztes Jahr nach {town} gezogen."),
    ("this train goes to {town}.", "dieser Zug fährt nach {town}."),
    ("does this train go to {town}?", "fährt dieser Zug nach {town}?"),
    ("the train to {town} is late.", "der Zug nach {town} hat Verspätung."),
    ("the train from {town} has arrived.", "der Zug aus {town} ist angekommen."),
    ("when does the next train to {town} leave?", "wann fährt der nächste Zug nach {town}?"),
    ("a ticket to {town}, please.", "eine Fahrkarte nach {town}, bitte."),
    ("how far is it to {town}?", "wie weit ist es bis nach {town}?"),
    ("the weather in {town} is fine.", "das Wetter in {town} ist schön."),
    ("it is raining in {town}.", "in {town} regnet es."),
    ("the flight from {town} to {town2} takes two hours.", "der Flug von {town} nach {town2} dauert zwei Stunden."),
    ("we drove from {town} to {town2}.", "wir sind von {town} nach {town2} gefahren."),
    ("{town} is a beautiful city.", "{town} ist eine schöne Stadt."),
    ("{town} is bigger than {town2}.", "{town} ist größer als {town2}."),
    ("I like {town}.", "mir gefällt {town}."),
    ("how do you like {town}?", "wie gefällt Ihnen {town}?"),
    ("she works in {town} and lives in {town2}.", "sie arbeitet in {town} und wohnt in {town2}."),
    ("my sister is getting married in {town}.", "meine Schwester heiratet in {town}."),
    ("I spent a week in {town}.", "ich habe eine Woche in {town} verbracht."),
    ("greetings from {town}!", "Grüße aus {town}!"),
    ("welcome to {town}!", "willkommen in {town}!"),
]
_COUNTRY = [
    ("{name}", "{name}"),
    ("in {name}", "{within}"),
    ("I live in {name}.", "ich lebe {within}."),
    ("we have lived in {name} for three years.", "wir leben seit drei Jahren {within}."),
    ("she lives in {name}.", "sie lebt {within}."),
    ("he works in {name}.", "er arbeitet {within}."),
    ("I come from {name}.", "ich komme {out_of}."),
    ("she comes from {name}.", "sie kommt {out_of}."),
    ("do you come from {name}?", "kommst du {out_of}?"),
    ("do you come from {name}?", "kommen Sie {out_of}?"),
    ("they are from {name}.", "sie sind {out_of}."),
    ("my family comes from {name}.", "meine Familie kommt {out_of}."),
    ("we are going to {name} in summer.", "wir fahren im Sommer {to}."),
    ("we're going on holiday to {name}.", "wir fahren in den Urlaub {to}."),
    ("I'm flying to {name} tomorrow.", "ich fliege morgen {to}."),
    ("he moved to {name}.", "er ist {to} gezogen."),
    ("she wants to travel to {name}.", "sie will {to} reisen."),
    ("have you ever been to {name}?", "warst du schon einmal {within}?"),
    ("have you ever been to {name}?", "waren Sie schon einmal {within}?"),
    ("I have never been to {name}.", "ich war noch nie {within}."),
    ("last year we were in {name}.", "letztes Jahr waren wir {within}."),
    ("it is very hot in {name}.", "{within} ist es sehr heiß."),
    ("the weather in {name} is good.", "das Wetter {within} ist gut."),
    ("I got a letter from {name}.", "ich habe einen Brief {out_of} bekommen."),
    ("he came back from {name} yesterday.", "er ist gestern {out_of} zurückgekommen."),
    ("what is the capital of {name}?", "was ist die Hauptstadt {of}?"),
    ("how do you like it in {name}?", "wie gefällt es Ihnen {within}?"),
]
_NATIONALITY = [
    ("he is {adjective}.", "er ist {man}."),
    ("she is {adjective}.", "sie ist {woman}."),
    ("I am {adjective}.", "ich bin {man}."),
    ("I am {adjective}.", "ich bin {woman}."),
    ("are you {adjective}?", "bist du {man}?"),
    ("are you {adjective}?", "sind Sie {woman}?"),
    ("my wife is {adjective}.", "meine Frau ist {woman}."),
    ("my husband is {adjective}.", "mein Mann ist {man}."),
    ("her mother is {adjective}.", "ihre Mutter ist {woman}."),
    ("his father is {adjective}.", "sein Vater ist {man}."),
]
_LANGUAGE = [
    ("I speak {language}.", "ich spreche {language}."),
    ("do you speak {language}?", "sprechen Sie {language}?"),
    ("do you speak {language}?", "sprichst du {language}?"),
    ("she speaks {language} very well.", "sie spricht sehr gut {language}."),
    ("he doesn't speak {language}.", "er spricht kein {language}."),
    ("I'm learning {language}.", "ich lerne {language}."),
    ("we are learning {language} at school.", "wir lernen in der Schule {language}."),
    ("how do you say that in {language}?", "wie sagt man das auf {language}?"),
    ("the book is written in {language}.", "das Buch ist auf {language} geschrieben."),
    ("{language} is a beautiful language.", "{language} ist eine schöne Sprache."),
    ("can you understand {language}?", "verstehst du {language}?"),
    ("they were speaking {language}.", "sie sprachen {language}."),
]
_RIVER = [
    ("{river}", "{nominative}"),
    ("{river} is a long river.", "{nominative} ist ein langer Fluss."),
    ("{river} flows through the city.", "{nominative} fließt durch die Stadt."),
    ("the town lies on {river}.", "die Stadt liegt {at}."),
    ("we went for a walk along {river}.", "wir sind {at} spazieren gegangen."),
    ("there is a bridge over {river}.", "es gibt eine Brücke über {accusative}."),
    ("how long is {river}?", "wie lang ist {nominative}?"),
]
_WAYS = [("by train", "mit dem Zug"), ("by car", "mit dem Auto"), ("by bus", "mit dem Bus")]
_OVERSEAS = {
    *words(
        "Cairo Jerusalem Damascus Baghdad Tehran Beijing Tokyo Singapore Havana Tunis Algiers Boston Chicago "
        "Toronto Sydney America Canada Mexico Cuba Brazil Argentina Chile Peru Colombia Egypt Morocco Tunisia "
        "Algeria Nigeria Ghana Kenya Ethiopia Israel Syria Iraq Iran Lebanon Jordan Afghanistan Pakistan "
        "India China Japan Vietnam Thailand Indonesia Mongolia Australia Iceland Ireland Malta Cyprus Asia "
        "Africa Sicily Dublin"
    ),
    *("New Delhi", "Mexico City", "Cape Town", "New York", "San Francisco", "the USA", "the United States"),
    *("South Africa", "South Korea", "New Zealand", "South America"),
}  # nobody goes there by train


class Country(NamedTuple):
    """One line of `countries.txt` and the German phrases that depend on its article."""

    name: Pair
    capital: str
    adjective: str
    man: str
    woman: str
    language: Pair
    plural: bool

    def german(self) -> dict[str, str]:
        """The name after "in", "to", "from" and "of"."""
        article, _, bare = self.name[1].rpartition(" ")
        article, _, adjective = article.partition(" ")
        bare = f"{adjective} {bare}".strip()
        if not article:
            return {"within": f"in {bare}", "to": f"nach {bare}", "out_of": f"aus {bare}", "of": f"von {bare}"}
        if self.plural:
            dative = bare + ("n" if bare.endswith("e") else "")
            return {
                "within": f"in den {dative}",
                "to": f"in die {bare}",
                "out_of": f"aus den {dative}",
                "of": f"der {bare}",
            }
        if article == "die":
            return {
                "within": f"in der {bare}",
                "to": f"in die {bare}",
                "out_of": f"aus der {bare}",
                "of": f"der {bare}",
            }
        return {"within": f"im {bare}", "to": f"in den {bare}", "out_of": f"aus dem {bare}", "of": f"des {bare}"}


def read_towns() -> list[Pair]:
    """The towns of `towns.txt`."""
    return read_phrases("towns.txt")


def read_countries() -> list[Country]:
    """The countries and regions of `countries.txt`."""
    countries = []
    for line in Path(__file__).with_name("countries.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            english, german, capital, adjective, man, woman, language, sprache = line.split(" | ")
            name = english, german.removesuffix(" +")
            countries.append(Country(name, capital, adjective, man, woman, (language, sprache), german.endswith("+")))
    return countries


def places(rng: random.Random) -> list[Pair]:
    """Sentences about places, and about the people and languages that belong to them."""
    towns, countries = read_towns(), read_countries()
    german_town = dict(towns)
    pairs = [*read_phrases("places.txt"), *towns]
    pairs += fill(_TOWN, {"town": towns, "town2": towns}, rng, times=24)
    nationalities, languages = [], {}
    for country in countries:
        slots = {key: [("", value)] for key, value in country.german().items()}
        slots["name"] = [country.name]
        pairs += fill(rng.sample(_COUNTRY[2:], 9), slots, rng, times=1) + fill(_COUNTRY[:2], slots, rng, times=1)
        if country.capital != "-":
            capital = country.capital, german_town[country.capital]
            pairs += fill(
                [("{capital} is the capital of {name}.", "{capital} ist die Hauptstadt {of}.")],
                {**slots, "capital": [capital]},
                rng,
                times=1,
            )
        if country.adjective != "-":
            slots = {"adjective": [(country.adjective, "")], "man": [("", country.man)], "woman": [("", country.woman)]}
            nationalities += fill(rng.sample(_NATIONALITY, 5), slots, rng, times=1)
        if country.language[0] != "-":
            languages[country.language] = None
    pairs += nationalities
    for language in languages:
        pairs += fill(rng.sample(_LANGUAGE, 7), {"language": [language]}, rng, times=1)
    for english, german in read_phrases("rivers.txt"):
        article, river = german.split()
        slots = {"river": [(english, "")], "nominative": [("", german)]}
        slots["at"] = [("", f"am {river}" if article == "der" else f"an der {river}")]
        slots["accusative"] = [("", f"den {river}" if article == "der" else german)]
        pairs += fill(_RIVER, slots, rng, times=1)
    goals = [(english, f"nach {german}") for english, german in towns]
    goals += [(country.name[0], country.german()["to"]) for country in countries]
    return pairs + [pair for goal in goals for pair in _travel(goal, rng)]


def _travel(goal: Pair, rng: random.Random) -> list[Pair]:
    """How somebody travels to a place, in three of the frames of an action."""
    english, german = goal
    way = rng.choice(_WAYS)
    drive = f"to {english} {way[0]} | fahren | fahre fährst fährt fahrt | ist gefahren | fuhr | ~ {way[1]} {german}"
    fly = f"to {english} | fliegen | fliege fliegst fliegt fliegt | ist geflogen | flog | ~ {german}"
    travel = f"to {english} | reisen | reise reist reist reist | ist gereist | reiste | ~ {german}"
    ways = [f"fly flies flew flown flying | {fly}", f"travel travels travelled travelled travelling | {travel}"]
    if english not in _OVERSEAS:
        ways += [f"go goes went gone going | {drive}"] * 3
    verb = parse_verb(f"{rng.choice(ways)} | rare")
    return rng.sample(sentences(verb, rng.choice(PRONOUNS * 3 + OTHERS), rng), 3)
