"""Clock times in words and figures: half past three is halb vier."""

from __future__ import annotations

import random

from training.phrasebook.numbers import english_words, german_words
from training.phrasebook.phrases import Pair, fill, read_phrases

# minute: English with the hour or the next one, German with the hour or the next one
_FIVES = {
    0: ("{hour} o'clock", "{hour} Uhr"),
    5: ("five past {hour}", "fünf nach {hour}"),
    10: ("ten past {hour}", "zehn nach {hour}"),
    15: ("quarter past {hour}", "Viertel nach {hour}"),
    20: ("twenty past {hour}", "zwanzig nach {hour}"),
    25: ("twenty-five past {hour}", "fünf vor halb {next}"),
    30: ("half past {hour}", "halb {next}"),
    35: ("twenty-five to {next}", "fünf nach halb {next}"),
    40: ("twenty to {next}", "zwanzig vor {next}"),
    45: ("quarter to {next}", "Viertel vor {next}"),
    50: ("ten to {next}", "zehn vor {next}"),
    55: ("five to {next}", "fünf vor {next}"),
}
_TEMPLATES = [
    ("it is {time}.", "es ist {time}."),
    ("it's {time}.", "es ist {time}."),
    ("it is already {time}.", "es ist schon {time}."),
    ("it is almost {time}.", "es ist fast {time}."),
    ("it is exactly {time}.", "es ist genau {time}."),
    ("is it {time} already?", "ist es schon {time}?"),
    ("my watch says {time}.", "auf meiner Uhr ist es {time}."),
    ("what time is it? It's {time}.", "wie spät ist es? Es ist {time}."),
    ("at {time}", "um {time}"),
    ("at {time}.", "um {time}."),
    ("the train leaves at {time}.", "der Zug fährt um {time} ab."),
    ("the train arrives at {time}.", "der Zug kommt um {time} an."),
    ("our train leaves at {time}.", "unser Zug fährt um {time}."),
    ("the bus comes at {time}.", "der Bus kommt um {time}."),
    ("my flight leaves at {time}.", "mein Flug geht um {time}."),
    ("the plane lands at {time}.", "das Flugzeug landet um {time}."),
    ("the meeting starts at {time}.", "die Besprechung beginnt um {time}."),
    ("the film starts at {time}.", "der Film fängt um {time} an."),
    ("the concert starts at {time}.", "das Konzert beginnt um {time}."),
    ("school starts at {time}.", "die Schule fängt um {time} an."),
    ("the lesson ends at {time}.", "der Unterricht endet um {time}."),
    ("the shop opens at {time}.", "das Geschäft öffnet um {time}."),
    ("the shop closes at {time}.", "das Geschäft schließt um {time}."),
    ("the shops close at {time}.", "die Geschäfte schließen um {time}."),
    ("the museum is open until {time}.", "das Museum ist bis {time} geöffnet."),
    ("the bank closes at {time}.", "die Bank schließt um {time}."),
    ("let's meet at {time}.", "treffen wir uns um {time}."),
    ("let's meet at {time}.", "lass uns um {time} treffen."),
    ("shall we meet at {time}?", "wollen wir uns um {time} treffen?"),
    ("see you at {time}!", "bis um {time}!"),
    ("I get up at {time}.", "ich stehe um {time} auf."),
    ("I got up at {time}.", "ich bin um {time} aufgestanden."),
    ("she gets up at {time} every day.", "sie steht jeden Tag um {time} auf."),
    ("we usually eat at {time}.", "wir essen gewöhnlich um {time}."),
    ("dinner is at {time}.", "Abendessen gibt es um {time}."),
    ("breakfast is at {time}.", "Frühstück gibt es um {time}."),
    ("he goes to bed at {time}.", "er geht um {time} ins Bett."),
    ("he came home at {time}.", "er kam um {time} nach Hause."),
    ("I'll be there at {time}.", "ich bin um {time} da."),
    ("I'll call you at {time}.", "ich rufe dich um {time} an."),
    ("please wake me at {time}.", "wecken Sie mich bitte um {time}."),
    ("please wake me up at {time}.", "weck mich bitte um {time}."),
    ("can you come at {time}?", "kannst du um {time} kommen?"),
    ("can you pick me up at {time}?", "kannst du mich um {time} abholen?"),
    ("I have an appointment at {time}.", "ich habe um {time} einen Termin."),
    ("she has to leave at {time}.", "sie muss um {time} los."),
    ("we waited until {time}.", "wir haben bis {time} gewartet."),
    ("they worked until {time}.", "sie haben bis {time} gearbeitet."),
    ("can you stay until {time}?", "kannst du bis {time} bleiben?"),
    ("he called at {time}.", "er hat um {time} angerufen."),
    ("a table for two at {time}, please.", "einen Tisch für zwei Personen um {time}, bitte."),
    ("set the alarm for {time}.", "stell den Wecker auf {time}."),
    ("be here at {time} at the latest.", "sei spätestens um {time} hier."),
    ("tomorrow at {time}", "morgen um {time}"),
    ("tomorrow morning at {time}", "morgen früh um {time}"),
]
_SPANS = [
    ("the shop is open from {start} to {end}.", "das Geschäft ist von {start} bis {end} geöffnet."),
    ("the museum is open from {start} to {end}.", "das Museum ist von {start} bis {end} geöffnet."),
    ("I work from {start} to {end}.", "ich arbeite von {start} bis {end}."),
    ("she works from {start} until {end}.", "sie arbeitet von {start} bis {end}."),
    ("the meeting lasts from {start} to {end}.", "die Besprechung dauert von {start} bis {end}."),
    ("he slept from {start} to {end}.", "er hat von {start} bis {end} geschlafen."),
    ("we are open between {start} and {end}.", "wir haben zwischen {start} und {end} geöffnet."),
]
_PARTS_OF_DAY = [
    (range(5, 9), "in the morning", "morgens"),
    (range(9, 12), "in the morning", "vormittags"),
    (range(13, 18), "in the afternoon", "nachmittags"),
    (range(18, 23), "in the evening", "abends"),
]


def in_words(hour: int, minute: int) -> Pair:
    """A time on a clock face, `hour` from 1 to 12 and `minute` a multiple of 5."""
    following = hour % 12 + 1
    english, german = _FIVES[minute]
    return (
        english.format(hour=english_words(hour), next=english_words(following)),
        german.format(hour=german_words(hour, before_noun=minute == 0), next=german_words(following)),
    )


def in_figures(hour: int, minute: int) -> Pair:
    """A time of the day, `hour` from 0 to 23: 3:45 p.m. is 15:45 Uhr."""
    half = "a.m." if hour < 12 else "p.m."
    return f"{(hour - 1) % 12 + 1}:{minute:02} {half}", f"{hour}:{minute:02} Uhr"


def clock(rng: random.Random) -> list[Pair]:
    """Clock times alone and in sentences."""
    words = [in_words(hour, minute) for hour in range(1, 13) for minute in range(0, 60, 5)]
    with_article = [(f"a {english}", german) for english, german in words if english.startswith("quarter")]
    figures = [in_figures(hour, minute) for hour in range(24) for minute in (0, *rng.sample(range(60), 8))]
    continental = [(german.removesuffix(" Uhr"), german) for _, german in figures[::3]]
    full_hours = [(f"{(hour - 1) % 12 + 1} {'a.m.' if hour < 12 else 'p.m.'}", f"{hour} Uhr") for hour in range(1, 24)]
    spoken = [
        (f"{english_words(hour)} {english_words(minute)}", f"{german_words(hour, True)} Uhr {german_words(minute)}")
        for hour in range(1, 13)
        for minute in (10, 15, 20, 30, 40, 45, 50)
    ]
    of_day = [
        (f"{english} {part_en}", f"{german} {part_de}")
        for hours, part_en, part_de in _PARTS_OF_DAY
        for hour in hours
        for english, german in [in_words((hour - 1) % 12 + 1, rng.choice((0, 15, 30, 45)))]
    ]
    named = [("noon", "12 Uhr mittags"), ("midnight", "Mitternacht")]
    halves = [pair for pair in words if pair[0].startswith("half")] * 24  # said often, and the hour is another one
    times = [*words * 3, *halves, *with_article * 2, *figures, *continental, *full_hours * 2, *spoken, *of_day, *named]
    alone = [
        pair
        for english, german in [*words, *with_article]
        for pair in ((f"It is {english}.", f"Es ist {german}."), (f"at {english}", f"um {german}"))
    ]
    spans = fill(_SPANS, {"start": full_hours[:12] + words[:72], "end": full_hours[12:] + words[72:]}, rng, times=12)
    sentences = fill(_TEMPLATES, {"time": times}, rng, times=40)
    return [*read_phrases("clock.txt"), *alone, *_one_stop(spans + sentences)]


def _one_stop(pairs: list[Pair]) -> list[Pair]:
    """Pairs in which the point of "a.m." ends the sentence too."""
    return [(english.replace(".m..", ".m."), german) for english, german in pairs]
