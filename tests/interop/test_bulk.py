"""Files of lines through CTranslate2, by the command as it is typed."""

import subprocess
import sys
from pathlib import Path

import pytest

from interop.ctranslate2 import BulkTranslator, lines
from interop.ctranslate2.lines import translate_file, translate_lines
from tests.interop import conftest

TEXTS = [text for text in conftest.TEXTS if not set(text) & set(".!?")]  # of one sentence each
LONG = "house " * 300


@pytest.fixture(scope="module")
def folder(trained, tmp_path_factory) -> Path:
    """A checkpoint, exported by the command."""
    where = tmp_path_factory.mktemp("bulk")
    trained["post"].save_pretrained(where / "checkpoint")
    command("export", where / "checkpoint", where / "model")
    return where / "model"


@pytest.fixture(scope="module")
def translator(folder) -> BulkTranslator:
    return BulkTranslator(folder)


def command(*arguments: object) -> str:
    ran = subprocess.run(
        [sys.executable, "-m", "interop.ctranslate2", *map(str, arguments)], capture_output=True, text=True
    )
    assert "Traceback" not in ran.stderr
    return f"{ran.returncode} {ran.stderr}"


def test_each_line_becomes_one_line(translator):
    [first, second] = translator.translate([TEXTS[0], TEXTS[1]], "en-de")
    two = f"{TEXTS[0].capitalize()}! {TEXTS[1].capitalize()}!"
    found = translate_lines(translator, [TEXTS[0], "", "  ", TEXTS[1], LONG, two], "en-de")
    assert found[:5] == [first, "", "", second, None]
    expected = translator.translate([f"{TEXTS[0].capitalize()}!", f"{TEXTS[1].capitalize()}!"], "en-de")
    assert found[5] == " ".join(expected)


def test_an_unknown_direction_is_refused(translator):
    with pytest.raises(ValueError, match="direction: expected one of en-de, de-en; found 'en-fr'"):
        translate_lines(translator, ["house"], "en-fr")


@pytest.mark.parametrize("kept", [0, 3, 7])
def test_a_stopped_file_is_gone_on_with(translator, tmp_path, monkeypatch, kept):
    monkeypatch.setattr(lines, "CHUNK", 4)
    source, target = tmp_path / "in.txt", tmp_path / "out.txt"
    texts = TEXTS[:10]
    source.write_text("\r\n".join(texts), encoding="utf-8")  # the last line has no end
    whole = translator.translate(texts, "en-de")
    begun = "".join(f"{line}\n" for line in ["kept"] * kept) + "half a li"
    target.write_text(begun, encoding="utf-8")
    done = list(translate_file(translator, source, target, "en-de"))
    assert done[0] == kept and done[-1] == 10
    assert target.read_text(encoding="utf-8").splitlines() == ["kept"] * kept + whole[kept:]


def test_a_target_of_another_source_is_left_as_it_is(translator, tmp_path):
    source, target = tmp_path / "in.txt", tmp_path / "out.txt"
    source.write_text("house\n", encoding="utf-8")
    target.write_text("a\nb\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"expected at most as many lines as .* has; found 2: delete it"):
        next(translate_file(translator, source, target, "en-de"))
    assert target.read_text(encoding="utf-8") == "a\nb\n"


def test_the_command_translates_a_file(folder, translator, tmp_path):
    source, target = tmp_path / "in.txt", tmp_path / "out.txt"
    source.write_text(f"{TEXTS[0]}\n{LONG}\n{TEXTS[1]}\n", encoding="utf-8")
    said = command("translate", folder, source, target, "--direction", "en-de")
    assert said.startswith("0 ") and "line 2: a sentence is too long for the model: left empty" in said
    [first, second] = translator.translate([TEXTS[0], TEXTS[1]], "en-de")
    assert target.read_text(encoding="utf-8") == f"{first}\n\n{second}\n"
    assert command("translate", folder, tmp_path / "none.txt", target, "--direction", "en-de").startswith("1 error: ")
