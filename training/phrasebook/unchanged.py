"""What comes through as it is: addresses of all kinds, figures, codes, hashtags, emoji, invented names, and two sentences at once."""

from __future__ import annotations

import random
import string

from training.phrasebook.phrases import Pair, fill, read_phrases

_EMOJI = "😀 😂 😊 😍 😎 😢 😭 😡 👍 👏 🙏 ❤️ 🎉 🎂 🌞 🌧️ ⭐ 🔥 🐶 🐱 🍕 ☕ 🚀 ✅ ❌ 🇩🇪 🇬🇧 :) :-) ;) :D :( <3".split()
_HOSTS = "example.org example.com example.net mail.example.org shop.example.com www.example.de".split()
_WORDS = "anna becker team news blog archive photos about contact search index map shop order support help info".split()
_TAGS = "#Monday #love #travel #nofilter #München #OpenScience #worldcup2026 #throwback #Berlin #summer".split()
_SYLLABLES = "ba ke lu mi no ra so ti vu za dor fen gal kir lom mar nik ped quo rix sol tam vex wil zor".split()
_WITH_SMILE = [
    ("thank you", "danke"),
    ("good morning", "guten Morgen"),
    ("good night", "gute Nacht"),
    ("hello", "hallo"),
    ("I'm fine", "mir geht es gut"),
    ("I love you", "ich liebe dich"),
    ("happy birthday", "alles Gute zum Geburtstag"),
    ("see you tomorrow", "bis morgen"),
    ("that's great", "das ist toll"),
    ("I'm so happy", "ich bin so glücklich"),
    ("good luck", "viel Glück"),
    ("I'm tired", "ich bin müde"),
    ("the coffee is ready", "der Kaffee ist fertig"),
    ("we won", "wir haben gewonnen"),
    ("the weather is wonderful", "das Wetter ist wunderbar"),
    ("what a day", "was für ein Tag"),
    ("I miss you", "ich vermisse dich"),
    ("have fun", "viel Spaß"),
]
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
    drawn = (rng.sample(whole, 2) for _ in range(n))
    return [(f"{first[0]} {second[0]}", f"{first[1]} {second[1]}") for first, second in drawn]


def _mail(rng: random.Random) -> str:
    return f"{rng.choice(_WORDS)}{rng.choice('._-')}{rng.choice(_WORDS)}{rng.choice(('', str(rng.randint(1, 99))))}@{rng.choice(_HOSTS)}"


def _url(rng: random.Random) -> str:
    path = "/".join(rng.choice(_WORDS) for _ in range(rng.randint(0, 2)))
    query = rng.choice(("", "", f"?id={rng.randint(1, 999)}", f"?q={rng.choice(_WORDS)}", f"#{rng.choice(_WORDS)}"))
    scheme = rng.choice(("https://", "https://", "http://", "www."))
    host = rng.choice(_HOSTS).removeprefix("www.")
    return f"{scheme}{host}/{path}{query}" if path else f"{scheme}{host}"


def _code(rng: random.Random) -> str:
    letters = "".join(rng.choices(string.ascii_uppercase, k=rng.randint(1, 3)))
    return f"{letters}{rng.choice(('-', '', ' '))}{rng.randint(10, 9999)}{rng.choice(('', rng.choice(string.ascii_uppercase)))}"


def _invented(rng: random.Random) -> str:
    return "".join(rng.sample(_SYLLABLES, rng.randint(2, 3))).capitalize()


def _handle(rng: random.Random) -> str:
    return f"@{rng.choice(_WORDS)}{rng.choice(('_', ''))}{rng.choice(_WORDS)}{rng.choice(('', str(rng.randint(1, 99))))}"


def _figure(rng: random.Random) -> str:
    return str(rng.choice((rng.randint(10, 999), rng.randint(1000, 9999), rng.randint(10**5, 10**9))))
