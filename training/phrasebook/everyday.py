"""Everyday sentences: idioms, needs, likes, rules, and scenes from the weather to the telephone."""

from __future__ import annotations

import random
from collections.abc import Mapping

from training.phrasebook.people import slots as people_slots
from training.phrasebook.phrases import Pair, fill, read_phrases

_VIRTUES = [
    ("Attention", "Aufmerksamkeit"),
    ("Love", "Liebe"),
    ("Patience", "Geduld"),
    ("Time", "Zeit"),
    ("Courage", "Mut"),
    ("Trust", "Vertrauen"),
    ("Sleep", "Schlaf"),
    ("Peace", "Frieden"),
    ("Money", "Geld"),
    ("Luck", "Glück"),
    ("Music", "Musik"),
    ("Friendship", "Freundschaft"),
    ("Freedom", "Freiheit"),
    ("Help", "Hilfe"),
]
_FOOD = [
    ("fish", "Fisch"),
    ("coffee", "Kaffee"),
    ("tea", "Tee"),
    ("chocolate", "Schokolade"),
    ("cheese", "Käse"),
    ("apples", "Äpfel"),
    ("strawberries", "Erdbeeren"),
    ("vegetables", "Gemüse"),
    ("cats", "Katzen"),
    ("dogs", "Hunde"),
    ("spicy food", "scharfes Essen"),
    ("this city", "diese Stadt"),
    ("this picture", "dieses Bild"),
]
_ACTIVITIES = [  # the verb with ich, du, sie and Sie, and what stands after "gern"
    ("reading", "lese liest liest lesen", ""),
    ("cooking", "koche kochst kocht kochen", ""),
    ("dancing", "tanze tanzt tanzt tanzen", ""),
    ("singing", "singe singst singt singen", ""),
    ("swimming", "schwimme schwimmst schwimmt schwimmen", ""),
    ("travelling", "reise reist reist reisen", ""),
    ("hiking", "wandere wanderst wandert wandern", ""),
    ("playing the piano", "spiele spielst spielt spielen", "Klavier"),
    ("playing the guitar", "spiele spielst spielt spielen", "Gitarre"),
    ("playing football", "spiele spielst spielt spielen", "Fußball"),
    ("playing chess", "spiele spielst spielt spielen", "Schach"),
    ("playing tennis", "spiele spielst spielt spielen", "Tennis"),
    ("listening to music", "höre hörst hört hören", "Musik"),
    ("drinking tea", "trinke trinkst trinkt trinken", "Tee"),
    ("eating ice cream", "esse isst isst essen", "Eis"),
    ("cycling", "fahre fährst fährt fahren", "Fahrrad"),
    ("skiing", "fahre fährst fährt fahren", "Ski"),
    ("learning languages", "lerne lernst lernt lernen", "Sprachen"),
    ("going to the cinema", "gehe gehst geht gehen", "ins Kino"),
    ("getting up early", "stehe stehst steht stehen", "früh auf"),
    ("working in the garden", "arbeite arbeitest arbeitet arbeiten", "im Garten"),
]
_SHOPS = [
    ("bakery", "eine Bäckerei"),
    ("supermarket", "einen Supermarkt"),
    ("pharmacy", "eine Apotheke"),
    ("restaurant", "ein Restaurant"),
    ("petrol station", "eine Tankstelle"),
    ("post office", "eine Post"),
    ("cash machine", "einen Geldautomaten"),
    ("hotel", "ein Hotel"),
    ("bookshop", "eine Buchhandlung"),
    ("bus stop", "eine Bushaltestelle"),
    ("playground", "einen Spielplatz"),
    ("swimming pool", "ein Schwimmbad"),
]
_PLACES = [  # with the article, and as a goal
    ("the station", "der Bahnhof", "zum Bahnhof"),
    ("the airport", "der Flughafen", "zum Flughafen"),
    ("the hotel", "das Hotel", "zum Hotel"),
    ("the museum", "das Museum", "zum Museum"),
    ("the post office", "die Post", "zur Post"),
    ("the town hall", "das Rathaus", "zum Rathaus"),
    ("the hospital", "das Krankenhaus", "zum Krankenhaus"),
    ("the university", "die Universität", "zur Universität"),
    ("the church", "die Kirche", "zur Kirche"),
    ("the market", "der Markt", "zum Markt"),
    ("the bus stop", "die Bushaltestelle", "zur Bushaltestelle"),
    ("the library", "die Bibliothek", "zur Bibliothek"),
    ("the exit", "der Ausgang", "zum Ausgang"),
    ("the nearest pharmacy", "die nächste Apotheke", "zur nächsten Apotheke"),
    ("the city centre", "das Stadtzentrum", "ins Stadtzentrum"),
    ("the beach", "der Strand", "zum Strand"),
]
_THINGS = [
    ("keys", "Schlüssel"),
    ("books", "Bücher"),
    ("shoes", "Schuhe"),
    ("gloves", "Handschuhe"),
    ("tickets", "Karten"),
    ("socks", "Socken"),
    ("letters", "Briefe"),
    ("photos", "Fotos"),
    ("pencils", "Bleistifte"),
    ("papers", "Papiere"),
]


def everyday(rng: random.Random) -> list[Pair]:
    """Everyday sentences, with what varies in them drawn from short lists."""
    templates = read_phrases("everyday.txt")
    plain = [
        pair for pair in templates if not any(mark in pair[0] for mark in ("{activity}", "{place}", "{shop}", "{food}"))
    ]
    slots = people_slots() | {
        "virtue": _VIRTUES,
        "virtue_small": [(english.lower(), german) for english, german in _VIRTUES],
        "things": _THINGS,
    }
    pairs = fill([pair for pair in plain if "{virtue" not in pair[0]], slots, rng, times=8)
    for english, german in _VIRTUES:
        virtue = {"virtue": [(english, german)], "virtue_small": [(english.lower(), german)]}
        pairs += fill([pair for pair in plain if "{virtue" in pair[0]], virtue, rng, times=1)
    for liking in _FOOD:
        pairs += _with(templates, "{food}", {"food": liking[0], "food_de": liking[1]}, rng)
    for english, german in _SHOPS:
        pairs += _with(templates, "{shop}", {"shop": english, "shop_acc": german}, rng)
    for english, german, goal in _PLACES:
        pairs += _with(templates, "{place}", {"place": (english, german), "to_place": goal}, rng)
    for english, forms, rest in _ACTIVITIES:
        pairs += _with(templates, "{activity}", {"activity": english} | _liked(forms.split(), rest), rng)
    return pairs


def _with(templates: list[Pair], mark: str, values: Mapping[str, str | Pair], rng: random.Random) -> list[Pair]:
    """The templates that hold `mark`, filled with one value a slot."""
    slots = {name: [value if isinstance(value, tuple) else (value, value)] for name, value in values.items()}
    return fill([pair for pair in templates if mark in pair[0]], slots, rng, times=1)


def _liked(forms: list[str], rest: str) -> dict[str, str]:
    """An activity with "gern", as said by and of several people."""
    ich, du, she, you = forms
    return {
        "activity_ich": f"ich {ich} gern {rest}".strip(),
        "activity_ich_nicht": f"ich {ich} nicht gern {rest}".strip(),
        "activity_du": f"{du} du gern {rest}".strip(),
        "activity_sie": f"{you} Sie gern {rest}".strip(),
        "activity_she": f"sie {she} gern {rest}".strip(),
    }
