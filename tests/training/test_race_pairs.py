"""The pairs that the experiment about heads uses: what the command writes, and of which split."""

import gzip
import os
from pathlib import Path

import pytest

from explain.experiments.bundled import PAIRS, bundled_pairs
from training import race_pairs
from training.held_out import keys_in, without_held_out


def test_the_first_short_lines_are_kept(monkeypatch):
    monkeypatch.setattr(race_pairs, "N_PAIRS", 2)
    long = " ".join("a" * (race_pairs.MOST_WORDS + 1))
    lines = [f"{long}\tb\n", f"a\t{long}\n", "a b\tc\n", "d\te\n", "f\tg\n"]
    assert race_pairs.race_pairs(lines) == ["a b\tc", "d\te"]


def test_a_folder_without_the_file_is_named(tmp_path, capsys):
    with pytest.raises(SystemExit):
        race_pairs.main(["--data-dir", str(tmp_path)])
    assert "expected tatoeba/valid.en-de.tsv.gz in it; found no such file" in capsys.readouterr().err


@pytest.fixture
def data_dir() -> Path:
    if "DATA_DIR" not in os.environ:
        pytest.skip("the data folder is absent: name it in DATA_DIR")
    return Path(os.environ["DATA_DIR"])


def test_the_bundled_file_is_what_the_command_writes(data_dir, tmp_path, monkeypatch):
    monkeypatch.setattr(race_pairs, "FILE", tmp_path / "pairs.tsv")
    race_pairs.main(["--data-dir", str(data_dir)])
    assert (tmp_path / "pairs.tsv").read_bytes() == PAIRS.read_bytes()
    assert len(bundled_pairs()) == race_pairs.N_PAIRS and "CC BY 2.0 FR" in PAIRS.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["test", "train"])
def test_no_pair_stands_in_another_split(data_dir, name):
    path = data_dir / "tatoeba" / f"{name}.en-de.tsv.gz"
    keys = keys_in([path])
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        known = [tuple(line.rstrip("\n").split("\t")) for line in lines][:3]
    assert without_held_out(known, keys) == []  # it finds what stands there
    assert without_held_out(bundled_pairs(), keys) == bundled_pairs()
