"""The words of the stages: all of them, for every model, with formulas that can be typeset."""

import re

import pytest

from explain.stages.walk import STAGES, walk
from model.config import TransformerConfig
from tests.conftest import SIZES
from ui.formulas import mathml, typeset
from ui.stages import STAGES as WORDS
from ui.stages import words_of

PAPER = TransformerConfig(**SIZES)


def other(**changes) -> TransformerConfig:
    return TransformerConfig(**{**SIZES, **changes})


GPT2 = other(
    n_encoder_layers=0, norm="pre", positions="learned", scale_embeddings=False, tie_output=False, output_bias=True
)


def test_each_stage_has_one_record_of_words_and_no_words_are_left_over():
    assert set(WORDS) == set(STAGES)


@pytest.mark.parametrize("config", [PAPER, other(norm="pre", output_bias=True), GPT2], ids=["paper", "pre", "gpt2"])
def test_all_words_of_a_walk_can_be_typeset(config):
    for stage in dict.fromkeys(step.stage for step in walk(config)):
        words = words_of(stage, config)
        assert "$" not in words.name
        for text in (words.name, words.title, words.why):
            assert typeset(text)
            assert text.count("$") % 2 == 0
            # a formula that stands among the words untypeset
            assert not re.search(r"\w_\w|\^|\\", re.sub(r"\$.+?\$", "", text)), text
        assert "$" not in words.formula
        assert mathml(words.formula, display=True).startswith("<math")


def test_what_a_model_does_otherwise_than_the_paper_is_said():
    changed = {name for name in WORDS if words_of(name, GPT2) != WORDS[name]}
    assert changed == {"embedding", "position", "linear", "next"}
    assert all(words_of(name, PAPER) == WORDS[name] for name in WORDS)
    assert words_of("embedding", GPT2).title == "Embedding"
    assert words_of("linear", GPT2).formula == r"\text{logits} = xW^T + b"
    assert words_of("linear", other(output_bias=True)).formula == r"\text{logits} = xE^T + b"
    assert "source" in WORDS["next"].formula and "source" not in words_of("next", GPT2).formula
