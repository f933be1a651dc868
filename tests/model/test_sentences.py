"""Where a text is cut into sentences, and where it is not."""

import time

import pytest

from model.sentences import cut

# " | " stands where a text is cut; the text has a space there
ENGLISH = """
Where is my book? | It is on the table.
Yes. | No. | Maybe.
A man is reading a book
Good morning! | My name is Anna, what is yours? | I am from Nepal.
hello. | how are you?
i like it. | it is nice. | thank you
IS IT YOU? | YES.
How are you ? | I am fine .
Really?! | No way!!! | Yes.
Is that all? | yes.
Mr. Smith lives in Berlin. | He works for a bank.
Dr. Brown and Mrs. Miller have arrived. | They are waiting.
It costs 3.5 dollars. | That is cheap.
I paid $3. | It was cheap.
We met at 5 p.m. yesterday.
We met at 5 p.m. | It was late.
Use a tool, e.g. a hammer, or something else, i.e. a stone.
He lives in the U.S. and works for the U.N. in New York.
J. R. R. Tolkien wrote it. | I read it.
Do you like plan B? | I do.
It was me and I. | You know it.
No. 5 is my favourite number.
Is it you? | No. | It is Tom.
I live at St. John's Road. | Come in.
Jan. 5 is a Monday. | Feb. 6 is not.
He has a Ph.D. in physics. | She has none.
We sell apples, pears, etc. in our shop.
"Where are you?" she asked.
"I am here." | "Where are you?"
She said “Hello.” | Then she left.
(This is a test.) | It works.
Wait... | I am coming.
I am ... not sure.
... and then he left.
Wait… what is that?
Well… | I do not know.
Look at https://example.org/a.b?c=d. | It is nice.
See example.com for more. | Or write to max.mueller@example.org.
Version 2.0.1 is out. | Install it.
1. Open the door. | 2. Close the door.
Hello! 😊 | How are you?
Hello! 😊 👍🏽 | How are you?
Nice. :) | See you tomorrow.
I love it 😀😀 and you
Hello.How are you?
...
😀
<b>Hello.</b> Bye.
Thank you. https://example.org/photos
Thank you. | https://example.org is a page. | Look. www.example.org
"""
GERMAN = """
Wo ist mein Buch? | Es liegt auf dem Tisch.
Guten Morgen! | Wie geht es Ihnen, Frau Müller? | Mir geht es gut.
ich mag das. | es ist schön. | danke
Herr Dr. Müller kommt am 15. März. | Er bleibt bis zum 3. April.
am 3. mai bin ich da
Am 1. Januar beginnt das Jahr. | Am 31. Dezember endet es.
Wir sehen uns am 24.12. in Wien.
Das ist der 3. Stock. | Wir wohnen hier.
Das ist die 2. Klasse. | Er ist der 1. in der Reihe.
Ich bin 25. | Ich wohne in Berlin.
Er kam 1990. | Sie auch.
Friedrich II. war König. | Ludwig XIV. auch.
Das kostet z. B. 3.5 Euro, d. h. sehr wenig.
Das kostet z.B. 3,50 Euro. | Das ist wenig.
Viele Tiere, z. B. Hunde, u. a. auch Katzen usw. leben hier.
Prof. Dr. Schmidt ist da. | Er wartet.
Die Nr. 5 ist frei. | Das ist meine Art. | Komm!
Ich heiße Max. | Freut mich. | Das sind max. 5 km.
Die Hauptstr. 5 ist ca. 2 km lang, bzw. 3 km.
Es ist 15.45 Uhr. | Wir gehen.
Das sind 1.000.000 Euro. | Viel Geld.
„Wo bist du?“, fragte sie.
„Ich bin hier.“ | „Wo bist du?“
Warte... | Ich komme.
Schreib an a.b@c.de. | Oder geh auf www.example.de!
"""


def case(language: str, lines: str) -> list:
    return [pytest.param(language, line, id=line) for line in lines.strip().splitlines()]


@pytest.mark.parametrize(("language", "marked"), case("en", ENGLISH) + case("de", GERMAN))
def test_a_line_is_cut_where_its_sentences_end(language, marked):
    expected = tuple(marked.split(" | "))
    found = cut(" ".join(expected), language)
    assert found.sentences == expected
    assert found.gaps == (" ",) * (len(expected) - 1)


@pytest.mark.parametrize(
    ("text", "sentences", "gaps"),
    [
        ("A house.\nA man.", ("A house.", "A man."), ("\n",)),
        (
            "Dear Anna\n\nThank you.  Bye.\r\n\tTom",
            ("Dear Anna", "Thank you.", "Bye.", "Tom"),
            ("\n\n", "  ", "\r\n\t"),
        ),
        ("milk\neggs\nbread", ("milk", "eggs", "bread"), ("\n", "\n")),
        ("  A house. A man. \n", ("A house.", "A man."), (" ",)),
        ("Good morning\nMr. Smith", ("Good morning", "Mr. Smith"), ("\n",)),
        ("Look. https://a.org\nBye.", ("Look. https://a.org", "Bye."), ("\n",)),
        ("你好。再见！", ("你好。", "再见！"), ("",)),
    ],
)
def test_a_line_break_ends_a_sentence_and_what_stood_between_is_kept(text, sentences, gaps):
    found = cut(text, "en")
    assert (found.sentences, found.gaps) == (sentences, gaps)


def test_a_sentence_that_visibly_goes_on_behind_a_line_break_is_not_cut():
    wrapped = "The old man is sitting\non a bench\nand reads. He is old."
    assert cut(wrapped, "en").sentences == ("The old man is sitting\non a bench\nand reads.", "He is old.")
    assert len(cut("Meine Tante geht mit ihrer\nTochter nach Rom.", "de").sentences) == 1
    assert len(cut("The old man is sitting\n\non a bench", "en").sentences) == 2


@pytest.mark.parametrize("text", ["", " \n ", "\n\n\n", "  A house. ", "house", "\u200b"])
def test_a_text_without_two_sentences_is_one_as_it_stands(text):
    assert cut(text, "en").sentences == (text,)


def test_what_is_joined_has_the_white_space_of_the_text():
    found = cut("A house.\n\nA man.  A dog.", "en")
    assert found.join(["Ein Haus.", "Ein Mann.", "Ein Hund."]) == "Ein Haus.\n\nEin Mann.  Ein Hund."
    assert cut("你好。再见！", "zh").join(["Hello.", "Bye!"]) == "Hello. Bye!"
    with pytest.raises(ValueError, match="argument"):
        found.join(["Ein Haus.", "Ein Mann."])


def test_other_languages_are_cut_by_what_all_share():
    assert cut("Je suis là. Et toi ? Dr. Martin aussi.", "fr").sentences == (
        "Je suis là.", "Et toi ?", "Dr. Martin aussi.",
    )  # fmt: skip


@pytest.mark.parametrize("unit", [".", ". ", '"', "“a. ", "Mr. ", "a", "A.", "!😀 ", "\n", ":-", "。"])
def test_no_text_takes_long(unit):
    begin = time.perf_counter()
    cut(unit * (20_000 // len(unit)), "de")
    assert time.perf_counter() - begin < 1
