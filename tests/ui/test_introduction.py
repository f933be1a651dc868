"""The words at the head of the page: true of the model that it runs on."""

from pathlib import Path

import pytest

from explain.runner import Runner
from model.language_model import LanguageModel
from tests.conftest import tiny_model, tiny_translator
from tests.ui.cards import a_card
from ui.introduction import INTRODUCTION, model_details, model_line

CARD = Path(__file__).parents[2] / "checkpoints" / "en-de" / "README.md"


def carded(card: str) -> Runner:
    translator = tiny_translator()
    translator.card = card
    return Runner(translator, "tiny")


@pytest.mark.parametrize("norm", ["pre", "post"])
def test_a_translator_is_named_with_its_own_sizes_beside_the_papers(norm):
    runner = Runner(tiny_translator(norm=norm), "tiny")
    n_parameters = sum(parameter.numel() for parameter in runner.network.parameters())
    assert model_line(runner) == f"tiny: {n_parameters:,} parameters. Details"
    details = " ".join(model_details(runner).split())
    assert details.startswith(f"`tiny` has 3 encoder and 2 decoder layers, 11 heads each, d_model 22, {norm}-norm. ")
    assert "It translates your sentence." in details
    assert "6 encoder and 6 decoder layers, 8 heads each, d_model 512, post-norm." in details


def test_a_language_model_does_not_claim_to_translate():
    tokenizer = tiny_translator().tokenizer
    runner = Runner(LanguageModel(tiny_model(vocab_size=len(tokenizer), n_encoder_layers=0), tokenizer), "tiny")
    details = model_details(runner)
    assert details.startswith("`tiny` has 2 decoder layers, ")
    assert "it continues your text instead of translating it" in " ".join(details.split())
    assert "translates" not in details + INTRODUCTION


def test_what_its_card_says_is_in_the_line_and_the_details_of_a_model():
    runner = carded(a_card(news=12.5, tatoeba=41.26, multi30k=30))
    assert "parameters, 1,200 sentence pairs. BLEU 41 on short sentences, 12 on news. Details" in model_line(runner)
    details = model_details(runner)
    assert "- 200 pairs: from place 200\n- 100 pairs of 2 others" in details and "from place 90" not in details
    assert "| picture captions | German → English | 30.00 |" in details and "Bad at whatever is long." in details
    assert "BLEU" not in model_line(carded(a_card(news=12.5)))


def test_the_line_of_the_bundled_model_is_short():
    line = model_line(carded(CARD.read_text(encoding="utf-8")))
    assert "BLEU" in line and len(line) <= 105  # two lines on a phone


def test_what_is_computed_apart_from_the_visitors_run_is_named():
    details = " ".join(model_details(Runner(tiny_translator())).split())
    for apart in ("position tables", "toy", "second sentences", "“Why attention”"):
        assert apart in details


def test_few_words_stand_before_the_first_control():
    assert len(INTRODUCTION.split()) <= 25
