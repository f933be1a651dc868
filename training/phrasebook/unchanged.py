"""What comes through as it is (addresses, figures, codes, emoji, invented names), and two sentences at once."""

from __future__ import annotations

import random
import re

from training.phrasebook.phrases import Pair, fill, read_phrases, words

_EMOJI = words("😀 😂 😊 😍 😎 😢 😭 😡 👍 👏 🙏 ❤️ 🎉 🎂 🌞 🌧️ ⭐ 🔥 🐶 🐱 🍕 ☕ 🚀 ✅ ❌ 🇩🇪 🇬🇧 :) :-) ;) :D :( <3")
_HOSTS = ["example.org", "example.com", "example.net", "mail.example.org", "shop.example.com", "example.de"]
_WORDS = words("anna becker team news blog archive photos about contact search index map shop order support help info")
_TAGS = words("#Monday #love #travel #nofilter #München #OpenScience #worldcup2026 #throwback #Berlin #summer")
_CODE_LETTERS = "BCDFGKLMNPRTWXZ"  # they spell no word
_SYLLABLES = words("ba ke lu mi no ra so ti vu za dor fen gal kir lom mar nik ped quo rix sol tam vex wil zor")
_WITH_SMILE = [
    ("Thank you", "Danke"),
    ("Good morning", "Guten Morgen"),
    ("Good night", "Gute Nacht"),
    ("Hello", "Hallo"),
    ("I'm fine", "Mir geht es gut"),
    ("I love you", "Ich liebe dich"),
    ("Happy birthday", "Alles Gute zum Geburtstag"),
    ("See you tomorrow", "Bis morgen"),
    ("That's great", "Das ist toll"),
    ("I'm so happy", "Ich bin so glücklich"),
    ("Good luck", "Viel Glück"),
    ("I'm tired", "Ich bin müde"),
    ("The coffee is ready", "Der Kaffee ist fertig"),
    ("We won", "Wir haben gewonnen"),
    ("The weather is wonderful", "Das Wetter ist wunderbar"),
    ("What a day", "Was für ein Tag"),
    ("I miss you", "Ich vermisse dich"),
    ("Have fun", "Viel Spaß"),
]
_ADDRESSED = {
    "du": "[Dd]u|[Dd]ich|[Dd]ir|[Dd]eine?[mnrs]?",
    "ihr": "ihr|[Ee]uch|[Ee]ure?[mnrs]?|[Ss]eid|[Hh]abt",
    "Sie": "(?<!^)(?<![.!?] )Sie|Ihnen|Ihre?[mnrs]?",
}
_ENDS = [(".", "."), ("!", "!"), ("", "")]


def unchanged(rng: random.Random) -> list[Pair]:
    """Sentences around what must not be translated."""
    kinds = {"mail": _mail, "url": _url, "code": _code, "invented": _invented, "handle": _handle, "figure": _figure}
    slots = {name: [(made, made) for made in (make(rng) for _ in range(150))] for name, make in kinds.items()}
    slots |= {name: [(made, made) for made in given] for name, given in (("emoji", _EMOJI), ("tag", _TAGS))}
    smiling = [
        (f"{english}{end_en} {{emoji}}", f"{german}{end_de} {{emoji}}")
        for english, german in _WITH_SMILE
        for end_en, end_de in _ENDS
    ]
    first = [("{emoji} " + english, "{emoji} " + german) for english, german in _WITH_SMILE]
    return [
        *fill(read_phrases("unchanged.txt"), slots, rng, times=16),
        *fill(smiling, slots, rng, times=5),
        *fill(first, slots, rng, times=4),
        *[(sign, sign) for sign in _EMOJI],
    ]


def two_sentences(pairs: list[Pair], rng: random.Random, n: int) -> list[Pair]:
    """`n` inputs of two whole sentences each, drawn from `pairs`."""
    whole = [pair for pair in pairs if all(side[0].isupper() and side[-1] in ".!?" for side in pair)]
    joined: list[Pair] = []
    while len(joined) < n:
        first, second = rng.sample(whole, 2)
        if len(_addressed(first[1]) | _addressed(second[1])) < 2:  # nobody changes from du to Sie within a line
            joined.append((f"{first[0]} {second[0]}", f"{first[1]} {second[1]}"))
    return joined


def _addressed(german: str) -> set[str]:
    """Which of du, ihr and Sie a text speaks to, as far as its pronouns show."""
    return {form for form, pronouns in _ADDRESSED.items() if re.search(rf"\b({pronouns})\b", german)}


def _mail(rng: random.Random) -> str:
    return f"{rng.choice(_WORDS)}{rng.choice('._-')}{rng.choice(_WORDS)}{_some_number(rng)}@{rng.choice(_HOSTS)}"


def _url(rng: random.Random) -> str:
    path = "/".join(rng.choice(_WORDS) for _ in range(rng.randint(0, 2)))
    query = rng.choice(("", "", f"?id={rng.randint(1, 999)}", f"?q={rng.choice(_WORDS)}", f"#{rng.choice(_WORDS)}"))
    scheme = rng.choice(("https://", "https://", "http://", "www."))
    host = rng.choice(_HOSTS)
    return f"{scheme}{host}/{path}{query}" if path else f"{scheme}{host}"


def _code(rng: random.Random) -> str:
    letters = "".join(rng.choices(_CODE_LETTERS, k=rng.randint(1, 3)))
    ending = rng.choice(("", rng.choice(_CODE_LETTERS)))
    return f"{letters}{rng.choice(('-', '', ' '))}{rng.randint(10, 9999)}{ending}"


def _invented(rng: random.Random) -> str:
    return "".join(rng.sample(_SYLLABLES, rng.randint(2, 3))).capitalize()


def _handle(rng: random.Random) -> str:
    return f"@{rng.choice(_WORDS)}{rng.choice(('_', ''))}{rng.choice(_WORDS)}{_some_number(rng)}"


def _some_number(rng: random.Random) -> str:
    return rng.choice(("", str(rng.randint(1, 99))))


def _figure(rng: random.Random) -> str:
    return str(rng.choice((rng.randint(10, 999), rng.randint(1000, 9999), rng.randint(10**5, 10**9))))
