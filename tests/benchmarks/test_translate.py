"""The benchmark compares like with like."""

import dataclasses

import pytest

from benchmarks.peers import TransformersTranslator
from tests.conftest import SENTENCES, tiny_translator


def test_transformers_runs_the_same_weights():
    """At a beam of one, where the length penalty, which is not the same, cannot matter."""
    translator = tiny_translator(norm="pre")
    translator.beam = dataclasses.replace(translator.beam, beam_size=1)
    peer = TransformersTranslator(translator)
    for sentence in SENTENCES:  # one by one: the limit of a batch there is that of its longest source
        assert peer.translate([sentence], "en-de") == translator.translate_sentences([sentence], "en-de")


def test_a_model_that_is_built_otherwise_is_refused():
    with pytest.raises(ValueError, match="expected a pre-norm model with sinusoids and one embedding"):
        TransformersTranslator(tiny_translator(norm="post"))
