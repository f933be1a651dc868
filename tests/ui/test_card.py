"""What is read of a model card: what stands there, and of a damaged one nothing."""

import json
from pathlib import Path

import pytest
import yaml

from explain.runner import Runner
from model.language_model import LanguageModel
from tests.conftest import tiny_model, tiny_translator
from tests.ui.cards import SIZES, a_card
from ui.card import Card, card_of

CHECKPOINT = Path(__file__).parents[2] / "checkpoints" / "en-de"
NOTHING = Card(corpora=(), scores=(), limits="")


def read(card: str | None) -> Card:
    translator = tiny_translator()
    translator.card = card
    return card_of(Runner(translator))


@pytest.fixture(scope="module")
def bundled() -> Card:
    return read((CHECKPOINT / "README.md").read_text(encoding="utf-8"))


def test_the_bundled_pairs_are_those_of_all_runs_each_corpus_counted_once(bundled):
    training = json.loads((CHECKPOINT / "training.json").read_text())
    pairs: dict[str, int] = {}
    while training:
        pairs = training["pairs"] | pairs
        training = training.get("started_from")
    assert {corpus.name: corpus.n_pairs for corpus in bundled.corpora} == pairs
    assert bundled.n_pairs == sum(pairs.values())


def test_the_bundled_scores_are_those_of_the_cards_front_matter(bundled):
    _, front, text = (CHECKPOINT / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    [model] = yaml.safe_load(front)["model-index"]
    expected = [
        (result["dataset"]["type"], result["dataset"]["config"], metric["name"], metric["value"])
        for result in model["results"]
        for metric in result["metrics"]
    ]
    found = [(score.kind, score.direction, score.metric, score.value) for score in bundled.scores]
    assert sorted(found) == sorted(expected) and len(found) > 3
    assert bundled.limits and bundled.limits in text and "#" not in bundled.limits


def test_each_corpus_counts_as_the_last_run_read_it():
    found = read(a_card(news=12.5))
    assert [corpus.n_pairs for corpus in found.corpora] == sorted(SIZES, reverse=True)
    assert found.corpora[0].source == "from place 500"
    assert [(score.kind, score.direction, score.value) for score in found.scores] == [
        ("news", "en-de", 12.5),
        ("news", "de-en", 12.5),
    ]
    assert found.limits == "Bad at whatever is long."


@pytest.mark.parametrize(
    "card",
    [
        None, "", "# A model\n", "---\nlicense: other\n---\n# A model\n", "---\n: [\n---\n# A model\n",
        "---\n- a list\n---\n", "---\nmodel-index: 3\n---\n", "---\nmodel-index:\n- name: a\n  results: 7\n---\n",
    ],
)  # fmt: skip
def test_of_a_card_without_them_or_a_damaged_one_nothing_is_said(card):
    assert read(card) == NOTHING


def test_a_language_model_has_no_card():
    tokenizer = tiny_translator().tokenizer
    model = LanguageModel(tiny_model(vocab_size=len(tokenizer), n_encoder_layers=0), tokenizer)
    assert card_of(Runner(model)) == NOTHING
