"""Our checkpoints as MarianMTModel repositories and in CTranslate2."""

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

import interop
from interop import ctranslate2, marian
from model.translator import Translator
from tests.conftest import tiny_translator
from tests.interop.conftest import TEXTS, WORDS

# The last transformers with pipeline("translation"), and what it needs in other versions than those installed.
TRANSFORMERS_4 = ["transformers==4.57.6", "huggingface-hub==0.36.2", "tokenizers==0.22.2"]
PIPELINE = """
import json, sys
from transformers import pipeline
folder, texts = json.load(sys.stdin)
found = {}
for task in ("translation", "translation_en_to_de", "translation_de_to_en"):
    run = pipeline(task, model=folder, batch_size=len(texts))
    found[task] = [result["translation_text"] for result in run(texts)]
json.dump(found, sys.stdout)
"""


def comparable(translator: Translator, **changes) -> Translator:
    """The same translator with the score that the others use, and a limit that they share."""
    return Translator(translator.network, translator.tokenizer, dataclasses.replace(translator.beam, **changes))


@pytest.fixture(scope="module")
def exported(trained, tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub") / "ours"
    marian.save_model(trained["post"], folder)
    return folder


@pytest.fixture(scope="session")
def transformers_4():
    """A folder with the packages above, installed once beside, not into, the environment of the tests."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    folder = cache / "-".join(["interop-tests", *TRANSFORMERS_4])
    if not (folder / "complete").exists():
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder)]
        installed = subprocess.run([*command, *TRANSFORMERS_4], capture_output=True, text=True)
        if installed.returncode and not os.environ.get("CI"):
            pytest.skip(f"{TRANSFORMERS_4[0]} cannot be installed here: {installed.stderr[-300:]}")
        assert installed.returncode == 0, installed.stderr
        (folder / "complete").touch()
    return folder


def test_the_pipeline_gives_our_translations(trained, exported, transformers_4):
    texts = TEXTS[:60]  # of one to seven words, in one batch: most are padded
    translator = comparable(trained["post"], length_offset=0)
    ours = {direction: translator.translate_sentences(texts, direction) for direction in translator.directions}
    environment = {**os.environ, "PYTHONPATH": str(transformers_4), "TRANSFORMERS_VERBOSITY": "error"}
    ran = subprocess.run(
        [sys.executable, "-c", PIPELINE], input=json.dumps([str(exported), texts]), env=environment,
        capture_output=True, text=True,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert len(set(ours["en-de"])) >= 10
    assert found["translation"] == found["translation_en_to_de"] == ours["en-de"]
    assert found["translation_de_to_en"] == ours["de-en"] != ours["en-de"]


@torch.no_grad()
def test_the_exported_model_has_our_logits_and_tokens(trained, exported):
    theirs, tokenizer = AutoModelForSeq2SeqLM.from_pretrained(exported).eval(), AutoTokenizer.from_pretrained(exported)
    ours = trained["post"]
    for text in TEXTS[:9]:
        inputs = tokenizer(f">>de<< {text}", return_tensors="pt")
        src, tgt = torch.tensor([ours.encode(text, "en-de").src]), torch.tensor([[1, 20, 21]])
        assert torch.equal(inputs.input_ids, src)
        expected = ours.network(src, tgt)
        logits = theirs(**inputs, decoder_input_ids=tgt).logits
        assert (logits - expected).abs().max() < 1e-4 * expected.abs().max()


def test_an_export_comes_back_as_it_was(trained, exported):
    ours, again = comparable(trained["post"], length_offset=0), interop.load(exported)
    assert again.beam == ours.beam
    assert set(again.directions) == {"en-de", "de-en"}
    assert len({(exported / name).stat().st_mode for name in ("config.json", "model.safetensors")}) == 1
    for direction in again.directions:
        assert again.translate(TEXTS[:9], direction) == ours.translate(TEXTS[:9], direction)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"norm": "pre"},
            "norm: expected post for a Marian model; found pre: a Marian model normalises after each sub-",
        ),
        ({"positions": "learned"}, "positions: expected sinusoidal for a Marian model; found learned"),
        ({"layer_norm_eps": 1e-6}, "layer_norm_eps: expected 1e-05 for a Marian model; found 1e-06"),
        ({"n_encoder_layers": 0}, "expected an encoder and a decoder for a Marian model; found only one of them"),
    ],
)
def test_what_no_marian_model_can_be_is_refused(changes, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        marian.save_model(tiny_translator(**changes), tmp_path / "export")
    assert not (tmp_path / "export").exists()


@pytest.mark.parametrize("norm", ["post", "pre"])
def test_ctranslate2_gives_our_translations(trained, norm, tmp_path):
    ctranslate2.save_model(trained[norm], tmp_path)
    ours = comparable(trained[norm], length_offset=0, renormalize=True)
    theirs = ctranslate2.BulkTranslator(tmp_path, intra_threads=1)
    for direction in ours.directions:
        assert theirs.translate(TEXTS, direction) == ours.translate_sentences(TEXTS, direction)


def test_ctranslate2_ends_at_once_where_we_do(tmp_path):
    translator = tiny_translator(output_bias=True)
    with torch.no_grad():
        translator.network.output_bias[translator.tokenizer.eos_id] = 50.0
    ctranslate2.save_model(translator, tmp_path)
    theirs = ctranslate2.BulkTranslator(tmp_path, intra_threads=1)
    assert theirs.translate(["A small house."], "en-de") == translator.translate(["A small house."], "en-de") == [""]


@pytest.mark.parametrize("changes", [{"activation": "gelu_tanh"}, {"activation": "silu"}, {"positions": "learned"}])
def test_ctranslate2_follows_the_config(changes, tmp_path):
    translator = tiny_translator(**changes, norm="pre", output_bias=True, tie_output=False, scale_embeddings=False)
    ctranslate2.save_model(translator, tmp_path)
    tokens = [translator.tokenizer.token(i) for i in range(len(translator.tokenizer))]
    src, tgt = translator.encode("A small house.", "en-de").src, translator.tokenizer.encode("Ein Haus.")
    engine = ctranslate2.BulkTranslator(tmp_path, intra_threads=1)._translator
    [scores] = engine.score_batch([[tokens[i] for i in src]], [[tokens[i] for i in tgt]])
    with torch.no_grad():
        logits = translator.network(torch.tensor([src]), torch.tensor([[translator.tokenizer.bos_id, *tgt]]))
    labels = torch.tensor([*tgt, translator.tokenizer.eos_id])
    expected = logits[0].log_softmax(dim=-1).gather(1, labels[:, None])[:, 0]
    torch.testing.assert_close(torch.tensor(scores.log_probs), expected, rtol=0, atol=1e-4)


@pytest.mark.parametrize("quantization", [None, "int8"])
def test_an_export_leaves_the_model_as_it_is(trained, quantization, tmp_path):
    before = {name: parameter.clone() for name, parameter in trained["post"].network.named_parameters()}
    ctranslate2.save_model(trained["post"], tmp_path, quantization)
    for name, parameter in trained["post"].network.named_parameters():
        assert torch.equal(parameter, before[name]), name


def test_int8_takes_less_room_and_says_nearly_the_same(trained, tmp_path):
    for name, quantization in (("float", None), ("int8", "int8")):
        ctranslate2.save_model(trained["post"], tmp_path / name, quantization)
    sizes = [(tmp_path / name / "model.bin").stat().st_size for name in ("float", "int8")]
    assert sizes[1] < 0.6 * sizes[0]
    texts = [" ".join(WORDS[i : i + 3]) for i in range(0, 12, 3)]
    both = [ctranslate2.BulkTranslator(tmp_path / name).translate(texts, "en-de") for name in ("float", "int8")]
    assert sum(a == b for a, b in zip(*both, strict=True)) >= 2


@pytest.mark.parametrize("changes", [{"positions": "none"}, {"n_decoder_layers": 0}])
def test_what_ctranslate2_cannot_be_is_refused(changes, tmp_path):
    with pytest.raises(ValueError, match="expected an encoder, a decoder and positions for CTranslate2; found a model"):
        ctranslate2.save_model(tiny_translator(**changes), tmp_path)


def test_a_bulk_translator_knows_its_directions(trained, tmp_path):
    ctranslate2.save_model(trained["post"], tmp_path)
    theirs = ctranslate2.BulkTranslator(tmp_path)
    assert theirs.translate([], "en-de") == []
    with pytest.raises(ValueError, match="direction: expected one of en-de, de-en; found 'en-fr'"):
        theirs.translate(["A house."], "en-fr")
    with pytest.raises(ValueError, match=r"text: expected at most 69 tokens; found \d+: shorten it"):
        theirs.translate(["A house. " * 90], "en-de")
    with pytest.raises(ValueError, match="text: expected at least one character; found none"):
        theirs.translate(["A house.", "  "], "en-de")


def test_a_bulk_translator_needs_an_exported_model(trained, tmp_path):
    trained["post"].save_pretrained(tmp_path)
    with pytest.raises(ValueError, match=r"expected model.bin; found README.md, config.json"):
        ctranslate2.BulkTranslator(tmp_path)
