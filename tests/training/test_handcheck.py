"""The hand check: the list and its files, verdicts bound to exact outputs, counts, and careless typing."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import tiny_translator
from training import corruptions
from training.corruptions import CORRUPTIONS, Corruption, rates, simple_sentences, table
from training.handcheck import (
    Checked,
    Judgement,
    Sentence,
    Translate,
    check,
    found_in_data,
    read_judgements,
    read_sentences,
)
from training.handcheck import __main__ as command
from training.handcheck.report import count, count_table, listing, markdown, to_judge
from training.held_out import key

DIRECTIONS = ("en-de", "de-en")
LIST = read_sentences()
HEADERS = {
    read_sentences: "direction\tgroup\tin_data\tsentence\n",
    read_judgements: "direction\tsentence\toutput\tverdict\tjudge\n",
}
HOUSE = Sentence("en-de", "houses", False, "A small house.")
HAND = Sentence("en-de", "hands", True, "The hand of the man.")
HAUS = Sentence("de-en", "houses", False, "Ein kleines Haus.")


def fixed(answers: dict[str, str]) -> Translate:
    """Answers as a table says, and else with what it was asked."""
    return lambda texts, direction: [answers.get(text, text) for text in texts]


def test_the_list_has_a_hundred_sentences_each_way_and_enough_of_what_people_type_first():
    assert Counter(sentence.direction for sentence in LIST) == dict.fromkeys(DIRECTIONS, 100)
    groups = Counter((sentence.direction, sentence.group) for sentence in LIST)
    assert {group for direction, group in groups if direction == "en-de"} == {
        group for direction, group in groups if direction == "de-en"
    }
    for direction in DIRECTIONS:
        assert all(groups[direction, group] >= 10 for group in ("greetings", "clock times", "names"))
        unavoidable = [sentence for sentence in LIST if sentence.direction == direction and sentence.in_data]
        assert len(unavoidable) <= 10


@pytest.mark.parametrize(
    "text",
    ["Good morning.", "How are you?", "Attention is all you need.", "It is half past three.",
     "There are twelve months in a year.", "Die Würde des Menschen ist unantastbar.",
     "Ich bin gestern mit dem Zug nach München gefahren.", "Guten Morgen, Frau Müller."],
)  # fmt: skip
def test_sentences_that_earlier_weights_got_wrong_stay_on_the_list(text):
    assert text in [sentence.text for sentence in LIST]


def test_no_sentence_of_the_list_stands_in_the_data_unless_it_says_so():
    if "DATA_DIR" not in os.environ:
        pytest.skip("the data folder is absent: name it in DATA_DIR")
    found = found_in_data(LIST, Path(os.environ["DATA_DIR"]))
    assert found and all(sentence.in_data for sentence in found)


def test_a_sentence_is_found_in_the_data_whatever_its_case_and_signs(tmp_path):
    (tmp_path / "more").mkdir()
    (tmp_path / "more/pairs.tsv").write_text("Nothing.\tNichts.\na SMALL house\tein kleines Haus!\n", encoding="utf-8")
    assert found_in_data([HOUSE, HAND, HAUS], tmp_path) == {HOUSE, HAUS}


def test_the_phrasebook_counts_as_data(tmp_path):
    (tmp_path / "pairs.tsv").write_text("Nothing.\tNichts.\n", encoding="utf-8")
    greeting = Sentence("en-de", "greetings", True, "Good morning.")
    assert found_in_data([greeting, HOUSE], tmp_path) == {greeting}


def test_a_folder_without_data_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"expected files of sentence pairs.* found none"):
        found_in_data([HOUSE], tmp_path)


@pytest.mark.parametrize(
    ("read", "lines", "message"),
    [
        (read_sentences, "en-de\tgreetings\tHi.\n", "line 2: expected 4 columns.* found .'en-de', 'greetings', 'Hi.'."),
        (read_sentences, "en-de\tg\tperhaps\tHi.\n", "line 2: in_data: expected yes or no; found 'perhaps'"),
        (read_sentences, "en-de\tg\tno\tHi.\nen-de\tg\tno\thi!\n", "line 3: expected each sentence once.* found 'hi!'"),
        (read_judgements, "en-de\tHi.\tHallo.\tright\n", "line 2: expected 5 columns"),
        (read_judgements, "en-de\tHi.\tHallo.\tgood\tme\n", "line 2: verdict: expected right or wrong; found 'good'"),
        (read_judgements, "en-de\tHi.\tHallo.\tright\t\n", "line 2: expected who judged; found nothing"),
        (read_judgements, "d\ts\to\tright\tme\nd\ts\to\twrong\tyou\n", "line 3: expected one judgement an output"),
    ],
)
def test_a_line_that_is_not_of_the_form_is_named(tmp_path, read, lines, message):
    path = tmp_path / "list.tsv"
    path.write_text(HEADERS[read] + lines, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        read(path)


@pytest.mark.parametrize("read", [read_sentences, read_judgements])
def test_a_file_without_its_header_is_refused(tmp_path, read):
    path = tmp_path / "list.tsv"
    path.write_text("en-de\tno header\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"expected the header direction TAB .* found .'en-de"):
        read(path)


def test_every_judgement_is_of_a_sentence_on_the_list():
    judged = {(direction, text) for direction, text, _ in read_judgements()}
    assert judged and judged <= {(sentence.direction, sentence.text) for sentence in LIST}


def test_a_judgement_counts_for_the_very_output_alone():
    right = Judgement(True, "a reader")
    judgements = {("en-de", HOUSE.text, "Ein kleines Haus."): right}
    assert check(fixed({HOUSE.text: "Ein kleines Haus."}), [HOUSE], judgements)[0].judgement == right
    assert check(fixed({HOUSE.text: "Ein kleines Haus!"}), [HOUSE], judgements)[0].judgement is None


def test_an_output_that_would_break_a_line_of_the_file_is_put_on_one():
    assert check(fixed({HOUSE.text: " Ein\tkleines\n Haus. "}), [HOUSE], {})[0].output == "Ein kleines Haus."


CHECKED = [
    Checked(HOUSE, "Ein Haus.", Judgement(False, "a reader")),
    Checked(HAND, "Die Hand des Mannes.", Judgement(True, "a reader")),
    Checked(HAUS, "A small house.", None),
]


def test_counts_are_of_right_wrong_and_not_judged():
    assert count(CHECKED) == (1, 1, 1)
    assert count_table(CHECKED).splitlines()[2:] == [
        "| houses | 0 / 1 / 0 | 0 / 0 / 1 |",
        "| hands | 1 / 0 / 0 | 0 / 0 / 0 |",
        "| all | 1 / 1 / 0 | 0 / 0 / 1 |",
        "| all but those in the data | 0 / 1 / 0 | 0 / 0 / 1 |",
    ]


def test_the_listing_shows_every_sentence_and_the_markdown_what_is_not_right():
    printed = listing(CHECKED)
    assert "  A small house.\n    Ein Haus.  [wrong]" in printed
    assert "    Die Hand des Mannes.  [right]" in printed and "    A small house.  [not judged yet]" in printed
    assert count_table(CHECKED) in printed and count_table(CHECKED) in markdown(CHECKED)
    assert "Judged by a reader." in markdown(CHECKED)
    again = Checked(HOUSE._replace(text="A house."), "Ein Mann.", Judgement(False, "a reader"))
    assert "- houses: A small house. → *Ein Haus.* · A house. → *Ein Mann.*\n" in markdown([*CHECKED, again])
    assert "- houses: Ein kleines Haus. → *A small house.* (not judged yet)" in markdown(CHECKED)
    assert "Die Hand des Mannes." not in markdown(CHECKED)


def test_what_is_left_to_judge_becomes_a_judgement_with_two_columns_more(tmp_path):
    assert to_judge(CHECKED) == "de-en\tEin kleines Haus.\tA small house."
    path = tmp_path / "judgements.tsv"
    path.write_text(HEADERS[read_judgements] + to_judge(CHECKED) + "\tright\tme\n", encoding="utf-8")
    assert read_judgements(path) == {("de-en", HAUS.text, "A small house."): Judgement(True, "me")}


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    folder = tmp_path_factory.mktemp("checkpoint")
    tiny_translator().save_pretrained(folder)
    return folder


def test_the_command_prints_outputs_counts_and_what_is_left(checkpoint, monkeypatch, capsys):
    outputs = [" ".join(tiny_translator().translate(s.text, s.direction).split()) for s in (HOUSE, HAUS)]
    judgements = {("en-de", HOUSE.text, outputs[0]): Judgement(True, "a reader")}
    monkeypatch.setattr(command, "read_sentences", lambda: [HOUSE, HAUS])
    monkeypatch.setattr(command, "read_judgements", lambda: judgements)
    command.main([str(checkpoint)])
    printed = capsys.readouterr().out
    assert f"{outputs[0]}  [right]" in printed and f"{outputs[1]}  [not judged yet]" in printed
    assert "| all | 1 / 0 / 0 | 0 / 0 / 1 |" in printed
    command.main([str(checkpoint), "--unjudged"])
    assert capsys.readouterr().out == f"de-en\t{HAUS.text}\t{outputs[1]}\n"
    command.main([str(checkpoint), "--markdown"])
    assert "Not right, de-en:" in capsys.readouterr().out


def test_the_command_refuses_a_list_that_stands_in_the_data(checkpoint, monkeypatch, tmp_path, capsys):
    (tmp_path / "pairs.tsv").write_text(f"{HOUSE.text}\t{HAUS.text}\n", encoding="utf-8")
    monkeypatch.setattr(command, "read_sentences", lambda: [HOUSE, HAND])
    with pytest.raises(SystemExit):
        command.main([str(checkpoint), "--data-dir", str(tmp_path)])
    assert "found 'A small house.': replace it" in capsys.readouterr().err


TEXTS = ["Das Wetter wird morgen schön.", "Meine Katze schläft auf dem Sofa."]


@pytest.mark.parametrize(
    ("name", "spoilt"),
    [
        ("all lower case", "das wetter wird morgen schön."),
        ("no full stop", "Das Wetter wird morgen schön"),
        ("lower case, no full stop", "das wetter wird morgen schön"),
        ("all capitals", "DAS WETTER WIRD MORGEN SCHÖN."),
        ("a doubled space, and spaces around", "  Das Wetter wird  morgen schön.  "),
        ("two exclamation marks", "Das Wetter wird morgen schön!!"),
        ("two letters swapped", "Das Wetetr wird morgen schön."),
        ("a letter left out", "Das Weter wird morgen schön."),
        ("a smiley behind", "Das Wetter wird morgen schön. :)"),
        ("an emoji behind", "Das Wetter wird morgen schön. 😊"),
        ("a link behind", "Das Wetter wird morgen schön. https://example.org/photos"),
        ("a greeting before", "Hi, Das Wetter wird morgen schön."),
        ("a line break in the middle", "Das Wetter wird\nmorgen schön."),
        ("no umlauts, no apostrophes", "Das Wetter wird morgen schoen."),
    ],
)
def test_corruptions_are_fixed_rules(name, spoilt):
    assert next(corruption for corruption in CORRUPTIONS if corruption.name == name).spoil(TEXTS[0]) == spoilt


def test_who_answers_with_what_was_asked_keeps_all_but_the_letters_that_changed():
    found = {rate.corruption: rate for rate in rates(fixed({}), TEXTS, "de-en", CORRUPTIONS)}
    changed = {"two letters swapped", "a letter left out", "no umlauts, no apostrophes"}
    assert {name for name, rate in found.items() if rate.same < rate.n} == changed
    assert {name for name, rate in found.items() if rate.carried is not None} == {
        "a smiley behind", "an emoji behind", "a link behind"
    }  # fmt: skip
    assert all(rate.carried in (None, 2) and rate.n == 2 for rate in found.values())


def test_a_translation_that_loses_a_sentence_or_a_link_is_seen():
    second, link = (
        Corruption("second", str, separator=" "),
        Corruption("link", lambda text: text + " www.a.b", "www.a.b"),
    )
    losing = fixed({" ".join(TEXTS): TEXTS[0], TEXTS[0] + " www.a.b": TEXTS[0]})
    first, kept = rates(losing, TEXTS, "de-en", [second, link])
    assert (first.n, first.same, first.close) == (2, 1, 1)
    assert (kept.n, kept.same, kept.carried) == (2, 2, 1)


def test_close_is_less_than_same_and_more_than_anything():
    shout = Corruption("shout", lambda text: text + "!")
    answers = {TEXTS[0] + "!": "Das Wetter wird morgen schöne.", TEXTS[1] + "!": "Heute regnet es."}
    (rate,) = rates(fixed(answers), TEXTS, "de-en", [shout])
    assert (rate.n, rate.same, rate.close) == (2, 0, 1)


def test_a_sentence_that_a_corruption_leaves_as_it_is_does_not_count():
    plain = next(corruption for corruption in CORRUPTIONS if corruption.name.startswith("no umlauts"))
    (rate,) = rates(fixed({}), ["My cat sleeps here.", "I don't know her."], "en-de", [plain])
    assert (rate.n, rate.same) == (1, 1)
    (rate,) = rates(fixed({}), ["My cat sleeps here."], "en-de", [plain])
    assert "| no umlauts, no apostrophes | no sentence changed |" in table([rate])


def test_the_table_adds_up():
    found = list(rates(fixed({}), TEXTS, "de-en", (*CORRUPTIONS[:2], *CORRUPTIONS[6:9:2])))
    assert table(found).splitlines()[2:] == [
        "| all lower case | 100 / 100 of 2 |",
        "| no full stop | 100 / 100 of 2 |",
        "| two letters swapped | 0 / 100 of 2 |",
        "| a smiley behind | 100 / 100 of 2, carried 100 |",
        "| all | 75 / 100 of 8 |",
    ]


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_there_are_fifty_simple_sentences_each_way(direction):
    texts = simple_sentences(LIST, direction)
    assert len({key(text) for text in texts}) == 50
    assert all(text.endswith(".") and text.count(".") == 1 for text in texts)
    with pytest.raises(ValueError, match=f"expected 50 simple sentences {direction}; found 1"):
        simple_sentences([Sentence(direction, "g", False, texts[0])], direction)


def test_the_command_measures_both_directions(checkpoint, monkeypatch, capsys):
    monkeypatch.setattr(corruptions, "N_SENTENCES", 1)
    monkeypatch.setattr(corruptions, "CORRUPTIONS", CORRUPTIONS[:1])
    monkeypatch.setattr(corruptions, "read_sentences", lambda: [
        Sentence("en-de", "g", False, "A man, a house."), Sentence("de-en", "g", False, "Die Hand des Mannes."),
    ])  # fmt: skip
    corruptions.main([str(checkpoint)])
    head, _, *rows = capsys.readouterr().out.splitlines()
    assert head.endswith("| en-de | de-en |") and [row.split(" | ")[0] for row in rows] == ["| all lower case", "| all"]
