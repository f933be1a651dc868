"""A text cut into its sentences, for a model that was trained on one at a time.

The rules see signs alone and hold for English and German as people type them, in small letters too. Where they are
unsure they do not cut: two sentences at once are translated as well as they always were, half a sentence never is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

_MARKS, _CLOSERS, _OPENERS = ".!?…。！？", "\"'”’»“‘«›)]」』", "\"'“„»«‚‘(["

# Chinese and Japanese write no space behind a sentence.
_CHUNK = re.compile(r"[^\s。！？]*[。！？]+[」』”’）]*|\S+")
_BREAK = re.compile(r"\r\n|\r|\n")
_FACES = re.compile(r"(?:[☀-➿⬀-⯿\U0001F000-\U0001FAFF\uFE0F\u200D]|[:;]-?[()DP])+")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")  # A., z. B., U.S.
_ORDINAL = re.compile(r"(?:\d{1,2}\.)?\d{1,2}|[IVX]+")  # German: der 3. Stock, am 24.12., Ludwig XIV.

# What follows is the same sentence, unless it is one of the words below.
_COMMON = "dr prof mr mrs ms st jr sr vs etc inc ltd ca"
_ABBREVIATIONS = {
    "en": "mt rev gen col lt sgt capt gov sen rep hon dept approx est co corp jan feb mar apr jun jul aug sep sept oct "
    "nov dec ave blvd rd tel ext al ph.d",
    "de": "hr hrn fr frl dipl ing med phil jur usw usf bzw evtl ggf inkl exkl zzgl bspw etw sog vgl mind tgl "
    "str pl tel jh jhd chr geb gest verh bzgl allg ggü gem lt std sek mio mrd tsd jan feb mär apr jun jul aug sep sept "
    "okt nov dez mo di mi do fr sa ff hl österr dt engl franz lat gr",
}
# These are words as well: abbreviations before a figure alone.
_BEFORE_FIGURES = {"en": "no nos p pp vol fig ch sec art", "de": "nr nrn abs art kap bd abb max min"}
# A line that ends with one of these goes on.
_OPEN = {
    "en": "a an the and or but of in on at to for from with by through about my your his her its our their is are was",
    "de": "der die das dem den des ein eine einen einem einer eines und oder aber in im an am auf mit von vom zu zum "
    "zur bei beim nach für aus um durch über unter seit mein meine meinen meinem meiner dein deine deinen deinem "
    "deiner sein seine seinen seinem seiner ihr ihre ihren ihrem ihrer unser unsere kein keine keinen weder",
}
# Of the words that only begin a sentence with a capital, the commonest.
_STARTERS = {
    "en": "I He She It We You They This That These Those The There Here A An My Your His Our And But So Then Now What "
    "Where When Who Why How Is Are Do Does Did Can Please Thank Thanks Yes No Not If",
    "de": "Ich Du Er Sie Es Wir Ihr Das Der Die Dies Dieser Diese Dieses Ein Eine Mein Meine Und Aber Oder Dann Da "
    "Dort Hier Jetzt Was Wo Wann Wer Wie Warum Ist Sind Hat Haben Kann Bitte Danke Ja Nein Nicht Wenn",
}


def _listed(word: str, lists: dict[str, str], language: str) -> bool:
    return word in _split(lists.get(language, ""))


@cache
def _split(words: str) -> frozenset[str]:
    return frozenset(words.split())


@dataclass(frozen=True, kw_only=True)
class Cut:
    """The sentences of a text, one or more, and the white space between each two: one less."""

    sentences: tuple[str, ...]
    gaps: tuple[str, ...]

    def join(self, translations: Iterable[str]) -> str:
        """One translation a sentence, with what stood between the sentences; a space where nothing did."""
        first, *others = translations
        return first + "".join((gap or " ") + other for gap, other in zip(self.gaps, others, strict=True))


def cut(text: str, language: str) -> Cut:
    """The sentences of a text in a language such as `en`; a text that holds no two is one as it stands.

    A sentence ends with its signs, and with its line unless it visibly goes on there: it began with a capital, has no
    sign at the line's end, and a small letter comes next or a word such as "the" came last. Faces behind the signs
    belong to it, and a link if nothing else does.
    """
    chunks = list(_CHUNK.finditer(text))
    sentences, gaps = [], []
    begin = chunks[0].start() if chunks else 0
    ended = False  # here, or before when only faces stood since
    for i, (chunk, following) in enumerate(pairwise(chunks)):
        gap = text[chunk.end() : following.start()]
        ended = (ended and _is_face(chunk[0])) or _ends(chunk[0], following[0], language, chunk.start() == begin)
        if n_breaks := len(_BREAK.findall(gap)):
            small_or_open = following[0][0].islower() or _listed(chunk[0], _OPEN, language)
            goes_on = not ended and n_breaks == 1 and text[begin].isupper() and small_or_open
        else:
            behind = text[following.end() : chunks[i + 2].start()] if i + 2 < len(chunks) else "\n"
            goes_on = not ended or _is_face(following[0]) or (_is_link(following[0]) and bool(_BREAK.search(behind)))
        if goes_on:
            continue
        sentences.append(text[begin : chunk.end()])
        gaps.append(gap)
        begin, ended = following.start(), False
    if not sentences:
        return Cut(sentences=(text,), gaps=())
    return Cut(sentences=(*sentences, text[begin : chunks[-1].end()]), gaps=tuple(gaps))


def _is_face(chunk: str) -> bool:
    return _FACES.fullmatch(chunk) is not None


def _is_link(chunk: str) -> bool:
    return "://" in chunk or chunk.startswith("www.")


def _ends(chunk: str, following: str, language: str, first: bool) -> bool:
    """Whether a sentence ends with this chunk; `first`: it begins with it too."""
    core = chunk.rstrip(_CLOSERS)
    word = core.rstrip(_MARKS)
    marks, closed = core[len(word) :], core != chunk
    word, follower = word.lstrip(_OPENERS), following.lstrip(_OPENERS)
    if not marks or (first and not word):
        return False
    small = follower[:1].islower()
    if marks != ".":
        trails_off = set(marks) <= set(".…")
        return not (small and (closed or trails_off))
    if closed and small:
        return False
    if first and word.isdigit():  # the number of a list's item
        return False
    if _is_doubtful(word, language):
        return _listed(follower.rstrip(_MARKS + _CLOSERS + ","), _STARTERS, language)
    return not (_listed(word.casefold(), _BEFORE_FIGURES, language) and follower[:1].isdigit())


def _is_doubtful(word: str, language: str) -> bool:
    """Whether a full stop behind this word may belong to it."""
    if language == "de" and (_ORDINAL.fullmatch(word) or word.casefold().endswith("str")):
        return True
    if language == "en" and word == "I":
        return False
    small = word.casefold()
    known = small in _split(_COMMON) or _listed(small, _ABBREVIATIONS, language)
    return known or _INITIALS.fullmatch(word) is not None
