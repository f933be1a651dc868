"""The phrasebook: what it holds, its numbers and clock against other ways to reckon, and what it leaves out."""

from __future__ import annotations

import gzip
import re
import subprocess
import sys
from pathlib import Path

import pytest

from training.held_out import key, keys_in, without_held_out
from training.phrasebook import by_topic, phrasebook
from training.phrasebook.actions import read_verbs
from training.phrasebook.clock import in_figures, in_words
from training.phrasebook.numbers import (
    english_figures,
    english_ordinal,
    english_ordinal_figures,
    english_words,
    german_figures,
    german_ordinal,
    german_words,
)
from training.phrasebook.places import read_countries

PAIRS = phrasebook(seed=0)
ROOT = Path(__file__).parents[2]

ENGLISH = {english_words(n): n for n in range(1, 13)}
GERMAN = {german_words(n): n for n in range(1, 13)} | {"ein": 1}
MINUTES = {"five": 5, "ten": 10, "quarter": 15, "twenty": 20, "twenty-five": 25, "half": 30}
MINUTEN = {"fünf": 5, "zehn": 10, "Viertel": 15, "zwanzig": 20}
SMALL_ENGLISH = {english_words(n): n for n in [*range(20), *range(20, 100, 10)]}
SMALL_GERMAN = {german_words(n): n for n in range(20)} | {"ein": 1}
TENS = ["zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"]
GERMAN_TENS = {word: n for n, word in zip(range(20, 100, 10), TENS, strict=True)}


def english_minutes(text: str) -> int:
    """Minutes since twelve o'clock of a time in English words, read word by word."""
    match text.split():
        case [hour, "o'clock"]:
            return ENGLISH[hour] % 12 * 60
        case [minutes, "past", hour]:
            return ENGLISH[hour] % 12 * 60 + MINUTES[minutes]
        case [minutes, "to", hour]:
            return (ENGLISH[hour] * 60 - MINUTES[minutes]) % 720
    raise AssertionError(text)


def german_minutes(text: str) -> int:
    """Minutes since twelve o'clock of a time in German words: what stands before "halb" counts from the half hour."""
    *words, hour = text.split()
    if hour == "Uhr":
        return GERMAN[words[0]] % 12 * 60
    time = GERMAN[hour] * 60
    if words[-1] == "halb":
        time -= 30
        words.pop()
    match words:
        case [minutes, "nach"]:
            time += MINUTEN[minutes]
        case [minutes, "vor"]:
            time -= MINUTEN[minutes]
    return time % 720


def read_german(word: str) -> int:
    """The number that a German number word names."""
    if word.endswith("eine Million"):
        return 1_000_000
    for unit, worth in (("tausend", 1000), ("hundert", 100)):
        head, found, rest = word.partition(unit)
        if found:
            return (read_german(head) if head else 1) * worth + (read_german(rest) if rest else 0)
    if word in SMALL_GERMAN:
        return SMALL_GERMAN[word]
    ones, _, ten = word.rpartition("und")
    return GERMAN_TENS[ten] + (SMALL_GERMAN[ones] if ones else 0)


def read_english(words: str) -> int:
    """The number that English number words name."""
    if words == "one million":
        return 1_000_000
    total = part = 0
    for word in re.split("[ -]", words.replace(" and ", " ")):
        if word == "hundred":
            part *= 100
        elif word == "thousand":
            total, part = part * 1000, 0
        else:
            part += SMALL_ENGLISH[word]
    return total + part


def test_a_seed_gives_the_same_pairs_and_another_gives_others():
    assert phrasebook(0) == PAIRS
    assert phrasebook(1) != PAIRS


def test_pairs_are_distinct_whole_and_clean():
    assert 12_000 <= len(PAIRS) <= 20_000
    assert len(set(PAIRS)) == len(PAIRS)
    for side in (side for pair in PAIRS for side in pair):
        assert side and side == side.strip()
        assert not re.search(r"[{}~|\t\n]|  | [.,?!]|\.\.", side), side


def test_fewer_pairs_can_be_asked_for():
    assert phrasebook(0, 100) == PAIRS[:100]


def test_no_topic_drowns_the_rest():
    sizes = [len(pairs) for pairs in by_topic(0).values()]
    assert max(sizes) < 0.2 * sum(sizes)
    assert min(sizes) >= 500


@pytest.mark.parametrize(
    "pair",
    [
        ("It is half past three.", "Es ist halb vier."),
        ("How are you?", "Wie geht es dir?"),
        ("How are you?", "Wie geht es Ihnen?"),
        ("How are you?", "Wie geht es euch?"),
        ("Munich", "München"),
        ("Vienna", "Wien"),
        ("The bill, please.", "Die Rechnung, bitte."),
        ("There are twelve months in a year.", "Ein Jahr hat zwölf Monate."),
        ("Nice to meet you.", "Freut mich, Sie kennenzulernen."),
        ("Get well soon.", "Gute Besserung."),
        ("You must not smoke here.", "Hier darf man nicht rauchen."),
    ],
)
def test_what_no_corpus_covers_is_there(pair):
    assert pair in PAIRS


@pytest.mark.parametrize(
    ("english", "german"),
    [
        (r"Good morning, Mrs\.? \w+", r"Guten Morgen, Frau \w+"),
        (r"\bto München|\bto Köln|\bin Wien", ""),
        (r"I spoke to Mr\.? \w+\.", r"Ich habe mit Herrn \w+ gesprochen\."),
        (r".* (?:go|fly|travel) to Turkey\b.*", r".* \bin die Türkei\b.*"),
        (r".*\bin the USA\b.*", r".*\bin den USA\b.*"),
        (r"See https?://\S+", r"Siehe https?://\S+"),
    ],
)
def test_names_change_or_stay_as_they_must(english, german):
    found = [pair for pair in PAIRS if re.fullmatch(f"{english}.?", pair[0], re.IGNORECASE)]
    if not german:
        assert not [pair for pair in PAIRS if re.search(english, pair[0])]
    else:
        assert found
        assert [pair for pair in found if re.fullmatch(f"{german}.?", pair[1], re.IGNORECASE)] == found


def test_a_surname_is_the_same_on_both_sides():
    titled = [
        (en, de)
        for english, german in PAIRS
        for en, de in zip(
            re.findall(r"\b(?:Mr|Mrs|Ms)\.? ([\w']+)", english),
            re.findall(r"\b(?:Herrn?|Frau) (?!Dr)([\w']+)", german),
            strict=False,
        )
    ]
    assert len(titled) > 500
    assert [pair for pair in titled if pair[0] != pair[1]] == []


@pytest.mark.parametrize("minute", range(0, 60, 5))
@pytest.mark.parametrize("hour", range(1, 13))
def test_both_languages_name_the_same_time(hour, minute):
    english, german = in_words(hour, minute)
    assert english_minutes(english) == german_minutes(german) == hour % 12 * 60 + minute


def test_times_in_figures():
    assert in_figures(15, 45) == ("3:45 p.m.", "15:45 Uhr")
    assert in_figures(0, 5) == ("12:05 a.m.", "0:05 Uhr")
    assert in_figures(12, 0) == ("12:00 p.m.", "12:00 Uhr")


@pytest.mark.parametrize("n", [*range(1300), 9_999, 21_001, 101_101, 345_678, 999_999, 1_000_000])
def test_number_words_name_their_number(n):
    assert read_english(english_words(n)) == n
    assert read_german(german_words(n)) == n


def test_number_words_are_spelled_as_the_dictionaries_have_them():
    assert english_words(121) == "one hundred and twenty-one"
    assert english_words(1_021) == "one thousand and twenty-one"
    assert german_words(21) == "einundzwanzig"
    assert german_words(101, before_noun=True) == "einhundertein"
    assert [german_words(n) for n in (16, 17, 30, 60, 70)] == ["sechzehn", "siebzehn", "dreißig", "sechzig", "siebzig"]
    assert (english_figures(1_250_000), german_figures(1_250_000)) == ("1,250,000", "1.250.000")


def test_ordinals():
    assert [english_ordinal(n) for n in (1, 2, 3, 5, 8, 9, 12, 20, 21)] == (
        ["first", "second", "third", "fifth", "eighth", "ninth", "twelfth", "twentieth", "twenty-first"]
    )
    assert [english_ordinal_figures(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 111)] == (
        ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "111th"]
    )
    assert [german_ordinal(n) for n in (1, 2, 3, 7, 8, 19, 20, 31)] == (
        ["erst", "zweit", "dritt", "siebt", "acht", "neunzehnt", "zwanzigst", "einunddreißigst"]
    )


def test_sums_are_right():
    figures = [re.fullmatch(r"(\d+) (plus|minus|times) (\d+) is (\d+)\.", english) for english, _ in PAIRS]
    sums = [found.groups() for found in figures if found]
    assert len(sums) > 20
    operations = {"plus": int.__add__, "minus": int.__sub__, "times": int.__mul__}
    assert all(operations[sign](int(a), int(b)) == int(result) for a, sign, b, result in sums)


def test_every_verb_has_all_its_forms():
    for verb in read_verbs():
        assert len(verb.english) == 5, verb
        assert verb.present[1].endswith("t") and verb.present[2].endswith("t"), verb


def test_countries_have_their_prepositions():
    german = {country.name[0]: country.german() for country in read_countries()}
    assert german["France"] == {
        "within": "in Frankreich",
        "to": "nach Frankreich",
        "out_of": "aus Frankreich",
        "of": "von Frankreich",
    }
    assert german["Switzerland"]["to"] == "in die Schweiz"
    assert german["the Netherlands"]["within"] == "in den Niederlanden"
    assert german["the United States"]["out_of"] == "aus den Vereinigten Staaten"
    assert (german["Iraq"]["within"], german["Iraq"]["of"]) == ("im Irak", "des Irak")


def test_a_pair_that_shares_a_side_with_a_held_out_file_is_left_out(tmp_path):
    (tmp_path / "test.de").write_text("guten morgen\n?!\n", encoding="utf-8")
    with gzip.open(tmp_path / "test.tsv.gz", "wt", encoding="utf-8") as file:
        file.write("How ARE you\tWas geht ab?\n")
    keys = keys_in([tmp_path / "test.de", tmp_path / "test.tsv.gz"])
    pairs = [("Morning!", "Guten Morgen!"), ("How are you?", "Wie geht's?"), ("Hello.", "Hallo."), ("😀", "😀")]
    assert without_held_out(pairs, keys) == pairs[2:]
    assert key("How are you, Ben?") == "howareyouben"


def test_a_held_out_file_that_is_missing_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"expected a file of held-out text; found none at .*nowhere\.tsv"):
        keys_in([tmp_path / "nowhere.tsv"])


def test_the_command_writes_the_pairs_without_the_held_out_ones(tmp_path):
    held_out, out = tmp_path / "valid.tsv", tmp_path / "out.tsv.gz"
    held_out.write_text("How are you\tGuten Morgen\n", encoding="utf-8")
    command = [sys.executable, "-m", "training.phrasebook", out, "--without", held_out]
    printed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    lines = gzip.decompress(out.read_bytes()).decode().splitlines()
    written = [tuple(line.split("\t")) for line in lines]
    assert written == without_held_out(PAIRS, keys_in([held_out]))
    assert 5 < len(PAIRS) - len(written) < 100
    assert f"{len(written):,} pairs" in printed
