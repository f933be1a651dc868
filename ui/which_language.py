"""Which language a text seems to be in: by the small words that hold its sentences together, and by its letters."""

from __future__ import annotations

import re
import unicodedata

# Of each language words that are common there and are none in the others here ("die" and "was" are German and English).
_WORDS = {
    "en": "the of and is are were been i you he she it we they his her its our their my your this that these those "
    "with from what where when who why how not do does did don't doesn't didn't have had can could would should "
    "there here please thank very but or because if be at by to for as about into than them i'm it's you're that's "
    "isn't can't won't let's never always every some any",
    "de": "der das den dem des ein eine einen einem einer und ist sind bin bist waren ich du er sie es wir ihr mich "
    "mir dir dich ihm ihn uns euch mein meine dein deine sein seine nicht kein keine mit von vom zu zum zur auf für "
    "aus bei nach über unter durch wo wie wer warum wann habe hast haben hatte kann kannst können muss müssen möchte "
    "bitte danke sehr aber oder weil wenn dass auch noch schon nur hier dort heute jetzt immer mehr ja nein",
    "fr": "le les des est une et je vous nous ils elle elles ce cette qui que quoi dans avec pour sur pas ne sont suis "
    "mon ma mes votre notre où pourquoi c'est j'ai n'est très bonjour merci oui mais aux du",
    "es": "el los las una y yo tú usted nosotros ellos que qué en con por para muy está están es soy eres mi su dónde "
    "cuándo porque pero gracias hola sí hay lo del al",
    "it": "il gli di che è sono una per con non io lui lei noi loro mio tuo questo questa dove quando perché molto "
    "grazie ciao sì ma della nel sei",
    "nl": "het een van en ik jij je hij wij niet dat zijn met voor op aan maar ook naar waar hoe waarom heb heeft "
    "deze bent wat er geen zij",
    "pt": "o os um uma eu você nós eles que não em com por para muito está são é meu minha onde quando obrigado olá "
    "mas do da dos das no na",
    "pl": "w na nie jest się że z do to jak co gdzie dlaczego ja ty on ona my są mam dziękuję proszę bardzo ale",
}
_LISTS = {language: frozenset(words.split()) for language, words in _WORDS.items()}
_TOKENS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
UNKNOWN = "unknown"
_TIMES = 2  # as many of its words as of the expected language's


def other_language(text: str, expected: str) -> str | None:
    """The code of the language that a text is in rather than the `expected` one; None where the text does not say.

    `UNKNOWN` where most letters are not Latin ones. A language without a list here is never doubted.
    """
    if expected not in _LISTS:
        return None
    letters = [character for character in text if character.isalpha()]
    if 2 * sum(not unicodedata.name(letter, "").startswith("LATIN") for letter in letters) > len(letters):
        return UNKNOWN
    words = [word.casefold().replace("’", "'") for word in _TOKENS.findall(text)]
    hits = {language: sum(word in listed for word in words) for language, listed in _LISTS.items()}
    found = max(hits, key=lambda language: (hits[language], language == expected))
    few = min(2, len(words))
    if found == expected or hits[found] < few or hits[found] < _TIMES * hits[expected] + few - 1:
        return None
    return found
