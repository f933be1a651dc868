"""`training.head_means` measures what heads give on average, and `explain.head_means` reads it."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from explain.head_means import load_head_means
from model.storage.files import HEAD_MEANS, WEIGHTS
from model.taps import record
from model.translator import Translator
from training.data import tokenize
from training.frames import PLACES
from training.head_means import head_means, main


@pytest.fixture(scope="module")
def measured(measured_copy):
    """A checkpoint with the file beside it."""
    return measured_copy(main)


@pytest.fixture
def checkpoint(measured, tmp_path):
    return shutil.copytree(measured, tmp_path / "checkpoint")


def config_of(checkpoint):
    return Translator.from_pretrained(checkpoint).network.config


def test_the_means_are_those_of_each_sentence_by_itself(measured, trained):
    """Padding counts nowhere: the same sentences one by one, without a batch."""
    translator = Translator.from_pretrained(measured)
    network, tokenizer = translator.network, translator.tokenizer
    texts = {"en": ["a b c", "b"], "de": ["d e", "c c c c e"]}
    examples = tokenize(texts, ("en", "de"), tokenizer, 64)
    found = head_means(network, tokenizer, examples)
    for kind, (side, block) in PLACES.items():
        outputs = []
        for example in examples:
            read = [network.config.bos_id, *example.tgt[:-1]]
            with record() as trace:
                network(torch.tensor([list(example.src)]), torch.tensor([read]))
            layers = range(len(getattr(network, side).layers))
            outputs.append(np.stack([trace[f"{side}.layers.{i}.{block}.heads"][0].numpy() for i in layers]))
        expected = np.concatenate(outputs, axis=2).mean(axis=2)
        np.testing.assert_allclose(found[kind], expected, atol=1e-5)


def test_the_file_is_small_and_says_what_it_is_of(measured):
    config = config_of(measured)
    means = load_head_means(measured, config)
    assert means is not None
    # 5 pairs of each of two corpora, in two directions
    assert means.n_sentences == 20
    assert {kind: tuple(array.shape) for kind, array in means.by_kind.items()} == {
        "encoder": (config.n_encoder_layers, config.n_heads, config.d_head),
        "decoder": (config.n_decoder_layers, config.n_heads, config.d_head),
        "cross": (config.n_decoder_layers, config.n_heads, config.d_head),
    }
    assert (measured / HEAD_MEANS).stat().st_size < 100_000


def test_no_file_and_a_file_of_other_weights_count_as_none(checkpoint):
    config = config_of(checkpoint)
    with (checkpoint / WEIGHTS).open("ab") as file:
        file.write(b" ")
    assert load_head_means(checkpoint, config) is None
    (checkpoint / HEAD_MEANS).unlink()
    assert load_head_means(checkpoint, config) is None


def test_a_damaged_file_is_named(checkpoint):
    config, path = config_of(checkpoint), checkpoint / HEAD_MEANS
    with safe_open(path, "pt") as file:
        facts = file.metadata()
    arrays = load_file(path)
    for content, message in [
        ({**arrays, "cross": arrays["cross"][:, :1].contiguous()}, "expected cross means of shape"),
        ({"encoder": arrays["encoder"]}, "expected means as training.head_means writes them"),
    ]:
        save_file(content, path, metadata=facts)
        with pytest.raises(ValueError, match=message):
            load_head_means(checkpoint, config)
    path.write_bytes(b"no tensors")
    with pytest.raises(ValueError, match="write it anew, or delete it"):
        load_head_means(checkpoint, config)


def test_a_number_of_pairs_below_one_is_refused(checkpoint, capsys):
    with pytest.raises(SystemExit):
        main([str(checkpoint), "--pairs", "0"])
    assert "--pairs: expected 1 or more; found 0" in capsys.readouterr().err
