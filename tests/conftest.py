"""Fixtures that many tests share; beartype checks the shapes that `model/` and `explain/` promise.

The process that deals tests out to others (`pytest -n 2`) reads this file too: torch is imported where it is needed.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_OFFLINE"] = "1"
# Gradio looks for a free port from here on, and two processes that look at once may find the same one
os.environ["GRADIO_SERVER_PORT"] = str(7860 + 100 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]))
os.environ["OMP_NUM_THREADS"] = "1"  # tests run in two processes on two cores; theirs too

from jaxtyping import install_import_hook

import tests.typecheck  # noqa: F401  (what the hook below decorates with)

# Before the first import of these modules, or their shapes go unchecked; not the config, whose own checks are tested.
_SHAPED = ["attention", "cache", "decoding", "embedding", "layers", "linear", "masks", "positional"]
_SHAPED += ["sampling", "top_k", "transformer"]
install_import_hook([f"model.{name}" for name in _SHAPED], "tests.typecheck.check")

import pytest

if TYPE_CHECKING:
    from model.transformer import Transformer
    from model.translator import Translator

# What takes long comes first, so that two processes (`pytest -n 2`) have small files left when they near the end.
_TESTS = Path(__file__).parent
_LONG = {"browser", "training", "experiments"}
# Folders whose files share what takes long to make: a run, a Hub, models. They stay in one process.
_TOGETHER = ("tests/training/", "tests/hub/", "tests/interop/")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Half a million objects come with the imports and stay: a fifth of that time went into looking for garbage."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not _LONG.intersection(item.path.relative_to(_TESTS).parts))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log):
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class ByFileOrFolder(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            folders = [folder for folder in _TOGETHER if nodeid.startswith(folder)]
            return folders[0] if folders else super()._split_scope(nodeid)

    return ByFileOrFolder(config, log)


# Sizes that all differ, and primes where a size may be one, so that a swapped axis fails.
SIZES = dict(vocab_size=37, d_model=22, n_heads=11, d_ff=29, n_encoder_layers=3, n_decoder_layers=2, max_positions=71)


def tiny_model(**changes) -> Transformer:
    """A small random model in evaluation mode, the same at every call."""
    import torch

    from model.config import TransformerConfig
    from model.transformer import Transformer

    torch.manual_seed(0)
    model = Transformer(TransformerConfig(**{**SIZES, "dropout": 0.0, **changes})).eval()
    with torch.no_grad():  # biases and LayerNorms of their own, so that leaving one out shows
        for parameter in model.parameters():
            if parameter.ndim == 1:
                parameter.add_(0.1 * torch.randn_like(parameter))
    return model


@pytest.fixture(params=["post", "pre"])
def model(request) -> Transformer:
    """A tiny encoder-decoder, post-norm and pre-norm."""
    return tiny_model(norm=request.param)


SENTENCES = ["A small house.", "Ein kleines Haus.", "The hand of the man.", "Die Hand des Mannes.", "A man, a house!"]


def tiny_translator(**changes) -> Translator:
    """A small random translator whose tokenizer was learned from a few sentences."""
    from model.translator import Translator
    from training.tokenizer import train_tokenizer

    tokenizer = train_tokenizer(SENTENCES * 3, ["en", "de"], vocab_size=331)
    model = tiny_model(vocab_size=len(tokenizer), **changes)
    return Translator(model, tokenizer)
