"""A sentence in capitals alone, read in small letters: a model of sentences as people write them has seen few such.

What is in capitals by itself (USA, OK) looks the same, and stays.
"""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W\d_]+")
_SHORTEST = 5  # letters of a word that stands alone: shorter ones are often abbreviations


def in_small_letters(sentence: str, language: str) -> str:
    """The sentence with a capital at its beginning alone, and English "I"; as it is where it holds small letters.

    German nouns lose their capitals too: which words are nouns, the letters do not say.
    """
    words = _WORD.findall(sentence)
    shouted = sentence.replace("ß", "").isupper()  # there is hardly a capital of it
    if not shouted or max(map(len, words)) < (2 if len(words) > 1 else _SHORTEST):
        return sentence
    small = sentence.lower()
    if language == "en":
        small = re.sub(r"\bi\b", "I", small)
    first = next(i for i, character in enumerate(small) if character.isalnum())
    return small[:first] + small[first].upper() + small[first + 1 :]
