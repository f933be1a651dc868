"""`training.evaluate` prints scores, and the model card states the same ones."""

from __future__ import annotations

import json
import re
import shutil

import pytest
import sacrebleu
from huggingface_hub import ModelCard

from model.translator import Translator
from training.evaluate import main


@pytest.fixture
def checkpoint(trained, tmp_path):
    return shutil.copytree(trained.run_dir / "checkpoint", tmp_path / "checkpoint")


def _run(checkpoint, trained, *options: str) -> None:
    main([str(checkpoint), "--data-dir", str(trained.data_dir), *options])


def test_the_card_states_the_scores_that_were_printed(checkpoint, trained, capsys):
    _run(checkpoint, trained)
    printed = capsys.readouterr().out.strip()
    rows = [line.strip("| ").split(" | ") for line in printed.splitlines() if line.startswith("|")][2:]
    signatures = dict(re.findall(r"^- (.+): `(.+)`$", printed, flags=re.MULTILINE))
    assert [row[:2] for row in rows] == [
        ["words test_a", "en-de"], ["words test_a", "en-de"], ["words test_a", "de-en"], ["words test_a", "de-en"],
        ["table test", "en-de"], ["table test", "de-en"],
    ]  # fmt: skip
    assert ["tok:13a" in signatures[row[2]] for row in rows] == [True, False, True, False, True, True]

    card = ModelCard.load(checkpoint / "README.md")
    assert printed in card.text
    stated = [
        [r.dataset_name, r.task_name.split()[1], r.metric_name, f"{r.metric_value:.2f}"] for r in card.data.eval_results
    ]
    assert sorted(stated) == sorted(rows)
    assert all(r.metric_args["signature"] == signatures[r.metric_name] for r in card.data.eval_results)


def test_the_printed_scores_are_those_of_the_translations(checkpoint, trained, capsys):
    _run(checkpoint, trained, "--beam-size", "2", "--alpha", "0.9")
    printed = capsys.readouterr().out
    english, german = ((trained.data_dir / f"words/test_a.{lang}").read_text().splitlines() for lang in ("en", "de"))
    translations = Translator.from_pretrained(checkpoint).translate_sentences(english, "en-de", beam_size=2, alpha=0.9)
    cased = sacrebleu.corpus_bleu(translations, [german]).score
    lowered = sacrebleu.corpus_bleu([t.lower() for t in translations], [[g.lower() for g in german]]).score
    assert 0 < cased < 100
    assert f"| words test_a | en-de | BLEU, sacreBLEU default | {cased:.2f} |" in printed
    assert f"| words test_a | en-de | BLEU, tokenised and lower-cased | {lowered:.2f} |" in printed
    assert "Beam size 2, length penalty 0.9." in (checkpoint / "README.md").read_text()


def test_the_card_states_data_licences_and_cost(checkpoint, trained):
    facts_file = checkpoint / "training.json"
    facts = json.loads(facts_file.read_text()) | {"tokens": 12_340_000, "seconds": 5400.0, "cpu_seconds": 9000.0}
    facts_file.write_text(json.dumps(facts))
    _run(checkpoint, trained, "--beam-size", "1")
    card = ModelCard.load(checkpoint / "README.md")
    assert card.data.license == "other" and card.data.language == ["en", "de"]
    assert "| words | 240 | 1 | made up for this test | CC0 |" in card.text
    assert "| table | 120 | 2 | not stated | not stated |" in card.text
    assert "12.3 million" in card.text and "1.50 hours on the wall, 2.50 CPU hours" in card.text
    assert "Started from" not in card.text
    assert f"{facts['parameters']:,}" in card.text


def test_the_card_adds_up_a_run_and_the_one_that_it_started_from(checkpoint, trained):
    facts_file = checkpoint / "training.json"
    facts = json.loads(facts_file.read_text()) | {"tokens": 2_000_000, "seconds": 3600.0, "cpu_seconds": 7200.0}
    before = facts | {"steps": 4321, "tokens": 10_000_000, "seconds": 1800.0, "cpu_seconds": 1800.0}
    corpora = [{**facts["recipe"]["corpora"][0], "name": "novels", "repeat": 7}]
    before |= {"recipe": facts["recipe"] | {"name": "first", "corpora": corpora}, "pairs": {"novels": 12}}
    facts_file.write_text(json.dumps(facts | {"started_from": before}))
    _run(checkpoint, trained, "--beam-size", "1")
    text = (checkpoint / "README.md").read_text()
    assert "| Started from | `first`: 4,321 steps, 10.0 million tokens; epochs completed:" in text
    assert f"| Steps | {facts['steps']:,} steps, 2.0 million tokens;" in text
    assert "| toy | words | 240 | 1 | made up for this test |" in text
    assert "| first | novels | 12 | 7 | made up for this test |" in text, "whom to credit for what it was made from"
    assert "12.0 million in all" in text and "1.50 hours on the wall, 2.50 CPU hours, in all" in text


def test_a_second_evaluation_replaces_the_scores_and_keeps_what_was_written_around_them(checkpoint, trained):
    readme = checkpoint / "README.md"
    _run(checkpoint, trained, "--beam-size", "1")
    first = readme.read_text()
    edited = first.replace("## Scores", "A sentence of ours.\n\n## Scores").replace("license: other", "license: mit")
    readme.write_text(re.sub(r"\d+\.\d\d \|\n", "0.01 |\n", edited))
    _run(checkpoint, trained, "--beam-size", "1")
    again = readme.read_text()
    assert "A sentence of ours." in again and "license: mit" in again
    assert again.replace("A sentence of ours.\n\n", "").replace("license: mit", "license: other") == first


def test_a_card_without_markers_is_refused(checkpoint, trained):
    (checkpoint / "README.md").write_text("---\nlicense: mit\n---\n# Mine\n")
    with pytest.raises(ValueError, match=r"README.md: expected the markers <!-- scores: begin --> and .*; found none"):
        _run(checkpoint, trained, "--beam-size", "1")


def test_the_valid_split_is_scored_without_touching_the_card(checkpoint, trained, capsys):
    _run(checkpoint, trained, "--split", "valid", "--beam-size", "1")
    printed = capsys.readouterr().out
    assert "| words valid | en-de | BLEU, sacreBLEU default |" in printed and "tokenised and lower-cased" not in printed
    assert not (checkpoint / "README.md").exists()
    greedy = [line for line in trained.log if "valid_bleu/table/en-de" in line][-1]["valid_bleu/table/en-de"]
    assert trained.recipe.validate_sentences >= 12, "all of the table's valid pairs, so that the scores must agree"
    assert f"| table valid | en-de | BLEU, sacreBLEU default | {greedy:.2f} |" in printed


def test_references_that_do_not_fit_the_pairs_are_refused_before_anything_is_translated(
    checkpoint, trained, tmp_path, monkeypatch
):
    data = shutil.copytree(trained.data_dir, tmp_path / "data")
    with open(data / "words/tok.de", "a") as file:
        file.write("eins mehr\n")
    monkeypatch.setattr(Translator, "translate_sentences", None)
    with pytest.raises(
        ValueError, match=r"corpus words: expected a tokenised reference for each of (\d+) pairs .* in de"
    ):
        main([str(checkpoint), "--data-dir", str(data)])


def test_a_checkpoint_without_training_facts_is_refused(checkpoint, trained):
    (checkpoint / "training.json").unlink()
    with pytest.raises(ValueError, match=r"expected training\.json, as training\.train writes it; found none"):
        _run(checkpoint, trained)
