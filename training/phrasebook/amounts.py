"""Numbers in sentences: counts, sums, prices, measures, telephone numbers, addresses."""

from __future__ import annotations

import random
from decimal import Decimal

from training.phrasebook.numbers import (
    MILLION,
    english_figures,
    english_ordinal,
    english_words,
    german_figures,
    german_ordinal,
    german_words,
)
from training.phrasebook.phrases import Pair, fill, read_phrases, words

_COUNTED = [
    ("there are {n} students at the school.", "an der Schule gibt es {n} Schüler."),
    ("the town has {n} inhabitants.", "die Stadt hat {n} Einwohner."),
    ("the city has about {n} inhabitants.", "die Stadt hat etwa {n} Einwohner."),
    ("{n} people live here.", "hier leben {n} Menschen."),
    ("{n} people came to the concert.", "zum Konzert kamen {n} Menschen."),
    ("the book has {n} pages.", "das Buch hat {n} Seiten."),
    ("the company has {n} employees.", "die Firma hat {n} Mitarbeiter."),
    ("the library has more than {n} books.", "die Bibliothek hat mehr als {n} Bücher."),
    ("the car costs {n} euros.", "das Auto kostet {n} Euro."),
    ("she earns {n} euros a month.", "sie verdient {n} Euro im Monat."),
    ("the house cost {n} euros.", "das Haus hat {n} Euro gekostet."),
    ("the stadium holds {n} people.", "das Stadion fasst {n} Menschen."),
    ("he sold {n} tickets.", "er hat {n} Karten verkauft."),
    ("the island has {n} inhabitants.", "die Insel hat {n} Einwohner."),
]
_FEW = [
    ("we need {n} chairs.", "wir brauchen {n} Stühle."),
    ("the hotel has {n} rooms.", "das Hotel hat {n} Zimmer."),
    ("she has written {n} letters.", "sie hat {n} Briefe geschrieben."),
    ("I have {some} brothers.", "ich habe {some} Brüder."),
    ("she has {some} sisters.", "sie hat {some} Schwestern."),
    ("he has {some} children.", "er hat {some} Kinder."),
    ("we have {some} cats.", "wir haben {some} Katzen."),
    ("I bought {n} apples.", "ich habe {n} Äpfel gekauft."),
    ("{n} eggs, please.", "{n} Eier, bitte."),
    ("{n} tickets, please.", "{n} Karten, bitte."),
    ("a table for {n}, please.", "einen Tisch für {n} Personen, bitte."),
    ("there are {n} chairs in the room.", "im Zimmer stehen {n} Stühle."),
    ("there are {n} books on the table.", "auf dem Tisch liegen {n} Bücher."),
    ("{n} birds are sitting in the tree.", "{n} Vögel sitzen auf dem Baum."),
    ("I'm staying for {n} days.", "ich bleibe {n} Tage."),
    ("we stayed for {n} weeks.", "wir sind {n} Wochen geblieben."),
    ("she has lived here for {n} years.", "sie wohnt seit {n} Jahren hier."),
    ("it takes {n} hours.", "es dauert {n} Stunden."),
    ("he came back {n} days later.", "er kam {n} Tage später zurück."),
    ("I met her {n} years ago.", "ich habe sie vor {n} Jahren kennengelernt."),
]
_NUMBERED = [
    ("room {n}", "Zimmer {n}"),
    ("page {n}", "Seite {n}"),
    ("platform {n}", "Gleis {n}"),
    ("I have room {n}.", "ich habe Zimmer {n}."),
    ("we are in room {n}.", "wir sind in Zimmer {n}."),
    ("your room number is {n}.", "Ihre Zimmernummer ist {n}."),
    ("open your books at page {n}.", "schlagt eure Bücher auf Seite {n} auf."),
    ("the exercise is on page {n}.", "die Übung steht auf Seite {n}."),
    ("read page {n}.", "lies Seite {n}."),
    ("the train leaves from platform {n}.", "der Zug fährt von Gleis {n} ab."),
    ("the train arrives at platform {n}.", "der Zug kommt auf Gleis {n} an."),
    ("take bus number {n}.", "nehmen Sie den Bus Nummer {n}."),
    ("line {n} goes to the station.", "die Linie {n} fährt zum Bahnhof."),
    ("I live at number {n}.", "ich wohne in Nummer {n}."),
    ("chapter {n}", "Kapitel {n}"),
    ("seat {n} is free.", "Platz {n} ist frei."),
    ("the number is {n}.", "die Nummer ist {n}."),
]
_PRICED = [
    ("it costs {price}.", "es kostet {price}."),
    ("that costs {price}.", "das kostet {price}."),
    ("that's {price}, please.", "das macht {price}, bitte."),
    ("the ticket costs {price}.", "die Fahrkarte kostet {price}."),
    ("the jacket costs {price}.", "die Jacke kostet {price}."),
    ("the lamp costs {price}.", "die Lampe kostet {price}."),
    ("I paid {price}.", "ich habe {price} bezahlt."),
    ("I paid {price} for it.", "ich habe {price} dafür bezahlt."),
    ("we only have {price} left.", "wir haben nur noch {price}."),
    ("can you lend me {price}?", "kannst du mir {price} leihen?"),
    ("does it really cost {price}?", "kostet das wirklich {price}?"),
    ("the bill came to {price}.", "die Rechnung betrug {price}."),
    ("a room costs {price} a night.", "ein Zimmer kostet {price} pro Nacht."),
    ("{price}, please.", "{price}, bitte."),
    ("{price} is too much.", "{price} ist zu viel."),
]
_MEASURES = [
    ("the bag weighs {n} kilos.", "die Tasche wiegt {n} Kilo."),
    ("I weigh {n} kilograms.", "ich wiege {n} Kilogramm."),
    ("{n} kilos of potatoes, please.", "{n} Kilo Kartoffeln, bitte."),
    ("{n} litres of milk", "{n} Liter Milch"),
    ("we need {n} litres of water.", "wir brauchen {n} Liter Wasser."),
    ("the village is {n} kilometres away.", "das Dorf ist {n} Kilometer entfernt."),
    ("it is {n} kilometres to the station.", "bis zum Bahnhof sind es {n} Kilometer."),
    ("she walked {n} kilometres.", "sie ist {n} Kilometer gelaufen."),
    ("the river is {n} kilometres long.", "der Fluss ist {n} Kilometer lang."),
    ("the room is {n} metres wide.", "das Zimmer ist {n} Meter breit."),
    ("the tower is {n} metres high.", "der Turm ist {n} Meter hoch."),
    ("the flat has {n} square metres.", "die Wohnung hat {n} Quadratmeter."),
    ("the temperature is {warm} degrees.", "die Temperatur beträgt {warm} Grad."),
    ("it is {warm} degrees today.", "heute sind es {warm} Grad."),
    ("prices rose by {n} percent.", "die Preise stiegen um {n} Prozent."),
    ("{n} percent of the people agree.", "{n} Prozent der Menschen stimmen zu."),
    ("that is {n} percent.", "das sind {n} Prozent."),
    ("the average is {n}.", "der Durchschnitt liegt bei {n}."),
]
_SUMS = [
    ("{a} plus {b} is {sum}.", "{a} plus {b} ist {sum}."),
    ("{sum} minus {a} is {b}.", "{sum} minus {a} ist {b}."),
    ("{a} times {b} is {product}.", "{a} mal {b} ist {product}."),
    ("{product} divided by {a} is {b}.", "{product} geteilt durch {a} ist {b}."),
    ("what is {a} plus {b}?", "was ist {a} plus {b}?"),
    ("how much is {a} times {b}?", "wie viel ist {a} mal {b}?"),
]
_ORDINALS = [
    ("the {nth} day", "der {nth}e Tag"),
    ("on the {nth} day", "am {nth}en Tag"),
    ("the {nth} time", "das {nth}e Mal"),
    ("for the {nth} time", "zum {nth}en Mal"),
    ("on the {nth} floor", "im {nth}en Stock"),
    ("I live on the {nth} floor.", "ich wohne im {nth}en Stock."),
    ("today is his {nth} birthday.", "heute ist sein {nth}er Geburtstag."),
    ("we are celebrating her {nth} birthday.", "wir feiern ihren {nth}en Geburtstag."),
    ("this is my {nth} visit.", "das ist mein {nth}er Besuch."),
    ("take the {early} street on the left.", "nehmen Sie die {early}e Straße links."),
    ("take the {early} street on the right.", "nehmen Sie die {early}e Straße rechts."),
    ("he is in the {nth} row.", "er sitzt in der {nth}en Reihe."),
]
_CONTACTS = [
    ("my phone number is {tel}.", "meine Telefonnummer ist {tel}."),
    ("my telephone number is {tel}.", "meine Telefonnummer lautet {tel}."),
    ("please call me at {tel}.", "bitte rufen Sie mich unter {tel} an."),
    ("you can reach me at {tel}.", "du erreichst mich unter {tel}."),
    ("call {tel}.", "rufen Sie {tel} an."),
    ("his number is {tel}.", "seine Nummer ist {tel}."),
    ("I live at {street}.", "ich wohne in der {street}."),
    ("the shop is at {street}.", "das Geschäft ist in der {street}."),
    ("please send it to {street}.", "bitte schicken Sie es in die {street}."),
    ("my address is {street}.", "meine Adresse ist {street}."),
]
_STREETS = words(
    "Bahnhofstraße Hauptstraße Goethestraße Schillerstraße Gartenstraße Bergstraße Lindenstraße Kirchgasse"
)
_COUNT_ALONE = (range(101), range(100, 1000), range(1000, 10_000), range(10_000, MILLION))


def amounts(rng: random.Random) -> list[Pair]:
    """Numbers alone and in sentences, in words and figures."""
    few = [number for n in range(2, 21) for number in (_words(n), _words(n), _figures(n))]
    counts = [_figures(_round(rng)) for _ in range(400)] + [
        _words(_round(rng) // 1000 * 1000 or 200) for _ in range(60)
    ]
    decimals = [_figures(Decimal(rng.randint(11, 999)) / 10) for _ in range(150)]
    measures = [*decimals, *(_figures(rng.randint(2, 300)) for _ in range(100)), *(_words(n) for n in range(2, 60))]
    temperatures = [made for n in range(2, 39) for made in (_words(n), _figures(n), _figures(n + Decimal("0.5")))]
    addresses = [(f"{street} {n}", f"{street} {n}") for street in _STREETS for n in rng.sample(range(1, 150), 6)]
    ordinals = [(english_ordinal(n), german_ordinal(n)) for n in range(1, 32)]
    return [
        *read_phrases("amounts.txt"),
        *_alone(rng),
        *fill(_COUNTED, {"n": counts}, rng, times=16),
        *fill(_FEW, {"n": few, "some": few[:15]}, rng, times=16),
        *fill(_NUMBERED, {"n": [(str(n), str(n)) for n in range(1, 400)]}, rng, times=12),
        *fill(_PRICED, {"price": [_price(rng) for _ in range(400)]}, rng, times=24),
        *fill(_MEASURES, {"n": measures, "warm": temperatures}, rng, times=16),
        *(pair for _ in range(60) for pair in fill(_SUMS, _operands(rng), rng, times=1)),
        *fill(_ORDINALS, {"nth": ordinals, "early": ordinals[:4]}, rng, times=12),
        *fill(_CONTACTS, {"tel": [_telephone(rng) for _ in range(200)], "street": addresses}, rng, times=20),
    ]


def _alone(rng: random.Random) -> list[Pair]:
    """Numbers with nothing around them, the small ones all, the large ones by lot."""
    numbers = [n for span in _COUNT_ALONE for n in rng.sample(span, min(len(span), 101))]
    words = [_words(n) for n in (*numbers, MILLION, *range(1000, 20_000, 1000))]
    american = [(english.replace(" and ", " "), german) for english, german in words if " and " in english]
    figures = [_figures(n) for n in numbers if n > 999] + [(f"{MILLION:,}", german_figures(MILLION))]
    ordinals = [(english_ordinal(n), f"{german_ordinal(n)}e") for n in range(1, 32)]
    return [*words, *rng.sample(american, len(american) // 3), *figures, *ordinals]


def _words(n: int) -> Pair:
    return english_words(n), german_words(n)


def _figures(n: int | Decimal) -> Pair:
    return english_figures(n), german_figures(n)


def _round(rng: random.Random) -> int:
    """A number from 20 to a million, often a round one."""
    n = round(10 ** rng.uniform(1.3, 6))
    digits = 10 ** max(0, len(str(n)) - rng.randint(1, 3))
    return max(20, n // digits * digits)


def _price(rng: random.Random) -> Pair:
    """A price in euros or dollars, in figures or words."""
    whole, cents = rng.randint(2, 99), rng.choice((5, 10, 20, 25, 49, 50, 75, 80, 90, 95, 99))
    amount = f"{whole}.{cents:02}", f"{whole},{cents:02}"
    match rng.randrange(8):
        case 0:
            return f"€{amount[0]}", f"{amount[1]} €"
        case 1:
            return f"{amount[0]} euros", f"{amount[1]} Euro"
        case 2:
            return f"${amount[0]}", f"{amount[1]} $"
        case 3:
            return f"{whole} euros", f"{whole} Euro"
        case 4:
            return f"{english_words(whole)} euros", f"{german_words(whole, True)} Euro"
        case 5:
            return f"{whole} dollars", f"{whole} Dollar"
        case 6:
            return f"{english_words(whole)} dollars", f"{german_words(whole, True)} Dollar"
        case _:
            cents = rng.choice((20, 50, 80))
            words = f"{english_words(whole)} euros {english_words(cents)}"
            return words, f"{german_words(whole, True)} Euro {german_words(cents)}"


def _operands(rng: random.Random) -> dict[str, list[Pair]]:
    a, b = rng.randint(2, 12), rng.randint(2, 20)
    form = rng.choice((_words, _figures))
    return {name: [form(n)] for name, n in (("a", a), ("b", b), ("sum", a + b), ("product", a * b))}


def _telephone(rng: random.Random) -> Pair:
    """Figures that stay as they are; the numbers are of ranges kept for fiction, or too short to be anybody's."""
    prefix = rng.choice(("030 23125", "040 66969", "0221 4710", "089 99998", "01632 960", "555-01", "+44 20 7946 0"))
    number = f"{prefix}{rng.randrange(1000):03}" if prefix != "555-01" else f"{prefix}{rng.randrange(100):02}"
    return number, number
