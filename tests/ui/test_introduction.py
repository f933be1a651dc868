"""The words at the head of the page: true of the model that it runs on."""

import pytest

from explain.runner import Runner
from model.language_model import LanguageModel
from tests.conftest import tiny_model, tiny_translator
from ui.introduction import INTRODUCTION, model_line


@pytest.mark.parametrize("norm", ["pre", "post"])
def test_a_translator_is_named_with_its_own_sizes_beside_the_papers(norm):
    line = model_line(Runner(tiny_translator(norm=norm), "tiny"))
    assert line.startswith(f"Model `tiny`: 3 encoder and 2 decoder layers, 11 heads each, d_model 22, {norm}-norm, ")
    assert "It translates your sentence." in line
    assert line.endswith(
        "The paper's base model has 6 encoder and 6 decoder layers, 8 heads each, d_model 512, post-norm."
    )


def test_a_language_model_does_not_claim_to_translate():
    tokenizer = tiny_translator().tokenizer
    model = tiny_model(vocab_size=len(tokenizer), n_encoder_layers=0)
    line = model_line(Runner(LanguageModel(model, tokenizer), "tiny"))
    assert line.startswith("Model `tiny`: 2 decoder layers, ")
    assert "it continues your text instead of translating it" in line
    assert "translates" not in line + INTRODUCTION


def test_what_is_computed_apart_from_the_visitors_run_is_named():
    for apart in ("position tables", "toy", "runs set beside yours", "“Why attention”"):
        assert apart in " ".join(INTRODUCTION.split())
